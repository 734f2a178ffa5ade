import type { EntryChange } from '../ports/store.ts';
import { assertBudget, budgetSpent } from './budget.ts';
import {
  assertActive,
  assertSameAccount,
  type ConnectionState,
  connectionKey,
  introduceConnection,
  type LoadedConnection,
  loadConnection,
} from './connection.ts';
import type { Context } from './context.ts';
import { mappedFields } from './identity/mapped-fields.ts';
import type { Lease } from './lease.ts';
import type { Session } from './session.ts';

const NONE: ReadonlyMap<string, ConnectionState> = new Map();

/** Pages that the time left has to be enough for where one is asked for ahead. */
const PLENTY = 10;

/**
 * What a flow needs to go on: the connection is active, and nobody has taken over the lease. Commits expect it as it was
 * seen, so that a pause, a disconnect or another run ends the flow at the last committed page.
 */
export class Permit {
  readonly #context: Context;
  readonly #session: Session;
  readonly #lease: Lease | null;
  /** The workspace's connections, as they were last seen. */
  #known: LoadedConnection;
  #isAccountChecked = false;

  private constructor(context: Context, session: Session, lease: Lease | null, known: LoadedConnection) {
    this.#context = context;
    this.#session = session;
    this.#lease = lease;
    this.#known = known;
  }

  /**
   * @param lease - Null for what works without one.
   * @throws CrmSyncError `connection_paused`, `connection_disconnected`, `api_budget_spent`.
   */
  static async ask(context: Context, session: Session, lease: Lease | null): Promise<Permit> {
    const known = await loadConnection(context);
    assertActive(context, known.state);
    await assertBudget(context, session);
    return new Permit(context, session, lease, known);
  }

  /** For every commit that is no acknowledgement (R5): applies nothing once the flow may not go on. */
  fences(): readonly EntryChange[] {
    const { entry, others, introductions } = this.#known;
    const connection = { ...connectionKey(this.#context), expected: entry?.version ?? null };
    return [connection, ...(others.size === 0 ? [introductions] : []), ...(this.#lease?.fences() ?? [])];
  }

  /** The workspace's other connections, where what their CRMs gave is kept from this one (R25). */
  get keptApart(): ReadonlyMap<string, ConnectionState> {
    return this.#context.options.propagate === true ? NONE : this.#known.others;
  }

  /** What the other connections have mapped by now. */
  async seeOthers(): Promise<void> {
    const { state, entry } = this.#known; // its own is still to be as this flow has seen it
    this.#known = { ...(await loadConnection(this.#context)), state, entry };
  }

  /** The workspace has no other connection, nor ever had: there is nobody to tell this one of anything. */
  get isAlone(): boolean {
    return this.#known.isAlone;
  }

  /**
   * Before each page is asked for: there is time for it, and there are calls left.
   *
   * @throws CrmSyncError `api_budget_spent`.
   */
  async goesOn(): Promise<boolean> {
    if (this.#session.isOver()) return false;
    await assertBudget(this.#context, this.#session);
    return true;
  }

  /**
   * Before a page is asked for while the one before it has yet to be committed: there is plenty of time, for a page that was
   * asked for in vain costs a call, and there are calls left. Where there are none, `goesOn` says so after that commit.
   */
  async goesAhead(): Promise<boolean> {
    return !this.#session.isOver({ steps: PLENTY }) && (await budgetSpent(this.#context, this.#session)) === null;
  }

  /** Before each commit of a page: the lease must not run out while it is worked on. */
  async keep(): Promise<void> {
    await this.#lease?.keep();
  }

  /** After a lost race. @throws CrmSyncError where the flow may not go on. */
  async renew(): Promise<void> {
    const known = await loadConnection(this.#context);
    assertActive(this.#context, known.state);
    this.#known = known;
    await this.#lease?.renew();
  }

  /**
   * Whose data this is must not change. The first account is remembered.
   *
   * @throws CrmSyncError `other_account`.
   */
  async checkAccount(): Promise<void> {
    if (this.#isAccountChecked) return;
    const { id } = await this.#context.connector.account(this.#session.call);
    const fields = mappedFields(this.#context);
    const { account, fields: known } = this.#known.state;
    if (account === null || Object.keys(fields).some((plan) => known?.[plan] === undefined)) {
      await introduceConnection(this.#context, (state) => ({ account: state.account ?? id, fields: { ...state.fields, ...fields } }));
      await this.renew();
    }
    assertSameAccount(this.#context, this.#known.state, id);
    this.#isAccountChecked = true;
  }
}

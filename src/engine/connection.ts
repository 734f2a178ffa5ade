import type { Json } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import type { Entry, EntryChange } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { Session } from './session.ts';

/** Whether flows may call the CRM, and whose account this is. No entry: active, account not known yet. */
export interface ConnectionState {
  readonly status: 'active' | 'paused' | 'disconnected';
  readonly reason: string | null;
  /** Salesforce org id, HubSpot portal id; null until the first call. */
  readonly account: string | null;
  /** By plan of a mapping (`planName`): the contact field that each mapping key goes to, for other connections to know (R25). */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const firstState = { status: 'active', reason: null, account: null } as const satisfies ConnectionState;

const keyOf = (key: string) => ({ scope: 'workspace', kind: KIND.connection, key }) as const;

export const connectionKey = ({ connection }: Context) => keyOf(connection);

/** No connection's name, and beside them so that one look tells both: its entry moves whenever one says what it maps. */
const INTRODUCTIONS = '|introductions';

export interface LoadedConnection {
  readonly state: ConnectionState;
  readonly entry: Entry | null;
  /** The workspace's other connections that were not ended. */
  readonly others: ReadonlyMap<string, ConnectionState>;
  /** Nobody ever worked on another one. */
  readonly isAlone: boolean;
  /** For the commits of whoever knows of no other one: an introduction in between makes them plan again (R25). */
  readonly introductions: Pick<EntryChange, 'scope' | 'kind' | 'key' | 'expected'>;
}

const CONNECTIONS_MAX = 10_000;

export async function loadConnection(context: Context): Promise<LoadedConnection> {
  const { scope, kind, key } = connectionKey(context);
  const all = await context.store.entries({ scope, kind, limit: CONNECTIONS_MAX });
  const entries = all.filter((entry) => entry.key !== INTRODUCTIONS);
  const states = new Map(entries.map((entry) => [entry.key, entry.body as unknown as ConnectionState]));
  const others = new Map([...states].filter(([name, { status }]) => name !== key && status !== 'disconnected'));
  const isAlone = entries.every((entry) => entry.key === key);
  const introductions = { ...keyOf(INTRODUCTIONS), expected: all.find((entry) => entry.key === INTRODUCTIONS)?.version ?? null };
  const entry = entries.find((one) => one.key === key) ?? null;
  return { state: states.get(key) ?? firstState, entry, others, isAlone, introductions };
}

type Change = (state: ConnectionState) => Partial<ConnectionState>;

/** Flows under way notice at their next commit (`Permit`). */
export async function changeConnection(context: Context, change: Change): Promise<void> {
  await untilCommitted(context, new Session(context), async () => {
    const entries = [changed(context, await loadConnection(context), change)];
    return { result: undefined, changes: { rows: [], entries } };
  });
}

/**
 * What this connection maps, before anything is read or written under it: others learn of it, and keep apart what this CRM gives
 * (R25). Of many that do so at once, each may lose a race to every other one.
 */
export async function introduceConnection(context: Context, change: Change): Promise<void> {
  const introduced = async () => {
    const loaded = await loadConnection(context);
    const entries: EntryChange[] = [{ ...loaded.introductions, put: { body: {} } }, changed(context, loaded, change)];
    return { result: undefined, changes: { rows: [], entries } };
  };
  await untilCommitted(context, new Session(context), introduced, CONNECTIONS_MAX);
}

function changed(context: Context, { state, entry }: LoadedConnection, change: Change): EntryChange {
  const body = { ...state, ...change(state) } as unknown as Json;
  return { ...connectionKey(context), expected: entry?.version ?? null, put: { body } };
}

/** Refuses to work on a connection that is not active: no call is made, pending work is kept. */
export function assertActive(context: Context, { status, reason }: ConnectionState): void {
  if (status === 'active') return;
  throw new CrmSyncError(`The connection is ${status}${reason === null ? '' : `: ${reason}`}.`, {
    code: `connection_${status}`,
    category: 'configuration',
    remedy: 'Call `resume()` once the reason is gone; what is pending is kept until then.',
    at: { workspace: context.workspace, connection: context.connection },
  });
}

/**
 * The credentials must belong to the account that this connection was made with: another one would mix two companies'
 * records. No account yet: any will do.
 *
 * @throws CrmSyncError `other_account`.
 */
export function assertSameAccount(context: Context, { account }: ConnectionState, id: string): void {
  if (account === null || account === id) return;
  throw new CrmSyncError('The credentials belong to another CRM account than this connection.', {
    code: 'other_account',
    category: 'authentication',
    remedy: 'Connect the account this connection was made with, or call `relink()` to drop its links and start with the new account.',
    at: { workspace: context.workspace, connection: context.connection },
  });
}

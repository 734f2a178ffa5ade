import type { Json } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import type { Entry } from '../ports/store.ts';
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

export const connectionKey = ({ connection }: Context) => ({ scope: 'workspace', kind: KIND.connection, key: connection }) as const;

export interface LoadedConnection {
  readonly state: ConnectionState;
  readonly entry: Entry | null;
  /** The workspace's other connections that were not ended. */
  readonly others: ReadonlyMap<string, ConnectionState>;
  /** Nobody ever worked on another one. */
  readonly isAlone: boolean;
}

const CONNECTIONS_MAX = 10_000;

export async function loadConnection(context: Context): Promise<LoadedConnection> {
  const { scope, kind, key } = connectionKey(context);
  const entries = await context.store.entries({ scope, kind, limit: CONNECTIONS_MAX });
  const states = new Map(entries.map((entry) => [entry.key, entry.body as unknown as ConnectionState]));
  const others = new Map([...states].filter(([name, { status }]) => name !== key && status !== 'disconnected'));
  const isAlone = entries.every((entry) => entry.key === key);
  return { state: states.get(key) ?? firstState, entry: entries.find((entry) => entry.key === key) ?? null, others, isAlone };
}

/** Flows under way notice at their next commit (`Permit`). */
export async function changeConnection(context: Context, change: (state: ConnectionState) => Partial<ConnectionState>): Promise<void> {
  const session = new Session(context);
  await untilCommitted(context, session, async () => {
    const { state, entry } = await loadConnection(context);
    const body = { ...state, ...change(state) } as unknown as Json;
    return {
      result: undefined,
      changes: { rows: [], entries: [{ ...connectionKey(context), expected: entry?.version ?? null, put: { body } }] },
    };
  });
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

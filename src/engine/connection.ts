import type { Json } from '../core/value.ts';
import { CrmSyncError } from '../errors.ts';
import type { Entry } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { changeOf } from './link-change.ts';
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

const ACTIVE: ConnectionState = { status: 'active', reason: null, account: null };

export const connectionKey = ({ connection }: Context) => ({ scope: 'workspace', kind: KIND.connection, key: connection }) as const;

interface LoadedConnection {
  readonly state: ConnectionState;
  readonly entry: Entry | null;
  /** The workspace's other connections that were not ended. */
  readonly others: ReadonlyMap<string, ConnectionState>;
}

const CONNECTIONS_MAX = 10_000;

export async function loadConnection(context: Context): Promise<LoadedConnection> {
  const { scope, kind, key } = connectionKey(context);
  const entries = await context.store.entries({ scope, kind, limit: CONNECTIONS_MAX });
  const states = new Map(entries.map((entry) => [entry.key, entry.body as unknown as ConnectionState]));
  const others = new Map([...states].filter(([name, { status }]) => name !== key && status !== 'disconnected'));
  return { state: states.get(key) ?? ACTIVE, entry: entries.find((entry) => entry.key === key) ?? null, others };
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

/** Drops every link of the mapped objects, and where pulls and their queues stood: the next pull matches every record anew. */
export async function dropLinks(context: Context, session: Session): Promise<void> {
  for (const { crmObject } of context.mappings) {
    for (let after: string | null = null; ; ) {
      const rows = await context.store.scan({ entity: 'contact', object: crmObject, want: 'linked', plan: '', now: 0, after, limit: 500 });
      const last = rows.at(-1);
      if (last === undefined) break;
      await untilCommitted(context, session, async () => {
        const fresh = await context.store.load({ ids: rows.map(({ id }) => id) });
        const changes = fresh.map((row) => ({
          kind: 'update' as const,
          contactId: row.id,
          links: row.links.filter(({ object }) => object === crmObject).map((link) => ({ ...changeOf(link), remove: true as const })),
        }));
        return { result: undefined, changes: { rows: changes.filter(({ links }) => links.length > 0), entries: [] } };
      });
      after = last.id;
    }
  }
  for (const kind of [KIND.checkpoint, KIND.waiting, KIND.awaited, KIND.recheck, KIND.brake]) await dropEntries(context, session, kind);
}

async function dropEntries(context: Context, session: Session, kind: string): Promise<void> {
  for (;;) {
    const found = await context.store.entries({ scope: 'connection', kind, limit: 500 });
    if (found.length === 0) return;
    await untilCommitted(context, session, async () => {
      const entries = await context.store.entries({ scope: 'connection', kind, limit: 500 });
      return {
        result: undefined,
        changes: {
          rows: [],
          entries: entries.map(({ scope, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' as const })),
        },
      };
    });
  }
}

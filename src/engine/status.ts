import type { Counts, Run } from '../core/run.ts';
import { LEASE_KIND } from '../ports/store.ts';
import { type ConnectionState, loadConnection } from './connection.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { listRuns } from './runs.ts';

/** What a settings page shows of a connection. */
export interface Status {
  /** `running`: a run holds a lease. `queued`: one was paused with more to do. `idle`: nothing is under way. */
  readonly state: 'running' | 'queued' | 'idle';
  readonly connection: Omit<ConnectionState, 'account'>;
  /** The run that is under way, or the last one. */
  readonly run: {
    readonly id: string;
    readonly flow: Run['flow'];
    readonly trigger: string;
    readonly startedAt: string;
    readonly counts: Counts;
  } | null;
  /** Conversations with a step that is not finished, records to be fetched again, records that wait for a contact. At most 1,000 each. */
  readonly waiting: { readonly conversations: number; readonly records: number; readonly unmatched: number };
}

const COUNTED_MAX = 1_000;

export async function status(context: Context): Promise<Status> {
  const runs = await listRuns(context, { limit: 20 });
  const active = await holders(context);
  const running = runs.find(({ id }) => active.has(id));
  const last = running ?? runs[0];
  const { state: connection } = await loadConnection(context);
  const count = async (kind: string) => (await context.store.entries({ scope: 'connection', kind, limit: COUNTED_MAX })).length;
  return {
    state: running !== undefined ? 'running' : last?.status === 'paused' ? 'queued' : 'idle',
    connection: { status: connection.status, reason: connection.reason },
    run:
      last === undefined ? null : { id: last.id, flow: last.flow, trigger: last.trigger, startedAt: last.startedAt, counts: last.counts },
    waiting: { conversations: await count(KIND.conversation), records: await count(KIND.recheck), unmatched: await count(KIND.waiting) },
  };
}

/** Runs that hold a lease which has not run out. */
async function holders(context: Context): Promise<ReadonlySet<string>> {
  const leases = await context.store.entries({ scope: 'connection', kind: LEASE_KIND, limit: 20 });
  const held = leases.filter(({ dueAt }) => dueAt !== null && dueAt > context.clock.now());
  return new Set(held.map(({ body }) => (body as { readonly holder: string }).holder));
}

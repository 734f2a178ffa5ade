import type { Counts, Flow, Run } from '../core/runs/run.ts';
import { LEASE_KIND } from '../ports/store.ts';
import { type DeletionQuestion, deletionQuestions } from './brake.ts';
import { budgetState } from './budget.ts';
import { partsOf } from './companies/company-context.ts';
import type { ConflictRecord } from './conflict-entry.ts';
import { type ConnectionState, loadConnection } from './connection.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { mergeBudgetState } from './merging/merge-budget.ts';
import { openConflicts } from './rewritten.ts';
import { getRuns, latestRuns } from './runs.ts';

/** What a settings page shows of a connection. */
export interface Status {
  /** `running`: a run holds a lease. `queued`: one was paused, or died, with more to do. `idle`: nothing is under way. */
  readonly state: 'running' | 'queued' | 'idle';
  readonly connection: Pick<ConnectionState, 'status' | 'reason'>;
  /** The run that is under way, or the last one. */
  readonly run: {
    readonly id: string;
    readonly flow: Run['flow'];
    readonly trigger: string;
    readonly startedAt: string;
    readonly counts: Counts;
  } | null;
  /** Conversations with a step that is not finished, records to be fetched again, records that wait for a contact, a company or a match key (`ambiguous()` of `contacts` and `companies`). At most 100 each. */
  readonly waiting: { readonly conversations: number; readonly records: number; readonly ambiguous: number };
  /** Fields that wait for a decision (`conflicts.list({ open: true })`); `rewritten` of them because the CRM undoes what is sent. At most 1,000. */
  readonly conflicts: { readonly open: number; readonly rewritten: number };
  /** Runs stopped before they unlinked or cleared so many: look, and answer with `allowDeletions`. Empty: nothing is asked. */
  readonly deletions: readonly DeletionQuestion[];
  /** API calls since `since` (ISO 8601 UTC), for 24 hours from then; null: no budget is set. */
  readonly budget: { readonly since: string; readonly calls: number; readonly callsPerDay: number } | null;
  /** Questions to the merger since `since`, for 24 hours from then; null: `merging.perDay` is not set. */
  readonly merging: { readonly since: string; readonly questions: number; readonly perDay: number } | null;
}

const COUNTED_MAX = 100;
const FLOWS: readonly Flow[] = ['pull', 'push', 'sync', 'pending', 'backfill'];

export async function status(context: Context): Promise<Status> {
  const [running] = newestFirst(await getRuns(context, await holders(context)));
  const latest = newestFirst(await latestRuns(context, FLOWS));
  const run = running ?? latest[0];
  const { state: connection } = await loadConnection(context);
  const count = async (kind: string, { store }: Context = context) =>
    (await store.entries({ scope: 'connection', kind, limit: COUNTED_MAX })).length;
  const budget = await budgetState(context, context.clock.now());
  const merging = await mergeBudgetState(context, context.clock.now());
  return {
    state: running !== undefined ? 'running' : latest.some((one) => isOpen(one, latest)) ? 'queued' : 'idle',
    connection: { status: connection.status, reason: connection.reason },
    run: run === undefined ? null : { id: run.id, flow: run.flow, trigger: run.trigger, startedAt: run.startedAt, counts: run.counts },
    waiting: {
      conversations: await count(KIND.conversation),
      records: await count(KIND.recheck),
      ambiguous: await countAmbiguous(context, count),
    },
    conflicts: conflictCounts(await openConflicts(context)),
    deletions: await deletionQuestions(context),
    budget: budget && { ...budget, since: new Date(budget.since).toISOString() },
    merging: merging && { ...merging, since: new Date(merging.since).toISOString() },
  };
}

/** Of contacts, and of companies. */
async function countAmbiguous(context: Context, count: (kind: string, part: Context) => Promise<number>): Promise<number> {
  let ambiguous = 0;
  for (const part of partsOf(context)) ambiguous += await count(KIND.waiting, part);
  return Math.min(ambiguous, COUNTED_MAX);
}

const conflictCounts = (open: readonly ConflictRecord[]) => ({
  open: open.length,
  rewritten: open.filter((conflict) => conflict.open === 'rewritten').length,
});

const newestFirst = (runs: readonly Run[]): readonly Run[] => [...runs].sort((a, b) => (a.id < b.id ? 1 : -1));

/**
 * It ended before its work did, and no later run has done the rest: a sync does that of every flow but a backfill, whose
 * conversations only the host has; a pull the last part of a sync's.
 */
function isOpen({ id, flow, status }: Run, latest: readonly Run[]): boolean {
  if (status !== 'paused' && status !== 'running') return false;
  if (flow === 'backfill') return true;
  return !latest.some(
    (later) => later.id > id && later.status === 'done' && (later.flow === 'sync' || (flow === 'sync' && later.flow === 'pull')),
  );
}

/** Ids of runs that hold a lease which has not run out. */
async function holders(context: Context): Promise<readonly string[]> {
  const leases = await context.store.entries({ scope: 'connection', kind: LEASE_KIND, limit: 20 });
  const held = leases.filter(({ dueAt }) => dueAt !== null && dueAt > context.clock.now());
  return [...new Set(held.map(({ body }) => (body as { readonly holder: string }).holder))];
}

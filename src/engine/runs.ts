import type { Flow, Run } from '../core/runs/run.ts';
import type { Json } from '../core/values/value.ts';
import { CrmSyncError, isCrmSyncError } from '../errors.ts';
import type { EntryChange } from '../ports/store.ts';
import { countCalls } from './budget.ts';
import { untilCommitted } from './commit.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { Lease } from './lease.ts';
import type { SyncOptions } from './options.ts';
import { RunRecorder } from './run-recorder.ts';
import { Session, type SessionOptions } from './session.ts';

/** Runs `work` as a recorded run that holds the lease of its flow; says how it ended. */
export async function recorded(
  context: Context,
  flow: Flow,
  options: SyncOptions,
  work: (run: RunRecorder, lease: Lease) => Promise<'done' | 'paused'>,
): Promise<Run> {
  const session = new Session(context, options);
  const run = new RunRecorder(context, session, { flow, trigger: options.trigger, allowDeletions: options.allowDeletions });
  const lease = await Lease.take(context, session, { name: flow, holder: run.id });
  if (typeof lease === 'string') return { ...run.snapshot, status: 'busy', busyWith: lease };
  try {
    return await record(context, run, async () => {
      await start(context, run, flow, lease);
      return work(run, lease);
    });
  } finally {
    await lease.release();
  }
}

/**
 * Runs `work` beside the flow's own runs: without a lease, and without a word on how far the flow is. It is short, and
 * recorded once it has ended.
 */
export async function recordedAside(
  context: Context,
  flow: Flow,
  options: SyncOptions & SessionOptions,
  work: (run: RunRecorder) => Promise<'done' | 'paused'>,
): Promise<Run> {
  const run = new RunRecorder(context, new Session(context, options), {
    flow,
    trigger: options.trigger,
    allowDeletions: options.allowDeletions,
  });
  return record(context, run, async () => {
    context.notify({ type: 'run.started', run: run.id, flow, trigger: run.snapshot.trigger });
    return work(run);
  });
}

/** Records how `work` ended, whichever way. */
async function record(context: Context, run: RunRecorder, work: () => Promise<'done' | 'paused'>): Promise<Run> {
  const { session } = run;
  try {
    return await ended(context, run, await work());
  } catch (thrown) {
    if (!session.signal.aborted) throw await failed(context, run, thrown);
    return await ended(context, run, 'paused'); // the host cut it: what was committed stays, the rest comes next time
  } finally {
    await countCalls(context, session).catch(() => undefined); // a run that is done has not failed
  }
}

async function ended(context: Context, run: RunRecorder, status: 'done' | 'paused'): Promise<Run> {
  const result = await run.finish(status);
  context.notify({ type: 'run.finished', run: run.id, result });
  return result;
}

/**
 * Records the run, and what has become of the one before it, in one commit that expects the lease: a run that was held up
 * until another one took over would take that one's place as the newest, and nobody would say how that one ended.
 */
async function start(context: Context, run: RunRecorder, flow: Flow, lease: Lease): Promise<void> {
  let turns = 0;
  await untilCommitted(context, run.session, async () => {
    turns += 1;
    if (turns > 1) await lease.renew();
    const [newest] = await latestRuns(context, [flow]);
    const closed = newest?.status === 'running' ? await closedDead(context, newest) : [];
    if (newest?.status === 'paused') run.continueFrom(newest.id);
    const latest: EntryChange = { scope: 'connection', kind: KIND.latest, key: flow, expected: 'any', put: { body: run.id } };
    return { result: undefined, changes: { rows: [], entries: [...closed, run.entry(), latest, ...lease.fences()] } };
  });
  context.notify({ type: 'run.started', run: run.id, flow, trigger: run.snapshot.trigger });
}

/** Its lease was free, so its process has died: what it committed is there, and nobody else will say how it ended. */
async function closedDead(context: Context, dead: Run): Promise<readonly EntryChange[]> {
  const [entry] = await context.store.entries({ scope: 'connection', kind: KIND.run, keys: [dead.id], limit: 1 });
  if (entry === undefined || (entry.body as unknown as Run).status !== 'running') return [];
  const failure = {
    code: 'run_died',
    category: 'store',
    message: 'The run never ended: its process died, or was held up until its lease ran out.',
    remedy: 'Nothing to do: what it committed is kept, and later runs go on from there.',
  };
  const body: Run = { ...dead, status: 'failed', failure, finishedAt: new Date(context.clock.now()).toISOString() };
  const change = {
    scope: 'connection',
    kind: KIND.run,
    key: dead.id,
    expected: entry.version,
    put: { body: body as unknown as Json },
  } as const;
  return [change];
}

/** Records the failure and tells it. The answer is what to throw: an error that is not ours goes out as it came. */
async function failed(context: Context, run: RunRecorder, thrown: unknown): Promise<unknown> {
  const error = (isCrmSyncError(thrown) ? thrown : UNEXPECTED).locate({
    workspace: context.workspace,
    connection: context.connection,
    run: run.id,
  });
  const { code, category, message, remedy } = error;
  await run.finish('failed', { code, category, message, remedy }).catch(() => undefined); // the store may be what is broken
  context.notify({ type: 'run.failed', run: run.id, error });
  return isCrmSyncError(thrown) ? error : thrown;
}

/** Stands for an error that is not ours: its text may hold anything. */
const UNEXPECTED = new CrmSyncError('An unexpected error ended the run.', {
  code: 'unexpected',
  category: 'store',
  remedy: 'Look at the error that the call threw: it comes from the store, the connector, or a bug.',
});

/** The newest run of each of these flows, as recorded. */
export async function latestRuns(context: Context, flows: readonly Flow[]): Promise<readonly Run[]> {
  const latest = await context.store.entries({ scope: 'connection', kind: KIND.latest, keys: flows, limit: flows.length });
  return getRuns(
    context,
    latest.map(({ body }) => body as string),
  );
}

/** Those of these runs that are recorded. */
export async function getRuns(context: Context, ids: readonly string[]): Promise<readonly Run[]> {
  if (ids.length === 0) return [];
  const entries = await context.store.entries({ scope: 'connection', kind: KIND.run, keys: ids, limit: ids.length });
  return entries.map(({ body }) => body as unknown as Run);
}

/** Newest first. */
export async function listRuns(
  context: Context,
  { limit = 50, after }: { readonly limit?: number; readonly after?: string } = {},
): Promise<readonly Run[]> {
  const query = { scope: 'connection', kind: KIND.run, order: 'descending', limit, ...(after !== undefined && { after }) } as const;
  return (await context.store.entries(query)).map(({ body }) => body as unknown as Run);
}

export const getRun = async (context: Context, id: string): Promise<Run | null> => (await getRuns(context, [id]))[0] ?? null;

/** Removes the records of runs that ended before `olderThan`. */
export async function pruneRuns(context: Context, olderThan: Date): Promise<number> {
  let removed = 0;
  for (let after = ''; ; ) {
    const entries = await context.store.entries({ scope: 'connection', kind: KIND.run, after, limit: 500 });
    const last = entries.at(-1);
    if (last === undefined) return removed;
    const old = entries.filter(({ body }) => {
      const { finishedAt } = body as unknown as Run;
      return finishedAt !== null && finishedAt < olderThan.toISOString();
    });
    const changes = old.map(({ scope, kind, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' as const }));
    const committed = changes.length === 0 ? null : await context.store.commit({ rows: [], entries: changes });
    if (committed?.status === 'done') removed += old.length;
    after = last.key;
  }
}

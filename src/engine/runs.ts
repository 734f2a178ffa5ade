import {
  type CountKey,
  type Counts,
  count,
  type Flow,
  NO_COUNTS,
  RUN_ERRORS_MAX,
  type Run,
  type RunError,
  type RunNote,
} from '../core/run.ts';
import type { Json } from '../core/value.ts';
import { CrmSyncError, isCrmSyncError } from '../errors.ts';
import type { EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { Lease } from './lease.ts';
import type { FlowOptions } from './options.ts';
import { Session } from './session.ts';

/** Where a change came from, for the history. */
export interface Source {
  readonly run?: string;
  readonly conversation?: string;
}

/** One run being recorded: counts, errors, notes; stored with every page, so that `status()` and a crash show how far it came. */
export class RunRecorder {
  readonly id: string;
  readonly session: Session;
  readonly source: Source;
  readonly #context: Context;
  #run: Run;
  #part: Flow;
  #errors: RunError[] = [];
  readonly #failures = new Map<string, number>();

  constructor(context: Context, session: Session, flow: Flow, trigger: string, continues: string | null, conversation?: string) {
    this.#context = context;
    this.session = session;
    this.#part = flow;
    // Sorts by time: runs are listed newest first by their keys.
    this.id = `${new Date(context.clock.now()).toISOString()}-${context.ids().slice(0, 8)}`;
    this.source = conversation === undefined ? { run: this.id } : { conversation };
    this.#run = {
      id: this.id,
      flow,
      trigger,
      status: 'running',
      startedAt: new Date(context.clock.now()).toISOString(),
      finishedAt: null,
      durationMs: null,
      counts: NO_COUNTS,
      parts: {},
      apiCalls: 0,
      conflicts: 0,
      drift: 0,
      skips: {},
      errors: [],
      errorsBeyond: 0,
      notes: [],
      continues,
      busyWith: null,
      failure: null,
    };
  }

  get counts(): Counts {
    return this.#run.counts;
  }

  get snapshot(): Run {
    return { ...this.#run, errors: this.#errors, apiCalls: this.session.apiCalls };
  }

  /** Counts from now on belong to this flow of a sync. */
  enter(part: Flow): void {
    this.#part = part;
  }

  count(key: CountKey, times = 1): void {
    const counts = count(this.#run.counts, key, times);
    const part = count(this.#run.parts[this.#part] ?? NO_COUNTS, key, times);
    this.#run = { ...this.#run, counts, parts: this.#run.flow === 'sync' ? { ...this.#run.parts, [this.#part]: part } : this.#run.parts };
  }

  skip(reason: string): void {
    this.count('skipped');
    this.#run = { ...this.#run, skips: { ...this.#run.skips, [reason]: (this.#run.skips[reason] ?? 0) + 1 } };
  }

  found(more: { readonly conflicts?: number; readonly drift?: number }): void {
    this.#run = { ...this.#run, conflicts: this.#run.conflicts + (more.conflicts ?? 0), drift: this.#run.drift + (more.drift ?? 0) };
  }

  error(error: RunError): void {
    if (this.#errors.length < RUN_ERRORS_MAX) this.#errors.push(error);
    else this.#run = { ...this.#run, errorsBeyond: this.#run.errorsBeyond + 1 };
  }

  /** A record that could not be handled at all. `counted`: it is one of the records this run processes. */
  failed(error: RunError, counted: boolean): void {
    if (counted) this.count('failed');
    this.error(error);
    this.#failures.set(error.code, (this.#failures.get(error.code) ?? 0) + 1);
  }

  /** One cause fails most records: going on would only fill the retry ledger (R13). */
  assertHealthy(): void {
    for (const [code, times] of this.#failures)
      if (times >= 50 && times > this.counts.processed / 10)
        throw new CrmSyncError(`${times} of ${this.counts.processed} records failed with the same code: ${code}.`, {
          code: 'most_records_fail',
          category: 'validation',
          remedy: `Remove the cause of ${code}; the run stopped at the last committed page and goes on from there.`,
        });
  }

  note(note: RunNote): void {
    if (this.#run.notes.some(({ code, object }) => code === note.code && object === note.object)) return;
    this.#run = { ...this.#run, notes: [...this.#run.notes, note] };
  }

  /** Tells the observer how far it is. */
  progress(object: string): void {
    this.#context.notify({ type: 'run.progress', run: this.id, object, counts: this.counts, apiCalls: this.session.apiCalls });
  }

  /** The run as it stands, to be stored with a page. */
  entry(): EntryChange {
    const body = this.snapshot as unknown as Json;
    return { scope: 'connection', kind: KIND.run, key: this.id, expected: 'any', put: { body } };
  }

  async finish(status: 'done' | 'paused' | 'failed', failure: Run['failure'] = null): Promise<Run> {
    const finishedAt = new Date(this.#context.clock.now()).toISOString();
    this.#run = { ...this.snapshot, status, failure, finishedAt, durationMs: this.session.durationMs };
    await this.#context.store.commit({ rows: [], entries: [this.entry()] });
    return this.#run;
  }
}

/** Runs `work` as a recorded run that holds the lease of its flow; says how it ended. */
export async function recorded(
  context: Context,
  flow: Flow,
  options: FlowOptions,
  work: (run: RunRecorder, lease: Lease) => Promise<'done' | 'paused'>,
): Promise<Run> {
  const session = new Session(context, options);
  const run = new RunRecorder(context, session, flow, options.trigger ?? 'manual', await pausedBefore(context, flow));
  const lease = await Lease.take(context, session, flow, run.id);
  if (typeof lease === 'string') return { ...run.snapshot, status: 'busy', busyWith: lease };
  try {
    await context.store.commit({ rows: [], entries: [run.entry()] });
    context.notify({ type: 'run.started', run: run.id, flow, trigger: run.snapshot.trigger });
    const result = await run.finish(await work(run, lease));
    context.notify({ type: 'run.finished', run: run.id, result });
    return result;
  } catch (thrown) {
    if (!session.signal.aborted) throw await failed(context, run, thrown);
    const result = await run.finish('paused'); // the host cut it: what was committed stays, the rest comes next time
    context.notify({ type: 'run.finished', run: run.id, result });
    return result;
  } finally {
    await lease.release();
  }
}

async function failed(context: Context, run: RunRecorder, thrown: unknown): Promise<unknown> {
  if (!isCrmSyncError(thrown)) {
    const failure = {
      code: 'unexpected',
      category: 'store',
      message: 'An unexpected error ended the run.',
      remedy: 'See the error that was thrown.',
    };
    await run.finish('failed', failure).catch(() => undefined); // the store may be what is broken
    return thrown;
  }
  const error = thrown.locate({ workspace: context.workspace, connection: context.connection, run: run.id });
  const { code, category, message, remedy } = error;
  await run.finish('failed', { code, category, message, remedy }).catch(() => undefined);
  context.notify({ type: 'run.failed', run: run.id, error });
  return error;
}

async function pausedBefore(context: Context, flow: Flow): Promise<string | null> {
  const last = (await listRuns(context, { limit: 20 })).find((run) => run.flow === flow);
  return last?.status === 'paused' ? last.id : null;
}

/** Newest first. */
export async function listRuns(
  context: Context,
  { limit = 50, after }: { readonly limit?: number; readonly after?: string } = {},
): Promise<readonly Run[]> {
  const query = { scope: 'connection', kind: KIND.run, order: 'descending', limit, ...(after !== undefined && { after }) } as const;
  return (await context.store.entries(query)).map(({ body }) => body as unknown as Run);
}

export async function getRun(context: Context, id: string): Promise<Run | null> {
  const [entry] = await context.store.entries({ scope: 'connection', kind: KIND.run, keys: [id], limit: 1 });
  return entry === undefined ? null : (entry.body as unknown as Run);
}

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

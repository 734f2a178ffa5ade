import { NO_MERGING } from '../core/runs/merging.ts';
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
} from '../core/runs/run.ts';
import type { Json } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import type { EntryChange } from '../ports/store.ts';
import { Brake } from './brake.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import type { Session } from './session.ts';
import { nextTurn } from './turn.ts';

/** Where a change came from, for the history. */
export interface Source {
  readonly run?: string;
  readonly conversation?: string;
  readonly by?: string;
}

interface RunOptions {
  readonly flow: Flow;
  readonly trigger?: string | undefined;
  /** What is recorded is a part of handling this conversation: the history names it instead of the run. */
  readonly conversation?: string;
  /** The same of an act by hand: the history names who did it. */
  readonly by?: string;
  /** What the host answers to `mass_deletion`. */
  readonly allowDeletions?: boolean | number | undefined;
}

/** A run stops where one code fails so many records and so large a share of them (R13). */
const FAILURES_MIN = 50;
const FAILURES_SHARE = 0.1;

/** One run being recorded: counts, errors, notes; stored with every page, so that `status()` and a crash show how far it came. */
export class RunRecorder {
  readonly id: string;
  readonly session: Session;
  readonly source: Source;
  readonly brake: Brake;
  readonly #context: Context;
  #run: Run;
  #part: Flow;
  #errors: RunError[] = [];
  #listener: (error: RunError) => void = () => undefined;
  readonly #failures = new Map<string, number>();

  constructor(context: Context, session: Session, { flow, trigger = 'manual', conversation, by, allowDeletions = false }: RunOptions) {
    this.#context = context;
    this.session = session;
    this.#part = flow;
    // Sorts by time: runs are listed newest first by their keys.
    this.id = `${new Date(context.clock.now()).toISOString()}-${nextTurn()}-${context.ids()}`;
    this.brake = new Brake(context, this.id, allowDeletions, context.isPreview === true ? (error) => this.#wouldStop(error) : null);
    this.source = by !== undefined ? { by } : conversation === undefined ? { run: this.id } : { conversation };
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
      merging: NO_MERGING,
      conflicts: 0,
      drift: 0,
      skips: {},
      errors: [],
      errorsBeyond: 0,
      notes: [],
      continues: null,
      busyWith: null,
      failure: null,
    };
  }

  /** Goes on from a run that was paused. */
  continueFrom(id: string): void {
    this.#run = { ...this.#run, continues: id };
  }

  get counts(): Counts {
    return this.#run.counts;
  }

  get snapshot(): Run {
    return { ...this.#run, errors: this.#errors, apiCalls: this.session.apiCalls, merging: this.session.merging.totals };
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

  /** Tells every error as it comes: the run itself keeps the first ones only. */
  hear(listener: (error: RunError) => void): void {
    this.#listener = listener;
  }

  error(error: RunError): void {
    this.#listener(error);
    if (this.#errors.length < RUN_ERRORS_MAX) this.#errors.push(error);
    else this.#run = { ...this.#run, errorsBeyond: this.#run.errorsBeyond + 1 };
  }

  /** A whole record that could not be handled: its code counts towards `assertHealthy`. */
  failed(error: RunError): void {
    this.error(error);
    this.#failures.set(error.code, (this.#failures.get(error.code) ?? 0) + 1);
  }

  /** One cause fails most records: going on would only fill the queue of records to fetch again (R13). */
  assertHealthy(): void {
    for (const [code, times] of this.#failures)
      if (times >= FAILURES_MIN && times > this.counts.processed * FAILURES_SHARE)
        throw new CrmSyncError(`${times} of ${this.counts.processed} records failed with the same code: ${code}.`, {
          code: 'most_records_fail',
          category: 'validation',
          remedy: `Remove the cause of ${code}; the run stopped at the last committed page and goes on from there.`,
        });
  }

  note(note: RunNote): void {
    if (this.#run.notes.some(({ code, object, message }) => code === note.code && object === note.object && message === note.message))
      return;
    this.#run = { ...this.#run, notes: [...this.#run.notes, note] };
  }

  #wouldStop({ code, message, at: { object } }: CrmSyncError): void {
    this.note({ code, ...(object !== undefined && { object }), message: `The run would stop here, and ask: ${message}` });
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

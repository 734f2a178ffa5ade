import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { CrmSyncError } from '../../../errors.ts';
import { jsonOf } from '../../../http/answers.ts';
import type { HttpResult } from '../../../http/send.ts';
import { unknownOutcome } from '../../../http/write-in-parts.ts';
import type { Call, Write, Wrote } from '../../../ports/connector.ts';
import { errorOf } from '../client.ts';
import type { Context } from '../context.ts';
import { brokenAnswer, noAnswer } from '../errors.ts';
import { toId18 } from '../record-id.ts';
import type { Kind } from '../write/batch.ts';
import { refusedAsAWhole } from '../write/write.ts';
import { CSV_FORM, readCsv, type Table } from './csv.ts';
import { type RowOutcomes, refusedRows, unprocessedRows, writtenRows } from './outcomes.ts';
import { keyOf } from './upload.ts';

const JOBS = '/jobs/ingest';
const JOB = `${JOBS}/{job}`;
const WAIT_MIN_MS = 1_000;
const WAIT_MAX_MS = 15_000;
/** What is kept back of the time for reading the results. */
const RESULTS_MS = 120_000;

const jobAnswer = lazy(() => z.object({ id: z.string(), state: z.string() }));
const ENDED = new Set(['JobComplete', 'Failed', 'Aborted']);

export interface Upload {
  readonly kind: Exclude<Kind, 'create'>;
  readonly writes: readonly Write[];
  readonly csv: string;
}

/** One outcome per write, in order; null: nobody has worked on it, for sure. */
export type JobOutcomes = readonly (Wrote | null)[];

/**
 * Writes an upload as one job. Nothing is written before the job is closed; after that it is seen to its end, whatever the
 * signal says. A job that does not end in time is aborted: what it tells of its rows counts, the rest is `unknown`.
 *
 * @throws where nothing was written.
 */
export async function runIngestJob(context: Context, upload: Upload, call: Call, deadline: number): Promise<JobOutcomes> {
  const job = new IngestJob(context, upload, call, deadline);
  await job.open();
  const state = await job.end();
  return job.outcomes(state);
}

class IngestJob {
  readonly #context: Context;
  readonly #upload: Upload;
  readonly #call: Call;
  /** For what goes on after the close: a write in flight is not cut (R4). */
  readonly #uncut: Call;
  readonly #deadline: number;
  #id = '';

  constructor(context: Context, upload: Upload, call: Call, deadline: number) {
    this.#context = context;
    this.#upload = upload;
    this.#call = call;
    this.#uncut = { ...call, signal: new AbortController().signal };
    this.#deadline = deadline;
  }

  /** Makes the job, uploads its rows and closes it. @throws where it was certainly not closed. */
  async open(): Promise<void> {
    const { client } = this.#context;
    const { kind, writes, csv } = this.#upload;
    const { object, uniqueKey } = writes[0]!;
    const body = {
      object,
      operation: kind,
      ...(uniqueKey && kind === 'upsert' ? { externalIdFieldName: uniqueKey.field } : {}),
      ...CSV_FORM,
    };
    const { text } = await client.repeat({ method: 'POST', path: JOBS, body, operation: JOBS }, this.#call, this.#deadline);
    const id = toId18(jobIn(text)?.id);
    if (id === null) throw brokenAnswer(`POST ${JOBS}`);
    this.#id = id;
    try {
      const target = { method: 'PUT', path: `${JOBS}/${id}/batches`, csv, operation: `${JOB}/batches` } as const;
      assertAccepted(await client.write(target, this.#call, this.#deadline), `PUT ${JOB}/batches`);
      this.#call.signal.throwIfAborted();
      assertMayBeClosed(await this.#change('UploadComplete', this.#call));
    } catch (error) {
      await this.#abort();
      throw error;
    }
  }

  /** The state that the job ended in; `running` where it can't be known in time, after an attempt to abort it. */
  async end(): Promise<string> {
    const { clock } = this.#context;
    // Bound: until the time that is left is needed for the results.
    for (let wait = WAIT_MIN_MS; clock.now() + RESULTS_MS < this.#deadline; wait = Math.min(wait * 1.5, WAIT_MAX_MS)) {
      await clock.sleep(wait);
      const state = await this.#state();
      if (state === 'lost') break;
      if (ENDED.has(state)) return state;
      if (state === 'Open') await this.#change('UploadComplete', this.#uncut).catch(nothingFrom); // the close was lost on its way
    }
    await this.#abort();
    const state = await this.#state();
    return ENDED.has(state) ? state : 'running';
  }

  async outcomes(state: string): Promise<JobOutcomes> {
    const { writes } = this.#upload;
    const left = new Map<string, Wrote>();
    const isTold = () => writes.every((write) => left.has(keyOf(write)));
    const add = (rows: RowOutcomes) => {
      for (const [key, outcome] of rows) if (!left.has(key)) left.set(key, outcome);
    };
    add(writtenRows(await this.#results('successfulResults'), writes));
    if (!isTold()) add(refusedRows(await this.#results('failedResults'), writes));
    // Only a job that failed by itself has stopped for certain: rows of an aborted one may still be under way.
    const untouched = state === 'Failed' && !isTold() ? unprocessedRows(await this.#results('unprocessedrecords'), writes) : new Set();
    return writes.map((write) => {
      const key = keyOf(write);
      return left.get(key) ?? (untouched.has(key) ? null : unknownOutcome(state === 'running' ? 'job_too_slow' : 'no_result'));
    });
  }

  /** `lost` where asking again would not help, `unclear` where it may. */
  async #state(): Promise<string> {
    const target = { method: 'GET', path: `${JOBS}/${this.#id}`, operation: JOB } as const;
    try {
      const { text } = await this.#context.client.repeat(target, this.#uncut, this.#deadline);
      return jobIn(text)?.state ?? 'unclear';
    } catch (error) {
      return error instanceof CrmSyncError && !error.retryable ? 'lost' : 'unclear';
    }
  }

  #change(state: 'UploadComplete' | 'Aborted', call: Call): Promise<HttpResult> {
    const target = { method: 'PATCH', path: `${JOBS}/${this.#id}`, body: { state }, operation: JOB } as const;
    return this.#context.client.write(target, call, this.#deadline);
  }

  /** As far as it can be done: a job that was never closed writes nothing, and goes after a week. */
  async #abort(): Promise<void> {
    await this.#change('Aborted', this.#uncut).catch(nothingFrom);
  }

  /** Without rows where they can't be had: what they would have told is unknown. */
  async #results(which: 'successfulResults' | 'failedResults' | 'unprocessedrecords'): Promise<Table> {
    const target = {
      method: 'GET',
      path: `${JOBS}/${this.#id}/${which}`,
      headers: { accept: 'text/csv' },
      operation: `${JOB}/${which}`,
    } as const;
    // Bound: what was cut on the way, or not to be had just now, is asked for once more.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await this.#context.client.repeat(target, this.#uncut, this.#deadline).catch(nothingFrom);
      const table = answer ? await readCsv(answer.text) : null;
      if (table !== null) return table;
    }
    return { columns: [], rows: [] };
  }
}

const jobIn = (text: string): z.infer<ReturnType<typeof jobAnswer>> | undefined => jobAnswer().safeParse(jsonOf(text)).data;

function assertAccepted(result: HttpResult, operation: string): void {
  if (result.kind === 'failure') throw noAnswer(operation, result.code);
  if (result.status < 200 || result.status > 299) throw errorOf(result, operation);
}

/** @throws where the job was certainly not closed. */
function assertMayBeClosed(result: HttpResult): void {
  if (result.kind === 'failure' && result.sent === false) throw noAnswer(`PATCH ${JOB}`, result.code);
  const refusal = result.kind === 'answer' ? refusedAsAWhole(result) : null;
  if (refusal !== null) throw refusal;
}

/** Of a request that may fail: the job goes on, and what it can't tell stays unknown. */
const nothingFrom = (): undefined => undefined;

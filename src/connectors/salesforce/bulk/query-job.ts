import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { jsonOf, startOf, timesOf } from '../../../http/answers.ts';
import type { HttpAnswer } from '../../../http/send.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { brokenAnswer } from '../errors.ts';
import { toId18 } from '../record-id.ts';
import { CSV_FORM, readCsv, type Table } from './csv.ts';
import type { BulkPosition } from './position.ts';

const jobAnswer = lazy(() => z.object({ id: z.string(), state: z.string() }));
const JOBS = '/jobs/query';
const RUNNING = new Set(['Open', 'UploadComplete', 'InProgress']);

export interface NewJob {
  readonly id: string;
  /** The CRM's clock when it was asked for, in ms; null where it does not say. */
  readonly startedAt: number | null;
}
export interface JobState {
  /** Over: it failed or was aborted, and has no results. */
  readonly state: 'running' | 'complete' | 'over';
  /** The CRM's clock, in ms; null where it does not say. */
  readonly crmTime: number | null;
}
export interface ResultPage {
  readonly table: Table;
  /** Null: this was the last page. */
  readonly next: string | null;
}

/** A lost answer leaves a job behind that nobody reads: no harm, so it is asked for again. */
export async function createQueryJob(client: Client, soql: string, call: Call): Promise<NewJob> {
  const body = { operation: 'query', query: soql, ...CSV_FORM };
  const answer = await client.repeat({ method: 'POST', path: JOBS, body, operation: JOBS }, call);
  const id = toId18(jobOf(answer, `POST ${JOBS}`).id);
  if (id === null) throw brokenAnswer(`POST ${JOBS}`);
  return { id, startedAt: startOf(timesOf(answer)) };
}

export async function queryJobState(client: Client, job: string, call: Call): Promise<JobState> {
  const operation = `${JOBS}/{job}`;
  const answer = await client.repeat({ method: 'GET', path: `${JOBS}/${job}`, operation }, call);
  const { state } = jobOf(answer, `GET ${operation}`);
  return {
    state: state === 'JobComplete' ? 'complete' : RUNNING.has(state) ? 'running' : 'over',
    crmTime: timesOf(answer).crmTime,
  };
}

/**
 * One page of a job's results. A page that was cut on the way is asked for once more.
 *
 * @throws CrmSyncError code `broken_answer` for a page that can't be read, or does not say which one comes next.
 */
export async function queryJobResults(client: Client, { job, locator, rows }: BulkPosition, call: Call): Promise<ResultPage> {
  const operation = `${JOBS}/{job}/results`;
  const query = { maxRecords: String(rows), ...(locator === null ? {} : { locator }) };
  for (let attempt = 0; ; attempt += 1) {
    const answer = await client.repeat(
      { method: 'GET', path: `${JOBS}/${job}/results`, query, headers: { accept: 'text/csv' }, operation },
      call,
    );
    const page = await pageOf(answer, locator);
    if (page !== null) return page;
    if (attempt > 0) throw brokenAnswer(`GET ${operation}`);
  }
}

/** Null for a page that lacks rows, columns or the name of the next one. */
async function pageOf({ text, headers }: HttpAnswer, locator: string | null): Promise<ResultPage | null> {
  const table = await readCsv(text);
  const next = headers.get('sforce-locator');
  const promised = headers.get('sforce-numberofrecords');
  if (table === null || next === null || next === '' || next === locator) return null;
  if (promised !== null && Number(promised) !== table.rows.length) return null;
  if (!table.columns.includes('Id') || !table.columns.includes('SystemModstamp')) return null;
  return { table, next: next === 'null' ? null : next };
}

function jobOf({ text }: HttpAnswer, operation: string): z.infer<ReturnType<typeof jobAnswer>> {
  const job = jobAnswer().safeParse(jsonOf(text));
  if (job.success) return job.data;
  throw brokenAnswer(operation);
}

import * as z from 'zod';
import type { Json } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call, Fetched, Page, ReadQuery } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { campaignOf } from '../query/campaigns.ts';
import type { WireRow } from '../query/field-path.ts';
import { filterClause } from '../query/filter.ts';
import { type Selection, selectFields } from '../query/selection.ts';
import { finish } from '../read/checkpoint.ts';
import { type BulkPosition, bulkPositionOf } from './position.ts';
import { createQueryJob, queryJobResults, queryJobState, type ResultPage } from './query-job.ts';
import { unlessRefused } from './refused.ts';
import { parentIds, toWireRows } from './rows.ts';

/** Rows of one request for results, and of one page that is given: as many as a page of the REST API has. */
const ROWS_PER_REQUEST = 10_000;
const ROWS_PER_PAGE = 2_000;
const ROWS_PER_REQUEST_MIN = 200;
const WAIT_MIN_MS = 2_000;
const WAIT_MAX_MS = 30_000;
/** A job that runs so long is given up. */
const JOB_MAX_MS = 24 * 3_600_000;

/** Where the ordinary read goes on: `from` is a checkpoint of its own. */
type Rest = { readonly from: Json | null };
const FROM_THE_START: Rest = { from: null };

/**
 * The first read of everything by a query job, where there is so much that it is worth it (option `bulk.readFrom`).
 *
 * Between two looks at the job it gives an empty page, so that a run may end in between and go on later. Its rows are those
 * of some moment after the job was made, in no order: what changes meanwhile comes with the changes since then. A job that
 * failed, is gone, or could not be had costs nothing but time.
 *
 * @returns Null once everything was read, else where the ordinary read goes on.
 */
export async function* readInBulk(context: Context, query: ReadQuery, call: Call): AsyncGenerator<Page, Rest | null> {
  const known = bulkPositionOf(query.from);
  if (known !== null && query.limit !== undefined) return FROM_THE_START;
  if (known === null && !(await isWorthAJob(context, query, call))) return { from: query.from };
  const before = call.now();
  const position = known ?? (await startJob(context, query, call));
  if (position === null) return FROM_THE_START;
  const openedAt = known === null ? before : null;
  if (openedAt !== null) {
    yield { records: [], requestedAt: openedAt, checkpoint: position, last: false };
    await context.clock.sleep(WAIT_MIN_MS, call.signal);
  }
  const requestedAt = yield* untilComplete(context, query, { position, openedAt }, call);
  return requestedAt === null ? FROM_THE_START : yield* resultsOf(context, query, { position, requestedAt }, call);
}

async function isWorthAJob(context: Context, query: ReadQuery, call: Call): Promise<boolean> {
  const { readFrom } = context.bulk ?? {};
  if (readFrom === undefined || query.from !== null || query.limit !== undefined) return false;
  if (query.fields.some((path) => campaignOf(path) !== null)) return false; // a job has no subqueries
  const soql = await soqlOf(context, query, ['COUNT()'], call);
  try {
    const { body } = await context.client.read({ path: '/query', query: { q: soql }, operation: '/query' }, call);
    const count = z.object({ totalSize: z.number() }).safeParse(body);
    return count.success && count.data.totalSize >= readFrom;
  } catch (error) {
    if (!(error instanceof CrmSyncError)) throw error;
    if (error.code === 'query_timeout') return true; // too many to count
    if (error.retryable || error.category === 'authentication') throw error.locate({ object: query.object });
    return false; // the ordinary read finds a way, or says what is wrong
  }
}

async function startJob(context: Context, query: ReadQuery, call: Call): Promise<BulkPosition | null> {
  const { columns } = await selectFields(context.describer, query.object, query.fields, call, { conversions: true });
  const soql = await soqlOf(context, query, [...new Set([...columns, ...parentIds(columns)])], call);
  const job = await unlessRefused(query.object, () => createQueryJob(context.client, soql, call));
  if (job === null) return null;
  const startedAt = job.startedAt === null ? null : new Date(job.startedAt).toISOString();
  return { version: 1, mode: 'bulk', job: job.id, startedAt, locator: null, rows: ROWS_PER_REQUEST, done: 0, lastId: null };
}

/** Without an order, which would keep Salesforce from reading in chunks. */
async function soqlOf({ describer }: Context, query: ReadQuery, columns: readonly string[], call: Call): Promise<string> {
  const { object } = await selectFields(describer, query.object, query.fields, call);
  const filter = query.filter ? await filterClause(describer, query.object, query.filter, call) : null;
  return `SELECT ${columns.join(', ')} FROM ${object}${filter === null ? '' : ` WHERE ${filter}`}`;
}

/** Waits for the job. Answers when it was made, in the engine's clock; null where it will have no results. */
async function* untilComplete(
  { client, clock }: Context,
  { object }: ReadQuery,
  { position, openedAt }: { readonly position: BulkPosition; readonly openedAt: number | null },
  call: Call,
): AsyncGenerator<Page, number | null> {
  const began = call.now();
  // Bound: the job ends, or is given up a day after it began, or after we began to look where the CRM tells no time.
  for (let wait = WAIT_MIN_MS; ; wait = Math.min(wait * 1.5, WAIT_MAX_MS)) {
    const askedAt = call.now();
    const job = await unlessRefused(object, () => queryJobState(client, position.job, call));
    if (job === null || job.state === 'over') return null;
    const age = job.crmTime === null || position.startedAt === null ? null : job.crmTime - Date.parse(position.startedAt);
    // Another process may have opened it, by another clock than this one: the CRM's tells how long ago, within a second.
    const requestedAt = openedAt ?? (age === null ? 0 : askedAt - age - 1_000);
    if (job.state === 'complete') return requestedAt;
    if ((age ?? askedAt - began) > JOB_MAX_MS) return null;
    await clock.sleep(wait, call.signal);
    yield { records: [], requestedAt, checkpoint: position, last: false };
  }
}

async function* resultsOf(
  context: Context,
  query: ReadQuery,
  { position: start, requestedAt }: { readonly position: BulkPosition; readonly requestedAt: number },
  call: Call,
): AsyncGenerator<Page, Rest | null> {
  const selection = await selectFields(context.describer, query.object, query.fields, call, { conversions: true });
  const { fields } = await context.describer.object(query.object, call);
  let position = start;
  // Bound: every turn goes on to another page of a finite result, or asks for fewer rows at once.
  for (;;) {
    const page = await resultPage(context, query, position, call);
    if (page === 'too_large' && position.rows > ROWS_PER_REQUEST_MIN) {
      const rows = Math.max(ROWS_PER_REQUEST_MIN, Math.floor(position.rows / 4));
      position = { ...position, locator: null, rows, done: 0, lastId: null }; // a locator may belong to pages of one size
      continue;
    }
    if (page === null || page === 'too_large') return FROM_THE_START;
    const records = toWireRows(page.table, selection, fields).map((row) => decoded(selection, row));
    let done = givenBefore(position, records);
    do {
      const some = records.slice(done, done + ROWS_PER_PAGE);
      done += some.length;
      const isOver = done === records.length;
      const last = isOver && page.next === null;
      position = { ...position, ...(isOver ? { locator: page.next, done: 0, lastId: null } : { done, lastId: some.at(-1)!.id }) };
      yield { records: some, requestedAt, checkpoint: last ? whenAllIsRead(start, context.lagMs) : position, last };
      if (last) return null;
    } while (done < records.length);
  }
}

const resultPage = (
  context: Context,
  { object }: ReadQuery,
  position: BulkPosition,
  call: Call,
): Promise<ResultPage | 'too_large' | null> =>
  unlessRefused(object, () => queryJobResults(context.client, position, call)).catch((error: unknown) => {
    if (error instanceof CrmSyncError && error.code === 'answer_too_large') return 'too_large';
    throw error;
  });

/** How many rows of the page an earlier run gave: none where it no longer has the same row in that place. */
const givenBefore = ({ done, lastId }: BulkPosition, records: readonly Fetched[]): number =>
  done > 0 && records[done - 1]?.id === lastId ? done : 0;

const whenAllIsRead = ({ startedAt }: BulkPosition, lagMs: number): Json =>
  finish({ version: 1, mode: 'all', startedAt, afterId: null }, lagMs);

function decoded(selection: Selection, row: WireRow): Fetched {
  const record = selection.decode(row);
  if (record === null) throw brokenAnswer('a query job');
  return record;
}

import { CrmSyncError, invariant } from '../../../errors.ts';
import type { Call, Fetched, Page, ReadQuery } from '../../../ports/connector.ts';
import { readInBulk } from '../bulk/read.ts';
import { toInstant } from '../codec.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { rawAt, type WireRow } from '../query/field-path.ts';
import { filterClause } from '../query/filter.ts';
import { queryPages } from '../query/query.ts';
import { type Selection, selectFields } from '../query/selection.ts';
import { instantLiteral } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';
import { isUntold, joinedClause, nextPart, placed, stampOf } from './changed-parents.ts';
import { checkCampaigns, FRESH_MS } from './check-campaigns.ts';
import { advance, type Checkpoint, finish, firstStamp, JOINED, keysetClause, lowestStamp, parseCheckpoint, turnTo } from './checkpoint.ts';

/** A window that took too long is not halved below this. */
const WINDOW_MIN_MS = 60_000;
/** Records of one query of a first read that took too long: so many at first, and not fewer than a page. */
const ROWS_MAX = 50_000;
const ROWS_MIN = 2_000;

/** How the rest is asked for; a refusal changes it. */
interface Manner {
  readonly selection: Selection;
  /** Of a first read; null: the engine alone evaluates it. */
  readonly filter: string | null;
  /** Upper bound of the stamps, in ms: only after a query took too long. */
  readonly window: number | null;
  /** Most records of one query of a first read: only after one took too long. */
  readonly rowsMax: number;
  readonly describedAnew: boolean;
}

/**
 * Pages of records, each with the place to go on from.
 *
 * The first read goes by id: an edit never moves a record in that order, so one that is there at the start is met once,
 * and whatever is made or edited meanwhile has a stamp after the start and comes with the changes. Changes go by stamp
 * and id, deleted records too, without a filter and without an upper bound. A parent's change moves no stamp of its
 * children, so these are asked for afterwards, by a query for each parent that fields are read from: joined with OR
 * they would leave Salesforce no index to go by. Nor does joining a campaign: who came to one is asked for last.
 */
export async function* readRecords(context: Context, query: ReadQuery, call: Call): AsyncGenerator<Page> {
  invariant(query.limit === undefined || query.limit >= 1, 'the limit of a read is at least one record');
  const rest = yield* readInBulk(context, query, call);
  if (rest === null) return; // a query job has brought everything
  let position = parseCheckpoint(rest.from);
  await checkCampaigns(context, query, Number.POSITIVE_INFINITY, call);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let manner = await startManner(context, query, position, call);

  // Bound: every turn ends the read, has moved the position on, or has used up one of the few remedies of `mend`.
  for (;;) {
    const { selection, window, rowsMax } = manner;
    position = placed(position, selection);
    const before = position;
    const stamp = stampOf(position, selection);
    const next = nextPart(position, selection);
    let rowsLeft = rowsMax;
    const deletedToo = position.mode === 'changes' && position.parent === undefined && selection.tellsDeleted;
    try {
      const soql = soqlOf(manner, position, Math.min(left, rowsMax), context.overlapMs);
      for await (const page of queryPages(context.client, { soql, deletedToo }, call)) {
        const records = page.rows.map((row) => decoded(selection, row));
        if (records.length > 0) await checkCampaigns(context, query, FRESH_MS, call);
        position = advance(position, page.startedAt, lastOf(page.rows, stamp));
        left -= records.length;
        rowsLeft -= records.length;
        if (page.done && position.mode === 'changes') {
          if (window !== null) position = { ...position, afterStamp: new Date(window).toISOString(), afterId: null };
          else if (next !== null) position = turnTo(position, next);
        }
        const last = page.done && window === null && next === null && left > 0 && rowsLeft > 0;
        const checkpoint = last ? finish(position, context.lagMs) : position;
        yield { records, requestedAt: page.requestedAt, checkpoint, last };
        if (last || left <= 0) return;
      }
      manner = { ...manner, window: null }; // that window is done: the rest has no upper bound again
    } catch (error) {
      if (!(error instanceof CrmSyncError)) throw error;
      if (error.code === 'query_cursor_expired' && position !== before) continue; // a new query from the last page on
      const mended = await mend(context, query, { error, manner, position }, call);
      if (mended !== null) manner = mended;
      else if (!isUntold(error, position)) throw error.locate({ object: query.object });
      else if (next === null) {
        yield { records: [], requestedAt: call.now(), checkpoint: finish(position, context.lagMs), last: true };
        return;
      } else {
        position = turnTo(position, next);
        manner = { ...manner, window: null };
      }
    }
  }
}

async function startManner(context: Context, query: ReadQuery, position: Checkpoint, call: Call): Promise<Manner> {
  const selection = await selectFields(context.describer, query.object, query.fields, call, { conversions: true });
  const filter = position.mode === 'all' && query.filter ? await filterClause(context.describer, query.object, query.filter, call) : null;
  return { selection, filter, window: null, rowsMax: Number.POSITIVE_INFINITY, describedAnew: false };
}

/** Another way to ask for the same, or null. */
async function mend(
  context: Context,
  query: ReadQuery,
  { error, manner, position }: { error: CrmSyncError; manner: Manner; position: Checkpoint },
  call: Call,
): Promise<Manner | null> {
  if (error.code === 'field_not_visible' && !manner.describedAnew) {
    context.describer.forget();
    const { selection, filter } = await startManner(context, query, position, call);
    return { ...manner, selection, filter, describedAnew: true };
  }
  if (manner.filter !== null && ['query_timeout', 'bad_query', 'query_too_long', 'field_not_visible'].includes(error.code)) {
    return { ...manner, filter: null }; // the engine evaluates it on each record
  }
  if (error.code !== 'query_timeout' || (position.mode === 'changes' && position.parent === JOINED)) return null;
  if (position.mode === 'all') {
    const rowsMax = Math.min(ROWS_MAX, manner.rowsMax / 5);
    return rowsMax < ROWS_MIN ? null : { ...manner, rowsMax };
  }
  const lowest = lowestStamp(position, context.overlapMs);
  const half = (manner.window ?? context.clock.now()) - lowest;
  if (half < 2 * WINDOW_MIN_MS) return null;
  return { ...manner, window: Math.floor((lowest + half / 2) / 1_000) * 1_000 };
}

function soqlOf({ selection, filter, window }: Manner, position: Checkpoint, rowsMax: number, overlapMs: number): string {
  const stamp = stampOf(position, selection);
  const upper = window === null ? null : `${stamp} < ${instantLiteral(window)}`;
  const unread =
    position.mode === 'all' || position.parent === undefined
      ? null // what has changed itself was read before
      : `SystemModstamp < ${instantLiteral(firstStamp(position, overlapMs))}`;
  const joined = position.mode === 'all' ? null : joinedClause(position, selection, overlapMs);
  const where = [joined, keysetClause(position, overlapMs, stamp), upper, unread, filter].filter((clause) => clause !== null).join(' AND ');
  const order = position.mode === 'all' || position.parent === JOINED ? 'Id ASC' : `${stamp} ASC, Id ASC`;
  const limit = Number.isFinite(rowsMax) ? ` LIMIT ${rowsMax}` : '';
  return `SELECT ${[...new Set([...selection.columns, stamp])].join(', ')} FROM ${selection.object}${where === '' ? '' : ` WHERE ${where}`} ORDER BY ${order}${limit}`;
}

function decoded(selection: Selection, row: WireRow): Fetched {
  const record = selection.decode(row);
  if (record === null) throw brokenAnswer('a query');
  return record;
}

function lastOf(rows: readonly WireRow[], stampPath: string): { id: string; stamp: string } | null {
  const row = rows.at(-1);
  const id = toId18(row?.['Id']);
  const stamp = row === undefined ? null : toInstant(rawAt(row, stampPath));
  return id === null || stamp === null ? null : { id, stamp };
}

import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { invariant } from '../../../errors.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call, Fetched, Page, ReadQuery } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { BATCH_MAX } from '../limits.ts';
import { objectsOf } from '../paths.ts';
import { searchGroups } from '../query/filter.ts';
import { checkLists } from '../query/memberships.ts';
import { mergedIn, readByIds } from '../query/read-by-id.ts';
import { withRelated } from '../query/related.ts';
import { type FilterGroup, PAGE_MAX, searchPage } from '../query/search.ts';
import { type Selection, selectProperties } from '../query/selection.ts';
import { wirePaging, wireRecord } from '../wire-record.ts';
import {
  advance,
  type ChangesCheckpoint,
  type Checkpoint,
  FROM_THE_FIRST,
  finish,
  lowestStamp,
  parseCheckpoint,
  startOfAll,
} from './checkpoint.ts';
import { recordsOfChangedCompanies } from './company-changes.ts';
import { recordsThatJoined } from './list-joins.ts';
import { listOfAll, sampleOfList } from './list-sample.ts';

interface Part {
  readonly records: readonly Fetched[];
  /** Others that these have taken in. */
  readonly merged: readonly Fetched[];
  readonly done: boolean;
  readonly startedAt: number | null;
  /** Where the next part begins; null where there is none. */
  readonly next: string | null;
}

/**
 * Pages of records, each with the place to go on from.
 *
 * The first read goes through HubSpot's list, which is consistent and has no filter; whatever is made or edited meanwhile
 * has a stamp after its start and comes with the changes. Changes go by id among the records with a stamp in the window,
 * which has no upper bound: an edit never moves a record in that order, so thousands of equal stamps, the 10,000 records
 * of a search and edits between two pages lose nothing. Which records have changed comes from the search, their values
 * from the records themselves, for the index of the search may be behind them. Where properties of the company are asked
 * for, the records of changed companies follow, and where lists are, the records that came on them.
 */
export async function* readRecords(context: Context, query: ReadQuery, call: Call): AsyncGenerator<Page> {
  invariant(query.limit === undefined || query.limit >= 1, 'the limit of a read is at least one record');
  const from = query.from === null ? null : parseCheckpoint(query.from);
  const selection = await selectProperties(context.describer, query.object, query.fields, call);
  await checkLists(context, selection, call);
  const own = from !== null && isBehindItsRecords(from) ? from : yield* ownRecords(context, selection, { ...query, from }, call);
  if (own === null) return;
  const companies = own.joined ? own : yield* recordsOfChangedCompanies(context, selection, own, call);
  const position = yield* recordsThatJoined(context, selection, companies, call);
  yield { records: [], requestedAt: call.now(), checkpoint: finish(position, context.lagMs), last: true };
}

/** @returns The position behind the records' own changes, where others follow; null: the read has ended. */
async function* ownRecords(
  context: Context,
  selection: Selection,
  { filter, limit, from }: Omit<ReadQuery, 'from'> & { readonly from: Checkpoint | null },
  call: Call,
): AsyncGenerator<Page, ChangesCheckpoint | null> {
  const list = from === null && limit !== undefined ? listOfAll(filter, selection.lists) : null;
  if (list !== null && limit !== undefined) {
    yield await sampleOfList(context, selection, { list: list.id, limit }, call);
    return null;
  }
  const groups = filter && limit !== undefined ? searchGroups(filter, selection.info.fields) : null;
  let position = from ?? startOfAll(groups ? 'search' : 'list');
  let left = limit ?? Number.POSITIVE_INFINITY;
  // Bound: every turn ends or goes on behind what it has read.
  for (;;) {
    const requestedAt = call.now();
    const part = await readPart(context, selection, { position, groups, left }, call);
    position = advance(position, part.startedAt, part.next);
    left -= part.records.length;
    const records = limit === undefined ? [...part.records, ...part.merged] : part.records;
    const done = part.done && left > 0;
    if (done && position.mode === 'changes' && limit === undefined && hasRelated(selection)) {
      const behind = { ...position, company: FROM_THE_FIRST };
      if (records.length > 0) yield { records, requestedAt, checkpoint: behind, last: false };
      return behind;
    }
    yield { records, requestedAt, checkpoint: done ? finish(position, context.lagMs) : position, last: done };
    if (done || left <= 0) return null;
  }
}

const hasRelated = ({ company, lists }: Selection): boolean => company.length > 0 || lists.length > 0;
const isBehindItsRecords = (position: Checkpoint): position is ChangesCheckpoint =>
  position.mode === 'changes' && (position.company !== undefined || position.joined !== undefined);

interface Place {
  readonly position: Checkpoint;
  /** What a sample is looked for by. */
  readonly groups: readonly FilterGroup[] | null;
  readonly left: number;
}

async function readPart(context: Context, selection: Selection, { position, groups, left }: Place, call: Call): Promise<Part> {
  if (position.mode === 'list') return listPart(context, selection, { after: position.after, limit: Math.min(BATCH_MAX, left) }, call);
  const { name, modified } = selection.info.kind;
  const changed =
    position.mode === 'changes'
      ? ({ propertyName: modified, operator: 'GTE', value: String(lowestStamp(position, context.overlapMs)) } as const)
      : null;
  const { rows, done, startedAt } = await searchPage(
    context.client,
    { object: name, groups: changed ? [[changed]] : (groups ?? []), afterId: position.afterId, limit: Math.min(PAGE_MAX, left) },
    call,
  );
  const ids = rows.map(({ id }) => id);
  return { ...(await readByIds(context, selection, ids, call)), done, startedAt, next: ids.at(-1) ?? null };
}

const listAnswer = lazy(() => z.object({ results: z.array(wireRecord()), paging: wirePaging() }));

async function listPart(
  context: Context,
  selection: Selection,
  { after, limit }: { after: string | null; limit: number },
  call: Call,
): Promise<Part> {
  const resource = objectsOf(selection.info.kind.name);
  const place = { limit: String(limit), archived: 'false', ...(after === null ? {} : { after }) };
  const whole = { ...place, properties: selection.properties.join(',') };
  const idsOnly = context.client.tooLong(whole);
  const answer = await context.client.read(resource, { query: idsOnly ? { ...place, properties: 'hs_object_id' } : whole }, call);
  const list = listAnswer().safeParse(answer.body);
  if (!list.success || (list.data.paging !== null && list.data.paging === after)) throw brokenAnswer(`GET ${resource.operation}`);
  const { results, paging } = list.data;
  const found = idsOnly
    ? await readByIds(
        context,
        selection,
        results.map(({ id }) => id),
        call,
      )
    : { records: await withRelated(context, selection, results.map(selection.decode), call), merged: mergedIn(results) };
  return { ...found, done: paging === null, startedAt: startOf(answer), next: paging };
}

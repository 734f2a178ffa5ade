import { type ContactSort, comparePlaces, type Place } from '../core/contacts/contact-order.ts';
import type { Entity } from '../core/link/link.ts';
import { type Filter, filterFields, matchesFilter } from '../core/mapping/filter.ts';
import { factReader, linkFactObject, NO_CONVERSATIONS } from '../core/schema/contact-facts.ts';
import type { Value } from '../core/values/value.ts';
import type { Row } from '../ports/store.ts';
import type { Context } from './context.ts';
import { loadConversations } from './conversation/given-entry.ts';

export interface ListedQuery {
  readonly entity: Entity;
  readonly where: Filter | null;
  readonly sort: readonly ContactSort[];
  readonly after: Place | null;
  readonly limit: number;
}

/** A contact that matches, and where it stands in the order. */
export interface Listed {
  readonly row: Row;
  readonly place: Place;
}

/** Contacts that are read at once, at least. */
const READ_MIN = 50;
const READ_MAX = 500;

/**
 * Contacts that match, in order. What a store answers is a superset, or everybody; who matches is decided here, the same for
 * every store. Pages of bounded size are read until there are enough.
 */
export async function listContacts(context: Context, query: ListedQuery): Promise<readonly Listed[]> {
  if (query.limit <= 0) return [];
  const { list } = context.store;
  // The state of a record is told by all of a contact's links: no store can put anybody in order by it.
  const isUnsorted = query.sort.some(({ field }) => linkFactObject(field) !== null);
  if (query.sort.length > 0 && (list === undefined || isUnsorted)) return firstOfAll(context, query);
  const read = async (after: Place | null, limit: number): Promise<readonly Row[]> =>
    list === undefined
      ? context.store.scan({ entity: query.entity, object: '', want: 'all', plan: '', now: 0, after: after?.id ?? null, limit })
      : list.call(context.store, { ...query, after, limit });
  const found: Listed[] = [];
  let { after } = query;
  for (;;) {
    const limit = Math.min(READ_MAX, Math.max(READ_MIN, query.limit - found.length));
    const rows = await read(after, limit);
    for (const { isIn, ...listed } of await lookAt(context, query, rows)) {
      if (isIn && found.length < query.limit) found.push(listed);
      after = listed.place;
    }
    if (rows.length < limit || found.length === query.limit) return found;
  }
}

/** Where a store can put nobody in order: all of them are read, and the first that follow are kept. */
async function firstOfAll(context: Context, query: ListedQuery): Promise<readonly Listed[]> {
  let first: Listed[] = [];
  const cut = () => {
    first = first.sort((a, b) => comparePlaces(query.sort, a.place, b.place)).slice(0, query.limit);
  };
  for await (const rows of pagesOfAll(context, query.entity)) {
    for (const { isIn, ...listed } of await lookAt(context, query, rows))
      if (isIn && (query.after === null || comparePlaces(query.sort, listed.place, query.after) > 0)) first.push(listed);
    if (first.length > 2 * query.limit) cut();
  }
  cut();
  return first;
}

async function* pagesOfAll({ store }: Context, entity: Entity): AsyncGenerator<readonly Row[]> {
  for (let after: string | null = null; ; ) {
    const rows: readonly Row[] = await store.scan({ entity, object: '', want: 'all', plan: '', now: 0, after, limit: READ_MAX });
    yield rows;
    if (rows.length < READ_MAX) return;
    after = rows.at(-1)?.id ?? null;
  }
}

async function lookAt(context: Context, { where, sort }: ListedQuery, rows: readonly Row[]) {
  const read = await readersOf(context, rows, [...(where === null ? [] : filterFields(where)), ...sort.map(({ field }) => field)]);
  return rows.map((row) => {
    const of = read(row);
    const values = sort.map(({ field }): Value => of(field) ?? null);
    return { row, place: { values, id: row.id }, isIn: where === null || matchesFilter(where, of) };
  });
}

/** Reads fields and facts of these rows; what is kept beside the rows is loaded only where it is named. */
export async function readersOf(context: Context, rows: readonly Row[], names: readonly string[]) {
  const isTold = names.some((name) => name === '$conversations' || name === '$last_conversation_at');
  const conversations = isTold
    ? await loadConversations(
        context,
        rows.map(({ id }) => id),
      )
    : new Map<string, never>();
  return ({ id, fields, links }: Row) => factReader({ fields, links, conversations: conversations.get(id) ?? NO_CONVERSATIONS });
}

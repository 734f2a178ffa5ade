import assert from 'node:assert/strict';
import { type ContactSort, comparePlaces, type Place } from '../../../core/contacts/contact-order.ts';
import { type Filter, matchesFilter } from '../../../core/mapping/filter.ts';
import { factReader, NO_CONVERSATIONS } from '../../../core/schema/contact-facts.ts';
import type { Fields } from '../../../core/values/value.ts';
import { type BoundStore, CONVERSATIONS, type ListQuery, type Row } from '../../../ports/store.ts';
import { insert, mustCommit, newLink, newRow, open, type StoreCase } from './kit.ts';

/** Contacts whose values every database folds, compares and orders in ways of its own. */
const EVERYBODY: readonly Fields[] = [
  { first_name: 'Ann', score: 5, do_not_call: true, email: '2026-01-05T00:00:00.000Z' },
  { first_name: 'ann', score: 0, do_not_call: false, email: '2026-01-05T01:30:00+02:00' },
  { first_name: 'ÄNN', score: 0.1, email: '2026-01-05' },
  { first_name: 'a%n', score: 1e21, email: '2026-02-30' },
  { first_name: "a_n'; --", score: -2.5, email: null },
  { first_name: '', email: 'straße' },
  { first_name: '～', score: 10 },
  { first_name: '😀', score: 9 },
];
const FILTERS: readonly Filter[] = [
  { field: 'first_name', eq: 'ANN' },
  { field: 'first_name', eq: 'änn' },
  { field: 'first_name', contains: '%' },
  { field: 'first_name', contains: '_N' },
  { field: 'first_name', blank: true },
  { field: 'email', blank: false },
  { field: 'score', gt: 4 },
  { field: 'score', lt: 0.5 },
  { field: 'score', eq: 0 },
  { field: 'do_not_call', eq: false },
  { field: 'do_not_call', ne: true },
  { field: 'email', since: '2026-01-05' },
  { field: 'email', lt: '2026-01-05T00:00:00Z' },
  { field: 'nothing', in: [null, 'x'] },
  { field: CONVERSATIONS.count, gt: 0 },
  { field: CONVERSATIONS.count, eq: 0 },
  { field: CONVERSATIONS.lastAt, since: '2026-01-04' },
  { field: '$link.Contact', eq: 'active' },
  { field: '$link.Contact', blank: true },
];
const SORTS: readonly (readonly ContactSort[])[] = [
  [],
  [{ field: 'first_name' }],
  [{ field: 'first_name', direction: 'descending' }],
  [{ field: 'score', direction: 'descending' }, { field: 'email' }],
  [{ field: CONVERSATIONS.lastAt }, { field: CONVERSATIONS.count, direction: 'descending' }],
];

const lists = async (here: BoundStore, query: Partial<ListQuery>): Promise<readonly Row[] | undefined> =>
  here.list?.({ entity: 'contact', where: null, sort: [], after: null, limit: 100, ...query });

/** What is kept of the conversations of every other contact. */
async function insertEverybody(here: BoundStore) {
  const rows = EVERYBODY.map((fields, index) =>
    newRow({ id: `c${index}`, set: fields, links: index % 2 === 0 ? [newLink(`r${index}`)] : [] }),
  );
  const { ids } = await mustCommit(here, { rows });
  const talked = new Map(
    ids.flatMap((id, index) => (index % 2 === 0 ? [] : [[id, { count: index, lastAt: `2026-01-0${index + 1}T09:00:00.000Z` }]])),
  );
  const entries = [...talked].map(
    ([id, told]) =>
      ({
        scope: 'workspace',
        kind: CONVERSATIONS.kind,
        key: id,
        expected: null,
        put: { body: { [CONVERSATIONS.member]: told }, contactId: id },
      }) as const,
  );
  await mustCommit(here, { entries });
  const reader = ({ id, fields, links }: Row) => factReader({ fields, links, conversations: talked.get(id) ?? NO_CONVERSATIONS });
  const placeOf = (row: Row, sort: readonly ContactSort[]): Place => ({
    values: sort.map(({ field }) => reader(row)(field) ?? null),
    id: row.id,
  });
  return { ids, reader, placeOf };
}

export const listing: readonly StoreCase[] = [
  {
    id: 'CS-89',
    rule: 'a list, where there is one, leaves out nobody who matches, whatever the filter and its opposite',
    async check(make) {
      const { here } = await open(make);
      const { ids, reader } = await insertEverybody(here);
      const rows = await here.load({ ids });
      for (const one of FILTERS)
        for (const where of [one, { not: one }, { all: [one, { field: 'email', blank: true }] } as const, { any: [one, { not: one }] }]) {
          const found = await lists(here, { where });
          if (found === undefined) return;
          const named = new Set(found.map(({ id }) => id));
          for (const row of rows) assert.ok(!matchesFilter(where, reader(row)) || named.has(row.id), JSON.stringify(where));
        }
    },
  },
  {
    id: 'CS-90',
    rule: 'a list is in the order of places, page by page, each contact once, and only the last page is not full',
    async check(make) {
      const { here } = await open(make);
      const { ids, placeOf } = await insertEverybody(here);
      const rows = await here.load({ ids });
      for (const sort of SORTS) {
        const ordered = rows.toSorted((a, b) => comparePlaces(sort, placeOf(a, sort), placeOf(b, sort))).map(({ id }) => id);
        const found: string[] = [];
        for (let after: Place | null = null; found.length <= ids.length; ) {
          const page = await lists(here, { sort, after, limit: 3 });
          if (page === undefined) return;
          found.push(...page.map(({ id }) => id));
          if (page.length < 3) break;
          const last: Row | undefined = page.at(-1);
          after = last === undefined ? null : placeOf(last, sort);
        }
        assert.deepEqual(found, ordered, JSON.stringify(sort));
      }
    },
  },
  {
    id: 'CS-91',
    rule: 'a list has contacts of the workspace and the sort that is asked only, whole, with the links of the connection',
    async check(make) {
      const { here, otherWorkspace } = await open(make);
      const { id } = await insert(here, { id: 'a', links: [newLink('r1')] });
      await insert(here, { id: 'b', entity: 'company' });
      await insert(otherWorkspace, { id: 'c' });
      const found = await lists(here, {});
      if (found !== undefined) assert.deepEqual(found, await here.load({ ids: [id] }));
      assert.deepEqual(await lists(here, { limit: 0 }), found === undefined ? undefined : []);
    },
  },
];

import fc from 'fast-check';
import { type ContactSort, comparePlaces, type Place } from '../../../src/core/contacts/contact-order.ts';
import { EMPTY_BODY, type LinkState } from '../../../src/core/link/link.ts';
import { type Condition, type Filter, matchesFilter } from '../../../src/core/mapping/filter.ts';
import { factReader, NO_CONVERSATIONS } from '../../../src/core/schema/contact-facts.ts';
import type { Value } from '../../../src/core/values/value.ts';
import type { Context } from '../../../src/engine/context.ts';
import { type ListedQuery, listContacts } from '../../../src/engine/list-contacts.ts';
import { type BoundStore, CONVERSATIONS, type RowChange } from '../../../src/ports/store.ts';

const NAMES = ['name', 'score', 'vip', 'seen', 'constructor', 'a"b.c'] as const;
const TEXTS = [
  ...['Ann', 'ann', 'ANN', 'Änn', 'änn', 'Zoe', 'K', '\u212a', 'İ', 'i̇', 'ΑΣ', 'ΑΣΒ', 'straße', '😀', '\uffff', 'a\u0000b', 'A\u0000'],
  ...['%', '_nn', 'A_n', "';--", '"', '\\', '$.name', '1', '5', 'true', 'null', ' ', '', '{"a":1}', '\ud83d'],
  ...['2026-01-05', '2026-01-04', '2026-01-05T00:00:00.000Z', '2026-01-05T01:30:00+02:00', '2026-01-04 23:30', '2026-02-30', '2026-01-05x'],
] as const;
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 5, 0.1, 0.30000000000000004, 1e21, 5e-324, -1.7976931348623157e308, 9007199254740991, 1e-7),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value: fc.Arbitrary<Value> = fc.oneof(text, number, fc.boolean(), fc.constant(null));

const FIELDS = [...NAMES, '$conversations', '$last_conversation_at', '$link.Contact'] as const;
const field = fc.constantFrom(...FIELDS);
const wanted: fc.Arbitrary<Value> = fc.oneof(value, fc.constantFrom('active', 'TOMBSTONE', 2, '2026-01-05T09:00:00.000Z'));
const comparable = fc.oneof(text, number, fc.constantFrom(1, '2026-01-05T09:00:00.000Z'));
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field, eq: wanted }),
  fc.record({ field, ne: wanted }),
  fc.record({ field, in: fc.array(wanted, { minLength: 1, maxLength: 3 }) }),
  fc.record({ field, lt: comparable }),
  fc.record({ field, gt: comparable }),
  fc.record({ field, contains: text.filter((one) => one !== '') }),
  fc.record({ field, blank: fc.boolean() }),
  fc.record({ field, since: fc.constantFrom('2026-01-05', '2026-01-05T00:00:00Z', '2026-01-04T23:00:00-02:00') }),
);
const { filter } = fc.letrec<{ filter: Filter; part: Filter }>((tie) => ({
  filter: fc.oneof({ depthSize: 'small', withCrossShrink: true }, condition, tie('part')),
  part: fc.oneof(
    fc.record({ all: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));
const sort: fc.Arbitrary<readonly ContactSort[]> = fc.array(
  fc.record({ field, direction: fc.constantFrom('ascending' as const, 'descending' as const) }),
  { maxLength: 2 },
);
const state = fc.constantFrom<LinkState | null>(null, null, 'active', 'tombstone', 'left_filter');

export interface Somebody {
  readonly fields: Readonly<Record<string, Value>>;
  readonly states: readonly LinkState[];
  readonly talked: { readonly count: number; readonly lastAt: string } | null;
}
const somebody: fc.Arbitrary<Somebody> = fc.record({
  fields: fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  states: fc.tuple(state, state).map((states) => {
    const [one, other] = states;
    if (one === null) return other === null ? [] : [other];
    return other === null || other !== 'tombstone' ? [one] : [one, other];
  }),
  talked: fc.option(
    fc.record({ count: fc.integer({ min: 1, max: 3 }), lastAt: fc.constantFrom('2026-01-05T09:00:00.000Z', '2026-01-04T09:00:00.000Z') }),
  ),
});

/** Some contacts, and what is asked of them. */
export const audience = fc.record({
  everybody: fc.array(somebody, { minLength: 1, maxLength: 8 }),
  where: fc.option(filter, { freq: 4 }),
  sort,
  limit: fc.integer({ min: 1, max: 4 }),
});

const LETTERS = [...'Bab1😀～é~'];
const idOf = (index: number) => `c${LETTERS[index] ?? ''}${index}`;

/** Puts them into an empty workspace. */
export async function put(store: BoundStore, everybody: readonly Somebody[]): Promise<void> {
  const rows = everybody.map(
    ({ fields, states }, index): RowChange => ({
      kind: 'insert',
      entity: 'contact',
      suggestedId: idOf(index),
      set: fields,
      links: states.map((one, at) => ({
        id: `l-${index}-${at}`,
        object: 'Contact',
        recordId: `r-${index}-${at}`,
        state: one,
        seen: null,
        plan: '',
        dueAt: null,
        syncedAt: at,
        body: EMPTY_BODY,
        expected: null,
      })),
    }),
  );
  const entries = everybody.flatMap(({ talked }, index) =>
    talked === null
      ? []
      : [
          {
            scope: 'workspace' as const,
            kind: CONVERSATIONS.kind,
            key: idOf(index),
            expected: null,
            put: { body: { status: { at: '2026', value: null }, [CONVERSATIONS.member]: talked }, contactId: idOf(index) },
          },
        ],
  );
  const committed = await store.commit({ rows, entries });
  if (committed.status !== 'done') throw new Error(committed.status);
}

type Asked = Pick<ListedQuery, 'where' | 'sort' | 'limit'>;

/** Who is to come, by the pure functions alone. */
export function expected(everybody: readonly Somebody[], { where, sort: order }: Asked): readonly string[] {
  const places = everybody.flatMap(({ fields, states, talked }, index): readonly Place[] => {
    const links = states.map((one, at) => ({ id: `l-${index}-${at}`, object: 'Contact', state: one, syncedAt: at }));
    const read = factReader({ fields, links, conversations: talked ?? NO_CONVERSATIONS });
    const values = order.map((one) => read(one.field) ?? null);
    return where === null || matchesFilter(where, read) ? [{ values, id: idOf(index) }] : [];
  });
  return places.toSorted((a, b) => comparePlaces(order, a, b)).map(({ id }) => id);
}

/** Who comes, page by page. */
export async function listed(store: BoundStore, asked: Asked): Promise<readonly string[]> {
  const context = { store } as Context;
  const found: string[] = [];
  for (let after: Place | null = null; ; ) {
    const page = await listContacts(context, { entity: 'contact', ...asked, after });
    found.push(...page.map(({ row }) => row.id));
    if (page.length < asked.limit) return found;
    after = page.at(-1)?.place ?? null;
  }
}

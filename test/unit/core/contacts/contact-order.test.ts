import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ContactSort, comparePlaces, type Place } from '../../../../src/core/contacts/contact-order.ts';
import type { Value } from '../../../../src/core/values/value.ts';

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary' }),
);
const sort: fc.Arbitrary<readonly ContactSort[]> = fc.array(
  fc.record({ field: fc.constant('a'), direction: fc.constantFrom('ascending', 'descending') }),
  { minLength: 1, maxLength: 2 },
);
const place: fc.Arbitrary<Place> = fc.record({ values: fc.array(value, { minLength: 2, maxLength: 2 }), id: fc.string({ minLength: 1 }) });

it.each<[readonly Value[], 'ascending' | 'descending']>([
  [['alice', 'Bob', 'bob', 'Zoe', 'émile', '😀', null], 'ascending'],
  [['Zoe', 'bob', 'Bob', 'alice', '', null], 'descending'],
  [[false, true, 2, 10, '10', '2', null], 'ascending'],
  [['2026-01-06', '2026-01-05', null], 'descending'],
])('%j is in order %s', (values, direction) => {
  const places = values.map((one, index): Place => ({ values: [one], id: String(index) }));
  const order = [{ field: 'a', direction }] as const;
  expect(places.toReversed().sort((a, b) => comparePlaces(order, a, b))).toEqual(places);
});

test.prop({ sort, a: place, b: place, c: place })('the order is total, and the same both ways', ({ sort: order, a, b, c }) => {
  const compare = (x: Place, y: Place) => Math.sign(comparePlaces(order, x, y));
  expect(compare(a, b)).toBe(-compare(b, a) + 0);
  expect(compare(a, a)).toBe(0);
  if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
  if (a.id !== b.id) expect(compare(a, b)).not.toBe(0);
});

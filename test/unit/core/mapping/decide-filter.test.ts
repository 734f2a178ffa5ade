import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFilter } from '../../../../src/core/mapping/decide-filter.ts';
import { type Filter, matchesFilter } from '../../../../src/core/mapping/filter.ts';

const is = (field: string): Filter => ({ field, eq: true });
const known = new Map([
  ['yes', true],
  ['no', false],
]);

describe('decideFilter', () => {
  it.each<[Filter, boolean | null]>([
    [is('yes'), true],
    [is('no'), false],
    [is('x'), null],
    [{ not: is('x') }, null],
    [{ not: is('no') }, true],
    [{ all: [is('yes'), is('x')] }, null],
    [{ all: [is('x'), is('no')] }, false],
    [{ any: [is('x'), is('yes')] }, true],
    [{ any: [is('no'), is('x')] }, null],
    [{ all: [is('yes'), { any: [is('no'), is('yes')] }] }, true],
  ])('%j is %s', (filter, decided) => expect(decideFilter(filter, known)).toBe(decided));

  const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', 'b', 'c').map(is),
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      tie('filter').map((not) => ({ not })),
    ),
  })).filter;

  property.prop([filter, fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() }), fc.subarray(['a', 'b', 'c'] as const)])(
    'what is decided by some fields is so whatever the others are',
    (one, values, some) => {
      const decided = decideFilter(one, new Map(some.map((field) => [field, values[field]])));
      if (decided !== null) expect(matchesFilter(one, values)).toBe(decided);
      expect(decideFilter(one, new Map(Object.entries(values)))).toBe(matchesFilter(one, values));
    },
  );
});

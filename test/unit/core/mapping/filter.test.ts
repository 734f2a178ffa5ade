import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../../../src/core/base/issues.ts';
import { type Condition, type Filter, filterFields, filterSchema, instantOf, matchesFilter } from '../../../../src/core/mapping/filter.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { told } from '../told.ts';

type Members<C> = C extends unknown ? Exclude<keyof C, 'field'> : never;
type Operator = Members<Condition>;

const ACTUAL = {
  absent: undefined,
  null: null,
  empty: '',
  open: 'Open',
  other: 'Closed',
  five: 5,
  six: 6,
  true: true,
  false: false,
  day: '2025-03-15',
  instant: '2025-03-15T10:30:00.000Z',
  earlier: '2025-03-14T23:59:59.999Z',
} as const satisfies Record<string, Value | undefined>;
type Actual = keyof typeof ACTUAL;
const ALL = Object.keys(ACTUAL) as Actual[];

/** Every operator against every kind of value; what is listed matches, everything else does not. */
const MATCHING: Readonly<Record<Operator, readonly (readonly [wanted: unknown, matching: readonly Actual[]])[]>> = {
  eq: [
    ['open', ['open']],
    [5, ['five']],
    ['5', []],
    [false, ['false']],
    [null, ['absent', 'null', 'empty']],
    ['', ['absent', 'null', 'empty']],
  ],
  ne: [
    ['OPEN', ALL.filter((one) => one !== 'open')],
    [null, ALL.filter((one) => !['absent', 'null', 'empty'].includes(one))],
    [5, ALL.filter((one) => one !== 'five')],
  ],
  in: [
    [
      ['OPEN', 'closed'],
      ['open', 'other'],
    ],
    [
      [5, null],
      ['absent', 'null', 'empty', 'five'],
    ],
    [[true], ['true']],
  ],
  lt: [
    [6, ['five']],
    ['2025-03-15', ['earlier']],
    ['D', ['other']],
    ['closed', []],
    ['7', []],
  ],
  gt: [
    [5, ['six']],
    ['2025-03-15T00:00:00Z', ['instant']],
    ['CLOSED', ['open']],
    ['4', ['open', 'other']],
    ['2025-03-14T23:59:59.999+00:00', ['day', 'instant']],
  ],
  contains: [
    ['PE', ['open']],
    ['2025-03', ['day', 'instant', 'earlier']],
  ],
  blank: [
    [true, ['absent', 'null', 'empty']],
    [false, ALL.filter((one) => !['absent', 'null', 'empty'].includes(one))],
  ],
  since: [
    ['2025-03-15', ['day', 'instant']],
    ['2025-03-15T12:30:00+02:00', ['instant']],
    ['2025-03-15T10:30:00', ['instant']],
    ['2025-03-15T10:30:00.001', []],
    ['2026-01-01', []],
  ],
};

describe.each(Object.keys(MATCHING) as Operator[])('%s', (operator) => {
  describe.each(MATCHING[operator])('%j', (wanted, matching) => {
    it.each(ALL)('%s', (actual) => {
      const filter = { field: 'Status', [operator]: wanted } as unknown as Filter;
      expect(filterSchema().safeParse(filter).success).toBe(true);
      const read = (field: string) => (field === 'Status' ? ACTUAL[actual] : 'another field');
      expect(matchesFilter(filter, read)).toBe(matching.includes(actual));
    });
  });
});

describe('text is compared', () => {
  it.each<readonly [what: string, filter: Filter, actual: Value, expected: boolean]>([
    ['by its small letters: a sign between the two alphabets comes before them', { field: 'A', lt: 'a' }, '_', true],
    ['letter by letter: one that is written in capitals as two is another', { field: 'A', eq: 'STRASSE' }, 'Straße', false],
    ['letter by letter, capitals or not', { field: 'A', eq: 'ÉCOLE' }, 'école', true],
    ['as text where it names a day that does not exist', { field: 'A', gt: '2025-02-29' }, '2025-02-30T10:00:00Z', true],
    ['with no time that is none', { field: 'A', since: 'soon' }, 'sooner', false],
  ])('%s', (_, filter, actual, expected) => expect(matchesFilter(filter, () => actual)).toBe(expected));
});

it.each([
  ['2025-03-15', '2025-03-15T00:00:00.000Z'],
  ['2025-03-15T10:30:00', '2025-03-15T10:30:00.000Z'],
  ['2025-03-15T10:30:00+02:00', '2025-03-15T08:30:00.000Z'],
])('%s is the instant %s', (text, instant) => expect(instantOf(text)).toBe(Date.parse(instant)));
it.each(['', 'soon', '2025-02-30', '2025-02-30T10:30:00Z', '2025-03', '20250315'])('%j is no instant', (text) =>
  expect(instantOf(text)).toBeNull(),
);

describe('conditions are combined', () => {
  const record: Readonly<Record<string, Value>> = { A: 1, B: 'x' };
  const matches = (filter: Filter) => matchesFilter(filter, (field) => record[field]);
  const [yes, no] = [
    { field: 'A', eq: 1 },
    { field: 'B', eq: 'y' },
  ] as const;
  it('all', () => expect([matches({ all: [yes, yes] }), matches({ all: [yes, no] })]).toEqual([true, false]));
  it('any', () => expect([matches({ any: [no, yes] }), matches({ any: [no, no] })]).toEqual([true, false]));
  it('not', () => expect([matches({ not: no }), matches({ not: { all: [yes] } })]).toEqual([true, false]));
  it('names each field once', () => {
    expect(filterFields({ any: [yes, { not: { all: [no, { field: 'Account.Name', blank: true }, yes] } }] })).toEqual([
      'A',
      'B',
      'Account.Name',
    ]);
  });
});

const value = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
const field = fc.constantFrom('A', 'B', 'Account.Name');
const text = fc.string({ minLength: 1 });
const condition = fc.oneof(
  fc.record({ field, eq: value }),
  fc.record({ field, ne: value }),
  fc.record({ field, in: fc.array(value, { minLength: 1, maxLength: 5 }) }),
  fc.record({ field, lt: fc.oneof(fc.string(), fc.integer()) }),
  fc.record({ field, gt: fc.oneof(fc.string(), fc.integer()) }),
  fc.record({ field, contains: text }),
  fc.record({ field, blank: fc.boolean() }),
  fc.record({ field, since: fc.constantFrom('2025-03-15', '2025-03-15T10:30:00Z') }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    condition,
    fc.record({ all: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));
const actual = fc.oneof(value, fc.constant(undefined), fc.constantFrom('2025-03-15', '2025-02-30', '2025-03-15T10:30:00Z'));

test.prop([filter, actual])('not is the opposite, and nothing throws', (one, seen) => {
  expect(matchesFilter({ not: one }, () => seen)).toBe(!matchesFilter(one, () => seen));
});

test.prop([filter])('a filter goes through JSON unchanged', (one) => {
  const json = JSON.parse(JSON.stringify(one));
  expect(parseDocument(filterSchema(), json)).toEqual({ ok: true, value: json });
});

describe('a document is refused', () => {
  const nested = (levels: number): Filter => (levels === 1 ? { field: 'A', eq: 1 } : { not: nested(levels - 1) });
  const conditions = (count: number) => Array.from({ length: count }, () => ({ field: 'A', eq: 1 }));
  const problems = (json: unknown) => {
    const parsed = parseDocument(filterSchema(), json);
    return parsed.ok ? [] : told(parsed.issues);
  };
  it.each<readonly [rule: string, json: unknown, expected: readonly string[]]>([
    ['where it is no filter', 'A = 1', [' wrong_type']],
    ['without an operator', { field: 'A' }, [' missing']],
    ['with two operators', { field: 'A', eq: 1, ne: 2 }, ['ne unknown_key']],
    ['with an unknown operator', { field: 'A', equals: 1 }, [' missing', 'equals unknown_key']],
    ['with a misspelt key', { field: 'A', eq: 1, not: true }, ['not unknown_key']],
    ['with a field that would end a quoted text', { field: "A' OR ''='", eq: 1 }, ['field invalid_crm_field']],
    ['with a list where a value is wanted', { field: 'A', eq: [1] }, ['eq wrong_type']],
    ['with an empty list', { field: 'A', in: [] }, ['in too_short']],
    ['with nothing to combine', { all: [] }, ['all too_short']],
    ['with a time that is none', { all: [{ field: 'A', since: 'soon' }] }, ['all.0.since not_a_datetime']],
    ['with a day that does not exist', { field: 'A', since: '2025-02-30' }, ['since not_a_datetime']],
    ['with a time of such a day', { field: 'A', since: '2025-02-30T10:30:00Z' }, ['since not_a_datetime']],
    ['with nothing to look for', { field: 'A', contains: '' }, ['contains too_short']],
    ['deeper than 8 levels', nested(9), [' too_deep']],
    ['with more than 200 conditions', { any: Array.from({ length: 5 }, () => ({ all: conditions(41) })) }, [' too_long']],
    ['with __proto__ as a key', JSON.parse('{ "field": "A", "eq": 1, "__proto__": {} }'), ['__proto__ reserved_name']],
  ])('%s', (_, json, expected) => expect(problems(json).toSorted()).toEqual([...expected].toSorted()));
  it('but not 8 levels or 200 conditions', () => {
    expect(problems(nested(8))).toEqual([]);
    expect(problems({ any: Array.from({ length: 5 }, () => ({ all: conditions(40) })) })).toEqual([]);
  });
  it('with words on what is too much', () => {
    const words = (json: unknown) => {
      const parsed = parseDocument(filterSchema(), json);
      return parsed.ok ? [] : parsed.issues.map(({ message, remedy }) => `${message} ${remedy}`);
    };
    expect(words(nested(9))).toEqual([expect.stringContaining('is nested more than 8 levels deep')]);
    expect(words({ any: Array.from({ length: 5 }, () => ({ all: conditions(41) })) })).toEqual([
      expect.stringContaining('has more than 200 conditions'),
    ]);
  });
  const long = (length: number) => 'x'.repeat(length);
  const ones = (length: number) => Array.from({ length }, () => 1);
  it.each<readonly [what: string, most: unknown, tooMuch: unknown]>([
    ['all', { all: conditions(50) }, { all: conditions(51) }],
    ['any', { any: conditions(50) }, { any: conditions(51) }],
    ['in', { field: 'A', in: ones(200) }, { field: 'A', in: ones(201) }],
    ['eq', { field: 'A', eq: long(1_000) }, { field: 'A', eq: long(1_001) }],
    ['ne', { field: 'A', ne: long(1_000) }, { field: 'A', ne: long(1_001) }],
    ['lt', { field: 'A', lt: long(1_000) }, { field: 'A', lt: long(1_001) }],
    ['gt', { field: 'A', gt: long(1_000) }, { field: 'A', gt: long(1_001) }],
    ['contains', { field: 'A', contains: long(1_000) }, { field: 'A', contains: long(1_001) }],
  ])('one longer than the limit: %s', (key, most, tooMuch) => {
    expect(problems(most)).toEqual([]);
    expect(problems(tooMuch)).toEqual([`${key} too_long`]);
  });
});

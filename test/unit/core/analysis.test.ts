import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnalysisPlan,
  analysisHash,
  defineAnalysis,
  lintAnalysis,
  parseAnalysis,
  planAnalysis,
  safeParseAnalysis,
} from '../../../src/core/analysis.ts';
import { type Analysis, type Transforms, UPDATE_MODES, type UpdateMode } from '../../../src/core/mapping-types.ts';
import { defineContactSchema } from '../../../src/core/schema.ts';
import { FIELD_TYPES, type FieldType } from '../../../src/core/schema-types.ts';
import type { Fields, Json } from '../../../src/core/value.ts';
import { CrmSyncError } from '../../../src/errors.ts';
import { told } from './told.ts';

const schema = defineContactSchema({
  a_string: { type: 'string', description: 'A running summary.' },
  a_number: { type: 'number' },
  a_boolean: { type: 'boolean' },
  a_date: { type: 'date' },
  a_datetime: { type: 'datetime' },
  a_enum: { type: 'enum', options: ['New', 'Qualified'] },
  more: { type: 'string' },
});
const problems = (json: unknown): string[] => {
  const parsed = safeParseAnalysis(schema, json);
  return parsed.ok ? [] : told(parsed.issues).toSorted();
};

describe('rules', () => {
  const rules = [
    { from: 'summary', field: 'a_string', mode: 'merge' },
    { from: 'summary', field: 'more', mode: 'overwrite', transform: 'trim' },
    { from: 'other summary', field: 'a_string', mode: 'fill_if_empty' },
    { from: 'status', field: 'a_enum', mode: 'overwrite', valueMap: { hot: 'Qualified', warm: 'Qualified' } },
  ];
  it('are plain data, frozen, and go through JSON unchanged', () => {
    const made = parseAnalysis(schema, rules);
    expect(made).toEqual(rules);
    expect(parseAnalysis(schema, JSON.parse(JSON.stringify(made)))).toEqual(made);
    for (const part of [made, made[0]]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(rules)).toBe(false);
  });

  it('are checked at once where they are defined', () => {
    const define = () => defineAnalysis(schema, [{ from: '', field: 'nobody', mode: 'merge' }] as never);
    expect(define).toThrow(CrmSyncError);
    expect(define).toThrow(/The analysis has 2 problems/);
  });

  const merges: Readonly<Record<FieldType, readonly string[]>> = {
    string: [],
    number: ['0.mode merge_needs_text'],
    boolean: ['0.mode merge_needs_text'],
    date: ['0.mode merge_needs_text'],
    datetime: ['0.mode merge_needs_text'],
    enum: ['0.mode merge_needs_text'],
  };
  it.each(FIELD_TYPES)('may merge text only: %s', (type) => {
    expect(problems([{ from: 'x', field: `a_${type}`, mode: 'merge' }])).toEqual(merges[type]);
    for (const mode of ['overwrite', 'fill_if_empty']) expect(problems([{ from: 'x', field: `a_${type}`, mode }])).toEqual([]);
  });

  it.each<readonly [rule: string, json: unknown, expected: readonly string[]]>([
    ['that are no list', {}, [' wrong_type']],
    ['that write the phone number', [{ from: 'x', field: 'phone_number', mode: 'overwrite' }], ['0.field protected_field']],
    ['with an unknown field', [{ from: 'x', field: 'constructor', mode: 'overwrite' }], ['0.field unknown_field']],
    ['with an unknown mode', [{ from: 'x', field: 'more', mode: 'append' }], ['0.mode unknown_value']],
    ['without a result', [{ field: 'more', mode: 'merge' }], ['0.from missing']],
    ['with an unknown key', [{ from: 'x', field: 'more', mode: 'merge', join: ' ' }], ['0.join unknown_key']],
    [
      'with a value that the field does not hold',
      [{ from: 'x', field: 'a_enum', mode: 'overwrite', valueMap: { a: 'Old' } }],
      ['0.valueMap value_map_misfit'],
    ],
    [
      'twice for one result and field',
      [
        { from: 'x', field: 'more', mode: 'merge' },
        { from: 'y', field: 'more', mode: 'merge' },
        { from: 'x', field: 'more', mode: 'overwrite' },
      ],
      ['2 duplicate_rule'],
    ],
    [
      'with every problem at once',
      [
        { from: 'x', field: 'nobody', mode: 'merge', colour: 'red' },
        { from: 'x', field: 'a_number', mode: 'merge', valueMap: null },
        { from: 'x', field: 'a_number', mode: 'overwrite' },
        'rule',
      ],
      [
        '0.colour unknown_key',
        '0.field unknown_field',
        '1.mode merge_needs_text',
        '1.valueMap wrong_type',
        '2 duplicate_rule',
        '3 wrong_type',
      ],
    ],
  ])('are refused %s', (_, json, expected) => expect(problems(json)).toEqual(expected));

  test.prop([fc.anything(), fc.array(fc.record({ from: fc.anything(), field: fc.constantFrom('more', 5, null), mode: fc.anything() }))])(
    'are never refused with an exception',
    (json, list) => {
      for (const one of [json, list]) expect(() => safeParseAnalysis(schema, one)).not.toThrow();
    },
  );

  it('that merge into a field without a description are pointed out', () => {
    const merge = defineAnalysis(schema, [
      { from: 'x', field: 'a_string', mode: 'merge' },
      { from: 'x', field: 'more', mode: 'merge' },
      { from: 'y', field: 'more', mode: 'overwrite' },
    ]);
    expect(told(lintAnalysis(schema, merge))).toEqual(['1.field merge_without_description']);
  });
});

const plan = (
  rules: readonly object[],
  analysis: Readonly<Record<string, Json>>,
  fields: Fields = {},
  options: { timeZone?: string; transforms?: Transforms } = {},
): AnalysisPlan => planAnalysis({ schema, rules: rules as Analysis, conversation: { analysis }, contact: { fields }, ...options });
const rule = (field: string, more: object = {}) => ({ from: 'x', field, mode: 'overwrite', ...more });
const NOTHING: AnalysisPlan = { set: {}, merges: [], changes: [], kept: [], refused: [] };

describe('a result', () => {
  const kept = (reason: string) => ({ ...NOTHING, kept: [{ field: 'more', from: 'x', reason }] });
  const changed = (mode: UpdateMode, before: string | null) => ({
    ...NOTHING,
    set: { more: 'new' },
    changes: [{ field: 'more', before, after: 'new', rule: { from: 'x', mode } }],
  });
  const merged = { ...NOTHING, merges: [{ field: 'more', existing: 'old', incoming: 'new', rule: { from: 'x', mode: 'merge' } }] };
  const EXISTING = { unset: undefined, null: null, same: 'new', other: 'old' } as const;
  const RESULTS = { absent: {}, null: { x: null }, blank: { x: ' ' }, text: { x: 'new' } } as const;
  const never = (reason: string) => ({ unset: kept(reason), null: kept(reason), same: kept(reason), other: kept(reason) });
  const EXPECTED: Readonly<Record<UpdateMode, Record<keyof typeof RESULTS, Record<keyof typeof EXISTING, object>>>> = {
    overwrite: {
      ...{ absent: never('absent'), null: never('blank'), blank: never('blank') },
      text: { unset: changed('overwrite', null), null: changed('overwrite', null), same: kept('same'), other: changed('overwrite', 'old') },
    },
    fill_if_empty: {
      ...{ absent: never('absent'), null: never('blank'), blank: never('blank') },
      text: {
        unset: changed('fill_if_empty', null),
        null: changed('fill_if_empty', null),
        same: kept('same'),
        other: kept('already_filled'),
      },
    },
    merge: {
      ...{ absent: never('absent'), null: never('blank'), blank: never('blank') },
      text: { unset: changed('merge', null), null: changed('merge', null), same: kept('same'), other: merged },
    },
  };
  describe.each(UPDATE_MODES)('%s', (mode) => {
    describe.each(Object.keys(RESULTS) as (keyof typeof RESULTS)[])('that is %s', (result) => {
      it.each(Object.keys(EXISTING) as (keyof typeof EXISTING)[])('where the field is %s', (existing) => {
        const value = EXISTING[existing];
        const fields = value === undefined ? {} : { more: value };
        expect(plan([rule('more', { mode })], RESULTS[result], fields)).toEqual(EXPECTED[mode][result][existing]);
      });
    });
  });

  it('that is false or 0 is a result', () => {
    const { set } = plan([rule('a_boolean'), rule('a_number', { from: 'y' })], { x: false, y: 0 }, { a_boolean: true, a_number: 7 });
    expect(set).toEqual({ a_boolean: false, a_number: 0 });
  });

  it('is looked up by its own name only', () => {
    for (const from of ['constructor', 'toString', '__proto__'])
      expect(plan([rule('more', { from })], {}).kept).toEqual([{ field: 'more', from, reason: 'absent' }]);
  });

  it('that does not fit its field is refused, and the others go on', () => {
    const planned = plan([rule('a_number'), rule('a_enum'), rule('more')], { x: 'soon' });
    expect(planned.set).toEqual({ more: 'soon' });
    expect(planned.refused.map(({ field, from, code }) => [field, from, code])).toEqual([
      ['a_number', 'x', 'not_a_number'],
      ['a_enum', 'x', 'unknown_option'],
    ]);
    for (const { message, remedy } of planned.refused) {
      expect(message).not.toContain('soon');
      expect(remedy).not.toBe('');
    }
  });

  it('that is an object is refused', () => expect(plan([rule('more')], { x: { a: 1 } }).refused[0]).toMatchObject({ code: 'not_text' }));

  it('is read in its type and in the time zone', () => {
    const rules = [rule('a_date'), rule('a_datetime', { from: 'y' }), rule('a_enum', { from: 'z' }), rule('a_boolean', { from: 'b' })];
    const results = { x: '2025-03-15T03:00:00Z', y: '2025-03-15T10:30:00', z: 'qualified', b: 'Yes' };
    expect(plan(rules, results, {}, { timeZone: 'America/Los_Angeles' }).set).toEqual({
      a_date: '2025-03-14',
      a_datetime: '2025-03-15T17:30:00.000Z',
      a_enum: 'Qualified',
      a_boolean: true,
    });
  });

  it('goes through valueMap, then transform, then its type', () => {
    const rules = [rule('more', { valueMap: { '7': 'Seven' }, transform: 'shout' })];
    expect(plan(rules, { x: 7 }, {}, { transforms: { shout: (value) => `${String(value).toUpperCase()}!` } }).set).toEqual({
      more: 'SEVEN!',
    });
  });

  it('whose transform throws is refused, and the others go on', () => {
    const transforms = { broken: () => JSON.parse('secret') };
    const planned = plan([rule('more', { transform: 'broken' }), rule('a_string')], { x: 'secret' }, {}, { transforms });
    expect(planned.set).toEqual({ a_string: 'secret' });
    expect(planned.refused).toHaveLength(1);
    expect(JSON.stringify(planned.refused)).not.toContain('secret');
  });
});

describe('several rules', () => {
  const two = (first: object, second: object) => [rule('more', first), rule('more', { from: 'y', ...second })];
  it('of one field see what the earlier ones set', () => {
    const planned = plan(two({}, { mode: 'fill_if_empty' }), { x: 'a', y: 'b' });
    expect(planned.set).toEqual({ more: 'a' });
    expect(planned.kept).toEqual([{ field: 'more', from: 'y', reason: 'already_filled' }]);
  });

  it('of one field leave one change, from what was there before to what is there after', () => {
    const planned = plan(two({}, {}), { x: 'a', y: 'b' }, { more: 'old' });
    expect(planned.changes).toEqual([{ field: 'more', before: 'old', after: 'b', rule: { from: 'y', mode: 'overwrite' } }]);
  });

  it('that set a field and set it back change nothing', () => {
    const planned = plan(two({}, {}), { x: 'a', y: 'old' }, { more: 'old' });
    expect(planned).toMatchObject({ set: {}, changes: [] });
  });

  it('that merge into one field lose no text: it is one merge', () => {
    const merge = { mode: 'merge' };
    const planned = plan(two(merge, merge), { x: 'Likes tea.', y: 'Wants a demo.' }, { more: 'Lives in Rome.' });
    expect(planned.merges).toEqual([
      { field: 'more', existing: 'Lives in Rome.', incoming: 'Likes tea.\nWants a demo.', rule: { from: 'x', mode: 'merge' } },
    ]);
  });

  it('that merge one text twice merge it once', () => {
    const planned = plan(two({ mode: 'merge' }, { mode: 'merge' }), { x: 'Likes tea.', y: 'Likes tea.' }, { more: 'old' });
    expect(planned.merges).toMatchObject([{ incoming: 'Likes tea.' }]);
  });

  it('may fill a field and merge into it', () => {
    const planned = plan(two({}, { mode: 'merge' }), { x: 'a', y: 'b' });
    expect(planned).toMatchObject({ set: { more: 'a' }, merges: [{ existing: 'a', incoming: 'b' }] });
  });
});

it.each([
  ['unknown_transform', [rule('more', { transform: 'constructor' })], {}],
  ['unknown_field', [rule('nobody')], {}],
])('a rule that can never work is told, whatever the results: %s', (code, rules) => {
  expect(() => plan(rules, {})).toThrow(expect.objectContaining({ code, category: 'configuration' }));
});

const json = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.jsonValue(),
) as fc.Arbitrary<Json>;
const anyRule = fc.record({
  from: fc.constantFrom('x', 'y'),
  field: fc.constantFrom('a_string', 'a_number', 'a_boolean', 'a_date', 'a_datetime', 'a_enum', 'more'),
  mode: fc.constantFrom('overwrite', 'fill_if_empty'),
});
test.prop([fc.array(anyRule), fc.record({ x: json, y: json })])(
  'whatever an analysis holds, nothing throws, inputs stay, and one rule applied twice changes nothing',
  (rules, analysis) => {
    const before = structuredClone({ rules, analysis });
    const planned = plan(rules, analysis);
    expect({ rules, analysis }).toEqual(before);
    for (const one of rules) {
      const first = plan([one], analysis);
      expect(plan([one], analysis, first.set)).toMatchObject({ set: {}, changes: [] });
    }
    expect(Object.keys(planned.set).toSorted()).toEqual(planned.changes.map(({ field }) => field).toSorted());
  },
);

describe('the hash of an analysis', () => {
  it('is the same for the same results in any order', () => {
    expect(analysisHash({ analysis: { a: { c: 1, d: [1, 2] }, b: 2 } })).toBe(analysisHash({ analysis: { b: 2, a: { d: [1, 2], c: 1 } } }));
  });
  it.each<Readonly<Record<string, Json>>>([{ a: 2 }, { b: 1 }, { a: '1' }, { a: 1, b: null }, {}])('differs for %j', (analysis) => {
    expect(analysisHash({ analysis })).not.toBe(analysisHash({ analysis: { a: 1 } }));
  });
});

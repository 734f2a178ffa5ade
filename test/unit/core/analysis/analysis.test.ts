import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineAnalysis, lintAnalysis, parseAnalysis, safeParseAnalysis } from '../../../../src/core/analysis/analysis.ts';
import { BUILT_IN_RESULTS } from '../../../../src/core/analysis/built-in-results.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { FIELD_TYPES, type FieldType, type Schema } from '../../../../src/core/schema/schema-types.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

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
    ['with a built-in result that there is not', [{ from: '$sumary', field: 'more', mode: 'overwrite' }], ['0.from unknown_result']],
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

  it.each(BUILT_IN_RESULTS)('may take %s of the conversation itself', (from) =>
    expect(problems([{ from, field: 'more', mode: 'overwrite' }])).toEqual([]),
  );

  it('with a misspelt built-in result say which one is near, else which there are', () => {
    const wordsOf = (from: string) => {
      const parsed = safeParseAnalysis(schema, [{ from, field: 'more', mode: 'overwrite' }]);
      return parsed.ok ? null : [parsed.issues[0]?.message, parsed.issues[0]?.remedy];
    };
    expect(wordsOf('$sumary')).toEqual(['is no built-in result', 'Did you mean `$summary`?']);
    expect(wordsOf('$')).toEqual(['is no built-in result', expect.stringMatching(/^Use one of `\$summary`, .*`\$agent`\.$/)]);
  });

  it('say why they are refused', () => {
    const parsed = safeParseAnalysis(schema, [
      { from: 'x', field: 'phone_number', mode: 'overwrite' },
      { from: 'x', field: 'more', mode: 'merge' },
      { from: 'x', field: 'more', mode: 'overwrite' },
      { from: 'x', field: 'a_number', mode: 'merge' },
    ]);
    const messages = parsed.ok ? [] : parsed.issues.map(({ path, message }) => [path.join('.'), message]);
    expect(messages).toEqual([
      ['0.field', 'finds the contact, and is never written by an analysis'],
      ['2', 'brings x into more, as rule 1 does'],
      ['3.mode', 'can merge text only, and a_number is number'],
    ]);
  });

  it('are not compared where it is unknown what they take, or where it goes', () => {
    expect(
      problems([
        { field: 'more', mode: 'merge' },
        { field: 'more', mode: 'overwrite' },
      ]),
    ).toEqual(['0.from missing', '1.from missing']);
    expect(problems([{ from: 'x', field: ['a_number'], mode: 'merge' }])).toEqual(['0.field wrong_type']);
  });

  it('that merge into a field without a description are pointed out', () => {
    const merge = defineAnalysis(schema, [
      { from: 'x', field: 'a_string', mode: 'merge' },
      { from: 'x', field: 'more', mode: 'merge' },
      { from: 'y', field: 'more', mode: 'overwrite' },
    ]);
    expect(told(lintAnalysis(schema, merge))).toEqual(['1.field merge_without_description']);
  });

  it('that merge into a field which the schema has no more are pointed out too', () => {
    const merge = defineAnalysis(schema, [{ from: 'x', field: 'more', mode: 'merge' }]);
    expect(told(lintAnalysis<Schema>(defineContactSchema({}), merge))).toEqual(['0.field merge_without_description']);
  });
});

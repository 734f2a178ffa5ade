import { describe, expect, it } from 'vitest';
import { compileRule } from '../../../../src/core/mapping/compile-rule.ts';
import type { AnyRule, CompiledRule, CompileOptions } from '../../../../src/core/mapping/mapping-types.ts';
import type { CrmFieldType, DescribedField } from '../../../../src/core/schema/described.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import type { FieldDefinitions } from '../../../../src/core/schema/schema-types.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { describedField } from '../../described-field.ts';

const fields: FieldDefinitions = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working'] },
  notes: { type: 'string' },
  score: { type: 'number' },
  born_on: { type: 'date' },
  seen_at: { type: 'datetime' },
}).fields;
type Described = Readonly<Record<string, CrmFieldType | DescribedField>>;

/** A rule that reads the CRM field X into the notes, where nothing else is said. */
function ruleOf(settings: object, described?: Described, options: CompileOptions = {}): CompiledRule {
  const rule = { crm: 'X', field: 'notes', direction: 'inbound', ...settings } as AnyRule;
  const known = described && Object.entries(described).map(([name, of]) => (typeof of === 'string' ? describedField(name, of) : of));
  return compileRule({
    ...{ rule, key: 'X', entity: 'contact', definition: fields[rule.field]!, options },
    described: known && new Map(known.map((field) => [field.name, field])),
  });
}
const record = (values: Readonly<Record<string, unknown>>) => ({ id: '1', fields: values });
const local = (rule: CompiledRule, remote: Value) => {
  const read = rule.toLocal(remote);
  return read.ok ? read.value : read.code;
};
const remote = (rule: Pick<CompiledRule, 'toRemote'>, value: Value) => {
  const written = rule.toRemote(value);
  return written.ok ? written.value : written.code;
};

describe('a time in the CRM', () => {
  const AT = { field: 'seen_at' };
  const read = (X: unknown, options: CompileOptions = {}, type: CrmFieldType = 'datetime') =>
    ruleOf(AT, { X: type }, options).readRemote(record({ X }));

  it.each([
    ['in UTC where no time zone is given', {}, '2025-03-15T10:30:00.000Z'],
    ['in the time zone of the workspace', { timeZone: 'Asia/Tokyo' }, '2025-03-15T01:30:00.000Z'],
  ])('that says no zone is %s', (_, options, expected) => {
    expect(read('2025-03-15T10:30:00', options)).toBe(expected);
    expect(read('2025-03-15T10:30:00+0000', options)).toBe('2025-03-15T10:30:00.000Z');
  });

  it('that the record does not have is absent, and not empty: nothing is cleared', () => {
    expect(ruleOf(AT, { X: 'datetime' }).readRemote(record({}))).toBeUndefined();
    expect(ruleOf({ field: 'born_on' }, { X: 'date' }).readRemote(record({}))).toBeUndefined();
    expect(read(null)).toBeNull();
  });

  it.each<[what: string, settings: object, described: Described | undefined, plain: string | null]>([
    ['as it is, where nothing is known of it', AT, undefined, 'X'],
    ['as it is, where it is text', AT, { X: 'string' }, 'X'],
    ['in our spelling, where it is a time', AT, { X: 'datetime' }, null],
    ['in our spelling, where it is a day', AT, { X: 'date' }, null],
    ['of several, as the first that is filled', { ...AT, crm: ['X', 'Y'] }, { X: 'string', Y: 'string' }, null],
  ])('is read %s', (_, settings, described, plain) => expect(ruleOf(settings, described).plain).toBe(plain));
});

describe('what a rule makes of a value', () => {
  const wordOf = (value: Value) => ({ transforms: { own: () => value } });

  it.each<[what: string, settings: object, described: Described | undefined, value: Value, expected: unknown, options?: CompileOptions]>([
    ['that a transform made is of no CRM type', { field: 'score', transform: 'own' }, { X: 'boolean' }, true, 7, wordOf(7)],
    [
      'that a transform made has the country of the workspace',
      { field: 'phone_number', transform: 'trim' },
      { X: 'phone' },
      ' (415) 555-0123 ',
      '+14155550123',
      { defaultCountry: 'US' },
    ],
    [
      'that a transform made has the time zone of the workspace',
      { field: 'born_on', transform: 'trim' },
      undefined,
      ' 2025-03-15T03:00:00Z ',
      '2025-03-14',
      { timeZone: 'America/Los_Angeles' },
    ],
    ['of several CRM fields is not taken for one of the first', { field: 'score', crm: ['X', 'Y'] }, { X: 'boolean', Y: 'number' }, 7, 7],
    ['where a transform is said to be none is the value', { transform: undefined }, undefined, ' a ', ' a '],
  ])('%s', (_, settings, described, value, expected, options) => expect(local(ruleOf(settings, described, options), value)).toBe(expected));

  it('is the same value only where the rule changes none', () => {
    const status = { field: 'lead_status' };
    const swapped = ruleOf({ ...status, valueMap: { New: 'Working' } });
    expect([swapped.isLocal('New'), local(swapped, 'New')]).toEqual([false, 'Working']);
    expect(ruleOf({ transform: 'upper_case' }).isLocal('a')).toBe(false);
    expect(ruleOf(status).isLocal('New')).toBe(true);
    expect(ruleOf({ transform: undefined }).isLocal('a')).toBe(true);
  });
});

describe('what a transform made for the CRM', () => {
  const written = (value: Value, X: CrmFieldType | DescribedField) =>
    remote(ruleOf({ direction: 'outbound', transform: 'own' }, { X }, { transforms: { own: () => value } }), 'a');
  const yesNo = ['Yes', 'No'].map((value) => ({ value, label: value }));

  it('is written as what it is: true as the option that says so', () =>
    expect(written(true, describedField('X', 'picklist', { restricted: true, options: yesNo }))).toBe('Yes'));

  it('is refused where the CRM field never holds such a value: a number in an email address', () => {
    expect(written(7, 'email')).toBe('unsupported_type');
    expect(written('7', 'email')).toBe('7');
    expect(written(7, 'string')).toBe('7');
  });
});

describe('the CRM field of a new record', () => {
  it.each<[what: string, settings: object, described: Described | undefined, field: string | null]>([
    ['is that of a rule that only reads', {}, undefined, 'X'],
    ['is that of a rule that only writes, transformed or not', { direction: 'outbound', transform: 'upper_case' }, { X: 'string' }, 'X'],
    [
      'is the first that the connected user may fill',
      { crm: ['X', 'Y'] },
      { X: describedField('X', 'string', { creatable: false }), Y: 'string' },
      'Y',
    ],
    ['is none of a parent', { crm: ['Account.Phone', 'Y'] }, undefined, 'Y'],
    ['is none where what is read can not be read backwards', { transform: 'upper_case' }, undefined, null],
    ['is none where several are read as one text', { crm: ['X', 'Y'], join: ' ' }, undefined, null],
    ['is none where its type does not fit the field', { field: 'score' }, { X: 'boolean' }, null],
    ['is none where the connected user does not see it', {}, {}, null],
  ])('%s', (_, settings, described, field) => expect(ruleOf(settings, described).initial?.field ?? null).toBe(field));

  it('gets what the rule writes', () =>
    expect(remote(ruleOf({ direction: 'outbound', transform: 'upper_case' }, { X: 'string' }).initial!, 'a')).toBe('A'));
});

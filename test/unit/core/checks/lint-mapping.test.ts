import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { checkMapping } from '../../../../src/core/checks/check-mapping.ts';
import { type LintMappingOptions, lintMapping } from '../../../../src/core/checks/lint-mapping.ts';
import type { Analysis, Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import type { DescribedField } from '../../../../src/core/schema/described.ts';
import { defineCompanySchema, defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { describedField as field } from '../../described-field.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Qualified'] },
  email: { type: 'string' },
  notes: { type: 'string', maxLength: 500, description: 'What this person told us; newest first.' },
  score: { type: 'number' },
  renewal: { type: 'date' },
  met_at: { type: 'datetime' },
});

const FIELDS: readonly DescribedField[] = deepFreeze([
  field('Phone', 'phone'),
  field('Email', 'email', { unique: true }),
  field('Notes__c', 'text', { length: 255 }),
  field('Long_Notes__c', 'text', { length: 32_000 }),
  field('Website', 'url'),
  field('Score__c', 'number'),
  field('Code__c', 'string'),
  field('Number__c', 'string', { unique: true }),
  field('Renewal__c', 'datetime'),
  field('Met__c', 'date'),
  field('Formula__c', 'string', { creatable: false, updatable: false }),
  field('Status__c', 'picklist', {
    restricted: true,
    options: ['New', 'Qualified', 'Lost'].map((value) => ({ value, label: value })),
  }),
]);

const PHONE = { crm: 'Phone', field: 'phone_number', direction: 'inbound' } as const;
const EMAIL = { crm: 'Email', field: 'email', direction: 'both' } as const;
const GOOD = { crmObject: 'Contact', fields: [PHONE, EMAIL], matchKey: ['phone_number', 'email'] } as const;
const withRule = (rule: object) => ({ ...GOOD, fields: [...GOOD.fields, rule] });

function lint(mapping: unknown, options: LintMappingOptions = { describedFields: FIELDS }): readonly string[] {
  const found = lintMapping(schema, deepFreeze(mapping), options);
  for (const { message, remedy } of found) {
    expect(message, 'what is the matter').toMatch(/^\S.*\.$/s);
    expect(remedy, 'what to do').toMatch(/^[A-Z].*\.$/s);
  }
  return found.map(({ level, code, at: { field: name = '-' } }) => `${level} ${code} ${name}`);
}

describe('a mapping without a problem', () => {
  it('is told nothing', () => expect(lint(GOOD)).toEqual([]));
  it('nor without the fields of the CRM', () => expect(lint(GOOD, {})).toEqual([]));
});

describe('a mapping of companies', () => {
  const companies = defineCompanySchema({ summary: { type: 'string' } });
  const fields: readonly DescribedField[] = [field('Name', 'string', { nullable: false }), field('Website', 'url'), field('Domain__c')];
  const NAME = { crm: 'Name', field: 'name', direction: 'both', blank: { outbound: 'keep' } };
  const lintCompanies = (rules: readonly object[], more: object = {}) =>
    lintMapping(companies, deepFreeze({ crmObject: 'Account', fields: [NAME, ...rules], ...more }), { describedFields: fields });
  const codes = (...given: Parameters<typeof lintCompanies>) =>
    lintCompanies(...given).map(({ level, code, at: { field: name = '-' } }) => `${level} ${code} ${name}`);

  it.each<readonly [what: string, rules: readonly object[], expected: readonly string[]]>([
    ['that reads the domain is told nothing', [{ crm: 'Website', field: 'domain', direction: 'inbound' }], []],
    ['that writes a host to a text is neither', [{ crm: 'Domain__c', field: 'domain', direction: 'both' }], []],
    [
      'that writes a host where an address was',
      [{ crm: 'Website', field: 'domain', direction: 'both' }],
      ['warning address_shortened Website'],
    ],
    ['that finds companies by name alone', [], ['advice no_unique_identifier -']],
    ['of contacts', [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }], ['error unknown_field Phone']],
  ])('%s', (_, rules, expected) => expect(codes(rules)).toEqual(expected));

  it('is spoken of as of companies', () => {
    const [advice] = lintCompanies([]);
    expect(advice?.message).toContain('find their company by `domain`, `name`, which several companies may have');
    expect(advice?.remedy).toContain('such as the domain');
  });
});

describe('what fits the CRM only in part', () => {
  it.each<readonly [problem: string, rule: object, expected: string]>([
    [
      'a picklist with more options than the field',
      { crm: 'Status__c', field: 'lead_status', direction: 'both' },
      'warning options_missing_in_schema Status__c',
    ],
    [
      'a text longer than the CRM field',
      { crm: 'Notes__c', field: 'notes', direction: 'outbound' },
      'warning text_shorter_in_crm Notes__c',
    ],
    [
      'a day in a CRM field that has a time',
      { crm: 'Renewal__c', field: 'renewal', direction: 'both' },
      'warning time_of_day_lost Renewal__c',
    ],
    [
      'a day that is only read from one',
      { crm: 'Renewal__c', field: 'renewal', direction: 'inbound' },
      'advice time_of_day_lost Renewal__c',
    ],
    ['a time in a CRM field that has days', { crm: 'Met__c', field: 'met_at', direction: 'outbound' }, 'warning time_of_day_lost Met__c'],
    ['a read-only target', { crm: 'Formula__c', field: 'notes', direction: 'outbound' }, 'warning read_only Formula__c'],
    ['another type', { crm: 'Website', field: 'score', direction: 'both' }, 'warning incompatible_type Website'],
    ['a type that holds more', { crm: 'Code__c', field: 'score', direction: 'inbound' }, 'advice lossy_type Code__c'],
    ['a field that is not there', { crm: 'Nots__c', field: 'notes', direction: 'both' }, 'warning field_not_visible Nots__c'],
  ])('%s', (_, rule, expected) => expect(lint(withRule(rule))).toEqual([expected]));

  it('is what checkMapping finds, and so what engine.check() tells', () => {
    const mapping = {
      ...GOOD,
      fields: [
        ...GOOD.fields,
        { crm: 'Status__c', field: 'lead_status', direction: 'both' },
        { crm: 'Renewal__c', field: 'renewal', direction: 'both' },
      ],
    } as const satisfies Mapping<typeof schema>;
    const described = { name: 'Contact', label: 'Contact', fields: FIELDS };
    const found = lintMapping(schema, mapping, { describedFields: FIELDS });
    expect(found).toEqual(checkMapping({ schema, mapping, described }));
    expect(found).toHaveLength(2);
  });
});

describe('what a mapping can not be', () => {
  it.each<readonly [problem: string, mapping: unknown, expected: readonly string[]]>([
    ['two writers on one CRM field', withRule({ crm: 'Email', field: 'notes', direction: 'outbound' }), ['error two_writers Email']],
    ['two readers of one field', withRule({ crm: 'Code__c', field: 'email', direction: 'inbound' }), ['error two_readers Code__c']],
    [
      'a misspelt field',
      withRule({ crm: ['Code__c', 'Website'], field: 'emial', direction: 'inbound' }),
      ['error unknown_field Code__c|Website'],
    ],
    [
      'a merge of numbers',
      withRule({ crm: 'Score__c', field: 'score', direction: 'both', conflict: 'merge' }),
      ['error merge_needs_text Score__c'],
    ],
    ['no mapping', 7, ['error wrong_type -']],
    [
      'several problems',
      { crmObject: 'Contact', fields: [{ crm: 'X', field: 'x', direction: 'both' }], more: 1 },
      ['error unknown_field X', 'error unknown_key -'],
    ],
  ])('%s', (_, mapping, expected) => expect([...lint(mapping)].sort()).toEqual(expected));

  it('each problem names its place in the document', () =>
    expect(lintMapping(schema, withRule({ crm: 'Email', field: 'notes', direction: 'outbound' }))[0]).toMatchObject({
      message: '`fields.2.crm`: is written by fields.1 already.',
      at: { object: 'Contact', field: 'Email' },
    }));
});

describe('a merge', () => {
  const merges = (name: string): Analysis<typeof schema> => [{ from: 'customer_notes', field: name as 'notes', mode: 'merge' }];
  const NOTES = { crm: 'Long_Notes__c', field: 'notes', direction: 'outbound' } as const;

  it.each<readonly [what: string, rule: object, analysis: unknown, expected: readonly string[]]>([
    ['of free text', NOTES, merges('notes'), []],
    ['of a link', { ...NOTES, crm: 'Website' }, merges('notes'), ['warning merge_not_free_text Website']],
    ['of another field', { ...NOTES, crm: 'Website' }, merges('last_name'), ['advice merge_without_description last_name']],
    ['on a conflict', { ...NOTES, crm: 'Website', direction: 'both', conflict: 'merge' }, [], ['warning merge_not_free_text Website']],
    ['of a number', NOTES, merges('score'), ['error merge_needs_text -']],
  ])('%s', (_, rule, analysis, expected) => expect(lint(withRule(rule), { describedFields: FIELDS, analysis })).toEqual(expected));

  it('names its place in the rules', () =>
    expect(lintMapping(schema, GOOD, { analysis: merges('score') })[0]?.message).toMatch(/^`analysis\.0\.mode`: can merge text only/));
});

describe('what tells records apart', () => {
  const ADVICE = ['advice no_unique_identifier -'];
  const phoneOnly = { crmObject: 'Contact', fields: [PHONE] };
  const byCode = (crm: string) => ({ crmObject: 'Contact', fields: [{ crm, field: 'notes', direction: 'inbound' }], matchKey: 'notes' });

  it.each<readonly [what: string, mapping: unknown, expected: readonly string[]]>([
    ['nothing but the number', phoneOnly, ADVICE],
    ['the number or the email', GOOD, []],
    ['a text that the CRM keeps unique', byCode('Number__c'), []],
    ['a text that several may have', byCode('Code__c'), ADVICE],
    ['a name', { ...phoneOnly, fields: [{ crm: 'Code__c', field: 'last_name', direction: 'inbound' }], matchKey: 'last_name' }, ADVICE],
  ])('%s', (_, mapping, expected) => expect(lint(mapping)).toEqual(expected));

  it('without the fields of the CRM, a field of your own is taken for one', () => {
    expect(lint(phoneOnly, {})).toEqual(ADVICE);
    expect(lint(byCode('Code__c'), {})).toEqual([]);
  });

  it("may be the connector's own field, if that is known", () => {
    const mapping = { crmObject: 'Contact', fields: [{ crm: 'Code__c', field: 'last_name', direction: 'inbound' }], matchKey: 'email' };
    expect(lint(mapping, { describedFields: FIELDS, matchFields: { email: 'Email' } })).toEqual([]);
    expect(lint(mapping, { describedFields: FIELDS, matchFields: {} })).toEqual(['error match_key_not_mapped -', ...ADVICE]);
    expect(lint(mapping)).toEqual(['warning match_key_not_mapped -', ...ADVICE]);
    expect(lint(mapping, {})).toEqual(['warning match_key_not_mapped -']);
  });
});

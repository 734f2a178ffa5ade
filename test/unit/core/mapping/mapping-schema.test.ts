import { describe, expect, it } from 'vitest';
import { safeParseMapping } from '../../../../src/core/mapping/mapping.ts';
import { defineCompanySchema, defineContactSchema } from '../../../../src/core/schema/schema.ts';
import type { Schema } from '../../../../src/core/schema/schema-types.ts';
import type { Issue } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working'] },
  email: { type: 'string' },
  notes: { type: 'string' },
  score: { type: 'number' },
});
const issuesOf = (fields: readonly unknown[], more: object = {}, of: Schema = schema): readonly Issue[] => {
  const parsed = safeParseMapping(of, { crmObject: 'Contact', fields, ...more });
  return parsed.ok ? [] : parsed.issues;
};
/** Problems as `path code`. */
const problems = (...parameters: Parameters<typeof issuesOf>) => told(issuesOf(...parameters)).toSorted();
const rule = (crm: unknown, field: unknown, direction: unknown, more: object = {}) => ({ crm, field, direction, ...more });
const [inbound, outbound, both] = ['inbound', 'outbound', 'both'].map(
  (direction) => (crm: unknown, field: unknown, more?: object) => rule(crm, field, direction, more),
) as [Make, Make, Make];
type Make = (crm: unknown, field: unknown, more?: object) => object;

describe('what does not go together is told with the rule that is in the way, the first one too', () => {
  it.each<[message: string, remedy: string, ...Parameters<typeof issuesOf>]>([
    [
      'fields.1.field: is read by fields.0 already',
      'List the CRM fields in one rule: the first that is filled counts.',
      [inbound('Email', 'email'), inbound('Email2', 'email')],
    ],
    ['fields.1.crm: is written by fields.0 already', 'Keep one of the two.', [outbound('Email', 'email'), outbound('Email', 'notes')]],
    [
      'fields.1.direction: reverses fields.0',
      "Make one rule with direction 'both' of the two.",
      [inbound('Email', 'email'), outbound('Email', 'email')],
    ],
    [
      'fields.1.direction: reverses fields.0',
      "Make one rule with direction 'both' of the two.",
      [outbound('Email', 'email'), inbound('Email', 'email')],
    ],
    [
      'fields.0.crm: belongs to a parent record, which is not written through this one',
      "Use direction 'inbound' here. To write Name, map the parent itself in `companies`.",
      [outbound('Account.Name', 'notes')],
    ],
    [
      'fields.0.join: needs several CRM fields',
      'List several CRM fields, or leave `join` out.',
      [inbound('Email', 'email', { join: ' ' })],
    ],
    ['fields.0.crm.2: is listed twice', 'Keep one of the two.', [inbound(['Email', 'Email2', 'Email'], 'email')]],
    [
      'fields.0.valueMap: gives `Open`, `Won` a value that the field does not hold',
      'Give each CRM value a value of its own that the field holds.',
      [inbound('Status', 'lead_status', { valueMap: { Open: 'Opened', Won: 'Closed', Fresh: 'New' } })],
    ],
    [
      'fields.0.valueMap: gives two CRM values the same value, and cannot be read backwards',
      'Give each CRM value a value of its own that the field holds.',
      [both('Status', 'lead_status', { valueMap: { Open: 'New', Fresh: 'New' } })],
    ],
    ['matchKey.1: is listed twice', 'Keep one of the two.', [both('Email', 'email')], { matchKey: ['email', 'email'] }],
    [
      'matchKey: is a number field, and contacts are found by text',
      'Choose a text field.',
      [inbound('Score', 'score')],
      { matchKey: 'score' },
    ],
    [
      'fields.0.direction: only writes the field by which contacts are found',
      "Use direction 'inbound' or 'both', or leave the rule out: the CRM's own field is read then.",
      [outbound('Email', 'email')],
      { matchKey: 'email' },
    ],
    [
      'fields.0.direction: only writes the field by which companies are found',
      "Use direction 'inbound' or 'both', or leave the rule out: the CRM's own field is read then.",
      [outbound('Name', 'name')],
      {},
      defineCompanySchema({}),
    ],
    [
      'fields.0.conflict: can merge text only, and score is number',
      "Use another policy, such as 'manual'.",
      [both('Score', 'score', { conflict: 'merge' })],
    ],
    [
      'fields.0.conflict: would make a key of two: contacts are found by email',
      "Use another policy, such as 'manual'.",
      [both('Email', 'email', { conflict: 'merge' })],
      { matchKey: 'email' },
    ],
    [
      'create.idField: is written by fields.0 too',
      'Choose a CRM field that holds nothing but the id of the contact.',
      [both('Our_Id__c', 'notes')],
      { create: { idField: 'Our_Id__c' } },
    ],
    [
      'create.defaults.Our_Id__c: is the field of the contact id',
      'Leave the default out.',
      [both('Email', 'email')],
      { create: { idField: 'Our_Id__c', defaults: { Our_Id__c: 'none' } } },
    ],
  ])('%s', (message, remedy, ...parameters) =>
    expect(issuesOf(...parameters).map((issue) => [`${issue.path.join('.')}: ${issue.message}`, issue.remedy])).toEqual([
      [message, remedy],
    ]),
  );
});

describe('a field that the schema does not have', () => {
  const remedyFor = (field: string) =>
    issuesOf([inbound('Email', field)]).map(({ path, message, remedy }) => [path.join('.'), message, remedy]);

  it('is told with the one that was probably meant', () =>
    expect(remedyFor('emial')).toEqual([
      ['fields.0.field', 'is no field of the schema', 'Did you mean `email`? Else add the field to the schema.'],
    ]));

  it('is told with all that there are, where it is like none', () =>
    expect(remedyFor('quarterly_revenue')).toEqual([
      [
        'fields.0.field',
        'is no field of the schema',
        expect.stringMatching(/^Use one of `phone_number`, .*`score`, or add the field to the schema\.$/),
      ],
    ]));

  it('is not told to be of the wrong type for a merge as well', () =>
    expect(problems([both('Email', 'emial', { conflict: 'merge' })])).toEqual(['fields.0.field unknown_field']));
});

describe('rules go together', () => {
  it.each<[what: string, fields: readonly object[]]>([
    ['where the first of several that are read is also written', [inbound(['Email', 'Email2'], 'email'), outbound('Email', 'email')]],
    ['where what is written is the first of several to read', [outbound('Email', 'email'), inbound(['Email', 'Email2'], 'email')]],
    ['where one fills a field and another sends it elsewhere', [inbound('Email', 'email'), outbound('Email2', 'email')]],
  ])('%s', (_, fields) => expect(problems(fields)).toEqual([]));
});

describe('of what can not be read nothing more is told', () => {
  it.each<[what: string, expected: readonly string[], ...Parameters<typeof issuesOf>]>([
    [
      'two rules without a field are not two readers',
      ['fields.0.field missing', 'fields.1.field missing'],
      [inbound('A', undefined), inbound('B', undefined)],
    ],
    ['nor two whose field is a number', ['fields.0.field wrong_type', 'fields.1.field wrong_type'], [inbound('A', 7), inbound('B', 7)]],
    [
      'nor do two without a field reverse each other',
      ['fields.0.field missing', 'fields.1.field missing'],
      [inbound('A', undefined), outbound('A', undefined)],
    ],
    [
      'two numbers as match keys are not one key twice',
      ['matchKey.0 wrong_type', 'matchKey.1 wrong_type'],
      [inbound('Email', 'email')],
      { matchKey: [7, 7] },
    ],
    [
      'a rule without a direction does not read the match key that another one only writes',
      ['fields.0.direction unknown_value', 'fields.1.direction match_key_not_read'],
      [rule('Email', 'email', 'in'), outbound('Email2', 'email')],
      { matchKey: 'email' },
    ],
    ['a rule without a CRM field writes no field of an id that nobody asked for', ['fields.0.crm missing'], [outbound(undefined, 'notes')]],
    [
      'a value map with a list for a value is of the wrong shape, and fits no field the less for it',
      ['fields.0.valueMap.a wrong_type'],
      [inbound('Notes', 'notes', { valueMap: { a: ['b'] } })],
    ],
  ])('%s', (_, expected, ...parameters) => expect(problems(...parameters)).toEqual(expected));
});

describe('a value of the wrong kind is told by what belongs there', () => {
  const words = (...parameters: Parameters<typeof issuesOf>) =>
    issuesOf(...parameters).map(({ path, code, message }) => `${path.join('.')} ${code}: ${message}`);

  it.each<[what: string, expected: string, ...Parameters<typeof issuesOf>]>([
    ['a list for a field', 'fields.0.field wrong_type: must be text', [inbound('Email', ['email'])]],
    ['no CRM field in a list', 'fields.0.crm too_short: needs at least 1', [inbound([], 'email')]],
    [
      'several CRM fields to write',
      'fields.0.crm wrong_type: must be one field: only an inbound rule may list several',
      [outbound(['Email', 'Email2'], 'email')],
    ],
    ['a number to write to', 'fields.0.crm wrong_type: must be text', [outbound(7, 'email')]],
    [
      'a number for a policy',
      'fields.0.conflict wrong_type: must be `crm` or `local` or `newest` or `merge` or `manual` or an object',
      [both('Email', 'email', { conflict: 7 })],
    ],
    [
      'nothing as the default of a CRM field that is called as a key of ours is',
      'create.defaults.conflict too_short: needs at least 1',
      [both('Email', 'email')],
      { create: { defaults: { conflict: '' } } },
    ],
  ])('%s', (_, expected, ...parameters) => expect(words(...parameters)).toEqual([expected]));
});

it("a CRM object's name has a hundred characters at most", () => {
  expect(problems([both('Email', 'email')], { crmObject: 'C'.repeat(100) })).toEqual([]);
  const [issue, ...others] = issuesOf([both('Email', 'email')], { crmObject: 'C'.repeat(101) });
  expect(others).toEqual([]);
  expect(issue).toEqual({
    path: ['crmObject'],
    code: 'invalid_crm_object',
    message: 'is no name of a CRM object',
    remedy: 'Give its API name, such as `Contact`: letters, digits, underscores.',
  });
});

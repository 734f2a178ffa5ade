import { describe, expect, it } from 'vitest';
import { hashOf } from '../../../../src/core/base/hash.ts';
import type { Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import type { DescribedField, DescribedObject } from '../../../../src/core/schema/described.ts';
import { planCreate } from '../../../../src/core/sync/plan-create.ts';
import { describedField } from '../../described-field.ts';
import { compiled, contactOf, type Rule, START, type schema } from '../world.ts';

const field = (name: string, more: Partial<DescribedField> = {}): DescribedField => describedField(name, 'string', more);
const FIELDS = [
  field('Phone', { type: 'phone', length: 40 }),
  field('Mobile', { type: 'phone' }),
  field('FirstName', { length: 10 }),
  field('LastName', { required: true }),
  field('Name', { creatable: false, updatable: false }),
  field('Email', { type: 'email' }),
  field('Notes__c', { type: 'text', length: 5 }),
  field('Once__c', { updatable: false }),
  field('Our_Id__c', { unique: true }),
  field('Loose_Id__c'),
];
const described: DescribedObject = { name: 'Contact', label: 'Contact', fields: FIELDS };
const RULES: readonly Rule[] = [
  { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
  { crm: 'LastName', field: 'last_name', direction: 'inbound' },
  { crm: 'Email', field: 'email', direction: 'both' },
  { crm: 'Notes__c', field: 'notes', direction: 'outbound' },
];
const mappingOf = (rules: readonly Rule[] = RULES, more: Partial<Mapping<typeof schema>> = {}, object = described) =>
  compiled(rules, more, { described: object });
const ann = contactOf('c1', { phone_number: '+14155550101', first_name: 'Ann', last_name: 'Lee', email: 'ann@example.com', notes: 'Hi' });
const plan = (mapping = mappingOf(), contact = ann, without = {}) => planCreate({ mapping, contact, now: START, without });

describe('the first values of a record', () => {
  it('come from rules of every direction, as they will be agreed on', () => {
    expect(plan()).toMatchObject({
      action: 'create',
      contactId: 'c1',
      values: { Phone: '+14155550101', FirstName: 'Ann', LastName: 'Lee', Email: 'ann@example.com', Notes__c: 'Hi' },
      sent: { Phone: { local: '+14155550101', remote: '+14155550101' }, Email: { local: 'ann@example.com', remote: 'ann@example.com' } },
      keys: { phone_number: '+14155550101' },
      refused: [],
      held: {},
      truncated: [],
    });
    expect(plan()).not.toHaveProperty('uniqueKey');
  });

  it.each<[string, readonly Rule[], object]>([
    [
      'the first CRM field that can be created',
      [{ crm: ['Name', 'LastName'], field: 'last_name', direction: 'inbound' }],
      { LastName: 'Lee' },
    ],
    ['nothing for a rule that joins', [{ crm: ['FirstName', 'LastName'], join: ' ', field: 'first_name', direction: 'inbound' }], {}],
    [
      'nothing for an inbound rule with a transform',
      [{ crm: 'FirstName', field: 'first_name', direction: 'inbound', transform: 'trim' }],
      {},
    ],
    ['nothing for a parent’s field', [{ crm: 'Account.Name', field: 'first_name', direction: 'inbound' }], {}],
    [
      'the value map backwards',
      [{ crm: 'FirstName', field: 'lead_status', direction: 'inbound', valueMap: { Hot: 'Qualified' } }],
      { FirstName: 'Hot' },
    ],
    ['a field that only a create may set', [{ crm: 'Once__c', field: 'notes', direction: 'outbound' }], { Once__c: 'Hi' }],
    [
      'of two rules for one CRM field the first that has a value',
      [
        { crm: 'FirstName', field: 'score', direction: 'inbound' },
        { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
      ],
      { FirstName: 'Ann' },
    ],
  ])('%s', (_, rules, values) => {
    const contact = { ...ann, fields: { ...ann.fields, lead_status: 'Qualified' } };
    const none = { ...described, fields: FIELDS.map((one) => ({ ...one, required: false })) };
    const made = plan(mappingOf(rules, {}, none), contact);
    expect(made).toMatchObject({ action: 'create' });
    expect('values' in made && made.values).toEqual({ Phone: '+14155550101', ...values });
  });

  it('get a default where no rule gives one, and the id of the contact where a field is meant for it', () => {
    const create = { defaults: { LastName: 'Unknown', Once__c: 'web' }, idField: 'Loose_Id__c' };
    expect(plan(mappingOf(RULES, { create }))).toMatchObject({ values: { LastName: 'Lee', Once__c: 'web', Loose_Id__c: 'c1' } });
    const nameless = contactOf('c1', { phone_number: '+14155550101' });
    expect(plan(mappingOf(RULES, { create }), nameless)).toMatchObject({ values: { LastName: 'Unknown' } });
  });

  it('with a field that the CRM keeps unique are an upsert by it', () => {
    const made = plan(mappingOf(RULES, { create: { idField: 'Our_Id__c' } }));
    expect(made).toMatchObject({ uniqueKey: { field: 'Our_Id__c', value: 'c1' } });
    expect('values' in made && made.values).not.toHaveProperty('Our_Id__c');
  });

  it('leave out what the CRM can not take, or has refused, and hold it where it would be written later', () => {
    const contact = contactOf('c1', { ...ann.fields, notes: 'much too long', first_name: 'longer than ten' });
    expect(plan(mappingOf(), contact)).toMatchObject({
      values: { Phone: '+14155550101', LastName: 'Lee', Email: 'ann@example.com' },
      held: { Notes__c: { code: 'too_long', valueHash: hashOf('much too long') } },
      refused: [
        { field: 'first_name', crm: 'FirstName', code: 'too_long' },
        { field: 'notes', crm: 'Notes__c', code: 'too_long' },
      ],
    });
    const reason = { code: 'invalid_email', message: 'no', remedy: 'Correct it.' };
    expect(plan(mappingOf(), ann, { Email: reason })).toMatchObject({
      held: { Email: { code: 'invalid_email', remedy: 'Correct it.' } },
      refused: [{ field: 'email', code: 'invalid_email' }],
    });
  });

  it('change the hash when they change, and only then', () => {
    const hash = (contact = ann, mapping = mappingOf()) => (plan(mapping, contact) as { hash: string }).hash;
    expect(hash()).toBe(hash(contactOf('c1', ann.fields, 'v2')));
    expect(hash()).not.toBe(hash(contactOf('c1', { ...ann.fields, first_name: 'Anna' })));
    expect(hash()).not.toBe(hash(ann, mappingOf(RULES, { create: { defaults: { Once__c: 'web' } } })));
  });
});

describe('a record that can not be made is refused before any call', () => {
  const oneOf = { ...described, fields: FIELDS.map((one) => ({ ...one, required: false })), requiredOneOf: [['Email', 'FirstName']] };

  it.each([
    ['a required field is empty', mappingOf(), { phone_number: '+14155550101' }, 'required_field_missing', 'LastName'],
    ['none of a group is filled', mappingOf(RULES, {}, oneOf), { phone_number: '+14155550101' }, 'required_field_missing', 'Email'],
    ['nobody could find it again', mappingOf(), { last_name: 'Lee' }, 'no_match_key', undefined],
  ] as const)('%s', (_, mapping, fields, code, name) => {
    const refused = plan(mapping, contactOf('c1', fields));
    expect(refused).toMatchObject({ action: 'refuse', code, remedy: expect.stringMatching(/\.$|already\.$/) });
    expect('field' in refused ? refused.field : undefined).toBe(name);
  });

  it('one of a group is enough, and so is the id field without a match key', () => {
    expect(plan(mappingOf(RULES, {}, oneOf), contactOf('c1', { phone_number: '+14155550101', email: 'a@b.example' }))).toMatchObject({
      action: 'create',
    });
    expect(plan(mappingOf(RULES, { create: { idField: 'Our_Id__c' } }), contactOf('c1', { last_name: 'Lee' }))).toMatchObject({
      action: 'create',
      keys: {},
    });
  });
});

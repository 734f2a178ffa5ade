import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineLogForm, logFormSchema, parseLogForm, safeParseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const DEAL = {
  key: 'deal',
  title: 'Deal',
  type: 'selection',
  options: { association: 'deals', openFirst: true },
  whenSeveral: 'ask',
  writes: 'association',
};
const TICKET = { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' }, writes: 'association' };
const BILLABLE = {
  key: 'billable',
  title: 'Billable?',
  type: 'selection',
  required: true,
  options: [
    { const: 'billable', title: 'Billable' },
    { const: 'non_billable', title: 'Non-billable', description: 'Pro bono' },
  ],
  default: 'billable',
  defaultSettingId: 'billable',
  defaultSettingValues: { inboundCall: { settingId: 'billable_inbound' } },
  writes: { activityField: 'billable_status' },
};
const FULL = {
  kind: 'call',
  fields: [
    DEAL,
    TICKET,
    BILLABLE,
    { key: 'matters', title: 'Matter', type: 'selection', contactDependent: true },
    { key: 'status', title: 'Status', type: 'selection', options: { byContactType: { Lead: [{ const: 1, title: 'New' }] } } },
    { key: 'project', title: 'Project', type: 'selection', dynamicOptions: true, includeNoneOption: false },
    { key: 'queue', title: 'Queue', type: 'selection', options: { account: 'lists', property: 'queues' }, allowCustomValue: true },
    { key: 'minutes', title: 'Minutes', type: 'text', maxLength: 5, default: '' },
    { key: 'follow_up', title: 'Needs follow-up', type: 'checkbox', default: false, writes: { activityField: 'needs_follow_up' } },
    { key: 'hint', title: 'Mind the recording', type: 'note', level: 'warning' },
  ],
  contactTypes: [{ const: 'Lead', title: 'Lead' }],
  defaultContactType: 'Lead',
  metadata: [{ key: 'department', path: 'user.departments[0].name', writes: { activityField: 'department' } }],
  exclusive: [{ fields: ['deal', 'ticket'], lookups: { ticket: 'ticket_id' } }],
};
const problems = (json: unknown): readonly string[] => {
  const parsed = safeParseLogForm(json);
  return parsed.ok ? [] : told(parsed.issues).toSorted();
};
const form = (...fields: readonly object[]) => ({ kind: 'call', fields });

describe('a form', () => {
  it('with everything in it is read as it is, frozen, and read again from its JSON', () => {
    const parsed = parseLogForm(FULL);
    expect(parsed).toEqual(FULL);
    expect(Object.isFrozen(parsed.fields[0])).toBe(true);
    expect(parseLogForm(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it('that is refused says all problems in one error', () => {
    const define = () => defineLogForm({ kind: 'call', fields: [{ key: 'x', title: 'X', type: 'selection' }], exclusive: [] });
    expect(define).toThrow(CrmSyncError);
    expect(define).toThrow(/fields\.0: has no options/);
  });
});

describe('a problem', () => {
  const one = (field: object) => form({ key: 'one', title: 'One', type: 'selection', ...field });
  it.each<readonly [string, unknown, readonly string[]]>([
    ['a kind that is none', { kind: 'fax', fields: [] }, ['kind unknown_value']],
    ['a type that is none', form({ key: 'a', title: 'A', type: 'date' }), ['fields.0.type unknown_value']],
    ['an unknown key', form({ ...DEAL, colour: 'red' }), ['fields.0.colour unknown_key']],
    [
      'a key of selections',
      form({ key: 'a', title: 'A', type: 'text', contactDependent: true }),
      ['fields.0.contactDependent misplaced_key'],
    ],
    ['a note with an answer', form({ key: 'a', title: 'A', type: 'note', required: true }), ['fields.0.required unknown_key']],
    ['a key twice', form(DEAL, DEAL), ['fields.1.key duplicate_key']],
    ['no options', one({}), ['fields.0 missing_options']],
    ['an empty list', one({ options: [] }), ['fields.0.options too_short']],
    ['two sources', one({ contactDependent: true, options: BILLABLE.options }), ['fields.0.contactDependent contradicting_options']],
    ['two flags', one({ contactDependent: true, dynamicOptions: true }), ['fields.0.dynamicOptions contradicting_options']],
    ['a flag against its options', one({ ...DEAL, contactDependent: false }), ['fields.0.contactDependent contradicting_options']],
    [
      'one list for each type',
      one({ contactTypeDependent: true, options: BILLABLE.options }),
      ['fields.0.contactTypeDependent contradicting_options'],
    ],
    [
      'an option twice, as a page posts it',
      one({
        options: [
          { const: 1, title: 'A' },
          { const: '1', title: 'B' },
        ],
      }),
      ['fields.0.options.1.const duplicate_option'],
    ],
    ['a default that is no option', one({ options: BILLABLE.options, default: 'maybe' }), ['fields.0.default unknown_option']],
    ['a default of another type', form({ key: 'a', title: 'A', type: 'checkbox', default: 'yes' }), ['fields.0.default wrong_type']],
    ['an association without a name', one({ options: BILLABLE.options, writes: 'association' }), ['fields.0.writes missing_association']],
    [
      'an association of a text',
      form({ key: 'a', title: 'A', type: 'text', writes: { association: 'deals' } }),
      ['fields.0.writes misplaced_target'],
    ],
    ['a field of a record', form({ ...BILLABLE, writes: { recordField: 'Status' } }), ['fields.0.writes misplaced_target']],
    ['one field for two answers', form(BILLABLE, { ...BILLABLE, key: 'b' }), ['fields.1.writes two_writers']],
    [
      'a field that is none',
      form({ ...BILLABLE, writes: { activityField: "x' OR 1=1" } }),
      ['fields.0.writes.activityField invalid_crm_field'],
    ],
    ['metadata under a field', { ...form(DEAL), metadata: [{ key: 'deal', path: 'a' }] }, ['metadata.0.key shadows_field']],
    ['metadata without a path', { ...form(DEAL), metadata: [{ key: 'a', path: '__proto__.b' }] }, ['metadata.0.path invalid_path']],
    [
      'a group of strangers',
      { ...form(DEAL, TICKET), exclusive: [{ fields: ['deal', 'tickets'] }] },
      ['exclusive.0.fields.1 unknown_field'],
    ],
    [
      'a group without a tie',
      { ...form(DEAL, BILLABLE), exclusive: [{ fields: ['deal', 'billable'] }] },
      ['exclusive.0.fields.1 not_an_association'],
    ],
    [
      'a lookup of another',
      { ...form(DEAL, TICKET), exclusive: [{ fields: ['deal', 'ticket'], lookups: { billable: 'B' } }] },
      ['exclusive.0.lookups.billable unknown_field'],
    ],
    [
      'a type that is none',
      { ...FULL, contactTypes: [{ const: 'Contact', title: 'Contact' }] },
      ['defaultContactType unknown_contact_type', 'fields.4.options.byContactType.Lead unknown_contact_type'],
    ],
    [
      'a context that is none',
      form({ ...BILLABLE, defaultSettingValues: { call: { settingId: 'a' } } }),
      ['fields.0.defaultSettingValues.call unknown_key'],
    ],
  ])('%s is told', (_, json, expected) => {
    expect(problems(json)).toEqual(expected);
  });

  it('is told with all others, also across parts that are broken themselves', () => {
    const json = {
      kind: 'call',
      fields: [
        { ...DEAL, whenSeveral: 'guess' },
        { key: 'deal', title: '', type: 'selection', colour: 1 },
      ],
      metadata: [{ key: 'deal', path: '' }],
      exclusive: [{ fields: ['deal', 'nobody'] }],
    };
    expect(problems(json)).toEqual([
      'exclusive.0.fields.1 unknown_field',
      'fields.0.whenSeveral unknown_value',
      'fields.1 missing_options',
      'fields.1.colour unknown_key',
      'fields.1.key duplicate_key',
      'fields.1.title blank',
      'metadata.0.key shadows_field',
      'metadata.0.path invalid_path',
    ]);
  });

  it.each([
    ['contactDependent', { contactDependent: true }, 'fields.0.contactDependent'],
    ['an association', { options: { association: 'deals' } }, 'fields.0.options.association'],
  ])('%s on the form for a new contact has no contact to depend on', (_, source, path) => {
    const json = { kind: 'new_contact', fields: [{ key: 'one', title: 'One', type: 'selection', ...source }] };
    expect(problems(json)).toEqual([`${path} contact_dependent_on_new_contact`]);
  });

  it('a new contact has no activity to write to', () => {
    const json = { kind: 'new_contact', fields: [BILLABLE, { ...BILLABLE, key: 'b', writes: { recordField: 'Status' } }] };
    expect(problems(json)).toEqual(['fields.0.writes misplaced_target']);
  });

  it.each(['__proto__', 'constructor', 'toString', 'prototype', 'a.b', '1a', '', 'a b', 'a'.repeat(101)])('%j is no key', (key) => {
    expect(problems(form({ ...DEAL, key }))).toEqual(['fields.0.key invalid_key']);
  });
});

describe('whatever is given', () => {
  test.prop([fc.anything()])('it never throws', (part) => {
    expect(() => safeParseLogForm(part)).not.toThrow();
    for (const name of Object.keys(FULL)) expect(() => safeParseLogForm({ ...FULL, [name]: part })).not.toThrow();
    for (const name of ['options', 'writes', 'key', 'default'])
      expect(() => safeParseLogForm(form({ ...DEAL, [name]: part }))).not.toThrow();
  });

  it('a list that is too long is told as that, and not compared with itself item by item', () => {
    const many = Array.from({ length: 10_000 }, () => ({ ...DEAL, path: 'a', const: 'same', fields: ['deal', 'deal'] }));
    for (const name of ['fields', 'metadata', 'contactTypes', 'exclusive'])
      expect(problems({ ...FULL, [name]: many }).filter((problem) => problem.startsWith(name))).toEqual([`${name} too_long`]);
    expect(problems(form({ ...DEAL, options: many }))).toContain('fields.0.options too_long');
  });

  test.prop([fc.shuffledSubarray(Object.keys(BILLABLE), { minLength: Object.keys(BILLABLE).length })])(
    'the order of keys makes no difference',
    (names) => {
      const field = Object.fromEntries(names.map((name) => [name, BILLABLE[name as keyof typeof BILLABLE]]));
      expect(parseLogForm(form(field))).toEqual(form(BILLABLE));
    },
  );
});

describe('as a schema for others', () => {
  it('is Standard Schema, version 1', () => {
    const standard = logFormSchema()['~standard'];
    expect(standard).toMatchObject({ version: 1, vendor: 'crm-sync-engine' });
    expect(standard.validate(FULL)).toEqual({ value: FULL });
    expect(standard.validate({ kind: 'call', fields: 1 })).toEqual({
      issues: [expect.objectContaining({ path: ['fields'], code: 'wrong_type' })],
    });
  });

  it('gives a JSON Schema that is JSON', () => {
    const json = logFormSchema().toJsonSchema();
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({ type: 'object', additionalProperties: false, required: ['kind', 'fields'] });
    expect(Object.keys(json['properties'] as object).toSorted()).toEqual(Object.keys(FULL).toSorted());
  });
});

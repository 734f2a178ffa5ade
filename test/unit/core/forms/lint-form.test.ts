import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import { type FormCapabilities, lintForm } from '../../../../src/core/forms/lint-form.ts';
import { expectWords } from '../told.ts';

const found = (form: unknown, capabilities?: FormCapabilities) =>
  lintForm(form, capabilities).map((one) => {
    expectWords(one);
    return `${one.level} ${one.at.field ?? ''} ${one.code}`;
  });
const field = (more: object) => ({ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection', ...more }] });
const DEAL = { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' }, writes: 'association' };
const LOADED = { key: 'deal', title: 'Deal', type: 'selection', dynamicOptions: true };
const TICKET = { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' }, writes: 'association' };

const EVERYTHING: Required<FormCapabilities> = {
  settings: ['general', 'inbound'],
  matchOptions: ['deals', 'deal'],
  accountLists: ['queues'],
  loaders: ['deal'],
  activityFields: ['outcome'],
  recordFields: ['Status'],
  contactTypes: ['Lead'],
  hasOneTie: true,
  messageForm: parseLogForm({ kind: 'message', fields: [DEAL] }),
};

describe('a form that fits', () => {
  it.each([
    field({ options: { association: 'deals' }, writes: 'association', defaultSettingId: 'general' }),
    field({ contactDependent: true, writes: { activityField: 'outcome' } }),
    field({ options: { account: 'queues' }, defaultSettingValues: { inboundCall: { settingId: 'inbound' } } }),
    field({ options: { byContactType: { Lead: [{ const: 1, title: 'One' }] } } }),
    field({ dynamicOptions: true }),
    { kind: 'new_contact', fields: [{ key: 'status', title: 'Status', type: 'text', writes: { recordField: 'Status' } }] },
  ])('is not spoken of: %j', (form) => {
    expect(found(form, EVERYTHING)).toEqual([]);
    expect(found(form)).toEqual([]);
  });
});

describe('what does not fit', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['a setting that nobody has', field({ contactDependent: true, defaultSettingId: 'genral' }), ['warning deal dangling_setting']],
    [
      'one of a context',
      field({ contactDependent: true, defaultSettingValues: { inboundCall: { settingId: 'nobody' } } }),
      ['warning deal dangling_setting'],
    ],
    [
      'a context of other forms',
      field({ contactDependent: true, defaultSettingValues: { fax: { settingId: 'general' } } }),
      ['advice deal unused_context'],
    ],
    ['an association that is not loaded', field({ options: { association: 'deel' } }), ['error deal options_not_published']],
    ['an account list', field({ options: { account: 'people' } }), ['error deal options_not_published']],
    [
      'a type of contact',
      field({ options: { byContactType: { Robot: [{ const: 1, title: 'One' }] } } }),
      ['warning deal unknown_contact_type'],
    ],
    ['a field of the activity', field({ contactDependent: true, writes: { activityField: 'outcom' } }), ['error deal unknown_crm_field']],
    ['a list that nobody loads', { kind: 'message', fields: [{ ...LOADED, key: 'project' }] }, ['error project options_not_published']],
    [
      'a field of the record',
      { kind: 'new_contact', fields: [{ key: 'status', title: 'Status', type: 'text', writes: { recordField: 'Stat' } }] },
      ['error status unknown_crm_field'],
    ],
    ['two ties', { kind: 'message', fields: [DEAL, { ...TICKET, options: { association: 'deal' } }] }, ['error ticket ties_not_exclusive']],
    [
      'a field that messages lack',
      { kind: 'call', fields: [DEAL, { key: 'more', title: 'More', type: 'checkbox' }] },
      ['advice more not_in_message_form'],
    ],
  ])('%s', (_, form, expected) => {
    expect(found(form, EVERYTHING)).toEqual(expected);
  });

  it('is not told where the ties are exclusive', () => {
    const form = {
      kind: 'message',
      fields: [DEAL, { ...TICKET, options: { association: 'deal' } }],
      exclusive: [{ fields: ['deal', 'ticket'] }],
    };
    expect(found(form, EVERYTHING)).toEqual([]);
  });

  it('names what was probably meant', () => {
    expect(lintForm(field({ options: { association: 'deel' } }), EVERYTHING)[0]!.remedy).toBe('Did you mean `deal`?');
  });
});

describe('a form that is refused', () => {
  it('is told of with its unknown keys, and the rest is looked at all the same', () => {
    const form = {
      kind: 'call',
      fields: [
        { ...DEAL, colour: 'red' },
        { ...TICKET, defaultSettingId: 'nobody' },
      ],
      color: 1,
    };
    expect(found(form, { settings: [] }).toSorted()).toEqual([
      'error  unknown_key',
      'error deal unknown_key',
      'warning ticket dangling_setting',
    ]);
  });

  test.prop([fc.anything()])('whatever it is, it never throws', (part) => {
    expect(() => lintForm(part, EVERYTHING)).not.toThrow();
    expect(() => lintForm({ kind: 'call', fields: [part, DEAL] }, EVERYTHING)).not.toThrow();
  });
});

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
    field({ contactDependent: true, defaultSettingValues: { inboundCall: undefined, outboundCall: { settingId: 'inbound' } } }),
    { kind: 'new_contact', fields: [{ key: 'status', title: 'Status', type: 'text', writes: { recordField: 'Status' } }] },
    { kind: 'call', fields: [{ key: 'hint', title: 'Mind the recording', type: 'note' }, DEAL] },
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

  it.each<readonly [string, unknown, FormCapabilities, string, string]>([
    [
      'a setting',
      field({ contactDependent: true, defaultSettingId: 'language' }),
      { settings: ['general'] },
      'takes a default from the setting `language`, which nobody has',
      'Add the setting, or take its id from the field.',
    ],
    [
      'options',
      field({ options: { association: 'tickets' } }),
      { matchOptions: ['deals'] },
      'takes its options from `tickets`, where nobody puts any',
      'Publish the options under this name, or correct the name.',
    ],
    [
      'a type of contact',
      field({ options: { byContactType: { Robot: [{ const: 1, title: 'One' }] } } }),
      { contactTypes: ['Lead'] },
      'has options for `Robot`, which is no type of contact',
      'Remove the type, or correct its name.',
    ],
    [
      'a field of the CRM',
      field({ contactDependent: true, writes: { activityField: 'outcome' } }),
      { activityFields: ['priority'] },
      'writes to `outcome`, which the CRM does not have',
      'Make the field in the CRM, or name another.',
    ],
  ])('%s like none that there is gets told what to do', (_, form, capabilities, message, remedy) => {
    expect(lintForm(form, capabilities)).toStrictEqual([
      expect.objectContaining({ message, remedy, who: 'developer', at: { field: 'deal' } }),
    ]);
  });

  it('are two ties whichever way they are written, where the CRM holds one', () => {
    const form = { kind: 'message', fields: [DEAL, { ...TICKET, writes: { association: 'tickets' } }] };
    expect(lintForm(form, { hasOneTie: true })).toStrictEqual([
      {
        level: 'error',
        code: 'ties_not_exclusive',
        message: 'is tied beside `deal`, and the CRM holds one tie',
        remedy: 'Put both into one group of `exclusive`.',
        who: 'developer',
        at: { field: 'ticket' },
      },
    ]);
    expect(lintForm(form, { hasOneTie: false })).toEqual([]);
    expect(lintForm(form)).toEqual([]);
  });

  it('is no field that the form for messages has among others', () => {
    const messageForm = parseLogForm({ kind: 'message', fields: [TICKET, DEAL] });
    expect(lintForm({ kind: 'call', fields: [DEAL] }, { messageForm })).toEqual([]);
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

  it('says where, and which field', () => {
    const at = (form: unknown) => lintForm(form).map(({ message, at: place }) => [message, place]);
    expect(at({ ...field({ options: { association: 'deals' } }), color: 1 })).toStrictEqual([['color `color` is not a known key', {}]]);
    expect(at({ kind: 'call', fields: [{ ...DEAL, colour: 'red' }] })).toStrictEqual([
      ['fields.0.colour `colour` is not a known key', { field: 'deal' }],
    ]);
    expect(at({ kind: 'call', fields: [{ key: 5, title: 'Five', type: 'checkbox' }] })).toStrictEqual([['fields.0.key must be text', {}]]);
    expect(at({ kind: 'call', fields: [DEAL], metadata: [{ key: 'team', path: '' }] })).toStrictEqual([['metadata.0.path is no path', {}]]);
    expect(at([])).toStrictEqual([['must be an object', {}]]);
  });

  const FAX = { ...DEAL, defaultSettingValues: { fax: { settingId: 'general' } } };
  const STATUS = { key: 'status', title: 'Status', type: 'text', writes: { recordField: 'Stat' } };
  it.each<readonly [string, object, readonly string[]]>([
    ['a form for messages', { kind: 'message', fields: [FAX], color: 1 }, ['error  unknown_key']],
    ['a form for calls', { kind: 'call', fields: [FAX], color: 1 }, ['error  unknown_key', 'advice deal unused_context']],
    [
      'one for a new contact',
      { kind: 'new_contact', fields: [STATUS], color: 1 },
      ['error  unknown_key', 'error status unknown_crm_field'],
    ],
    ['one for calls where its kind is none', { kind: 'email', fields: [FAX] }, ['error  unknown_value', 'advice deal unused_context']],
  ])('is looked at as %s', (_, form, expected) => {
    expect(found(form, EVERYTHING)).toEqual(expected);
  });

  it('tells of a field that can not be read what is wrong with it, and nothing else', () => {
    expect(found({ kind: 'call', fields: [{ ...DEAL, colour: 'red' }] }, EVERYTHING)).toEqual(['error deal unknown_key']);
  });

  test.prop([fc.anything()])('whatever it is, it never throws', (part) => {
    expect(() => lintForm(part, EVERYTHING)).not.toThrow();
    expect(() => lintForm({ kind: 'call', fields: [part, DEAL] }, EVERYTHING)).not.toThrow();
  });
});

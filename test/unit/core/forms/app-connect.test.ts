import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAppConnectManifest } from '../../../../src/core/forms/app-connect/manifest.ts';
import { bindSubmission } from '../../../../src/core/forms/bind-submission.ts';
import { parseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import { resolveLogForm } from '../../../../src/core/forms/resolve-log-form.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const MATTERS = { const: 'matters', title: 'Matter', type: 'selection', contactDependent: true };
const SETTINGS = [
  {
    id: 'noteActions',
    type: 'section',
    items: [
      { id: 'inboundNote', type: 'option', defaultValue: 'Inbound Call' },
      { id: 'outboundNote', type: 'option', defaultValue: 'Outbound Call' },
    ],
  },
  { id: 'single', type: 'inputField', defaultValue: 0 },
];
const manifest = (fields: readonly unknown[], more: object = {}, page = 'callLog') => ({
  platforms: { clio: { settings: SETTINGS, page: { [page]: { additionalFields: fields } }, ...more } },
});
/** The one field that comes out, and the report by the place in the field. */
const one = (field: object, page = 'callLog') => {
  const { forms, report } = fromAppConnectManifest(manifest([field], {}, page), 'clio');
  const form = forms.call ?? forms.message ?? forms.newContact;
  return [form!.fields[0], told(report).map((line) => line.replace(`platforms.clio.page.${page}.additionalFields.0.`, ''))];
};

describe('a platform', () => {
  it('gives a form for each page that it has, and the defaults of its settings', () => {
    const page = { callLog: { additionalFields: [MATTERS] }, messageLog: { additionalFields: [] }, newContact: {} };
    const contactTypes = [
      { display: 'Person', value: 'Contact' },
      { display: 'Lead', value: 'Lead' },
    ];
    const rcAdditionalSubmission = [{ id: 'department', path: 'cachedData.extensionInfo.contact.department' }];
    const converted = fromAppConnectManifest(
      { platforms: { clio: { page, contactTypes, rcAdditionalSubmission, settings: SETTINGS } } },
      'clio',
    );
    const metadata = [{ key: 'department', path: 'cachedData.extensionInfo.contact.department' }];
    expect(converted).toEqual({
      forms: {
        call: { kind: 'call', fields: [{ key: 'matters', title: 'Matter', type: 'selection', contactDependent: true }], metadata },
        message: { kind: 'message', fields: [], metadata },
        newContact: {
          kind: 'new_contact',
          fields: [],
          contactTypes: [
            { const: 'Contact', title: 'Person' },
            { const: 'Lead', title: 'Lead' },
          ],
        },
      },
      settings: { inboundNote: 'Inbound Call', outboundNote: 'Outbound Call', single: 0 },
      report: [],
    });
  });

  it('of the developer console stands in a list, with its types as texts', () => {
    const platforms = [
      { name: 'Other' },
      { name: 'AroFlo', contactTypes: ['Contact'], page: { callLog: { additionalFields: [MATTERS] }, newContact: {} } },
    ];
    const { forms, report } = fromAppConnectManifest({ platforms }, 'AroFlo');
    expect(forms.call?.fields).toHaveLength(1);
    expect(forms.newContact?.contactTypes).toEqual([{ const: 'Contact', title: 'Contact' }]);
    expect(told(report)).toEqual(['platforms platforms_as_list', 'platforms.1.contactTypes.0 type_as_text']);
  });

  it('that has more than forms tells what is left out', () => {
    const more = { override: [{}], serverSideLogging: { additionalFields: [{}] } };
    const { report } = fromAppConnectManifest(manifest([], more), 'clio');
    expect(told(report)).toEqual([
      'platforms.clio.serverSideLogging.additionalFields not_carried_over',
      'platforms.clio.override not_carried_over',
    ]);
  });

  it('may have dots in its name', () => {
    expect(fromAppConnectManifest({ platforms: { 'labs.dominion': { page: {} } } }, 'labs.dominion')).toEqual({
      forms: {},
      settings: {},
      report: [],
    });
  });

  it('with nothing to ask of its users tells nothing', () => {
    const more = { serverSideLogging: { additionalFields: [] }, override: [], contactTypes: null, rcAdditionalSubmission: null };
    expect(fromAppConnectManifest(manifest([], more), 'clio').report).toEqual([]);
    expect(fromAppConnectManifest(manifest([], { serverSideLogging: {} }), 'clio').report).toEqual([]);
  });

  it('that the developer console has twice is the first one', () => {
    const platforms = [
      { name: 'clio', page: { callLog: {} } },
      { name: 'clio', page: { messageLog: {} } },
    ];
    const { forms, report } = fromAppConnectManifest({ platforms }, 'clio');
    expect(forms).toEqual({ call: { kind: 'call', fields: [] } });
    expect(report).toEqual([
      expect.objectContaining({ path: ['platforms'], code: 'platforms_as_list' }),
      {
        path: ['platforms'],
        code: 'duplicate_platform',
        message: 'has the platform more than once',
        remedy: 'The first one was taken.',
      },
    ]);
  });

  const thrownBy = (json: unknown, platform: string): CrmSyncError => {
    try {
      fromAppConnectManifest(json, platform);
    } catch (error) {
      if (error instanceof CrmSyncError) return error;
    }
    throw new Error('was not refused');
  };
  it.each([
    ['is not there', { platforms: { clio: {} } }, 'clo', 'Did you mean `clio`?'],
    ['is not in the list', { platforms: [{ name: 'AroFlo' }, { name: 'clio' }] }, 'clo', 'Did you mean `clio`?'],
    ['is like none in the list', { platforms: [{ name: 'AroFlo' }, { name: 'clio' }, {}] }, 'x', 'Use one of `AroFlo`, `clio`.'],
    ['is an inherited name', { platforms: { clio: {} } }, 'constructor', 'Use one of `clio`.'],
    ['is in no manifest', {}, 'clio', 'Give a manifest with `platforms`.'],
  ])('that %s is refused', (_, json, platform, remedy) => {
    const error = thrownBy(json, platform);
    expect(error.issues).toEqual([{ path: ['platforms'], code: 'unknown_platform', message: 'does not have the platform', remedy }]);
    expect(error.message).toBe('The manifest has a problem:\n  platforms: does not have the platform');
  });

  it('of a manifest that is no object is refused', () => {
    const error = thrownBy([], 'clio');
    expect(error.issues).toEqual([{ path: [], code: 'wrong_type', message: 'must be an object', remedy: 'Give the manifest as JSON.' }]);
    expect(error.message).toBe('The manifest has a problem:\n  (document): must be an object');
  });
});

describe('the types of a contact', () => {
  const converted = (contactTypes: unknown) => {
    const { forms, report } = fromAppConnectManifest(manifest([], { contactTypes }, 'newContact'), 'clio');
    return { types: forms.newContact?.contactTypes, told: told(report).map((line) => line.replace('platforms.clio.', '')) };
  };

  it.each<readonly [string, unknown]>([
    ['a number', 5],
    ['nothing', undefined],
    ['an empty text', ''],
    ['a blank', ' '],
  ])('are called by their value where %s is to be shown', (_, display) => {
    expect(converted([{ display, value: 'Lead' }])).toEqual({ types: [{ const: 'Lead', title: 'Lead' }], told: [] });
  });

  it('without a value are left out, each for itself', () => {
    expect(
      converted([{ display: 'Nobody' }, { value: 5 }, { value: '' }, { value: ' ' }, null, { display: 'Person', value: 'Contact' }]),
    ).toEqual({
      types: [{ const: 'Contact', title: 'Person' }],
      told: [0, 1, 2, 3, 4].map((index) => `contactTypes.${index} not_a_type`),
    });
  });

  it('count once, as the first one has it', () => {
    const twice = [
      { display: 'Person', value: 'Contact' },
      { display: 'Human', value: 'Contact' },
    ];
    expect(converted(twice)).toEqual({ types: [{ const: 'Contact', title: 'Person' }], told: ['contactTypes.1 duplicate_option'] });
    expect(converted(['Lead', 'Lead'])).toEqual({
      types: [{ const: 'Lead', title: 'Lead' }],
      told: ['contactTypes.0 type_as_text', 'contactTypes.1 duplicate_option'],
    });
  });

  it('that are no list are left out', () => {
    expect(converted('Lead')).toEqual({ types: undefined, told: ['contactTypes wrong_type'] });
    expect(converted({ Lead: 'Lead' })).toEqual({ types: undefined, told: ['contactTypes wrong_type'] });
  });
});

describe('a page', () => {
  it('that a form can’t have leaves the others, and is told by its place', () => {
    const company = {
      const: 'company',
      title: 'Company',
      type: 'selection',
      accountDataKey: 'lists',
      accountDataPropertyByContactType: { Lead: 'a', Contact: 'b' },
    };
    const page = {
      newContact: { additionalFields: [{ type: 'nothing' }, company, { const: 'notes', title: 'Notes', type: 'inputField' }] },
    };
    const contactTypes = [
      { display: 'Person', value: 'Contact' },
      { display: 'x'.repeat(1_001), value: 'Other' },
    ];
    const { forms, report } = fromAppConnectManifest({ platforms: { clio: { page, contactTypes } } }, 'clio');
    expect(forms.newContact?.fields.map(({ key }) => key)).toEqual(['notes']);
    expect(forms.newContact?.contactTypes).toEqual([{ const: 'Contact', title: 'Person' }]);
    expect(told(report).filter((line) => !line.includes('additionalFields.0'))).toEqual([
      'platforms.clio.page.newContact.additionalFields.contactTypes.1.title too_long',
      'platforms.clio.page.newContact.additionalFields.1.options.propertyByContactType.Lead unknown_contact_type',
    ]);
  });

  it('with more fields than a form holds gives an empty form, which is told', () => {
    const fields = Array.from({ length: 201 }, (_, index) => ({ const: `tick_${index}`, title: 'Tick', type: 'checkbox' }));
    const { forms, report } = fromAppConnectManifest(manifest(fields), 'clio');
    expect(forms).toEqual({ call: { kind: 'call', fields: [] } });
    expect(told(report)).toEqual(['platforms.clio.page.callLog.additionalFields.fields too_long']);
    expect(fromAppConnectManifest(manifest(fields.slice(1)), 'clio').forms.call?.fields).toHaveLength(200);
  });
});

describe('a field', () => {
  const OPTIONS = [
    { const: 'a', title: 'A' },
    { const: 2, title: 'Two', description: 'Second' },
  ];
  it.each<readonly [string, object, object, readonly string[]]>([
    ['selection of the contact', {}, { contactDependent: true }, []],
    [
      'selection without a flag',
      { contactDependent: undefined },
      { contactDependent: true },
      ['contactDependent contact_dependent_assumed'],
    ],
    ['static options', { contactDependent: false, options: OPTIONS }, { options: OPTIONS }, []],
    ['options beside the flag', { options: OPTIONS }, { options: OPTIONS }, ['contactDependent two_sources']],
    [
      'selections of names',
      { contactDependent: false, selections: [{ id: 'a', name: 'A' }, 'b', {}, { id: 'a' }] },
      {
        options: [
          { const: 'a', title: 'A' },
          { const: 'b', title: 'b' },
        ],
      },
      ['selections selections', 'selections.2 not_an_option', 'selections.3 duplicate_option'],
    ],
    ['no options at all', { options: [] }, { contactDependent: true }, ['options no_options']],
    ['dynamic options', { contactDependent: undefined, dynamicOptions: true }, { dynamicOptions: true }, []],
    ['both flags', { dynamicOptions: true }, { dynamicOptions: true }, ['contactDependent two_sources']],
    [
      'options by type',
      { contactDependent: undefined, contactTypeDependent: true },
      { contactTypeDependent: true, dynamicOptions: true },
      ['contactTypeDependent options_by_type'],
    ],
    ['a list of the account', { contactDependent: undefined, accountDataKey: 'lists' }, { options: { account: 'lists' } }, []],
    [
      'its property',
      { contactDependent: undefined, accountDataKey: 'lists', accountDataProperty: 'queues' },
      { options: { account: 'lists', property: 'queues' } },
      [],
    ],
    [
      'its property by type',
      { contactDependent: undefined, accountDataKey: 'lists', accountDataPropertyByContactType: { Lead: 'leads' } },
      { options: { account: 'lists', propertyByContactType: { Lead: 'leads' } } },
      [],
    ],
    [
      'None and own values',
      { includeNoneOption: true, allowCustomValue: true },
      { contactDependent: true, includeNoneOption: true, allowCustomValue: true },
      [],
    ],
    ['required', { required: true }, { contactDependent: true, required: true }, ['required none_not_offered']],
    ['required as text', { required: 'false' }, { contactDependent: true, required: false }, ['required wrong_type']],
    [
      'a numeric default',
      { options: OPTIONS, contactDependent: false, default: 2 },
      { options: OPTIONS, default: 2 },
      ['default default_taken'],
    ],
    [
      'a default that is no option',
      { options: OPTIONS, contactDependent: false, default: 3 },
      { options: OPTIONS },
      ['default default_taken', 'default unknown_option'],
    ],
    ['an unknown member', { subFields: [] }, { contactDependent: true }, ['subFields not_carried_over']],
    ['a name of the page', { const: 'note' }, { key: 'note', contactDependent: true }, ['const built_in_name']],
    ['a name with a blank', { const: 'note action' }, { key: 'note_action', contactDependent: true }, ['const key_changed']],
    ['no title', { title: '' }, { title: 'matters', contactDependent: true }, ['title missing']],
    ['a title that is no text', { title: 5 }, { title: 'matters', contactDependent: true }, ['title wrong_type', 'title missing']],
    ['a description that is no text', { description: 5 }, { contactDependent: true }, ['description wrong_type']],
    ['a second line', { description: 'Of the firm' }, { description: 'Of the firm', contactDependent: true }, []],
    [
      'required, and None is offered',
      { required: true, includeNoneOption: true },
      { contactDependent: true, required: true, includeNoneOption: true },
      [],
    ],
    [
      'required, and None is not',
      { required: true, includeNoneOption: false },
      { contactDependent: true, required: true, includeNoneOption: false },
      ['required none_not_offered'],
    ],
    [
      'None and own values that are no flags',
      { includeNoneOption: 'yes', allowCustomValue: 'yes' },
      { contactDependent: true },
      ['includeNoneOption wrong_type', 'allowCustomValue wrong_type'],
    ],
    [
      'a default under the name that the vendor reads for texts',
      { options: OPTIONS, contactDependent: false, defaultValue: 'a' },
      { options: OPTIONS, default: 'a' },
      ['defaultValue default_taken'],
    ],
    ['a default that is blank', { defaultValue: '' }, { contactDependent: true }, []],
    ['a default that is null', { defaultValue: null }, { contactDependent: true }, []],
  ])('%s', (_, more, expected, report) => {
    const { contactDependent: _flag, ...base } = MATTERS;
    const field = Object.fromEntries(
      Object.entries({ ...base, contactDependent: true, ...more }).filter(([, value]) => value !== undefined),
    );
    expect(one(field)).toStrictEqual([{ key: 'matters', title: 'Matter', type: 'selection', ...expected }, report]);
  });

  it.each<readonly [string, object, object | undefined, readonly string[]]>([
    ['inputField', { type: 'inputField', defaultValue: 'x' }, { type: 'text', default: 'x' }, []],
    ['inputField with a pattern', { type: 'inputField', pattern: '^a$' }, { type: 'text' }, ['pattern not_carried_over']],
    ['checkbox', { type: 'checkbox', defaultValue: true }, { type: 'checkbox', default: true }, []],
    ['checkbox of the contact', { type: 'checkbox', contactDependent: true }, { type: 'checkbox' }, ['contactDependent always_shown']],
    ['checkbox with a default of text', { type: 'checkbox', defaultValue: 'yes' }, { type: 'checkbox' }, ['defaultValue wrong_type']],
    [
      'checkbox with a flag that is none',
      { type: 'checkbox', contactDependent: 'yes' },
      { type: 'checkbox' },
      ['contactDependent wrong_type'],
    ],
    ['checkbox with options', { type: 'checkbox', options: OPTIONS }, { type: 'checkbox' }, ['options not_carried_over']],
    ['checkbox with a blank default', { type: 'checkbox', defaultValue: '' }, { type: 'checkbox' }, []],
    ['inputField with a blank default', { type: 'inputField', defaultValue: '' }, { type: 'text' }, []],
    ['inputField with a default of null', { type: 'inputField', defaultValue: null }, { type: 'text' }, []],
    ['inputField with a number as default', { type: 'inputField', defaultValue: 0 }, { type: 'text', default: '0' }, []],
    ['inputField with a default of true', { type: 'inputField', defaultValue: true }, { type: 'text' }, ['defaultValue wrong_type']],
    [
      'inputField with a default that the vendor does not read',
      { type: 'inputField', default: 'x' },
      { type: 'text', default: 'x' },
      ['default default_taken'],
    ],
    ['warning with an answer', { type: 'warning', required: true }, { type: 'note', level: 'warning' }, ['required not_carried_over']],
    ['warning', { type: 'warning', description: 'Mind' }, { type: 'note', level: 'warning', description: 'Mind' }, []],
    ['date', { type: 'date' }, { type: 'text' }, ['type read_as_text']],
    ['string', { type: 'string' }, { type: 'text' }, ['type read_as_text']],
    ['no type', { type: 'colour' }, undefined, ['type unknown_type']],
    ['an inherited name as type', { type: 'constructor' }, undefined, ['type unknown_type']],
    ['a list of types', { type: ['checkbox'] }, undefined, ['type unknown_type']],
    ['no name', { const: undefined, type: 'checkbox' }, undefined, ['const missing']],
    ['a blank name', { const: '', type: 'checkbox' }, undefined, ['const missing']],
    ['a name that begins with a digit', { const: '1st', type: 'checkbox' }, { key: 'field_1st', type: 'checkbox' }, ['const key_changed']],
    ['a word of the language', { const: 'constructor', type: 'checkbox' }, undefined, ['key invalid_key']],
  ])('%s', (_, more, expected, report) => {
    expect(one({ const: 'one', title: 'One', ...more })).toStrictEqual([expected && { key: 'one', title: 'One', ...expected }, report]);
  });

  it('of the form for a new contact loads what would need a contact', () => {
    expect(one(MATTERS, 'newContact')).toEqual([
      { key: 'matters', title: 'Matter', type: 'selection', dynamicOptions: true },
      ['contactDependent contact_dependent_on_new_contact'],
    ]);
  });

  it('twice is taken once, and metadata replaces none', () => {
    const more = { rcAdditionalSubmission: [{ id: 'matters', path: 'a' }, 'b.team', { id: 'x' }, { id: 'item', path: 'list.0.n[1]' }] };
    const { forms, report } = fromAppConnectManifest(manifest([MATTERS, MATTERS], more), 'clio');
    expect(forms.call).toMatchObject({
      fields: [{ key: 'matters' }],
      metadata: [
        { key: 'team', path: 'b.team' },
        { key: 'item', path: 'list.0.n[1]' },
      ],
    });
    expect(told(report).map((line) => line.replace('platforms.clio.', ''))).toEqual([
      'rcAdditionalSubmission.1 path_as_text',
      'rcAdditionalSubmission.2 not_carried_over',
      'page.callLog.additionalFields.1.const duplicate_key',
      'page.callLog.additionalFields shadows_field',
    ]);
  });
});

describe('a default from settings', () => {
  it.each<readonly [string, object, object, readonly string[]]>([
    [
      'by section and item',
      { defaultSettingId: 'noteActions', defaultSettingValues: { inboundCall: { settingId: 'inboundNote' } } },
      { defaultSettingValues: { inboundCall: { settingId: 'inboundNote' } } },
      [],
    ],
    ['by the setting itself', { defaultSettingId: 'single' }, { defaultSettingId: 'single' }, []],
    [
      'by both, as documented',
      { defaultSettingId: 'single', defaultSettingValues: { outboundCall: { settingId: 'outboundNote' } } },
      { defaultSettingId: 'single', defaultSettingValues: { outboundCall: { settingId: 'outboundNote' } } },
      [],
    ],
    [
      'as text',
      { defaultSettingValues: { inboundCall: 'inboundNote' } },
      { defaultSettingValues: { inboundCall: { settingId: 'inboundNote' } } },
      ['defaultSettingValues.inboundCall setting_as_text'],
    ],
    ['by a section alone', { defaultSettingId: 'noteActions', defaultSettingValues: {} }, {}, ['defaultSettingId section_without_setting']],
    ['that is not there', { defaultSettingId: 'gone' }, { defaultSettingId: 'gone' }, ['defaultSettingId dangling_setting']],
    [
      'of another section',
      { defaultSettingId: 'noteActions', defaultSettingValues: { fax: { settingId: 'single' } } },
      { defaultSettingValues: { fax: { settingId: 'single' } } },
      ['defaultSettingValues.fax setting_of_another_section'],
    ],
    ['for no context', { defaultSettingValues: { call: { settingId: 'single' } } }, {}, ['defaultSettingValues.call unknown_context']],
  ])('%s', (_, more, expected, report) => {
    expect(one({ ...MATTERS, ...more })).toEqual([
      { key: 'matters', title: 'Matter', type: 'selection', contactDependent: true, ...expected },
      report,
    ]);
  });

  it('counts until a user has a value, whatever its case and blanks', () => {
    const field = { ...MATTERS, defaultSettingId: 'noteActions', defaultSettingValues: { inboundCall: { settingId: 'inboundNote' } } };
    const { forms, settings } = fromAppConnectManifest(manifest([field]), 'clio');
    const match = {
      options: {
        matters: [
          { const: 'inbound call', title: 'In' },
          { const: 'other', title: 'Other' },
        ],
      },
    };
    const input = { match, context: 'inboundCall' as const };
    expect(resolveLogForm(forms.call!, { ...input, settings }).values).toEqual({ matters: 'inbound call' });
    expect(resolveLogForm(forms.call!, { ...input, settings: { ...settings, inboundNote: 'other' } }).values).toEqual({ matters: 'other' });
  });
});

describe('what the vendor loses is kept', () => {
  it('false, 0 and none are answers, and each of several lists is looked at', () => {
    const fields = [
      { ...MATTERS, const: 'deals' },
      { ...MATTERS, const: 'leads' },
      { const: 'billable', title: 'Billable', type: 'checkbox' },
    ];
    const { forms } = fromAppConnectManifest(manifest(fields), 'clio');
    const match = {
      options: {
        deals: [
          { const: 1, title: 'A' },
          { const: 2, title: 'B' },
        ],
        leads: [{ const: 'l', title: 'L' }],
      },
    };
    const { values, questions } = resolveLogForm(forms.call!, { match, context: 'outboundCall' });
    expect(values).toEqual({ deals: null, leads: 'l', billable: null });
    expect(questions.map(({ field }) => field)).toEqual(['deals']);
    const bound = bindSubmission(forms.call!, { match, context: 'outboundCall' }, { deals: 'none', billable: false });
    expect(bound.ok && bound.value.answers).toEqual({
      deals: { action: 'clear' },
      leads: { action: 'set', value: 'l', source: 'single_option' },
      billable: { action: 'set', value: false, source: 'user' },
    });
  });
});

describe('whatever a manifest holds', () => {
  const names = [
    'const',
    'title',
    'type',
    'options',
    'selections',
    'required',
    'contactDependent',
    'contactTypeDependent',
    'dynamicOptions',
    'accountDataKey',
    'accountDataPropertyByContactType',
    'defaultSettingId',
    'defaultSettingValues',
    'defaultValue',
    'default',
    'allowCustomValue',
  ];
  const field = fc.record(Object.fromEntries(names.map((name) => [name, fc.anything()])), { requiredKeys: [] });
  const likely = fc.record({ const: fc.string(), type: fc.constantFrom('selection', 'checkbox', 'inputField', 'warning', 'date') });

  test.prop([
    fc.array(
      fc.tuple(field, likely).map(([a, b]) => ({ ...a, ...b })),
      { maxLength: 4 },
    ),
    fc.anything(),
    fc.constantFrom('callLog', 'messageLog', 'newContact'),
  ])('its forms are forms, and what is left out is told', (fields, part, page) => {
    const json = manifest(fields, { contactTypes: part, rcAdditionalSubmission: part, settings: part, serverSideLogging: part }, page);
    const { forms, report } = fromAppConnectManifest(json, 'clio');
    for (const form of Object.values(forms)) {
      expect(parseLogForm(form)).toEqual(form);
      if (form.fields.length < fields.length) expect(report.length).toBeGreaterThan(0);
    }
    told(report);
  });

  test.prop([fc.anything(), fc.string()])('it throws nothing of its own', (part, platform) => {
    for (const json of [part, { platforms: part }, { platforms: { [platform]: part } }, { platforms: [part] }, manifest([part, MATTERS])])
      try {
        fromAppConnectManifest(json, platform);
      } catch (error) {
        expect(error).toBeInstanceOf(CrmSyncError);
      }
  });
});

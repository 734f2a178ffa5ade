import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConvertedRetellConfig, fromRetellCrmConfig } from '../../../src/conversations/retell/from-retell-crm-config.ts';
import { safeParseContactSchema } from '../../../src/core/schema/schema.ts';
import { safeParseSettings } from '../../../src/core/settings.ts';

/** As `get-crm-config` and `get-app` answer it. */
const CONFIG = {
  org_id: 'org_1',
  app_id: 'app_1',
  custom_fields: [
    { name: 'lead_status', type: 'enum', options: ['New', 'Working', 'Qualified'], label: 'Lead status' },
    { name: 'email', type: 'string', label: '' },
    { name: 'interaction_summary', type: 'string', description: 'A running summary of all conversations.' },
    { name: 'seats', type: 'number', options: ['ignored by Retell'] },
  ],
  crm_analysis_data_mappings: [
    { analysis_data_name: 'lead_qualification_status', field_name: 'lead_status', update_mode: 'overwrite' },
    { analysis_data_name: 'email', field_name: 'email', update_mode: 'fill_if_empty' },
    { analysis_data_name: 'customer_notes', field_name: 'interaction_summary', update_mode: 'merge' },
  ],
};
const SYNC = {
  inbound_sync_mappings: [
    { external_field_name: 'Phone', field_name: 'phone_number' },
    { external_field_name: 'FirstName', field_name: 'first_name' },
    { external_field_name: 'Lead_Status__c', field_name: 'lead_status' },
  ],
  outbound_sync_mappings: [
    { external_field_name: 'Lead_Status__c', field_name: 'lead_status' },
    { external_field_name: 'Notes__c', field_name: 'interaction_summary' },
  ],
  sync_conversation_activity: true,
};
const APP = { app_id: 'app_1', org_id: 'org_1', type: 'crm', provider: 'salesforce', connection_status: 'connected', crm_config: SYNC };

const convert = (config: object = {}, sync: object = {}, app: object = {}): ConvertedRetellConfig =>
  fromRetellCrmConfig({ ...CONFIG, ...config, app: { ...APP, crm_config: { ...SYNC, ...sync }, ...app } });
const reported = ({ report }: ConvertedRetellConfig): string[] => report.map(({ path, code }) => `${path.join('.')}: ${code}`);

describe('a whole configuration', () => {
  const EXPECTED = {
    mappings: [
      {
        crmObject: 'Contact',
        fields: [
          { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
          { crm: 'Lead_Status__c', field: 'lead_status', direction: 'both' },
          { crm: 'Notes__c', field: 'interaction_summary', direction: 'outbound' },
        ],
      },
    ],
    analysis: [
      { from: 'lead_qualification_status', field: 'lead_status', mode: 'overwrite' },
      { from: 'email', field: 'email', mode: 'fill_if_empty' },
      { from: 'customer_notes', field: 'interaction_summary', mode: 'merge' },
    ],
    activities: { call: true, sms: true, chat: true },
  };

  it('becomes a schema and settings, with nothing to report', () => {
    const { schema, settings, report } = convert();
    const builtIn = ['phone_number', 'first_name', 'last_name', 'do_not_call'];
    expect(Object.keys(schema.fields)).toEqual([...builtIn, 'lead_status', 'email', 'interaction_summary', 'seats']);
    expect(schema.fields).toMatchObject({
      lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified'], label: 'Lead status' },
      interaction_summary: { type: 'string', description: 'A running summary of all conversations.' },
    });
    expect(schema.fields.seats).toEqual({ type: 'number' });
    expect(settings).toEqual(EXPECTED);
    expect(report).toEqual([]);
  });

  it('may come as one object too', () => {
    expect(fromRetellCrmConfig({ ...CONFIG, ...APP }).settings).toEqual(EXPECTED);
  });

  it('is plain JSON that reads back', () => {
    const { schema, settings } = convert();
    expect(safeParseSettings(schema, JSON.parse(JSON.stringify(settings)))).toEqual({ ok: true, value: settings });
    expect(safeParseContactSchema(JSON.parse(JSON.stringify(schema)))).toEqual({ ok: true, value: schema });
  });
});

it('an organization that has set up nothing has the built-in fields', () => {
  const { schema, settings, report } = fromRetellCrmConfig({ org_id: 'org_1' });
  expect(Object.keys(schema.fields)).toEqual(['phone_number', 'first_name', 'last_name', 'do_not_call']);
  expect(settings).toEqual({ mappings: [], analysis: [], activities: {} });
  expect(report).toEqual([]);
});

it('activities stay off until Retell has them on', () => {
  expect(convert({}, { sync_conversation_activity: false }).settings.activities).toEqual({});
  expect(convert({}, { sync_conversation_activity: undefined }).settings.activities).toEqual({});
});

it('the CRM object is that of the provider, or the one the host names', () => {
  const objectOf = (converted: ConvertedRetellConfig) => converted.settings.mappings[0]?.crmObject;
  expect(objectOf(convert({}, {}, { provider: 'hubspot' }))).toBe('contacts');
  expect(objectOf(fromRetellCrmConfig({ ...CONFIG, app: APP }, { crmObject: 'Lead' }))).toBe('Lead');
  const unknown = convert({}, {}, { provider: 'a_crm_of_tomorrow' });
  expect(unknown.settings.mappings).toEqual([]);
  expect(reported(unknown)).toEqual(['app.crm_config: unknown_provider']);
});

it('the phone number is always mapped, as at Retell, and it is told where that was added', () => {
  const without = (provider: string) => convert({}, { inbound_sync_mappings: [] }, { provider });
  const added = (converted: ConvertedRetellConfig) => converted.settings.mappings[0]?.fields.find(({ field }) => field === 'phone_number');
  expect(added(without('salesforce'))).toEqual({ crm: 'Phone', field: 'phone_number', direction: 'inbound' });
  expect(added(without('hubspot'))).toEqual({ crm: 'phone', field: 'phone_number', direction: 'inbound' });
  expect(reported(without('salesforce'))).toEqual(['app.crm_config.inbound_sync_mappings: match_key_added']);
  const named = fromRetellCrmConfig(
    { ...CONFIG, crm_config: { outbound_sync_mappings: SYNC.outbound_sync_mappings } },
    { crmObject: 'Persons' },
  );
  expect(reported(named)).toEqual(['crm_config.inbound_sync_mappings: match_key_missing']);
});

describe('what cannot be carried over is reported with its place', () => {
  const field = (definition: unknown) => convert({ custom_fields: [...CONFIG.custom_fields, definition] });
  const rule = (members: object) =>
    convert({
      crm_analysis_data_mappings: [{ analysis_data_name: 'email', field_name: 'email', update_mode: 'overwrite', ...members }],
    });
  const inbound = (mapping: unknown) => convert({}, { inbound_sync_mappings: [...SYNC.inbound_sync_mappings, mapping] });
  const outbound = (mapping: unknown) => convert({}, { outbound_sync_mappings: [...SYNC.outbound_sync_mappings, mapping] });
  const inboundAt = 'app.crm_config.inbound_sync_mappings.3';

  it.each<[string, ConvertedRetellConfig, string]>([
    ['a field that is no object', field('email'), 'custom_fields.4: wrong_type'],
    ['a field without a name', field({ type: 'string' }), 'custom_fields.4.name: missing'],
    ['a name that is not snake_case', field({ name: 'Lead Score', type: 'number' }), 'custom_fields.4: invalid_name'],
    ['a name that is kept for the platform', field({ name: 'contact_mood', type: 'string' }), 'custom_fields.4: invalid_name'],
    ['a hostile name', field({ name: '__proto__', type: 'string' }), 'custom_fields.4: reserved_name'],
    ['a name that is there', field({ name: 'email', type: 'number' }), 'custom_fields.4.name: duplicate_name'],
    ['a type of tomorrow', field({ name: 'photo', type: 'image' }), 'custom_fields.4.type: unknown_value'],
    ['an enum without options', field({ name: 'mood', type: 'enum' }), 'custom_fields.4.options: too_short'],
    ['a member of a field', field({ name: 'mood', type: 'string', regex: '.' }), 'custom_fields.4.regex: not_carried_over'],
    [
      'fields that are no list',
      convert({ custom_fields: {}, crm_analysis_data_mappings: [] }, { inbound_sync_mappings: null, outbound_sync_mappings: null }),
      'custom_fields: wrong_type',
    ],
    ['an analysis rule of no field', rule({ field_name: 'nickname' }), 'crm_analysis_data_mappings.0.field_name: unknown_field'],
    ['an analysis rule of an inherited name', rule({ field_name: 'toString' }), 'crm_analysis_data_mappings.0.field_name: unknown_field'],
    ['an analysis of the phone number', rule({ field_name: 'phone_number' }), 'crm_analysis_data_mappings.0.field_name: protected_field'],
    [
      'a merge of what is no text',
      rule({ field_name: 'seats', update_mode: 'merge' }),
      'crm_analysis_data_mappings.0.update_mode: merge_needs_text',
    ],
    ['a mode of tomorrow', rule({ update_mode: 'average' }), 'crm_analysis_data_mappings.0.update_mode: unknown_value'],
    ['an analysis rule without a source', rule({ analysis_data_name: '' }), 'crm_analysis_data_mappings.0.analysis_data_name: too_short'],
    ['a member of an analysis rule', rule({ condition: 'x' }), 'crm_analysis_data_mappings.0.condition: not_carried_over'],
    [
      'an inbound mapping of no field',
      inbound({ external_field_name: 'X', field_name: 'nickname' }),
      `${inboundAt}.field_name: unknown_field`,
    ],
    ['an inbound mapping of no CRM field', inbound({ field_name: 'email' }), `${inboundAt}.external_field_name: missing`],
    [
      'a contact field that two CRM fields fill',
      inbound({ external_field_name: 'X', field_name: 'first_name' }),
      `${inboundAt}.field_name: two_readers`,
    ],
    [
      'a CRM field that two contact fields fill',
      outbound({ external_field_name: 'Notes__c', field_name: 'email' }),
      'app.crm_config.outbound_sync_mappings.2.external_field_name: two_writers',
    ],
    [
      'a member of a mapping',
      inbound({ external_field_name: 'Email', field_name: 'email', transform: 'x' }),
      `${inboundAt}.transform: not_carried_over`,
    ],
    ['the creation of records', convert({}, { sync_new_contacts: true }), 'app.crm_config.sync_new_contacts: not_carried_over'],
    ['the order of columns', convert({ contact_columns_order: ['email'] }), 'contact_columns_order: display_only'],
    ['the position of the sync', convert({ last_sync_timestamp: 1 }), 'last_sync_timestamp: not_portable'],
    ['a setting of tomorrow', convert({ sync_every_minutes: 5 }), 'sync_every_minutes: not_carried_over'],
    ['a sync setting of tomorrow', convert({}, { sync_deals: true }), 'app.crm_config.sync_deals: not_carried_over'],
  ])('%s', (_, converted, place) => {
    expect(reported(converted)).toEqual([place]);
    for (const { message, remedy } of converted.report) expect([message, remedy]).not.toContain('');
  });

  it('and the rest is carried over', () => {
    const { schema, settings } = field({ name: 'photo', type: 'image' });
    expect(Object.hasOwn(schema.fields, 'photo')).toBe(false);
    expect(settings.mappings[0]?.fields).toHaveLength(4);
    expect(rule({ field_name: 'nickname' }).settings.analysis).toEqual([]);
  });
});

it.each([[null], [undefined], ['text'], [[]]])('%o is no configuration', (config) => {
  expect(() => fromRetellCrmConfig(config)).toThrow(expect.objectContaining({ code: 'invalid_document', category: 'configuration' }));
});

const names = fc.constantFrom('email', 'first_name', 'phone_number', 'seats', '__proto__', 'nickname', 7);
const crmNames = fc.constantFrom('Phone', 'Email', 'Account.Name', "x' OR 'a", '', null);
const fieldsLike = fc.array(
  fc.record({ name: names, type: fc.constantFrom('string', 'number', 'enum', 'x'), options: fc.jsonValue() }, { requiredKeys: ['name'] }),
);
const syncLike = fc.array(fc.oneof(fc.record({ external_field_name: crmNames, field_name: names }), fc.jsonValue()));
const rulesLike = fc.array(
  fc.record({ analysis_data_name: crmNames, field_name: names, update_mode: fc.constantFrom('overwrite', 'fill_if_empty', 'merge', 'x') }),
);
const appLike = fc.record({
  provider: fc.constantFrom('salesforce', 'hubspot', 'x', 7),
  crm_config: fc.record({ inbound_sync_mappings: syncLike, outbound_sync_mappings: syncLike }),
});

test.prop([
  fc.record(
    {
      custom_fields: fc.oneof(fieldsLike, fc.jsonValue()),
      crm_analysis_data_mappings: fc.oneof(rulesLike, fc.jsonValue()),
      app: fc.oneof(appLike, fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
  fc.option(fc.constant({ crmObject: 'Lead' }), { nil: {} }),
])('any configuration gives a schema and settings that read back', (config, options) => {
  const { schema, settings } = fromRetellCrmConfig(config, options);
  expect(safeParseContactSchema(JSON.parse(JSON.stringify(schema))).ok).toBe(true);
  expect(safeParseSettings(schema, JSON.parse(JSON.stringify(settings)))).toEqual({ ok: true, value: settings });
});

it('a way back that would write a CRM field twice is reported, and both rules stay as they were', () => {
  const app = {
    provider: 'salesforce',
    crm_config: {
      inbound_sync_mappings: [],
      outbound_sync_mappings: [
        { external_field_name: 'Phone', field_name: 'first_name' },
        { external_field_name: 'Phone', field_name: 'phone_number' },
      ],
    },
  };
  const { schema, settings, report } = fromRetellCrmConfig({ app });
  expect(safeParseSettings(schema, JSON.parse(JSON.stringify(settings)))).toEqual({ ok: true, value: settings });
  expect(report.map(({ code }) => code)).toContain('two_writers');
});

test.prop([syncLike, syncLike, rulesLike])('every entry is carried over or reported', (inbound, outbound, rules) => {
  const { settings, report } = convert(
    { crm_analysis_data_mappings: rules },
    { inbound_sync_mappings: inbound, outbound_sync_mappings: outbound },
  );
  const failed = (list: string) =>
    new Set(report.filter(({ path }) => path.includes(list)).flatMap(({ path }) => path.find(Number.isInteger) ?? []));
  const fields = settings.mappings[0]?.fields ?? [];
  const added = report.some(({ code }) => code === 'match_key_added') ? 1 : 0;
  const read = fields.filter(({ direction }) => direction !== 'outbound').length - added;
  const written = fields.filter(({ direction }) => direction !== 'inbound').length;
  expect(read + failed('inbound_sync_mappings').size).toBe(inbound.length);
  expect(written + failed('outbound_sync_mappings').size).toBe(outbound.length);
  expect(settings.analysis.length + failed('crm_analysis_data_mappings').size).toBe(rules.length);
});

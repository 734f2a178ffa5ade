import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../src/core/conversation/conversation.ts';
import { defineContactSchema } from '../../../src/core/schema/schema.ts';
import { parseSettings, safeParseSettings, settingsSchema } from '../../../src/core/settings.ts';
import { CrmSyncError } from '../../../src/errors.ts';
import { told } from './told.ts';

const schema = defineContactSchema({ lead_status: { type: 'enum', options: ['New', 'Qualified'] }, notes: { type: 'string' } });
const CONTACT = { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] };
const RULE = { from: 'summary', field: 'notes', mode: 'merge' };
const full = {
  mappings: [CONTACT, { ...CONTACT, crmObject: 'Lead' }],
  analysis: [RULE],
  activities: { call: true, sms: false },
  smsThreads: 'by_message',
  logForms: {
    call: { kind: 'call', fields: [{ key: 'topic', title: 'Topic', type: 'text', writes: { activityField: 'Topic__c' } }] },
    message: { kind: 'message', fields: [] },
    settings: { billing: 'yes', first: true, most: 3 },
  },
  unlinkedContact: 'wait',
  severalContacts: 'only_linked',
  internalCalls: 'log',
  activityText: { transcript: true, messages: false, link: 'https://app.example.com/{source}/{id}' },
  unknownCaller: 'create',
  onDelete: { flag: 'do_not_call' },
  deletionBrake: { share: 0.05, minimum: 10 },
  owners: { 'user-1': '005000000000001' },
  dispositions: { user_hangup: 'Connected' },
  blockList: ['+14155550123', '72345', 'sip:al@example.com', 'al@example.com'],
  segments: [{ name: 'to_call', where: { not: { field: 'do_not_call', eq: true } }, watch: ['first_name'], initial: true }],
  merging: { perRun: 50, perDay: 500, timeLimitMs: 20_000, price: { perMillionInputTokens: 0.25, perMillionOutputTokens: 2 } },
  propagate: true,
  defaultCountry: 'US',
  timeZone: 'America/New_York',
};
const problems = (json: unknown): string[] => {
  const parsed = safeParseSettings(schema, json);
  return parsed.ok ? [] : told(parsed.issues).toSorted();
};

describe('settings', () => {
  it('may be empty', () => expect(parseSettings(schema, {})).toEqual({}));

  it('are plain data, frozen to the last part, and go through JSON unchanged', () => {
    const json = structuredClone(full);
    const made = parseSettings(schema, json);
    expect(made).toEqual(full);
    expect(parseSettings(schema, JSON.parse(JSON.stringify(made)))).toEqual(made);
    for (const part of [made, made.mappings, made.mappings![0], made.analysis, made.activities, made.owners, made.blockList])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(json)).toBe(false);
  });

  const CHANNELS: Readonly<Record<Channel, true>> = {
    ...{ call: true, sms: true, chat: true, whatsapp: true },
    ...{ email: true, voicemail: true, fax: true, other: true },
  };
  it('have a switch for every channel', () => expect(problems({ activities: CHANNELS })).toEqual([]));
});

describe('a document is refused', () => {
  it.each<readonly [rule: string, json: unknown, expected: readonly string[]]>([
    ['that is no object', [], [' wrong_type']],
    [
      'with budgets and prices that are none',
      { merging: { perDay: -1, perRun: 1.5, timeLimitMs: 0, price: { perQuestion: '0.01', perToken: 1 } } },
      [
        'merging.perDay too_small',
        'merging.perRun wrong_type',
        'merging.price.perQuestion wrong_type',
        'merging.price.perToken unknown_key',
        'merging.timeLimitMs too_small',
      ],
    ],
    [
      'with segments that can not be compared',
      {
        segments: [
          { name: 'a', where: { field: 'do_not_call', eq: true } },
          { name: 'a', where: { field: 'do_not_cal', eq: true }, watch: ['$conversations'], first: true },
        ],
      },
      [
        'segments.1.first unknown_key',
        'segments.1.name duplicate_segment',
        'segments.1.watch.0 unknown_field',
        'segments.1.where.field unknown_field',
      ],
    ],
    ['with a key that has no behaviour', { propagates: true }, ['propagates unknown_key']],
    ['with a misspelt key', { timezone: 'UTC' }, ['timezone unknown_key']],
    ['with two mappings of one object', { mappings: [CONTACT, CONTACT] }, ['mappings.1.crmObject duplicate_mapping']],
    ['with a problem in a mapping', { mappings: [{ ...CONTACT, fields: [] }] }, ['mappings.0.fields too_short']],
    ['with a problem in a rule', { analysis: [{ ...RULE, field: 'lead_status' }] }, ['analysis.0.mode merge_needs_text']],
    ['with an unknown channel', { activities: { calls: true } }, ['activities.calls unknown_key']],
    ['with a switch that is no switch', { activities: { call: 'yes' } }, ['activities.call wrong_type']],
    ['with a link that leads nowhere', { activityText: { link: 'app.example.com/{id}' } }, ['activityText.link invalid_link']],
    ['with a link that is no web address', { activityText: { link: 'javascript:{id}' } }, ['activityText.link invalid_link']],
    ['with one link for all', { activityText: { link: 'https://app.example.com/' } }, ['activityText.link invalid_link']],
    ['with an unknown way to group messages', { smsThreads: 'by_week' }, ['smsThreads unknown_value']],
    ['with an unknown way to choose', { severalContacts: 'first' }, ['severalContacts unknown_value']],
    ['with an unknown way to treat callers', { unknownCaller: 'ask' }, ['unknownCaller unknown_value']],
    ['with an owner that is none', { owners: { 'user-1': '' } }, ['owners.user-1 too_short']],
    ['with dispositions that are no words', { dispositions: { hangup: 1 } }, ['dispositions.hangup wrong_type']],
    ['with a blocked number that blocks nobody', { blockList: ['(415) 555-0123'] }, ['blockList.0 not_e164']],
    ['with a blocked number in groups', { blockList: ['+14155550123', '+1 415 555 0199'] }, ['blockList.1 not_e164']],
    ['with a country that is none', { defaultCountry: 'us' }, ['defaultCountry unknown_country']],
    ['with a time zone that is none', { timeZone: 'Mars/Olympus' }, ['timeZone unknown_time_zone']],
    ['with __proto__ as a name', JSON.parse('{ "owners": { "__proto__": "x" } }'), ['owners.__proto__ reserved_name']],
  ])('%s', (_, json, expected) => expect(problems(json)).toEqual(expected));

  it('with every problem at once', () => {
    const json = {
      mappings: [
        CONTACT,
        { ...CONTACT, colour: 'red' },
        { ...CONTACT, fields: [{ crm: 'X', field: 'notes', direction: 'both', transform: 'trim' }] },
      ],
      analysis: [{ ...RULE, colour: 'red' }, RULE, { ...RULE, field: 'nots' }],
      activities: { call: 1, calls: true },
      timeZone: 1,
      defaultCountry: 'USA',
    };
    expect(problems(json)).toEqual(
      [
        'activities.call wrong_type',
        'activities.calls unknown_key',
        'analysis.0.colour unknown_key',
        'analysis.1 duplicate_rule',
        'analysis.2.field unknown_field',
        'defaultCountry unknown_country',
        'mappings.1.colour unknown_key',
        'mappings.1.crmObject duplicate_mapping',
        'mappings.2.crmObject duplicate_mapping',
        'mappings.2.fields.0.transform misplaced_key',
        'timeZone wrong_type',
      ].toSorted(),
    );
    expect(() => parseSettings(schema, json)).toThrow(CrmSyncError);
    expect(() => parseSettings(schema, json)).toThrow(/^The settings document has 11 problems/);
  });

  test.prop([fc.anything()])('and never with an exception', (part) => {
    const json = Object.fromEntries(Object.keys(full).map((name) => [name, part]));
    expect(() => safeParseSettings(schema, json)).not.toThrow();
    expect(() => safeParseSettings(schema, part)).not.toThrow();
  });
});

describe('as a schema for others', () => {
  it('is Standard Schema, version 1', () => {
    const standard = settingsSchema(schema)['~standard'];
    expect(standard).toMatchObject({ version: 1, vendor: 'crm-sync-engine' });
    expect(standard.validate(full)).toEqual({ value: full });
    expect(standard.validate({ mappings: 1 })).toEqual({ issues: [expect.objectContaining({ path: ['mappings'], code: 'wrong_type' })] });
  });

  it('gives a JSON Schema that is JSON and needs nothing', () => {
    const json = settingsSchema(schema).toJsonSchema();
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({ type: 'object', additionalProperties: false });
    expect(json).not.toHaveProperty('required');
    expect(Object.keys(json['properties'] as object).toSorted()).toEqual(Object.keys(full).toSorted());
  });
});

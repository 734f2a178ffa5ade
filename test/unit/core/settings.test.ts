import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../src/core/conversation/conversation.ts';
import { defineContactSchema } from '../../../src/core/schema/schema.ts';
import { type ConnectionSettings, parseSettings, safeParseSettings, settingsSchema } from '../../../src/core/settings.ts';
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
const { crmObject: _, ...NAMELESS } = CONTACT;
const DUPLICATES = ['mappings.1.crmObject duplicate_mapping', 'mappings.2.crmObject duplicate_mapping'];
const mappings = (count: number) => Array.from({ length: count }, (_, index) => ({ ...CONTACT, crmObject: `Object${index}__c` }));
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

  /** Every word there is: a new one is a compile error here. */
  const words = <Name extends keyof ConnectionSettings>(name: Name, of: Record<Extract<ConnectionSettings[Name], string>, true>) =>
    Object.keys(of).map((word) => [name, word] as const);
  it.each([
    ...words('smsThreads', { by_day: true, by_message: true }),
    ...words('unknownCaller', { skip: true, create: true }),
    ...words('unlinkedContact', { skip: true, wait: true, create: true }),
    ...words('severalContacts', { skip: true, only_linked: true, all: true }),
    ...words('internalCalls', { skip: true, log: true }),
    ...words('onDelete', { unlink: true, delete: true }),
  ])('of `%s` may be `%s`', (name, word) => expect(problems({ [name]: word })).toEqual([]));

  it.each<readonly [what: string, json: object]>([
    ['budgets of nothing', { merging: { perRun: 0, perDay: 0 } }],
    ['prices of nothing', { merging: { price: { perQuestion: 0, perMillionInputTokens: 0, perMillionOutputTokens: 0 } } }],
    ['no prices at all', { merging: { price: {} } }],
    ['the shortest time to answer', { merging: { timeLimitMs: 1 } }],
    ['ten minutes to answer', { merging: { timeLimitMs: 600_000 } }],
    ['a brake that only a loss of everything trips', { deletionBrake: { share: 1 } }],
    ['a brake that the first loss trips', { deletionBrake: { share: Number.MIN_VALUE, minimum: 1 } }],
    ['fifty mappings', { mappings: mappings(50) }],
    ['an owner of one character', { owners: { 'user-1': '7' } }],
    ['a link by thread alone', { activityText: { link: 'https://app.example.com/threads/{threadId}' } }],
    ['a link to a host per source', { activityText: { link: 'https://{source}.example.com/#{id}' } }],
    ['no texts of their own', { activityText: {}, activities: {}, merging: {}, deletionBrake: {} }],
    ['nothing blocked, nothing mapped', { blockList: [], mappings: [], owners: {} }],
  ])('may have %s', (_, json) => expect(problems(json)).toEqual([]));
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
    ['with a third mapping of one object', { mappings: [CONTACT, CONTACT, CONTACT] }, DUPLICATES],
    ['with mappings of no object', { mappings: [NAMELESS, NAMELESS] }, ['mappings.0.crmObject missing', 'mappings.1.crmObject missing']],
    ['with more mappings than fifty', { mappings: mappings(51) }, ['mappings too_long']],
    ['with mappings that are no list', { mappings: CONTACT }, ['mappings wrong_type']],
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
    ['with an unknown way to treat contacts', { unlinkedContact: 'ask' }, ['unlinkedContact unknown_value']],
    ['with an unknown way to treat colleagues', { internalCalls: 'ask' }, ['internalCalls unknown_value']],
    ['with an unknown way to treat deletions', { onDelete: 'ask' }, ['onDelete wrong_type']],
    ['with a flag that is no boolean field', { onDelete: { flag: 'notes' } }, ['onDelete.flag flag_not_boolean']],
    ['with a flag that the schema does not have', { onDelete: { flag: 'do_not_cal' } }, ['onDelete.flag unknown_field']],
    ['with a flag that says more', { onDelete: { flag: 'do_not_call', to: true } }, ['onDelete.to unknown_key']],
    ['with no flag', { onDelete: {} }, ['onDelete.flag missing']],
    [
      'with a brake that always trips',
      { deletionBrake: { share: 0, minimum: 0 } },
      ['deletionBrake.minimum too_small', 'deletionBrake.share too_small'],
    ],
    ['with a brake that never trips', { deletionBrake: { share: 1.01 } }, ['deletionBrake.share too_large']],
    [
      'with a brake in parts',
      { deletionBrake: { minimum: 1.5, max: 2 } },
      ['deletionBrake.max unknown_key', 'deletionBrake.minimum wrong_type'],
    ],
    ['with more than ten minutes to answer', { merging: { timeLimitMs: 600_001 } }, ['merging.timeLimitMs too_large']],
    ['with less than no budget', { merging: { perRun: -1 } }, ['merging.perRun too_small']],
    ['with a day in parts', { merging: { perDay: 0.5 } }, ['merging.perDay wrong_type']],
    [
      'with a price below nothing',
      { merging: { price: { perMillionInputTokens: -0.01 } } },
      ['merging.price.perMillionInputTokens too_small'],
    ],
    ['with a budget by another name', { merging: { perWeek: 1 } }, ['merging.perWeek unknown_key']],
    ['with a text by another name', { activityText: { recording: true } }, ['activityText.recording unknown_key']],
    ['with a link of the source alone', { activityText: { link: 'https://app.example.com/{source}' } }, ['activityText.link invalid_link']],
    ['with a blocked nobody', { blockList: [''] }, ['blockList.0 too_short']],
    ['with an owner that is none', { owners: { 'user-1': '' } }, ['owners.user-1 too_short']],
    ['with dispositions that are no words', { dispositions: { hangup: 1 } }, ['dispositions.hangup wrong_type']],
    ['with a blocked number that blocks nobody', { blockList: ['(415) 555-0123'] }, ['blockList.0 not_e164']],
    ['with a blocked number in groups', { blockList: ['+14155550123', '+1 415 555 0199'] }, ['blockList.1 not_e164']],
    ['with a country that is none', { defaultCountry: 'us' }, ['defaultCountry unknown_country']],
    ['with a time zone that is none', { timeZone: 'Mars/Olympus' }, ['timeZone unknown_time_zone']],
    ['with __proto__ as a name', JSON.parse('{ "owners": { "__proto__": "x" } }'), ['owners.__proto__ reserved_name']],
  ])('%s', (_, json, expected) => expect(problems(json)).toEqual(expected));

  it.each<readonly [json: object, path: readonly (string | number)[], code: string, message: string, remedy: string]>([
    [
      { blockList: ['(415) 555-0123'] },
      ['blockList', 0],
      'not_e164',
      'is a number that is not in E.164',
      'Write `+`, country code and national number, without spaces.',
    ],
    [
      { defaultCountry: 'us' },
      ['defaultCountry'],
      'unknown_country',
      'is no country',
      'Use two capital letters of ISO 3166, such as `US`, `GB` or `DE`.',
    ],
    [
      { timeZone: 'Mars/Olympus' },
      ['timeZone'],
      'unknown_time_zone',
      'is no time zone',
      'Use an IANA name, such as `Europe/Berlin` or `UTC`.',
    ],
    [
      { activityText: { link: 'https://app.example.com/' } },
      ['activityText', 'link'],
      'invalid_link',
      'is no web address with `{id}` in it',
      'Write the address of a page with `{id}` in it: `https://app.example.com/calls/{id}`.',
    ],
    [
      { mappings: [CONTACT, CONTACT] },
      ['mappings', 1, 'crmObject'],
      'duplicate_mapping',
      'is mapped by mappings.0 already',
      'Put all its fields into one mapping.',
    ],
    [
      { onDelete: { flag: 'notes' } },
      ['onDelete', 'flag'],
      'flag_not_boolean',
      'is no boolean field',
      'Name a boolean field of the schema.',
    ],
  ])('with words that help: %j', (json, path, code, message, remedy) =>
    expect(safeParseSettings(schema, json)).toEqual({ ok: false, issues: [{ path, code, message, remedy }] }),
  );

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

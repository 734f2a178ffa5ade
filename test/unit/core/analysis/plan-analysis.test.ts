import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_RESULTS, type BuiltInResult, type ResultSource } from '../../../../src/core/analysis/built-in-results.ts';
import { type AnalysisInput, type AnalysisPlan, analysisHash, planAnalysis } from '../../../../src/core/analysis/plan-analysis.ts';
import { hashOf } from '../../../../src/core/base/hash.ts';
import { type Analysis, type Transforms, UPDATE_MODES, type UpdateMode } from '../../../../src/core/mapping/mapping-types.ts';
import { PLACEHOLDERS } from '../../../../src/core/schema/placeholder.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { FIELD_TYPES } from '../../../../src/core/schema/schema-types.ts';
import type { Fields, Json } from '../../../../src/core/values/value.ts';

const schema = defineContactSchema({
  a_string: { type: 'string', description: 'A running summary.' },
  a_number: { type: 'number' },
  a_boolean: { type: 'boolean' },
  a_date: { type: 'date' },
  a_datetime: { type: 'datetime' },
  a_enum: { type: 'enum', options: ['New', 'Qualified'] },
  more: { type: 'string' },
});

const plan = (
  rules: readonly object[],
  analysis: Readonly<Record<string, Json>>,
  fields: Fields = {},
  options: { timeZone?: string; transforms?: Transforms } = {},
): AnalysisPlan => planAnalysis({ schema, rules: rules as Analysis, conversation: { analysis }, contact: { fields }, ...options });
const rule = (field: string, more: object = {}) => ({ from: 'x', field, mode: 'overwrite', ...more });
const NOTHING: AnalysisPlan = { set: {}, merges: [], changes: [], kept: [], refused: [], given: {} };

describe('a result', () => {
  const kept = (reason: string) => ({ ...NOTHING, kept: [{ field: 'more', from: 'x', reason }] });
  const changed = (mode: UpdateMode, before: string | null) => ({
    ...NOTHING,
    set: { more: 'new' },
    changes: [{ field: 'more', before, after: 'new', rule: { from: 'x', mode } }],
  });
  const merged = { ...NOTHING, merges: [{ field: 'more', existing: 'old', incoming: 'new', rule: { from: 'x', mode: 'merge' } }] };
  const EXISTING = { unset: undefined, null: null, same: 'new', other: 'old' } as const;
  const RESULTS = { absent: {}, null: { x: null }, blank: { x: ' ' }, text: { x: 'new' } } as const;
  const never = (reason: string) => ({ unset: kept(reason), null: kept(reason), same: kept(reason), other: kept(reason) });
  const EXPECTED: Readonly<Record<UpdateMode, Record<keyof typeof RESULTS, Record<keyof typeof EXISTING, object>>>> = {
    overwrite: {
      ...{ absent: never('absent'), null: never('blank'), blank: never('blank') },
      text: { unset: changed('overwrite', null), null: changed('overwrite', null), same: kept('same'), other: changed('overwrite', 'old') },
    },
    fill_if_empty: {
      ...{ absent: never('absent'), null: never('blank'), blank: never('blank') },
      text: {
        unset: changed('fill_if_empty', null),
        null: changed('fill_if_empty', null),
        same: kept('same'),
        other: kept('already_filled'),
      },
    },
    merge: {
      ...{ absent: never('absent'), null: never('blank'), blank: never('blank') },
      text: { unset: changed('merge', null), null: changed('merge', null), same: kept('same'), other: merged },
    },
  };
  describe.each(UPDATE_MODES)('%s', (mode) => {
    describe.each(Object.keys(RESULTS) as (keyof typeof RESULTS)[])('that is %s', (result) => {
      it.each(Object.keys(EXISTING) as (keyof typeof EXISTING)[])('where the field is %s', (existing) => {
        const value = EXISTING[existing];
        const fields = value === undefined ? {} : { more: value };
        expect(plan([rule('more', { mode })], RESULTS[result], fields)).toEqual(EXPECTED[mode][result][existing]);
      });
    });
  });

  it('that is false or 0 is a result', () => {
    const { set } = plan([rule('a_boolean'), rule('a_number', { from: 'y' })], { x: false, y: 0 }, { a_boolean: true, a_number: 7 });
    expect(set).toEqual({ a_boolean: false, a_number: 0 });
  });

  it('is looked up by its own name only', () => {
    for (const from of ['constructor', 'toString', '__proto__'])
      expect(plan([rule('more', { from })], {}).kept).toEqual([{ field: 'more', from, reason: 'absent' }]);
  });

  it('that does not fit its field is refused, and the others go on', () => {
    const planned = plan([rule('a_number'), rule('a_enum'), rule('more')], { x: 'soon' });
    expect(planned.set).toEqual({ more: 'soon' });
    expect(planned.refused.map(({ field, from, code }) => [field, from, code])).toEqual([
      ['a_number', 'x', 'not_a_number'],
      ['a_enum', 'x', 'unknown_option'],
    ]);
    for (const { message, remedy } of planned.refused) {
      expect(message).not.toContain('soon');
      expect(remedy).not.toBe('');
    }
  });

  it('that is an object is refused', () => expect(plan([rule('more')], { x: { a: 1 } }).refused[0]).toMatchObject({ code: 'not_text' }));

  it('is read in its type and in the time zone', () => {
    const rules = [rule('a_date'), rule('a_datetime', { from: 'y' }), rule('a_enum', { from: 'z' }), rule('a_boolean', { from: 'b' })];
    const results = { x: '2025-03-15T03:00:00Z', y: '2025-03-15T10:30:00', z: 'qualified', b: 'Yes' };
    expect(plan(rules, results, {}, { timeZone: 'America/Los_Angeles' }).set).toEqual({
      a_date: '2025-03-14',
      a_datetime: '2025-03-15T17:30:00.000Z',
      a_enum: 'Qualified',
      a_boolean: true,
    });
  });

  it('goes through valueMap, then transform, then its type', () => {
    const rules = [rule('more', { valueMap: { '7': 'Seven' }, transform: 'shout' })];
    expect(plan(rules, { x: 7 }, {}, { transforms: { shout: (value) => `${String(value).toUpperCase()}!` } }).set).toEqual({
      more: 'SEVEN!',
    });
  });

  it('whose transform throws is refused, and the others go on', () => {
    const transforms = { broken: () => JSON.parse('secret') };
    const planned = plan([rule('more', { transform: 'broken' }), rule('a_string')], { x: 'secret' }, {}, { transforms });
    expect(planned.set).toEqual({ a_string: 'secret' });
    expect(planned.refused).toHaveLength(1);
    expect(JSON.stringify(planned.refused)).not.toContain('secret');
  });
});

describe('conversations in any order', () => {
  const MONDAY = '2026-01-05T09:00:00Z';
  const TUESDAY = '2026-01-06T09:00:00.000Z';
  const WEDNESDAY = '2026-01-07T09:00:00.000Z';
  /** Conversations of one contact, as they come: what its fields are in the end. */
  function applied(
    rules: readonly object[],
    conversations: readonly { at: string; x?: Json; y?: Json }[],
    options: Partial<AnalysisInput> = {},
  ) {
    let fields: Fields = options.contact?.fields ?? {};
    let given = options.given ?? {};
    const reasons: string[] = [];
    for (const { at, ...analysis } of conversations) {
      const planned = planAnalysis({
        schema,
        rules: rules as Analysis,
        conversation: { analysis: analysis as Record<string, Json>, startedAt: at },
        ...options,
        contact: { fields },
        given,
      });
      fields = { ...fields, ...planned.set };
      given = planned.given;
      reasons.push(...planned.kept.map(({ reason }) => reason));
    }
    return { fields, given, reasons };
  }
  const overwrite = [rule('more')];

  it('an overwrite never takes the place of what a later one gave', () => {
    const { fields, reasons } = applied(overwrite, [
      { at: TUESDAY, x: 'new' },
      { at: MONDAY, x: 'old' },
    ]);
    expect({ fields, reasons }).toEqual({ fields: { more: 'new' }, reasons: ['later_conversation'] });
  });

  it('not even where somebody has cleared or changed it since', () => {
    const { given } = applied(overwrite, [{ at: TUESDAY, x: 'new' }]);
    for (const more of ['by hand', null])
      expect(applied(overwrite, [{ at: MONDAY, x: 'old' }], { given, contact: { fields: { more } } }).fields).toEqual({ more });
  });

  it('one that says the same counts as the one that gave it last', () => {
    const said = [
      { at: MONDAY, x: 'new' },
      { at: WEDNESDAY, x: 'new' },
      { at: TUESDAY, x: 'old' },
    ];
    expect(applied(overwrite, said).fields).toEqual({ more: 'new' });
  });

  it('one that says the same and is older does not make it older', () => {
    const said = [
      { at: WEDNESDAY, x: 'new' },
      { at: MONDAY, x: 'new' },
      { at: TUESDAY, x: 'old' },
    ];
    expect(applied(overwrite, said).fields).toEqual({ more: 'new' });
  });

  it('another version of the same conversation replaces the one before', () => {
    expect(
      applied(overwrite, [
        { at: MONDAY, x: 'first' },
        { at: MONDAY, x: 'second' },
      ]).fields,
    ).toEqual({ more: 'second' });
  });

  it('a field that the later one said nothing of is free', () => {
    const rules = [rule('more'), rule('a_string', { from: 'y' })];
    expect(
      applied(rules, [
        { at: TUESDAY, x: 'new' },
        { at: MONDAY, y: 'old' },
      ]).fields,
    ).toEqual({ more: 'new', a_string: 'old' });
  });

  it('several rules of one conversation for one field still see each other', () => {
    const rules = [rule('more'), rule('more', { from: 'y' })];
    expect(applied(rules, [{ at: MONDAY, x: 'a', y: 'b' }], { replace: 'results' }).fields).toEqual({ more: 'b' });
  });

  describe("with `replace: 'results'`", () => {
    const past = { replace: 'results' as const };
    it('an overwrite fills what is blank, and replaces what an earlier one gave', () => {
      expect(
        applied(
          overwrite,
          [
            { at: MONDAY, x: 'a' },
            { at: TUESDAY, x: 'b' },
          ],
          past,
        ).fields,
      ).toEqual({ more: 'b' });
    });
    it('leaves alone what came from elsewhere', () => {
      const { fields, reasons } = applied(overwrite, [{ at: MONDAY, x: 'a' }], { ...past, contact: { fields: { more: 'of the CRM' } } });
      expect({ fields, reasons }).toEqual({ fields: { more: 'of the CRM' }, reasons: ['other_source'] });
    });
    it('leaves alone what an earlier one only agreed with', () => {
      const said = [
        { at: MONDAY, x: 'of the CRM' },
        { at: TUESDAY, x: 'b' },
      ];
      expect(applied(overwrite, said, { ...past, contact: { fields: { more: 'of the CRM' } } }).fields).toEqual({ more: 'of the CRM' });
    });
    it('replaces what an earlier one gave and another one agreed with', () => {
      const said = [
        { at: MONDAY, x: 'a' },
        { at: TUESDAY, x: 'a' },
        { at: WEDNESDAY, x: 'b' },
      ];
      expect(applied(overwrite, said, past).fields).toEqual({ more: 'b' });
    });
    it('leaves alone what was changed since a conversation gave it', () => {
      const { given } = applied(overwrite, [{ at: MONDAY, x: 'a' }]);
      expect(applied(overwrite, [{ at: TUESDAY, x: 'b' }], { ...past, given, contact: { fields: { more: 'by hand' } } }).fields).toEqual({
        more: 'by hand',
      });
    });
  });

  it('where nobody knows when it began, it overwrites', () => {
    const { given } = applied(overwrite, [{ at: TUESDAY, x: 'new' }]);
    const planned = planAnalysis({
      schema,
      rules: overwrite as unknown as Analysis,
      conversation: { analysis: { x: 'other' } },
      contact: { fields: { more: 'new' } },
      given,
    });
    expect(planned).toMatchObject({ set: { more: 'other' } });
    expect(planned.given).toBe(given);
  });

  test.prop([fc.shuffledSubarray([MONDAY, TUESDAY, WEDNESDAY], { minLength: 3 }), fc.constantFrom('anything', 'results')])(
    'come to the same in any order',
    (order, replace) => {
      const said = order.map((at) => ({ at, x: at }));
      expect(applied(overwrite, said, { replace }).fields).toEqual({ more: WEDNESDAY });
    },
  );

  it('an overwrite replaces what came from elsewhere, where nothing else is said', () => {
    expect(applied(overwrite, [{ at: MONDAY, x: 'a' }], { contact: { fields: { more: 'of the CRM' } } }).fields).toEqual({ more: 'a' });
  });

  it('why a field was left alone is told as it is, whoever gave it', () => {
    const { given } = applied(overwrite, [{ at: TUESDAY, x: 'new' }]);
    const reasonsOf = (mode: UpdateMode, x: Json) =>
      applied([rule('more', { mode })], [{ at: MONDAY, x }], { given, contact: { fields: { more: 'new' } } }).reasons;
    expect(reasonsOf('overwrite', 'old')).toEqual(['later_conversation']);
    expect(reasonsOf('overwrite', 'new')).toEqual(['same']);
    expect(reasonsOf('overwrite', ' ')).toEqual(['blank']);
    expect(reasonsOf('fill_if_empty', 'old')).toEqual(['already_filled']);
  });

  it('a field that was cleared since is filled by an older one that only fills', () => {
    const { given } = applied(overwrite, [{ at: TUESDAY, x: 'new' }]);
    const fill = [rule('more', { mode: 'fill_if_empty' })];
    expect(applied(fill, [{ at: MONDAY, x: 'old' }], { given, contact: { fields: { more: null } } }).fields).toEqual({ more: 'old' });
  });

  it.each<readonly [string, UpdateMode, Json, string | null, boolean]>([
    ['sets it', 'overwrite', 'new', 'old', true],
    ['fills it', 'fill_if_empty', 'new', null, true],
    ['agrees with it', 'overwrite', 'old', 'old', true],
    ['would fill it, and agrees', 'fill_if_empty', 'old', 'old', false],
    ['would fill it, and does not agree', 'fill_if_empty', 'new', 'old', false],
    ['merges into it', 'merge', 'new', 'old', false],
    ['would merge, and agrees', 'merge', 'old', 'old', false],
    ['is blank', 'overwrite', ' ', 'old', false],
  ])('a result that %s: the field is marked as said only where the rule decides what it is', (_, mode, x, more, isSaid) => {
    const { given } = applied([rule('more', { mode })], [{ at: MONDAY, x }], { contact: { fields: { more } } });
    expect(Object.keys(given)).toEqual(isSaid ? ['more'] : []);
  });

  it.each<readonly [string, string, string | undefined, string]>([
    ['that began before now counts from when it began', MONDAY, TUESDAY, MONDAY],
    ['that says it begins tomorrow counts as of now', WEDNESDAY, TUESDAY, TUESDAY],
    ['that begins at this moment counts from when it began', '2026-01-06T09:00:00Z', TUESDAY, '2026-01-06T09:00:00Z'],
    ['counts from when it began where nobody says what time it is', WEDNESDAY, undefined, WEDNESDAY],
  ])('one %s', (_, at, now, expected) => {
    const { given } = applied(overwrite, [{ at, x: 'a' }], now === undefined ? {} : { now });
    expect(given['more']?.at).toBe(expected);
  });

  it('one that does not say when it began does not count as of now', () => {
    const planned = planAnalysis({
      schema,
      rules: overwrite as unknown as Analysis,
      conversation: { analysis: { x: 'a' } },
      contact: { fields: {} },
      now: TUESDAY,
    });
    expect(planned).toMatchObject({ set: { more: 'a' }, given: {} });
  });

  it('what gave a field is the same object where nothing is new', () => {
    const first = applied(overwrite, [{ at: MONDAY, x: 'a' }]);
    expect(applied(overwrite, [{ at: MONDAY, x: 'a' }], { given: first.given, contact: { fields: first.fields } }).given).toBe(first.given);
  });
});

describe('a built-in result', () => {
  const call: Omit<ResultSource, 'analysis'> = {
    summary: 'Wants a demo.',
    sentiment: 'positive',
    outcome: 'completed',
    disposition: 'user_hangup',
    successful: true,
    direction: 'inbound',
    channel: 'call',
    startedAt: '2026-01-06T03:30:00.000Z',
    endedAt: '2026-01-06T03:32:05.400Z',
    durationSeconds: 125.4,
    recordingUrl: 'https://example.com/1.wav',
    agentId: 'agent_1',
  };
  const planned = (rules: readonly object[], more: Partial<ResultSource> = {}, timeZone = 'UTC') =>
    planAnalysis({
      schema,
      rules: rules as Analysis,
      conversation: { ...call, analysis: {}, ...more },
      contact: { fields: {} },
      timeZone,
    });
  const one = (from: string, field: string, more: Partial<ResultSource> = {}, timeZone?: string) => {
    const { set, kept, refused } = planned([rule(field, { from })], more, timeZone);
    return set[field] ?? kept[0]?.reason ?? refused[0]?.code;
  };

  const TEXTS: Readonly<Record<BuiltInResult, string>> = {
    $summary: 'Wants a demo.',
    $sentiment: 'positive',
    $outcome: 'completed',
    $disposition: 'user_hangup',
    $successful: 'true',
    $direction: 'inbound',
    $channel: 'call',
    $started_at: '2026-01-06T03:30:00.000Z',
    $ended_at: '2026-01-06T03:32:05.400Z',
    $duration_seconds: '125.4',
    $recording_url: 'https://example.com/1.wav',
    $agent: 'agent_1',
  };
  it.each(BUILT_IN_RESULTS)('%s is taken of the conversation', (name) => expect(one(name, 'more')).toBe(TEXTS[name]));
  it.each(BUILT_IN_RESULTS)('%s that the conversation has not changes nothing', (name) => {
    const { kept } = planAnalysis({
      schema,
      rules: [rule('more', { from: name })] as unknown as Analysis,
      conversation: { analysis: {} },
      contact: { fields: { more: 'old' } },
    });
    expect(kept).toEqual([{ field: 'more', from: name, reason: 'absent' }]);
  });

  it('is read in the type of its field', () => {
    expect(one('$successful', 'a_boolean', { successful: false })).toBe(false);
    expect(one('$duration_seconds', 'a_number', { durationSeconds: 0 })).toBe(0);
    expect(one('$started_at', 'a_datetime')).toBe('2026-01-06T03:30:00.000Z');
    expect(one('$sentiment', 'a_number')).toBe('not_a_number');
  });

  it.each([
    ['UTC', '2026-01-06'],
    ['America/Los_Angeles', '2026-01-05'],
    ['Asia/Tokyo', '2026-01-06'],
  ])('of time is a day where the host is: %s', (timeZone, day) => expect(one('$started_at', 'a_date', {}, timeZone)).toBe(day));

  it('of a conversation at midnight UTC is the day before in America', () =>
    expect(one('$started_at', 'a_date', { startedAt: '2026-01-06T00:00:00.000Z' }, 'America/Los_Angeles')).toBe('2026-01-05'));

  it('and a custom one of the same name are two', () => {
    const rules = [rule('more', { from: '$summary' }), rule('a_string', { from: 'summary' })];
    expect(planned(rules, { analysis: { summary: 'Custom.', $summary: 'Not mine.' } }).set).toEqual({
      more: 'Wants a demo.',
      a_string: 'Custom.',
    });
  });

  it('of the agent is our user where no AI agent took part', () => {
    const { agentId: _, ...human } = call;
    expect(
      planAnalysis({
        schema,
        rules: [rule('more', { from: '$agent' })] as unknown as Analysis,
        conversation: { ...human, userId: 'user_7', analysis: {} },
        contact: { fields: {} },
      }).set,
    ).toEqual({ more: 'user_7' });
  });

  it('that is a link which dies is refused with what to do, and nothing is stored', () => {
    const { set, refused } = planned([rule('more', { from: '$recording_url' })], { recordingExpiresAt: '2026-01-07T03:30:00.000Z' });
    expect(set).toEqual({});
    expect(refused).toMatchObject([{ field: 'more', from: '$recording_url', code: 'link_expires', remedy: expect.stringMatching(/link/) }]);
  });

  it('that is no link is refused', () => expect(one('$recording_url', 'more', { recordingUrl: 'javascript:alert(1)' })).toBe('not_a_link'));

  it.each(['$sentiment', '$outcome', '$direction'])('%s that the platform does not know changes nothing', (name) =>
    expect(one(name, 'more', { sentiment: 'unknown', outcome: 'unknown', direction: 'unknown' })).toBe('placeholder'),
  );
});

describe('a placeholder word', () => {
  const reasonOf = (result: Json, field: string, more: object = {}) => {
    const { set, kept, refused } = plan([rule(field, more)], { x: result });
    return set[field] ?? kept[0]?.reason ?? refused[0]?.code;
  };
  it.each(PLACEHOLDERS)('%s is no result, in any case and with a full stop', (word) => {
    for (const text of [word, ` ${word.toUpperCase()} `, `${word}.`]) expect(reasonOf(text, 'more')).toBe('placeholder');
  });
  it.each(FIELD_TYPES)('is no result for a field of type %s', (type) => expect(reasonOf('Unknown', `a_${type}`)).toBe('placeholder'));
  it('is never taken for false', () => expect(plan([rule('a_boolean')], { x: 'none' }, { a_boolean: true }).set).toEqual({}));
  it('in a list of nothing else is no result', () => expect(reasonOf(['N/A', null, 'none'], 'more')).toBe('placeholder'));
  it('in a list of results is one of them', () => expect(reasonOf(['tea', 'none'], 'more')).toBe('tea, none'));
  it('within a text is a part of it', () => expect(reasonOf('None of the dates suits her.', 'more')).toBe('None of the dates suits her.'));
  it('that is an option of the field is a value, by its label too', () => {
    const own = defineContactSchema({
      mood: { type: 'enum', options: ['Good', { value: 'unknown_mood', label: 'Unknown' }, 'none'] },
    });
    const moodOf = (x: string) =>
      planAnalysis({
        schema: own,
        rules: [rule('mood')] as unknown as Analysis,
        conversation: { analysis: { x } },
        contact: { fields: {} },
      });
    expect(moodOf('unknown').set).toEqual({ mood: 'unknown_mood' });
    expect(moodOf('None').set).toEqual({ mood: 'none' });
    expect(moodOf('N/A').kept).toEqual([{ field: 'mood', from: 'x', reason: 'placeholder' }]);
  });
  it('that the rule translates is a value', () => {
    expect(reasonOf('unknown', 'a_enum', { valueMap: { unknown: 'New' } })).toBe('New');
    expect(reasonOf('unknown', 'more', { valueMap: { unknown: 'Nobody asked' } })).toBe('Nobody asked');
  });
  it.each(['no', 'false', '0', 'nobody', 'Null Island'])('is none of our words: %s', (text) => expect(reasonOf(text, 'more')).toBe(text));
});

describe('several rules', () => {
  const two = (first: object, second: object) => [rule('more', first), rule('more', { from: 'y', ...second })];
  it('of one field see what the earlier ones set', () => {
    const planned = plan(two({}, { mode: 'fill_if_empty' }), { x: 'a', y: 'b' });
    expect(planned.set).toEqual({ more: 'a' });
    expect(planned.kept).toEqual([{ field: 'more', from: 'y', reason: 'already_filled' }]);
  });

  it('of one field leave one change, from what was there before to what is there after', () => {
    const planned = plan(two({}, {}), { x: 'a', y: 'b' }, { more: 'old' });
    expect(planned.changes).toEqual([{ field: 'more', before: 'old', after: 'b', rule: { from: 'y', mode: 'overwrite' } }]);
  });

  it('that set a field and set it back change nothing', () => {
    const planned = plan(two({}, {}), { x: 'a', y: 'old' }, { more: 'old' });
    expect(planned).toMatchObject({ set: {}, changes: [] });
  });

  it('that merge into one field lose no text: it is one merge', () => {
    const merge = { mode: 'merge' };
    const planned = plan(two(merge, merge), { x: 'Likes tea.', y: 'Wants a demo.' }, { more: 'Lives in Rome.' });
    expect(planned.merges).toEqual([
      { field: 'more', existing: 'Lives in Rome.', incoming: 'Likes tea.\nWants a demo.', rule: { from: 'x', mode: 'merge' } },
    ]);
  });

  it('that merge one text twice merge it once', () => {
    const planned = plan(two({ mode: 'merge' }, { mode: 'merge' }), { x: 'Likes tea.', y: 'Likes tea.' }, { more: 'old' });
    expect(planned.merges).toMatchObject([{ incoming: 'Likes tea.' }]);
  });

  it('may fill a field and merge into it', () => {
    const planned = plan(two({}, { mode: 'merge' }), { x: 'a', y: 'b' });
    expect(planned).toMatchObject({ set: { more: 'a' }, merges: [{ existing: 'a', incoming: 'b' }] });
  });
});

it.each([
  ['unknown_transform', [rule('more', { transform: 'constructor' })], {}],
  ['unknown_field', [rule('nobody')], {}],
])('a rule that can never work is told, whatever the results: %s', (code, rules) => {
  expect(() => plan(rules, {})).toThrow(expect.objectContaining({ code, category: 'configuration' }));
});

it('a rule for a field that is not there says which, and what to do', () => {
  expect(() => plan([rule('nobody')], {})).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('The analysis names `nobody`, which is no field of the schema.'),
      remedy: 'Correct the rule, or add the field to the schema.',
    }),
  );
});

const json = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.jsonValue(),
) as fc.Arbitrary<Json>;
const anyRule = fc.record({
  from: fc.constantFrom('x', 'y'),
  field: fc.constantFrom('a_string', 'a_number', 'a_boolean', 'a_date', 'a_datetime', 'a_enum', 'more'),
  mode: fc.constantFrom('overwrite', 'fill_if_empty'),
});
test.prop([fc.array(anyRule), fc.record({ x: json, y: json })])(
  'whatever an analysis holds, nothing throws, inputs stay, and one rule applied twice changes nothing',
  (rules, analysis) => {
    const before = structuredClone({ rules, analysis });
    const planned = plan(rules, analysis);
    expect({ rules, analysis }).toEqual(before);
    for (const one of rules) {
      const first = plan([one], analysis);
      expect(plan([one], analysis, first.set)).toMatchObject({ set: {}, changes: [] });
    }
    expect(Object.keys(planned.set).toSorted()).toEqual(planned.changes.map(({ field }) => field).toSorted());
  },
);

describe('the hash of an analysis', () => {
  it('is the same for the same results in any order', () => {
    expect(analysisHash({ analysis: { a: { c: 1, d: [1, 2] }, b: 2 } })).toBe(analysisHash({ analysis: { b: 2, a: { d: [1, 2], c: 1 } } }));
  });
  it('is that of the results alone where no rule takes a built-in one: what is stored stays as it is', () => {
    expect(analysisHash({ analysis: { a: 1 }, summary: 'Wants a demo.' }, [{ from: 'a' }])).toBe(hashOf({ a: 1 }));
  });
  describe('with rules for built-in results', () => {
    const call = {
      analysis: { a: 1 },
      summary: 'Wants a demo.',
      sentiment: 'neutral',
      recordingUrl: 'https://example.com/1.wav?signature=1',
    } as const;
    const of = (more: object, ...names: string[]) =>
      analysisHash(
        { ...call, ...more },
        names.map((from) => ({ from })),
      );
    it('counts those that a rule takes, and no others', () => {
      expect(of({}, 'a', '$summary')).not.toBe(of({ summary: 'Wants two.' }, 'a', '$summary'));
      expect(of({}, 'a', '$summary')).toBe(of({ sentiment: 'positive' }, 'a', '$summary'));
      expect(of({}, 'a')).toBe(analysisHash({ analysis: { a: 1 } }));
    });
    it('does not differ by the order of the rules', () => expect(of({}, '$summary', '$sentiment')).toBe(of({}, '$sentiment', '$summary')));
    it('is the same where a link was only signed anew', () =>
      expect(of({}, '$recording_url')).toBe(of({ recordingUrl: 'https://example.com/1.wav?signature=2' }, '$recording_url')));
    it('is the same where a link expires: it is stored nowhere', () => {
      const expires = { recordingExpiresAt: '2026-01-07T00:00:00.000Z' };
      expect(of(expires, '$recording_url')).toBe(of({ ...expires, recordingUrl: 'https://example.com/2.wav' }, '$recording_url'));
    });
    it('is the same where a start was only estimated anew, and differs once it is known', () => {
      const estimated = { startedAt: '2026-01-05T08:29:55.000Z', startedAtEstimated: true };
      const first = of(estimated, '$started_at');
      expect(first).toBe(of({ ...estimated, startedAt: '2026-01-05T08:31:55.000Z' }, '$started_at'));
      expect(first).not.toBe(of({ startedAt: '2026-01-05T08:29:55.000Z' }, '$started_at'));
    });
    it('differs where the recording came after the analysis', () => {
      const { recordingUrl: _, ...before } = call;
      expect(analysisHash(before, [{ from: '$recording_url' }])).not.toBe(of({}, '$recording_url'));
    });
  });
  it.each<Readonly<Record<string, Json>>>([{ a: 2 }, { b: 1 }, { a: '1' }, { a: 1, b: null }, {}])('differs for %j', (analysis) => {
    expect(analysisHash({ analysis })).not.toBe(analysisHash({ analysis: { a: 1 } }));
  });
});

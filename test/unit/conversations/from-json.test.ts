import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conversationMappingSchema,
  parseConversationMapping,
  safeParseConversationMapping,
} from '../../../src/conversations/json/conversation-mapping.ts';
import { checkConversationMapping, type FromJsonOptions, fromJson } from '../../../src/conversations/json/from-json.ts';
import type { ConversationMapping } from '../../../src/conversations/json/mapping-types.ts';
import type { Conversation } from '../../../src/core/conversation/conversation.ts';
import { expectWithinTaxonomy, mutationsOf } from './fuzz.ts';
import { refusal } from './refusal.ts';

const MAPPING: ConversationMapping = {
  source: 'thoughtly',
  event: 'event',
  when: { path: 'event', equals: 'NEW_RESPONSE' },
  final: { path: 'call.status', in: ['success', 'failed'] },
  id: 'call.id',
  channel: { value: 'call' },
  direction: 'call.direction',
  contact: { address: 'contact.phone_number', name: 'contact.name', externalId: 'call.contact_id' },
  agent: 'agent.phone_number',
  startedAt: 'call.started_at',
  endedAt: 'call.ended_at',
  duration: { path: 'call.duration_seconds', unit: 'seconds' },
  summary: 'call.summary',
  note: 'call.note',
  transcript: {
    turns: 'transcript',
    text: 'transcript',
    role: { path: 'speaker', map: { ai: 'agent', user: 'contact' } },
    at: 'createdAt',
    offset: { path: 'second', unit: 'seconds' },
  },
  recordingUrl: 'call.recording_url',
  outcome: { path: 'call.status', map: { success: 'completed', failed: 'failed' }, otherwise: 'unknown' },
  disposition: 'call.outcome',
  successful: { path: 'call.status', map: { success: true, failed: false } },
  sentiment: 'call.sentiment',
  analysis: { objects: 'custom_fields', fields: { qualification: 'call.outcome', step: 'transcript[1].step' } },
  agentId: 'agent.id',
  metadata: { fields: { campaign: 'campaign.id', version: { value: 2 } } },
  revision: { path: ['updated_at', 'call.ended_at'] },
};
const payload = (call: Readonly<Record<string, unknown>> = {}, others: Readonly<Record<string, unknown>> = {}) => ({
  event: 'NEW_RESPONSE',
  call: {
    id: 'call_01',
    contact_id: 'cnt_01',
    direction: 'outbound',
    status: 'success',
    outcome: 'qualified',
    duration_seconds: 184,
    recording_url: 'https://example.com/r.mp3',
    started_at: '2026-01-01T10:00:00Z',
    ended_at: '2026-01-01T11:03:04+01:00',
    summary: 'Alice asked for a demo.',
    note: 'Nice call.',
    sentiment: 'Positive',
    ...call,
  },
  contact: { phone_number: '+14155550123', name: 'Alice' },
  agent: { id: 'agt_01', phone_number: '+14155550199' },
  transcript: [
    { transcript: 'Hi', speaker: 'ai', createdAt: '2026-01-01T10:00:02Z', step: 1 },
    { transcript: 'Hello', speaker: 'user', second: '2.5', step: 2 },
    { transcript: 'beep', speaker: 'line' },
    { speaker: 'ai' },
    'odd',
  ],
  custom_fields: { lead_score: '82', note: '', nothing: null, wants_demo: false },
  campaign: { id: 9 },
  ...others,
});

function read(json: unknown, mapping: ConversationMapping = MAPPING, options?: FromJsonOptions): Conversation {
  const incoming = fromJson(mapping)(json, options);
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
}
/** One part of a mapping alone, over a payload of one member. */
const NOW = '2026-01-05T08:30:00.000Z';
const readPart = (parts: Partial<ConversationMapping>, json: Readonly<Record<string, unknown>>, options: FromJsonOptions = {}) =>
  read({ id: 1, ...json }, { source: 'acme', id: 'id', channel: { value: 'call' }, ...parts }, { now: NOW, ...options });

it('a payload becomes a conversation as the mapping says', () => {
  expect(read(payload())).toEqual({
    id: 'call_01',
    source: 'thoughtly',
    channel: 'call',
    direction: 'outbound',
    contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123', name: 'Alice', externalId: 'cnt_01' },
    agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
    startedAt: '2026-01-01T10:00:00.000Z',
    endedAt: '2026-01-01T10:03:04.000Z',
    durationSeconds: 184,
    summary: 'Alice asked for a demo.',
    note: 'Nice call.',
    transcript: [
      { role: 'agent', text: 'Hi', at: '2026-01-01T10:00:02.000Z' },
      { role: 'contact', text: 'Hello', offsetSeconds: 2.5 },
    ],
    recordingUrl: 'https://example.com/r.mp3',
    outcome: 'completed',
    disposition: 'qualified',
    successful: true,
    sentiment: 'positive',
    analysis: { lead_score: '82', note: '', wants_demo: false, qualification: 'qualified', step: 2 },
    agentId: 'agt_01',
    metadata: { campaign: 9, version: 2 },
    final: true,
    revision: '2026-01-01T11:03:04+01:00',
  });
});

it('the mapping is plain JSON, and reads the same after it was stored', () => {
  const stored = JSON.parse(JSON.stringify(MAPPING)) as ConversationMapping;
  expect(parseConversationMapping(stored)).toEqual(MAPPING);
  expect(read(payload(), stored)).toEqual(read(payload()));
});

it('a payload alone makes a conversation of the least mapping', () => {
  expect(readPart({}, {})).toEqual({
    id: '1',
    source: 'acme',
    channel: 'call',
    direction: 'unknown',
    contact: { kind: 'unknown' },
    agent: { kind: 'unknown' },
    startedAt: NOW,
    startedAtEstimated: true,
    outcome: 'unknown',
    analysis: {},
    final: true,
  });
});

describe('events', () => {
  it('other events are ignored with their name', () => {
    expect(fromJson(MAPPING)(payload({}, { event: 'PHONE_TRANSFER' }))).toEqual({
      kind: 'ignored',
      reason: 'other_event',
      event: 'PHONE_TRANSFER',
    });
    expect(fromJson(MAPPING)({})).toEqual({ kind: 'ignored', reason: 'other_event' });
  });
  it('what is not final is ignored, or taken as such', () => {
    expect(fromJson(MAPPING)(payload({ status: 'running' }))).toEqual({ kind: 'ignored', reason: 'not_final', event: 'NEW_RESPONSE' });
    expect(read(payload({ status: 'running' }), MAPPING, { provisional: true })).toMatchObject({ final: false, outcome: 'unknown' });
  });
  it.each([
    [{ path: 'a', equals: 1 }, { a: '1' }, true],
    [{ path: 'a', equals: true }, { a: 'true' }, true],
    [{ path: 'a', equals: 'null' }, { a: null }, false],
    [{ path: 'a', equals: '[object Object]' }, { a: {} }, false],
    [{ path: 'a', in: ['x', 'y'] }, { a: 'y' }, true],
    [{ path: 'a', in: ['x', 'y'] }, {}, false],
    [{ path: 'a', exists: true }, { a: 0 }, true],
    [{ path: 'a', exists: true }, { a: null }, false],
    [{ path: 'a', exists: false }, {}, true],
    [
      [
        { path: 'a', exists: true },
        { path: 'b', exists: true },
      ],
      { a: 1 },
      false,
    ],
    [
      [
        { path: 'a', exists: true },
        { path: 'b', exists: true },
      ],
      { a: 1, b: 1 },
      true,
    ],
  ] as const)('%j over %j: %s', (when, json, isMet) => {
    const incoming = fromJson({ source: 'acme', id: 'id', channel: { value: 'call' }, when })({ id: 1, ...json }, { now: NOW });
    expect(incoming.kind).toBe(isMet ? 'conversation' : 'ignored');
  });
});

describe('paths', () => {
  it.each([
    ['a.b', { a: { b: 'x' } }, 'x'],
    ['$.a.b', { a: { b: 'x' } }, 'x'],
    ['a[1]', { a: ['w', 'x'] }, 'x'],
    ['a.1', { a: ['w', 'x'] }, 'x'],
    ['a[0].b[0]', { a: [{ b: ['x'] }] }, 'x'],
    ['["a.b"]', { 'a.b': 'x' }, 'x'],
    ['a["b c"]', { a: { 'b c': 'x' } }, 'x'],
    ['$summary', { $summary: 'x' }, 'x'],
    ['a b', { 'a b': 'x' }, 'x'],
    ['a.b', { a: 'text' }, undefined],
    ['a.b', { a: null }, undefined],
    ['a.b', {}, undefined],
    ['a[5]', { a: ['w'] }, undefined],
    ['a.length', { a: ['w'] }, undefined],
    ['a.length', { a: 'w' }, undefined],
    ['constructor', {}, undefined],
    ['constructor.name', {}, undefined],
    ['a.toString', { a: {} }, undefined],
    ['toString', JSON.parse('{"toString": "x"}') as Record<string, unknown>, 'x'],
  ])('%s in %j: %s', (summary, json, text) => {
    expect(readPart({ summary }, json).summary).toBe(text);
  });
  it('of several, the first that says something counts', () => {
    expect(readPart({ summary: { path: ['a', 'b', 'c'] } }, { a: null, b: ' ', c: 'x' }).summary).toBe('x');
  });
});

describe('times', () => {
  const start = (startedAt: NonNullable<ConversationMapping['startedAt']>, at: unknown) => {
    const { startedAt: text, startedAtEstimated } = readPart({ startedAt }, { at });
    return startedAtEstimated === true ? 'not read' : text;
  };
  it.each([
    [{ path: 'at' }, '2026-01-01T10:00:00Z', '2026-01-01T10:00:00.000Z'],
    [{ path: 'at' }, ' 2026-01-01 10:00:00.5+02:00 ', '2026-01-01T08:00:00.500Z'],
    [{ path: 'at' }, '2026-01-01T10:00:00', 'not read'],
    [{ path: 'at', timeZone: 'America/New_York' }, '2026-01-01T10:00:00', '2026-01-01T15:00:00.000Z'],
    [{ path: 'at', timeZone: 'America/New_York' }, '2026-07-01T10:00:00', '2026-07-01T14:00:00.000Z'],
    [{ path: 'at', timeZone: 'America/New_York' }, '2026-07-01T10:00:00Z', '2026-07-01T10:00:00.000Z'],
    [{ path: 'at' }, '2026-02-31T10:00:00Z', 'not read'],
    [{ path: 'at' }, 1_767_261_600, 'not read'],
    [{ path: 'at', format: 'epoch_seconds' }, 1_767_261_600, '2026-01-01T10:00:00.000Z'],
    [{ path: 'at', format: 'epoch_seconds' }, '1767261600.25', '2026-01-01T10:00:00.250Z'],
    [{ path: 'at', format: 'epoch_milliseconds' }, 1_767_261_600_000, '2026-01-01T10:00:00.000Z'],
    [{ path: 'at', format: 'epoch_seconds' }, 1_767_261_600_000, 'not read'],
    [{ path: 'at', format: 'epoch_milliseconds' }, '2026-01-01T10:00:00Z', 'not read'],
    [{ path: 'at', format: 'epoch_milliseconds' }, 1e300, 'not read'],
    [{ path: 'at', format: 'rfc_2822' }, 'Thu, 01 Jan 2026 11:00:00 +0100', '2026-01-01T10:00:00.000Z'],
    [{ path: 'at', format: 'rfc_2822' }, '1 Jan 2026 10:00 GMT', '2026-01-01T10:00:00.000Z'],
    [{ path: 'at', format: 'rfc_2822' }, '31 Feb 2026 10:00:00 GMT', 'not read'],
    [{ path: 'at', format: 'rfc_2822' }, '1 Foo 2026 10:00:00 GMT', 'not read'],
    [{ path: 'at', format: 'rfc_2822' }, '1 Jan 2026 10:00:00 CET', 'not read'],
  ] as const)('%j reads %j as %s', (part, at, text) => {
    expect(start(part, at)).toBe(text);
  });

  it('end and duration give the start, which is then an estimate', () => {
    const parts = { endedAt: 'end', duration: { path: 'minutes', unit: 'minutes' } } as const;
    expect(readPart(parts, { end: '2026-01-01T10:01:30Z', minutes: '1.5' })).toMatchObject({
      startedAt: '2026-01-01T10:00:00.000Z',
      startedAtEstimated: true,
      durationSeconds: 90,
    });
  });
  it('start and duration give the end, start and end the duration', () => {
    const startedAt = 'start';
    expect(
      readPart({ startedAt, duration: { path: 'ms', unit: 'milliseconds' } }, { start: '2026-01-01T10:00:00Z', ms: 1234.6 }),
    ).toMatchObject({ endedAt: '2026-01-01T10:00:01.235Z', durationSeconds: 1.235 });
    expect(readPart({ startedAt, endedAt: 'end' }, { start: '2026-01-01T10:00:00Z', end: '2026-01-01T10:00:07Z' }).durationSeconds).toBe(7);
    const backwards = readPart({ startedAt, endedAt: 'end' }, { start: '2026-01-01T10:00:00Z', end: '2026-01-01T09:00:00Z' });
    expect(backwards).not.toHaveProperty('durationSeconds');
  });
  it.each([[-1], ['soon'], [null], [{}], ['1e400']])('%j is no duration', (ms) => {
    expect(readPart({ duration: { path: 'ms', unit: 'milliseconds' } }, { ms })).not.toHaveProperty('durationSeconds');
  });
  it('0 is a duration', () => {
    expect(readPart({ duration: { path: 's', unit: 'seconds' } }, { s: '0' }).durationSeconds).toBe(0);
  });
  it('a payload without any time is refused where no time of the event is given', async () => {
    const error = await refusal(() => fromJson({ source: 'acme', id: 'id', channel: { value: 'call' } })({ id: 1 }));
    expect(error).toMatchObject({ code: 'start_unknown', category: 'webhook' });
  });
});

describe('words', () => {
  const outcome = (value: unknown, part: NonNullable<ConversationMapping['outcome']> = 'w') =>
    readPart({ outcome: part }, { w: value }).outcome;
  it.each([
    ['No Answer', 'no_answer'],
    ['no-answer', 'no_answer'],
    ['BUSY', 'busy'],
    ['constructor', 'unknown'],
    ['gone', 'unknown'],
    [7, 'unknown'],
    [null, 'unknown'],
  ])('%j alone is %s', (value, word) => expect(outcome(value)).toBe(word));
  it.each([
    ['A', 'completed'],
    [1, 'busy'],
    [true, 'failed'],
    ['busy', 'busy'],
    ['toString', 'canceled'],
    ['else', 'canceled'],
    [null, 'canceled'],
    [{}, 'canceled'],
  ])('%j is mapped to %s', (value, word) => {
    expect(outcome(value, { path: 'w', map: { A: 'completed', '1': 'busy', true: 'failed' }, otherwise: 'canceled' })).toBe(word);
  });
  it('a channel that is no word of ours is another one', () => {
    expect(readPart({ channel: 'kind' }, { kind: 'carrier pigeon' }).channel).toBe('other');
    expect(readPart({ channel: 'kind' }, { kind: 'SMS' }).channel).toBe('sms');
  });
  it.each([
    [true, true],
    ['no', false],
    ['won', true],
    ['maybe', undefined],
    [[], undefined],
  ])('%j is success: %s', (value, successful) => {
    expect(readPart({ successful: { path: 'w', map: { won: true } } }, { w: value }).successful).toBe(successful);
  });
});

describe('sides', () => {
  it('from and to are told apart by the direction', () => {
    const parts = { direction: 'd', from: 'from', to: { address: 'to', extension: 'ext' } } as const;
    const json = { from: '(415) 555-0123', to: '+14155550199', ext: 12 };
    const inbound = readPart(parts, { ...json, d: 'inbound' }, { defaultCountry: 'US' });
    expect([inbound.contact.phone, inbound.agent.phone, inbound.agent.extension]).toEqual(['+14155550123', '+14155550199', '12']);
    expect(readPart(parts, { ...json, d: 'outbound' }).contact.phone).toBe('+14155550199');
    expect(readPart(parts, { ...json, d: 'sideways' }).contact).toEqual({ kind: 'unknown' });
    const resolved = readPart(parts, json, { defaultCountry: 'US', resolveNumbers: () => ({ direction: 'inbound' }) });
    expect(resolved).toMatchObject({ direction: 'inbound', contact: { phone: '+14155550123' } });
  });
  it('a person without a number is found by the email address', () => {
    expect(readPart({ contact: { address: 'phone', email: 'mail' } }, { mail: 'al@example.com' }).contact).toEqual({
      kind: 'email',
      email: 'al@example.com',
    });
  });
  it('the host is asked for what is missing, and not where all is there', () => {
    const parts = { direction: 'd', contact: 'c', agent: 'a' };
    const resolveNumbers = ({ id }: Readonly<Record<string, unknown>>) => ({ contact: `+1415555010${String(id)}`, agent: '+14155550199' });
    expect(readPart(parts, { d: 'inbound', a: '+14155550100' }, { resolveNumbers })).toMatchObject({
      contact: { phone: '+14155550101' },
      agent: { phone: '+14155550100' },
    });
    const never = () => {
      throw new Error('asked');
    };
    expect(readPart(parts, { d: 'inbound', a: '+14155550100', c: '+14155550123' }, { resolveNumbers: never }).contact.phone).toBe(
      '+14155550123',
    );
  });
});

describe('analysis and metadata', () => {
  it('all of a flat payload may be taken, and names that could be a prototype are left out', () => {
    const json = JSON.parse('{"score": 7, "__proto__": {"polluted": true}, "nested": {"a": [1]}}') as Record<string, unknown>;
    const { analysis } = readPart({ analysis: { objects: '$' } }, json);
    expect(analysis).toEqual({ id: 1, score: 7, nested: { a: [1] } });
    expect(Object.getPrototypeOf(analysis)).toBe(Object.prototype);
  });
  it('later objects and single fields replace earlier members', () => {
    const part = { objects: ['a', 'b'], fields: { x: 'c' } };
    expect(readPart({ analysis: part }, { a: { x: 1, y: 1 }, b: { y: 2 }, c: 3 }).analysis).toEqual({ x: 3, y: 2 });
    expect(readPart({ analysis: part }, { a: 'text', b: [1], c: null }).analysis).toEqual({});
  });
});

it('a recording is a link that people may open', () => {
  expect(readPart({ recordingUrl: 'r' }, { r: 'javascript:alert(1)' })).not.toHaveProperty('recordingUrl');
  const link = 'https://example.com/a.wav?Expires=1767348000&Signature=x';
  expect(readPart({ recordingUrl: 'r' }, { r: link })).toMatchObject({
    recordingUrl: link,
    recordingExpiresAt: '2026-01-02T10:00:00.000Z',
  });
  const given = readPart({ recordingUrl: 'r', recordingExpiresAt: 'e' }, { r: link, e: '2026-01-01T00:00:00Z' });
  expect(given.recordingExpiresAt).toBe('2026-01-01T00:00:00.000Z');
});

describe('a part that is required', () => {
  it('and missing is refused with every path, and no value', async () => {
    const mapping = {
      ...MAPPING,
      summary: { path: ['call.summary', 'call.text'], required: true },
      startedAt: { path: 'call.started_at', required: true },
    };
    const error = await refusal(() => read(payload({ id: null, summary: ' ', started_at: 'soon, says +14155550123' }), mapping));
    expect(error).toMatchObject({ code: 'payload_unreadable', category: 'webhook' });
    for (const path of ['`call.id`', '`call.summary` or `call.text`', '`call.started_at`']) expect(error.message).toContain(path);
    expect(JSON.stringify(error)).not.toContain('4155550123');
  });
  it.each([[null], [''], [2 ** 53], [1.5], [{}], [true], ['x'.repeat(201)]])('an id of %j is none', async (id) => {
    expect((await refusal(() => read(payload({ id })))).code).toBe('payload_unreadable');
  });
  it.each([[null], [undefined], ['text'], [7], [[]]])('a payload of %j is refused', async (json) => {
    expect((await refusal(() => fromJson(MAPPING)(json))).code).toBe('payload_unreadable');
  });
});

describe('a mapping that cannot work', () => {
  it('is refused at once, with all its problems', async () => {
    const broken = {
      source: 'my platform',
      id: 'call..id',
      channel: { value: 'phone' },
      summary: { path: '__proto__.x' },
      startedAt: { path: 'at', format: 'epoch_seconds', timeZone: 'Mars/Olympus' },
      duration: { path: 's' },
      from: 'from',
      outcome: { path: 'o', map: { a: 'won' } },
      recording: 'url',
      final: [],
    };
    const error = await refusal(() => fromJson(broken as unknown as ConversationMapping));
    expect(error).toMatchObject({ code: 'invalid_document', category: 'configuration' });
    expect(error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).sort()).toEqual([
      'channel.value: unknown_value',
      'direction: missing',
      'duration.unit: missing',
      'final: too_short',
      'id: invalid_path',
      'outcome.map.a: unknown_value',
      'recording: unknown_key',
      'source: invalid_source',
      'startedAt.timeZone: unknown_time_zone',
      'startedAt.timeZone: unused_time_zone',
      'summary.path: invalid_path',
    ]);
    for (const { remedy } of error.issues) expect(remedy).not.toBe('');
  });
  it.each([[''], ['.'], ['a.'], ['.a'], ['a[b]'], ['a[-1]'], ['a["b]'], ['a[0]b'], ['a]'], ['$.'], ['$..a'], [`${'a.'.repeat(40)}a`]])(
    '%j is no path',
    (id) => expect(safeParseConversationMapping({ source: 'acme', id, channel: { value: 'call' } }).ok).toBe(false),
  );
  it('names its sides once', () => {
    const parsed = safeParseConversationMapping({ ...MAPPING, from: 'x' });
    expect(!parsed.ok && parsed.issues.map(({ code }) => code)).toEqual(['sides_twice']);
  });
  it('hostile names are refused, not followed', () => {
    const json = JSON.parse('{"source":"acme","id":"id","channel":{"value":"call"},"analysis":{"fields":{"__proto__":"x"}}}') as unknown;
    const parsed = safeParseConversationMapping(json);
    expect(!parsed.ok && parsed.issues.map(({ code }) => code)).toEqual(['reserved_name']);
  });
  test.prop([fc.jsonValue()])('any JSON is a mapping or a list of problems', (json) => {
    const parsed = safeParseConversationMapping(json);
    if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
  });
});

it('is a Standard Schema with a JSON Schema', () => {
  const schema = conversationMappingSchema();
  expect(schema['~standard'].validate(MAPPING)).toEqual({ value: MAPPING });
  expect(schema['~standard'].validate({})).toHaveProperty('issues');
  expect(schema.toJsonSchema()).toMatchObject({ type: 'object', additionalProperties: false });
});

it('a settings page can show what a mapping does not find in a sample', () => {
  expect(checkConversationMapping(MAPPING, payload({}, { updated_at: 1 }))).toEqual([]);
  const issues = checkConversationMapping(
    MAPPING,
    payload({ id: undefined, started_at: 1_767_261_600, status: 'odd' }, { transcript: [{ text: 'Hi' }] }),
  );
  expect(issues.map(({ path, code }) => `${path.join('.')}: ${code}`)).toEqual([
    'id: absent',
    'startedAt: unreadable',
    'transcript: unreadable',
    'successful: unreadable',
    'analysis.fields.step: absent',
  ]);
});

describe('anything', () => {
  const readAny = fromJson(MAPPING);
  test.prop(
    [
      fc.oneof(mutationsOf(payload()), fc.anything({ withMap: true, withNullPrototype: true, withBigInt: true, withDate: true })),
      fc.boolean(),
    ],
    { numRuns: 400 },
  )('is a conversation that queues carry, ignored, or refused within the taxonomy', (json, provisional) =>
    expectWithinTaxonomy(() => readAny(json, { provisional, now: NOW, defaultCountry: 'US' })),
  );

  const path = fc.constantFrom('$', 'call', 'call.id', 'transcript', 'transcript[0]', 'custom_fields.lead_score', 'call.started_at', 'x');
  const words = <W extends string>(...all: W[]) =>
    fc.oneof(path, fc.record({ path, otherwise: fc.constantFrom(...all) }, { requiredKeys: ['path'] }));
  const anyMapping = fc.record(
    {
      source: fc.constant('acme'),
      id: path,
      channel: words('call', 'sms'),
      direction: words('inbound', 'outbound'),
      contact: fc.oneof(path, fc.record({ address: path, email: path, name: path }, { requiredKeys: [] })),
      startedAt: fc.oneof(path, fc.record({ path, format: fc.constantFrom('epoch_seconds', 'epoch_milliseconds', 'rfc_2822') })),
      endedAt: path,
      duration: fc.record({ path, unit: fc.constantFrom('seconds', 'milliseconds', 'minutes') }),
      transcript: fc.oneof(path, fc.record({ turns: path, text: path, role: words('agent', 'contact') })),
      recordingUrl: path,
      outcome: words('busy'),
      analysis: fc.record({ objects: path, fields: fc.dictionary(fc.constantFrom('a', 'constructor'), path) }, { requiredKeys: [] }),
      metadata: fc.record({ objects: path }),
      revision: path,
    },
    { requiredKeys: ['source', 'id', 'channel'] },
  );
  test.prop([anyMapping, mutationsOf(payload())], { numRuns: 200 })('holds for any mapping too', (mapping, json) =>
    expectWithinTaxonomy(() => fromJson(mapping as ConversationMapping)(json, { now: NOW })),
  );
});

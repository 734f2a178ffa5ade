import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, Party, Sentiment, TranscriptTurn } from '../../../../src/core/conversation/conversation.ts';
import { parseConversation, safeParseConversation } from '../../../../src/core/conversation/parse-conversation.ts';
import { isCrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

/** Every member there is: a new one is a compile error here. */
const WHOLE: Required<Conversation> = {
  id: 'call_1',
  source: 'retell',
  threadId: 'thread_1',
  channel: 'call',
  direction: 'inbound',
  contact: {
    raw: '+1 415 555 0123 ext. 204',
    phone: '+14155550123',
    extension: '204',
    kind: 'phone',
    email: 'alice@example.com',
    name: 'Alice',
    externalId: 'cus_42',
  },
  agent: { kind: 'unknown' },
  startedAt: '2026-01-05T08:30:00.000Z',
  startedAtEstimated: true,
  endedAt: '2026-01-05T08:32:05Z',
  durationSeconds: 0,
  summary: 'Asked for a demo.',
  note: 'Call her back on Tuesday.',
  transcript: [{ role: 'agent', text: 'Hello', offsetSeconds: 0.4, at: '2026-01-05T08:30:00.400Z' }],
  recordingUrl: 'https://example.com/a.wav',
  recordingExpiresAt: '2026-01-06T08:30:00.000Z',
  outcome: 'completed',
  disposition: 'user_hangup',
  successful: false,
  sentiment: 'positive',
  analysis: { status: 'Qualified', seats: 25, demo: true, empty: null, list: [1, { a: 'b' }] },
  agentId: 'agent_1',
  userId: 'user_1',
  metadata: { customer: { id: 'cus_42' } },
  final: true,
  revision: 3,
};
const REQUIRED = ['id', 'source', 'channel', 'direction', 'contact', 'agent', 'startedAt', 'outcome', 'analysis', 'final'] as const;

const problems = (document: unknown): string[] => {
  const parsed = safeParseConversation(document);
  return parsed.ok ? [] : told(parsed.issues).map((one) => one.replace(' ', ': '));
};

it('a conversation comes out of a queue as it went in', () => {
  expect(safeParseConversation(JSON.parse(JSON.stringify(WHOLE)))).toEqual({ ok: true, value: WHOLE });
  expect(parseConversation({ ...WHOLE, transcript: 'Agent: Hello', revision: '2026-01-05' }).transcript).toBe('Agent: Hello');
});

it('what is needed is enough', () => {
  const least = Object.fromEntries(REQUIRED.map((name) => [name, WHOLE[name]]));
  expect(safeParseConversation(least)).toEqual({ ok: true, value: least });
});

it.each(REQUIRED)('without `%s` it is refused', (name) => {
  expect(problems({ ...WHOLE, [name]: undefined })).toEqual([`${name}: missing`]);
});

it('a member whose value is undefined is absent, as in JSON', () => {
  const { summary: _, ...rest } = WHOLE;
  const parsed = parseConversation({ ...WHOLE, summary: undefined, contact: { ...WHOLE.contact, name: undefined } });
  const { name: __, ...contact } = WHOLE.contact;
  expect(parsed).toStrictEqual({ ...rest, contact });
});

describe('a word', () => {
  /** Every word there is: a new one is a compile error here. */
  const CHANNELS: Record<Conversation['channel'], true> = {
    ...{ call: true, sms: true, chat: true, whatsapp: true, email: true, voicemail: true, fax: true, other: true },
  };
  const DIRECTIONS: Record<Conversation['direction'], true> = { inbound: true, outbound: true, unknown: true };
  const OUTCOMES: Record<Conversation['outcome'], true> = {
    ...{ completed: true, voicemail: true, no_answer: true, busy: true, failed: true, canceled: true, transferred: true, unknown: true },
  };
  const SENTIMENTS: Record<Sentiment, true> = { positive: true, neutral: true, negative: true, unknown: true };
  const KINDS: Record<Party['kind'], true> = {
    ...{ phone: true, short_code: true, extension: true, sip: true, client: true, email: true, anonymous: true, unknown: true },
  };
  const ROLES: Record<TranscriptTurn['role'], true> = { agent: true, contact: true, tool: true, system: true };
  const documents = (words: object, of: (word: string) => object) => Object.keys(words).map((word) => [word, of(word)] as const);
  it.each([
    ...documents(CHANNELS, (channel) => ({ channel })),
    ...documents(DIRECTIONS, (direction) => ({ direction })),
    ...documents(OUTCOMES, (outcome) => ({ outcome })),
    ...documents(SENTIMENTS, (sentiment) => ({ sentiment })),
    ...documents(KINDS, (kind) => ({ agent: { kind } })),
    ...documents(ROLES, (role) => ({ transcript: [{ role, text: '' }] })),
  ])('of those there are is taken: %s', (_, members) => expect(problems({ ...WHOLE, ...members })).toEqual([]));
});

it.each<readonly [members: object, path: string, code: string, message: string, remedy: string]>([
  [
    { startedAt: 'soon' },
    'startedAt',
    'not_a_datetime',
    'must be an ISO 8601 UTC time',
    'Give the time in UTC, for example 2026-01-05T08:30:00.000Z.',
  ],
  [
    { contact: { kind: 'phone', phone: '1' } },
    'contact.phone',
    'not_a_phone_number',
    'must be an E.164 number',
    'Give `+`, country code and number, digits only; what was received goes to `raw`.',
  ],
  [
    { threadId: '\u0000' },
    'threadId',
    'unstorable_text',
    'must be text without NUL and half characters',
    'Give the id as the platform has it, as whole characters.',
  ],
  [
    { source: 'a b' },
    'source',
    'invalid_source',
    'must be a word without blanks and colons',
    'Name the platform in one word, for example `retell`.',
  ],
])('%j is refused with words that help', (members, path, code, message, remedy) => {
  expect(safeParseConversation({ ...WHOLE, ...members })).toEqual({
    ok: false,
    issues: [{ path: path.split('.'), code, message, remedy }],
  });
});

it.each<readonly [what: string, members: object]>([
  ['an id of one character', { id: '1' }],
  ['an id of two hundred', { id: 'x'.repeat(200) }],
  ['a source of one character', { source: 'x' }],
  ['a source of fifty', { source: 'x'.repeat(50) }],
  ['the shortest number', { contact: { kind: 'phone', phone: '+12' } }],
  ['the longest number', { contact: { kind: 'phone', phone: '+123456789012345' } }],
  ['a start to the minute', { startedAt: '2026-01-05T08:30Z' }],
  ['a turn at the very start', { transcript: [{ role: 'agent', text: '', offsetSeconds: 0 }] }],
  ['a transcript of no turns', { transcript: [] }],
  ['nothing analysed', { analysis: {}, metadata: {} }],
])('%s is taken', (_, members) => expect(problems({ ...WHOLE, ...members })).toEqual([]));

describe('problems', () => {
  it.each<[string, object, string]>([
    ['an id that is a number', { id: 7 }, 'id: wrong_type'],
    ['an empty id', { id: '' }, 'id: too_short'],
    ['an id that no CRM field holds', { id: 'x'.repeat(201) }, 'id: too_long'],
    ['a source longer than any platform name', { source: 'x'.repeat(51) }, 'source: too_long'],
    ['an empty source', { source: '' }, 'source: invalid_source'],
    ['an id with NUL, which no database takes', { id: 'a\u0000b' }, 'id: unstorable_text'],
    ['an id with half a character', { id: 'a\ud83d' }, 'id: unstorable_text'],
    ['an id with the other half', { id: '\ude80a' }, 'id: unstorable_text'],
    ['a thread with NUL', { threadId: '\u0000' }, 'threadId: unstorable_text'],
    ['a source with NUL', { source: 'a\u0000' }, 'source: invalid_source'],
    ['a source with half a character', { source: '\ud83d' }, 'source: invalid_source'],
    ['a source with a colon, which would make two conversations one', { source: 'a:b' }, 'source: invalid_source'],
    ['a source with a blank', { source: 'my source' }, 'source: invalid_source'],
    ['a channel that does not exist', { channel: 'telepathy' }, 'channel: unknown_value'],
    ['a direction that does not exist', { direction: 'Inbound' }, 'direction: unknown_value'],
    ['an outcome that does not exist', { outcome: 'answered' }, 'outcome: unknown_value'],
    ['a sentiment that does not exist', { sentiment: 'Positive' }, 'sentiment: unknown_value'],
    ['a start with an offset', { startedAt: '2026-01-05T09:30:00+01:00' }, 'startedAt: not_a_datetime'],
    ['a start without a zone', { startedAt: '2026-01-05T09:30:00' }, 'startedAt: not_a_datetime'],
    ['a start with a blank for `T`', { startedAt: '2026-01-05 09:30:00Z' }, 'startedAt: not_a_datetime'],
    ['a start that is a day', { startedAt: '2026-01-05' }, 'startedAt: not_a_datetime'],
    ['a day that does not exist', { endedAt: '2026-02-30T09:30:00Z' }, 'endedAt: not_a_datetime'],
    ['a start in milliseconds', { startedAt: 1767600000000 }, 'startedAt: wrong_type'],
    ['a negative duration', { durationSeconds: -1 }, 'durationSeconds: too_small'],
    ['a duration that is no number', { durationSeconds: Number.NaN }, 'durationSeconds: wrong_type'],
    ['a duration as text', { durationSeconds: '60' }, 'durationSeconds: wrong_type'],
    ['a phone that is not E.164', { contact: { kind: 'phone', phone: '415-555-0123' } }, 'contact.phone: not_a_phone_number'],
    ['a phone of one digit', { contact: { kind: 'phone', phone: '+1' } }, 'contact.phone: not_a_phone_number'],
    ['a phone of sixteen digits', { contact: { kind: 'phone', phone: '+1234567890123456' } }, 'contact.phone: not_a_phone_number'],
    ['a phone whose country code begins with 0', { contact: { kind: 'phone', phone: '+0123456' } }, 'contact.phone: not_a_phone_number'],
    ['a phone with a blank before it', { contact: { kind: 'phone', phone: ' +14155550123' } }, 'contact.phone: not_a_phone_number'],
    ['a phone with an extension', { contact: { kind: 'phone', phone: '+14155550123x204' } }, 'contact.phone: not_a_phone_number'],
    ['a start with words behind it', { startedAt: '2026-01-05T09:30:00Z at noon' }, 'startedAt: not_a_datetime'],
    ['a party of an unknown kind', { agent: { kind: 'robot' } }, 'agent.kind: unknown_value'],
    ['an unknown key of a party', { agent: { kind: 'unknown', fax: '1' } }, 'agent.fax: unknown_key'],
    ['a turn before the start', { transcript: [{ role: 'agent', text: '', offsetSeconds: -1 }] }, 'transcript.0.offsetSeconds: too_small'],
    ['a turn without text', { transcript: [{ role: 'agent' }] }, 'transcript.0.text: missing'],
    ['an analysis that is a list', { analysis: [] }, 'analysis: wrong_type'],
    ['an analysis with a value that JSON does not have', { analysis: { at: new Date(0) } }, 'analysis.at: wrong_type'],
    ['an analysis with a hostile name', { analysis: JSON.parse('{"__proto__": 1}') as object }, 'analysis.__proto__: reserved_name'],
    ['a key that does not exist', { phone: '+14155550123' }, 'phone: unknown_key'],
    ['null where a member may be absent', { summary: null }, 'summary: wrong_type'],
  ])('%s', (_, members, problem) => {
    expect(problems({ ...WHOLE, ...members })).toEqual([problem]);
  });

  it('are all told at once, each with a remedy', () => {
    const parsed = safeParseConversation({ ...WHOLE, id: 7, channel: 'x', startedAt: 'soon', other: 1, contact: {} });
    expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path.join('.')).toSorted()).toEqual([
      'channel',
      'contact.kind',
      'id',
      'other',
      'startedAt',
    ]);
    if (!parsed.ok) for (const { remedy } of parsed.issues) expect(remedy).not.toBe('');
  });

  it.each([[null], [undefined], ['text'], [7], [[]]])('%o is no conversation', (document) => {
    expect(safeParseConversation(document).ok).toBe(false);
  });
});

it('what is expected to be right throws one error with every problem', () => {
  let thrown: unknown;
  try {
    parseConversation({ ...WHOLE, id: 7, final: 'yes' });
  } catch (error) {
    thrown = error;
  }
  expect(isCrmSyncError(thrown) && [thrown.category, thrown.code, thrown.issues.length]).toEqual(['configuration', 'invalid_document', 2]);
  expect(thrown).toMatchObject({ message: expect.stringMatching(/^The conversation has 2 problems:\n/) });
});

test.prop([fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })])('never throws', (document) => {
  expect(safeParseConversation(document).ok).toBe(false);
});

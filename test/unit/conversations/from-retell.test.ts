import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRetell, type RetellOptions } from '../../../src/conversations/retell/from-retell.ts';
import type { Conversation, Outcome } from '../../../src/core/conversation/conversation.ts';
import { safeParseConversation } from '../../../src/core/conversation/parse-conversation.ts';
import { isCrmSyncError } from '../../../src/errors.ts';
import { retellCall, retellChat, unansweredCall, without } from './retell-fixtures.ts';

const NOW = '2026-01-01T10:05:00.000Z';

function read(payload: unknown, options: RetellOptions = {}): Conversation {
  const incoming = fromRetell(payload, options);
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
}
const call = (members: Record<string, unknown> = {}, options?: RetellOptions) =>
  read({ event: 'call_analyzed', call: retellCall(members) }, options);
const chat = (members: Record<string, unknown> = {}, options?: RetellOptions) =>
  read({ event: 'chat_analyzed', chat: retellChat(members) }, options);
const unanswered = (members: Record<string, unknown> = {}, options: RetellOptions = { now: NOW }) =>
  read({ event: 'call_analyzed', call: unansweredCall(members) }, options);

function refusal(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isCrmSyncError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('an analysed call', () => {
  it('becomes a conversation with seconds, UTC times and both sides', () => {
    expect(call()).toEqual({
      id: 'call_7f0a1b2c3d4e5f60718293a4b5c6d7e8',
      source: 'retell',
      channel: 'call',
      direction: 'inbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: '2026-01-01T10:00:00.000Z',
      endedAt: '2026-01-01T10:02:05.400Z',
      durationSeconds: 125.4,
      summary: 'Alice asked for a demo.',
      transcript: [
        { role: 'agent', text: 'Hello', offsetSeconds: 0.4 },
        { role: 'contact', text: 'Hi', offsetSeconds: 1.5 },
        { role: 'agent', text: 'Sales, hello' },
      ],
      recordingUrl: 'https://example.com/rec/1.wav',
      outcome: 'completed',
      disposition: 'user_hangup',
      successful: true,
      sentiment: 'positive',
      analysis: {
        lead_qualification_status: 'Qualified',
        seats: 25,
        wants_demo: true,
        call_summary: 'Alice asked for a demo.',
        user_sentiment: 'Positive',
        call_successful: true,
        in_voicemail: false,
      },
      agentId: 'agent_0123456789abcdef',
      metadata: { customer_id: 'cus_42' },
      final: true,
    });
  });

  it('has the called person as its contact when it is outbound', () => {
    const { contact, agent } = call({ direction: 'outbound' });
    expect([contact.phone, agent.phone]).toEqual(['+14155550199', '+14155550123']);
  });

  it('is the same conversation when the event comes twice', () => {
    expect(call()).toEqual(call());
  });

  it('keeps its id when the older event comes after the newer one, so that both are one conversation', () => {
    const ended = read({ event: 'call_ended', call: without(retellCall(), 'call_analysis') }, { provisional: true });
    expect([ended.source, ended.id]).toEqual([call().source, call().id]);
  });

  it('takes plain text where there are no turns', () => {
    expect(call({ transcript_object: [] }).transcript).toBe('Agent: Hello\nUser: Hi\n');
    expect(call({ transcript_object: null, transcript: ' ' })).not.toHaveProperty('transcript');
  });

  it('leaves its input as it was', () => {
    const payload = { event: 'call_analyzed', call: retellCall() };
    const before = structuredClone(payload);
    read(payload);
    expect(payload).toEqual(before);
  });
});

describe('a call that never connected', () => {
  it('starts when the event came, which is marked as an estimate', () => {
    expect(unanswered()).toMatchObject({ startedAt: NOW, startedAtEstimated: true, outcome: 'no_answer' });
    expect(unanswered()).not.toHaveProperty('durationSeconds');
    expect(unanswered()).not.toHaveProperty('endedAt');
  });

  it('starts at its end where it has one', () => {
    const ended = unanswered({ end_timestamp: 1_767_261_600_000 });
    expect(ended).toMatchObject({ startedAt: '2026-01-01T10:00:00.000Z', startedAtEstimated: true });
    expect(unanswered({ end_timestamp: 1_767_261_600_000, duration_ms: 4000 }).startedAt).toBe('2026-01-01T09:59:56.000Z');
  });

  it.each([{}, { now: 'yesterday' }, { now: Number.NaN }])('is refused where no time is known at all: %o', (options) => {
    expect(refusal(() => unanswered({}, options))).toMatchObject({ code: 'start_unknown', category: 'webhook' });
  });

  it('takes the time of the event as date, text or milliseconds', () => {
    const at = Date.parse(NOW);
    expect([new Date(at), NOW, at].map((now) => unanswered({}, { now }).startedAt)).toEqual([NOW, NOW, NOW]);
  });
});

describe('duration', () => {
  it.each([
    ['0 is a duration', { duration_ms: 0 }, 0],
    ['three decimals', { duration_ms: 1234.6 }, 1.235],
    ['from start and end where it is not given', { duration_ms: null }, 125.4],
    ['from start and end where it is negative', { duration_ms: -5 }, 125.4],
    ['unknown where the end is missing too', { duration_ms: null, end_timestamp: null }, undefined],
    ['unknown where the end lies before the start', { duration_ms: null, end_timestamp: 1 }, undefined],
  ])('%s', (_, members, seconds) => {
    expect(call(members).durationSeconds).toBe(seconds);
  });
});

describe('sides', () => {
  it('a web call has no numbers: the contact is not known, which is not anonymous', () => {
    const web = read({
      event: 'call_analyzed',
      call: without(retellCall({ call_type: 'web_call' }), 'direction', 'from_number', 'to_number'),
    });
    expect(web).toMatchObject({ channel: 'call', direction: 'unknown', contact: { kind: 'unknown' }, agent: { kind: 'unknown' } });
  });

  it.each([
    ['anonymous', { raw: 'anonymous', kind: 'anonymous' }],
    ['+266696687', { raw: '+266696687', kind: 'anonymous' }],
    ['sip:alice@example.com', { raw: 'sip:alice@example.com', kind: 'sip' }],
    ['sip:+14155550123@sip.example.com', { raw: 'sip:+14155550123@sip.example.com', kind: 'phone', phone: '+14155550123' }],
    ['+14155550123;ext=204', { raw: '+14155550123;ext=204', kind: 'phone', phone: '+14155550123', extension: '204' }],
    ['72345', { raw: '72345', kind: 'short_code' }],
    ['client:alice', { raw: 'client:alice', kind: 'client' }],
    ['alice@example.com', { raw: 'alice@example.com', kind: 'email', email: 'alice@example.com' }],
    ['0000000000', { raw: '0000000000', kind: 'unknown' }],
    ['415-555-0123', { raw: '415-555-0123', kind: 'unknown' }],
    ['', { kind: 'unknown' }],
    [14155550123, { raw: '14155550123', kind: 'unknown' }],
  ])('caller %s', (from_number, contact) => {
    expect(call({ from_number }).contact).toEqual(contact);
  });

  it('numbers without a country are read with the default country', () => {
    expect(call({ from_number: '(415) 555-0123' }, { defaultCountry: 'US' }).contact.phone).toBe('+14155550123');
  });

  it('the host gives the numbers of a chat, and is not asked where the payload has them', () => {
    const resolveNumbers: NonNullable<RetellOptions['resolveNumbers']> = ({ metadata }) => ({
      contact: (metadata as { phone: string }).phone,
      agent: '+14155550199',
      direction: 'inbound',
    });
    expect(chat({}, { resolveNumbers })).toMatchObject({
      direction: 'inbound',
      contact: { phone: '+14155550123' },
      agent: { phone: '+14155550199' },
    });
    expect(call({ from_number: ' ', metadata: { phone: '+14155550123' } }, { resolveNumbers }).contact.phone).toBe('+14155550123');
    expect(chat({}, { resolveNumbers: () => undefined }).contact).toEqual({ kind: 'unknown' });
    const never = () => {
      throw new Error('asked');
    };
    expect(call({}, { resolveNumbers: never }).contact.phone).toBe('+14155550123');
  });
});

describe('a chat', () => {
  it('is an SMS thread or a chat, timed from its first to its last moment', () => {
    expect(chat()).toMatchObject({
      id: 'chat_0a1b2c3d4e5f',
      channel: 'sms',
      direction: 'unknown',
      durationSeconds: 1800,
      summary: 'Asked for the price.',
      sentiment: 'neutral',
      successful: true,
      outcome: 'completed',
      transcript: [
        { role: 'contact', text: 'hi', at: '2026-01-01T10:00:00.000Z' },
        { role: 'agent', text: 'hello', at: '2026-01-01T10:00:05.000Z' },
      ],
      analysis: { chat_summary: 'Asked for the price.', user_sentiment: 'Neutral', chat_successful: true },
    });
    expect(chat({ chat_type: 'api_chat' }).channel).toBe('chat');
    expect(chat({ chat_status: 'error' }).outcome).toBe('failed');
  });

  it('is read from the key `call` too, under which some deliveries may bring it', () => {
    expect(read({ event: 'chat_analyzed', call: retellChat() }).id).toBe('chat_0a1b2c3d4e5f');
  });
});

describe('outcome', () => {
  const CONNECTED: Readonly<Record<string, Outcome>> = {
    user_hangup: 'completed',
    agent_hangup: 'completed',
    ivr_reached: 'completed',
    inactivity: 'completed',
    max_duration_reached: 'completed',
    call_take_over: 'completed',
    manual_stopped: 'completed',
    transfer_cancelled: 'completed',
    scam_detected: 'completed',
    marked_as_spam: 'completed',
    a_reason_of_tomorrow: 'completed',
    call_transfer: 'transferred',
    transfer_bridged: 'transferred',
    voicemail_reached: 'voicemail',
    error_llm_websocket_open: 'failed',
    error_a_reason_of_tomorrow: 'failed',
    error_user_not_joined: 'failed',
  };
  const NOT_CONNECTED: Readonly<Record<string, Outcome>> = {
    dial_no_answer: 'no_answer',
    user_declined: 'no_answer',
    dial_busy: 'busy',
    dial_failed: 'failed',
    invalid_destination: 'failed',
    telephony_provider_permission_denied: 'failed',
    telephony_provider_unavailable: 'failed',
    sip_routing_error: 'failed',
    concurrency_limit_reached: 'failed',
    no_concurrency_fallback: 'failed',
    no_valid_payment: 'failed',
    registered_call_timeout: 'failed',
    marked_as_spam: 'failed',
    scam_detected: 'failed',
    manual_stopped: 'canceled',
    transfer_cancelled: 'canceled',
    a_reason_of_tomorrow: 'failed',
  };
  it.each(Object.entries(CONNECTED))('%s after an answer: %s', (disconnection_reason, outcome) => {
    expect(call({ disconnection_reason })).toMatchObject({ outcome, disposition: disconnection_reason });
  });
  it.each(Object.entries(NOT_CONNECTED))('%s without an answer: %s', (disconnection_reason, outcome) => {
    expect(unanswered({ disconnection_reason })).toMatchObject({ outcome, disposition: disconnection_reason });
  });
  it('voicemail counts before the reason of the end', () => {
    expect(call({ call_analysis: { in_voicemail: true } }).outcome).toBe('voicemail');
  });
  it('a reason that is a member of every object is no reason of ours', () => {
    expect(call({ disconnection_reason: 'constructor' }).outcome).toBe('completed');
  });
  it('an error while connected is a failure, and nothing known is unknown', () => {
    expect(call({ disconnection_reason: null, call_status: 'error' }).outcome).toBe('failed');
    expect(unanswered({ disconnection_reason: null, call_status: 'registered' }).outcome).toBe('unknown');
  });
});

describe('analysis', () => {
  const analysis = (custom: unknown, others: Record<string, unknown> = {}) =>
    call({ call_analysis: { custom_analysis_data: custom, ...others } }).analysis;

  it.each([
    ['missing', undefined],
    ['null', null],
    ['text', 'Qualified'],
    ['a list', [1, 2]],
    ['a number', 7],
  ])('custom data that is %s brings nothing', (_, custom) => {
    expect(analysis(custom)).toEqual({});
  });
  it.each([['missing'], [null], ['text'], [[]]])('an analysis that is %o leaves the call a conversation', (call_analysis) => {
    const conversation = call(call_analysis === 'missing' ? { call_analysis: undefined } : { call_analysis });
    expect(conversation).toMatchObject({ analysis: {}, final: true });
    for (const member of ['summary', 'sentiment', 'successful']) expect(conversation).not.toHaveProperty(member);
  });
  it('false, 0 and empty text are kept as sent, null is left out', () => {
    expect(analysis({ a: false, b: 0, c: '', d: null })).toEqual({ a: false, b: 0, c: '' });
  });
  it("Retell's own results never replace a custom one of the same name, not even an empty one", () => {
    expect(analysis({ call_summary: 'Mine', user_sentiment: null }, { call_summary: 'Its', user_sentiment: 'Positive' })).toEqual({
      call_summary: 'Mine',
    });
  });
  it('own results of another type are left out', () => {
    expect(analysis({}, { call_summary: 7, call_successful: 'yes', user_sentiment: 'Elated' })).toEqual({ user_sentiment: 'Elated' });
    expect(call({ call_analysis: { user_sentiment: 'Elated' } })).not.toHaveProperty('sentiment');
  });
  it('hostile names change no prototype and are no names of analysis results', () => {
    const custom = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x", "toString": "y"}') as unknown;
    const result = analysis(custom);
    expect(Object.keys(result)).toEqual(['constructor', 'toString']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect((result as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('recordings', () => {
  it.each([
    ['https://example.com/a.wav', undefined],
    ['https://example.com/a.wav?Expires=1767348000&Signature=x&Key-Pair-Id=y', '2026-01-02T10:00:00.000Z'],
    ['https://example.com/a.wav?X-Amz-Date=20260101T100000Z&X-Amz-Expires=86400', '2026-01-02T10:00:00.000Z'],
    ['https://example.com/a.wav?X-Goog-Date=20260101T100000Z&X-Goog-Expires=3600', '2026-01-01T11:00:00.000Z'],
    ['https://example.com/a.wav?se=2026-01-02T10:00:00Z&sig=x', '2026-01-02T10:00:00.000Z'],
    ['https://example.com/a.wav?X-Amz-Date=20260231T100000Z&X-Amz-Expires=86400', undefined],
    ['https://example.com/a.wav?Expires=never', undefined],
  ])('%s expires at %s', (recording_url, expiry) => {
    expect(call({ recording_url })).toMatchObject({ recordingUrl: recording_url });
    expect(call({ recording_url }).recordingExpiresAt).toBe(expiry);
  });
  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'not a link', 'https://', ''])('%s is no recording', (recording_url) => {
    expect(call({ recording_url })).not.toHaveProperty('recordingUrl');
  });
});

describe('events', () => {
  it.each([
    ['call_started', 'other_event'],
    ['transcript_updated', 'other_event'],
    ['transfer_started', 'other_event'],
    ['chat_started', 'other_event'],
    ['an_event_of_tomorrow', 'other_event'],
    ['constructor', 'other_event'],
    ['call_ended', 'not_final'],
    ['chat_ended', 'not_final'],
  ])('%s is ignored: %s', (event, reason) => {
    expect(fromRetell({ event, call: retellCall(), chat: retellChat() })).toEqual({ kind: 'ignored', reason, event });
  });
  it('ended events are taken as not final where that is asked for', () => {
    expect(read({ event: 'call_ended', call: retellCall() }, { provisional: true }).final).toBe(false);
    expect(read({ event: 'chat_ended', chat: retellChat() }, { provisional: true }).final).toBe(false);
  });
});

describe('ids', () => {
  it('a number becomes text', () => {
    expect(call({ call_id: 9_007_199_254_740_991 }).id).toBe('9007199254740991');
  });
  it.each([
    ['missing', undefined],
    ['null', null],
    ['blank', '  '],
    ['beyond 2^53, so that it has lost digits', 2 ** 53],
    ['an object', {}],
    ['endless', 'x'.repeat(201)],
  ])('an id that is %s is refused', (_, call_id) => {
    expect(refusal(() => call({ call_id }))).toMatchObject({ code: 'payload_unreadable', category: 'webhook', retryable: false });
  });
});

describe('payloads', () => {
  it.each([
    [null],
    [undefined],
    [7],
    ['text'],
    [[]],
    [{}],
    [{ event: 1 }],
    [{ event: 'call_analyzed' }],
    [{ event: 'chat_analyzed', chat: [] }],
  ])('%o is refused with a remedy', (payload) => {
    const error = refusal(() => fromRetell(payload));
    expect(error).toMatchObject({ code: 'payload_unreadable', category: 'webhook' });
    expect(error.remedy).not.toBe('');
  });

  const members = fc.dictionary(
    fc.constantFrom(...Object.keys(retellCall()), ...Object.keys(retellChat()), '__proto__', 'constructor'),
    fc.oneof(fc.jsonValue(), fc.double(), fc.webUrl(), fc.constant(retellCall()['call_analysis'])),
  );
  const anyEvent = fc.constantFrom('call_analyzed', 'chat_analyzed', 'call_ended', 'chat_ended', 'call_started', 7, null);
  const near = fc.record({ event: anyEvent, call: fc.oneof(members, fc.jsonValue()), chat: members }, { requiredKeys: [] });

  test.prop([fc.oneof(near, fc.jsonValue()), fc.boolean()])(
    'any payload is a conversation that queues carry, or ignored, or refused within the taxonomy',
    (payload, provisional) => {
      try {
        const incoming = fromRetell(payload, { now: NOW, provisional });
        if (incoming.kind === 'conversation') {
          const carried: unknown = JSON.parse(JSON.stringify(incoming.conversation));
          expect(safeParseConversation(carried)).toEqual({ ok: true, value: incoming.conversation });
        }
      } catch (error) {
        expect(isCrmSyncError(error) && error.category).toBe('webhook');
      }
    },
  );

  test.prop([members])('a call with an id is always a conversation, whatever its other members are', (others) => {
    expect(read({ event: 'call_analyzed', call: { ...others, call_id: 'call_1' } }, { now: NOW }).id).toBe('call_1');
  });

  it('what is nested without end is left out, and the rest goes through the queue', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as unknown;
    const conversation = call({ metadata: { deep, fine: 1 }, call_analysis: { custom_analysis_data: { deep, fine: 1 } } });
    expect(conversation.metadata).toMatchObject({ fine: 1 });
    expect(safeParseConversation(conversation).ok).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { type ElevenLabsOptions, fromElevenLabs } from '../../../src/conversations/elevenlabs/from-elevenlabs.ts';
import { conversationOf, NOW } from './adapter-kit.ts';
import { elevenLabsData, initiationFailure, transcription } from './elevenlabs-fixtures.ts';
import { refusal } from './refusal.ts';

const read = (members?: Record<string, unknown>, options?: ElevenLabsOptions) =>
  conversationOf(fromElevenLabs(transcription(members), options));
const { metadata, analysis } = elevenLabsData() as Record<string, Record<string, unknown>>;
const withMetadata = (members: Record<string, unknown>, options?: ElevenLabsOptions) =>
  read({ metadata: { ...metadata, ...members } }, options);
const phoneCall = (members: Record<string, unknown>) =>
  withMetadata({ phone_call: { ...(metadata?.['phone_call'] as object), ...members } });

describe('a transcription', () => {
  it('becomes a conversation with seconds, UTC times and both sides', () => {
    expect(read()).toEqual({
      id: 'conv_01abc',
      source: 'elevenlabs',
      channel: 'call',
      direction: 'inbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123', externalId: 'cus_42' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: '2026-01-01T10:00:00.000Z',
      endedAt: '2026-01-01T10:02:05.000Z',
      durationSeconds: 125,
      summary: 'Alice asked for a demo.',
      transcript: [
        { role: 'agent', text: 'Hello', offsetSeconds: 0 },
        { role: 'contact', text: 'Hi', offsetSeconds: 2 },
      ],
      outcome: 'completed',
      disposition: 'Call ended by remote party',
      successful: true,
      analysis: {
        lead_status: 'Qualified',
        seats: 0,
        'evaluation_criteria_results.greeted': 'success',
        call_successful: 'success',
        transcript_summary: 'Alice asked for a demo.',
        call_summary_title: 'Demo request',
      },
      agentId: 'agent_9k',
      metadata: { first_name: 'Alice', lead_score: 42 },
      final: true,
    });
  });

  it('is the same conversation when it comes again later', () => {
    const again = { ...transcription(), event_timestamp: 1_767_261_930 };
    expect(conversationOf(fromElevenLabs(again, { now: NOW }))).toEqual(read());
  });

  it('is read from a conversation of the API, which has no event', () => {
    expect(conversationOf(fromElevenLabs({ type: 'post_call_transcription', data: elevenLabsData() }))).toEqual(read());
  });
});

describe('sides', () => {
  it('an outbound call has the same contact: numbers are named by their owners', () => {
    expect(phoneCall({ direction: 'outbound' })).toMatchObject({ direction: 'outbound', contact: { phone: '+14155550123' } });
  });
  it('of a SIP trunk may be no numbers', () => {
    expect(phoneCall({ type: 'sip_trunking', external_number: 'alice', agent_number: '101' })).toMatchObject({
      contact: { raw: 'alice', kind: 'unknown' },
      agent: { raw: '101', kind: 'short_code' },
    });
  });
  it('numbers without a country are read with the default country', () => {
    const { contact } = read(
      { metadata: { ...metadata, phone_call: { direction: 'inbound', external_number: '4155550123' } } },
      { defaultCountry: 'US' },
    );
    expect(contact.phone).toBe('+14155550123');
  });
  it('a widget names nobody, and the host gives the number', () => {
    expect(withMetadata({ phone_call: null })).toMatchObject({ channel: 'call', direction: 'unknown', contact: { kind: 'unknown' } });
    const resolveNumbers: NonNullable<ElevenLabsOptions['resolveNumbers']> = ({ user_id }) => ({
      contact: user_id === 'cus_42' ? '+14155550123' : undefined,
      direction: 'inbound',
    });
    expect(withMetadata({ phone_call: null }, { resolveNumbers })).toMatchObject({
      direction: 'inbound',
      contact: { phone: '+14155550123' },
    });
  });
});

describe('channels', () => {
  it('a chat of text', () => expect(withMetadata({ phone_call: null, text_only: true }).channel).toBe('chat'));
  it('SMS', () => {
    const sms = { direction: 'outbound', sms_user_phone_number: '+14155550123', agent_phone_number: '+14155550199' };
    expect(withMetadata({ phone_call: null, sms, text_only: true })).toMatchObject({
      channel: 'sms',
      direction: 'outbound',
      contact: { phone: '+14155550123' },
      agent: { phone: '+14155550199' },
    });
  });
  it.each([
    [{ direction: 'inbound', whatsapp_user_id: '14155550123' }, 'inbound', '+14155550123'],
    [{ direction: 'outbound', whatsapp_user_id: 'x1', recipient: { phone: '+14155550123' } }, 'outbound', '+14155550123'],
    [{ direction: 'unknown', whatsapp_user_id: 'x1' }, 'unknown', undefined],
  ])('WhatsApp: %j', (whatsapp, direction, phone) => {
    const conversation = withMetadata({ phone_call: null, whatsapp });
    expect([conversation.channel, conversation.direction, conversation.contact.phone]).toEqual(['whatsapp', direction, phone]);
  });
});

describe('times', () => {
  it('0 is a duration, and none is unknown', () => {
    expect(withMetadata({ call_duration_secs: 0 })).toMatchObject({ durationSeconds: 0, endedAt: '2026-01-01T10:00:00.000Z' });
    const unknown = withMetadata({ call_duration_secs: null });
    for (const member of ['durationSeconds', 'endedAt']) expect(unknown).not.toHaveProperty(member);
  });
  it('without a start it is the time of the event, or the one given', async () => {
    expect(withMetadata({ start_time_unix_secs: null })).toMatchObject({ startedAt: '2026-01-01T10:02:10.000Z', startedAtEstimated: true });
    const asText = { ...transcription({ metadata: null }), event_timestamp: '2026-01-01T10:02:10Z' };
    expect(conversationOf(fromElevenLabs(asText)).startedAt).toBe('2026-01-01T10:02:10.000Z');
    const impossible = { ...transcription({ metadata: null }), event_timestamp: 1e300 };
    expect(conversationOf(fromElevenLabs(impossible, { now: NOW })).startedAt).toBe(NOW);
    const bare = { type: 'post_call_transcription', data: { conversation_id: 'c' } };
    expect(conversationOf(fromElevenLabs(bare, { now: NOW }))).toMatchObject({ startedAt: NOW, startedAtEstimated: true });
    expect((await refusal(() => fromElevenLabs(bare))).code).toBe('start_unknown');
  });
});

describe('outcome', () => {
  it.each([
    ['answered', 'completed'],
    ['voicemail', 'voicemail'],
    ['busy', 'busy'],
    ['no_answer', 'no_answer'],
    ['failed', 'failed'],
    ['a result of tomorrow', 'completed'],
    [null, 'completed'],
  ])('%s: %s', (call_result, outcome) => expect(phoneCall({ call_result }).outcome).toBe(outcome));
  it('of a failed conversation is a failure, whatever was answered', () => expect(read({ status: 'failed' }).outcome).toBe('failed'));
  it('of one without a start is unknown', () => expect(read({ metadata: null }).outcome).toBe('unknown'));
});

describe('a call that could not be made', () => {
  const failure = (members?: Record<string, unknown>) => conversationOf(fromElevenLabs(initiationFailure(members)));
  it('is a conversation that is final, of the person who was called', () => {
    expect(failure()).toEqual({
      id: 'conv_02abc',
      source: 'elevenlabs',
      channel: 'call',
      direction: 'outbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: '2026-01-01T10:02:10.000Z',
      startedAtEstimated: true,
      outcome: 'busy',
      disposition: 'busy',
      analysis: {},
      agentId: 'agent_9k',
      final: true,
    });
  });
  it.each([
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['unknown', 'failed'],
    [undefined, 'failed'],
  ])('%s: %s', (failure_reason, outcome) => expect(failure({ failure_reason }).outcome).toBe(outcome));
  it('over SIP has its numbers under other names', () => {
    const sip = { type: 'sip', body: { from_number: '+14155550199', to_number: '+14155550123', sip_status_code: 486 } };
    expect(failure({ metadata: sip })).toMatchObject({ contact: { phone: '+14155550123' }, agent: { phone: '+14155550199' } });
  });
});

describe('analysis', () => {
  it.each([[undefined], [null], ['text'], [[]], [{}]])('that is %o leaves the transcription a conversation', (value) => {
    const bare = read({ analysis: value, transcript: value });
    expect(bare).toMatchObject({ analysis: {}, final: true });
    for (const member of ['summary', 'successful', 'transcript']) expect(bare).not.toHaveProperty(member);
  });
  it.each([
    ['success', true],
    ['failure', false],
    ['unknown', undefined],
    [true, undefined],
  ])('%o is successful: %o', (call_successful, successful) =>
    expect(read({ analysis: { ...analysis, call_successful } }).successful).toBe(successful),
  );
  it('keeps false and empty text, and leaves out what has no value', () => {
    const results = { a: { value: false }, b: { value: '' }, c: { value: null }, d: {}, e: 'odd', f: { value: ['x'] } };
    expect(read({ analysis: { data_collection_results: results } }).analysis).toEqual({ a: false, b: '', f: ['x'] });
  });
  it('reads the form of a list, which the form by id precedes', () => {
    const list = [{ name: 'lead_status', value: 'Cold' }, { name: 'seats', value: 3 }, { value: 7 }, 'odd'];
    const collected = { data_collection_results: { lead_status: { value: 'Hot' } }, data_collection_results_list: list };
    expect(read({ analysis: collected }).analysis).toEqual({ lead_status: 'Hot', seats: 3 });
  });
  it('hostile names are no names of results', () => {
    const results = JSON.parse('{"__proto__": {"value": 1}, "constructor": {"value": 2}}') as unknown;
    expect(Object.entries(read({ analysis: { data_collection_results: results } }).analysis)).toEqual([['constructor', 2]]);
  });
});

describe('events', () => {
  it.each(['post_call_audio', 'unredacted_transcript', 'answering_machine_detection', 'voice_removed', 'constructor'])(
    '%s is ignored',
    (type) => {
      expect(fromElevenLabs({ type, data: { full_audio: 'AAAA' } })).toEqual({ kind: 'ignored', reason: 'other_event', event: type });
    },
  );
  it.each(['initiated', 'in-progress', 'processing'])('a conversation that is %s is not final', (status) => {
    expect(fromElevenLabs(transcription({ status }))).toEqual({ kind: 'ignored', reason: 'not_final', event: 'post_call_transcription' });
    expect(read({ status }, { provisional: true })).toMatchObject({ final: false, analysis: {} });
  });
  it.each([
    [null],
    [undefined],
    ['text'],
    [[]],
    [{}],
    [{ type: 7 }],
    [{ type: 'post_call_transcription' }],
    [{ type: 'call_initiation_failure', data: [] }],
  ])('%o is refused with a remedy', async (payload) => {
    const error = await refusal(() => fromElevenLabs(payload));
    expect(error).toMatchObject({ code: 'payload_unreadable', category: 'webhook' });
    expect(error.remedy).not.toBe('');
  });
  it.each([[undefined], [null], [' '], [2 ** 53], ['x'.repeat(201)]])('an id of %o is refused', async (conversation_id) => {
    expect((await refusal(() => read({ conversation_id }))).code).toBe('payload_unreadable');
  });
});

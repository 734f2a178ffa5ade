import { describe, expect, it } from 'vitest';
import { fromVapi, type VapiOptions } from '../../../src/conversations/vapi/from-vapi.ts';
import type { Outcome } from '../../../src/core/conversation/conversation.ts';
import { conversationOf, NOW } from './adapter-kit.ts';
import { refusal } from './refusal.ts';
import { vapiReport } from './vapi-fixtures.ts';

const report = (members?: Record<string, unknown>, options?: VapiOptions) => conversationOf(fromVapi(vapiReport(members), options));
const { call, artifact, analysis } = vapiReport().message as Record<string, Record<string, unknown>>;
const withArtifact = (members: Record<string, unknown>) => report({ artifact: { ...artifact, ...members } });

describe('an end-of-call report', () => {
  it('becomes a conversation with seconds, UTC times and both sides', () => {
    expect(report()).toEqual({
      id: '5fe26c8e-0000-4000-8000-000000000001',
      source: 'vapi',
      channel: 'call',
      direction: 'inbound',
      contact: {
        raw: '+14155550123',
        kind: 'phone',
        phone: '+14155550123',
        name: 'Alice',
        email: 'alice@example.com',
        externalId: 'cus_42',
      },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: '2026-01-01T10:00:00.000Z',
      endedAt: '2026-01-01T10:02:05.400Z',
      durationSeconds: 125.4,
      summary: 'Alice asked for a demo.',
      transcript: [
        { role: 'agent', text: 'Hello', offsetSeconds: 0.5, at: '2026-01-01T10:00:00.500Z' },
        { role: 'contact', text: 'Hi', offsetSeconds: 2, at: '2026-01-01T10:00:02.000Z' },
        { role: 'tool', text: 'Monday', offsetSeconds: 4, at: '2026-01-01T10:00:04.000Z' },
      ],
      recordingUrl: 'https://example.com/rec.wav',
      outcome: 'completed',
      disposition: 'customer-ended-call',
      successful: true,
      analysis: {
        summary: 'Alice asked for a demo.',
        successEvaluation: 'true',
        leadStatus: 'Qualified',
        'Customer Info': { firstName: 'Alice', email: null },
        'Customer Info.firstName': 'Alice',
        'Wants demo': true,
      },
      agentId: 'asst-1',
      metadata: { customer_id: 'cus_42' },
      final: true,
    });
  });

  it('is the same conversation when it comes again with other presigned links, and at another time', () => {
    const again = vapiReport({
      timestamp: 1_767_261_930_000,
      artifact: { ...artifact, presignedMonoUrl: 'https://example.com/m.wav?sig=y', presignedUrlsExpiresAt: '2026-01-01T12:02:06.000Z' },
    });
    expect(conversationOf(fromVapi(again, { now: NOW }))).toEqual(report());
  });

  it('is read from a call of the API, which holds what the message does not', () => {
    const { type: _, call: __, timestamp: ___, ...members } = vapiReport().message;
    const fetched = { message: { type: 'end-of-call-report', call: { ...call, ...members } } };
    const { metadata: ____, ...expected } = report();
    expect(conversationOf(fromVapi(fetched))).toEqual(expected);
  });

  it('has a revision where structured outputs tell how fresh they are', () => {
    expect(withArtifact({ structuredOutputsLastUpdatedAt: '2026-01-01T10:02:09.000Z' }).revision).toBe('2026-01-01T10:02:09.000Z');
  });
});

describe('sides', () => {
  it.each([
    ['inboundPhoneCall', 'inbound'],
    ['outboundPhoneCall', 'outbound'],
    ['webCall', 'unknown'],
    ['vapi.websocketCall', 'unknown'],
    ['constructor', 'unknown'],
  ])('a call of type %s is %s, and its customer is the contact', (type, direction) => {
    expect(report({ call: { ...call, type } })).toMatchObject({
      direction,
      contact: { phone: '+14155550123' },
      agent: { phone: '+14155550199' },
    });
  });

  it('a customer over SIP goes by the address, and one with an extension keeps it', () => {
    expect(report({ customer: { sipUri: 'sip:alice@example.com' } }).contact).toEqual({ raw: 'sip:alice@example.com', kind: 'sip' });
    expect(report({ customer: { number: '+14155550123', extension: 204 } }).contact).toMatchObject({
      phone: '+14155550123',
      extension: '204',
    });
  });

  it('a web call has no numbers, and the host gives them', () => {
    const web = { call: { ...call, type: 'webCall', metadata: { phone: '+14155550123' } }, customer: null, phoneNumber: null };
    expect(report(web)).toMatchObject({ contact: { kind: 'unknown' }, agent: { kind: 'unknown' } });
    const resolveNumbers: NonNullable<VapiOptions['resolveNumbers']> = (source) => ({
      contact: (source as { call: { metadata: { phone: string } } }).call.metadata.phone,
      direction: 'inbound',
    });
    expect(report(web, { resolveNumbers })).toMatchObject({ direction: 'inbound', contact: { phone: '+14155550123' } });
  });

  it('numbers without a country are read with the default country', () => {
    expect(report({ customer: { number: '4155550123' } }, { defaultCountry: 'US' }).contact.phone).toBe('+14155550123');
  });
});

describe('times', () => {
  it('a call that never connected starts at its end, or when it was made', () => {
    expect(report({ startedAt: null })).toMatchObject({ startedAt: '2026-01-01T10:02:05.400Z', startedAtEstimated: true });
    expect(report({ startedAt: null, endedAt: null })).toMatchObject({ startedAt: '2026-01-01T09:59:58.000Z', startedAtEstimated: true });
  });

  it('or when the message was made, or else came', async () => {
    const unknown = { startedAt: null, endedAt: null, call: { id: 'c1' } };
    expect(report(unknown).startedAt).toBe('2026-01-01T10:02:10.000Z');
    for (const timestamp of [null, 1e300]) expect(report({ ...unknown, timestamp }, { now: NOW }).startedAt).toBe(NOW);
    expect((await refusal(() => report({ ...unknown, timestamp: null }))).code).toBe('start_unknown');
  });

  it.each([
    ['from start and end', {}, 125.4],
    ['as given where the end is missing: milliseconds', { endedAt: null, durationMs: 4000 }, 4],
    ['as given where the end is missing: seconds', { endedAt: null, durationSeconds: 4.5 }, 4.5],
    ['as given where the end lies before the start', { endedAt: '2026-01-01T09:00:00Z', durationSeconds: 0 }, 0],
    ['unknown where nothing says it', { endedAt: null }, undefined],
  ])('the duration is known %s', (_, members, seconds) => expect(report(members).durationSeconds).toBe(seconds));

  it('are UTC, whatever their offset', () => {
    expect(report({ startedAt: '2026-01-01T11:00:00+01:00' }).startedAt).toBe('2026-01-01T10:00:00.000Z');
  });
});

describe('outcome', () => {
  const ENDS: Readonly<Record<string, Outcome>> = {
    'customer-ended-call': 'completed',
    'assistant-ended-call': 'completed',
    'silence-timed-out': 'completed',
    'exceeded-max-duration': 'completed',
    'a-reason-of-tomorrow': 'completed',
    'manually-canceled': 'completed',
    voicemail: 'voicemail',
    'customer-did-not-answer': 'no_answer',
    'customer-busy': 'busy',
    'assistant-forwarded-call': 'transferred',
    'pipeline-error-openai-llm-failed': 'failed',
    'call.in-progress.error-vapifault-transport-never-connected': 'failed',
    'call.start.error-get-assistant': 'failed',
    'call-start-error-neither-assistant-nor-server-set': 'failed',
    'assistant-not-found': 'failed',
    'twilio-failed-to-connect-call': 'failed',
  };
  it.each(Object.entries(ENDS))('%s: %s', (endedReason, outcome) => {
    expect(report({ endedReason })).toMatchObject({ outcome, disposition: endedReason });
  });
  it('a reason that is a member of every object is no reason of ours', () => {
    expect(report({ endedReason: 'constructor' }).outcome).toBe('completed');
  });
  it('without a start nothing was completed', () => {
    expect(report({ startedAt: null, endedReason: 'manually-canceled' }).outcome).toBe('canceled');
    expect(report({ startedAt: null, endedReason: 'a-reason-of-tomorrow' }).outcome).toBe('unknown');
    expect(report({ startedAt: null, endedReason: null }).outcome).toBe('unknown');
  });
});

describe('analysis', () => {
  it.each([[undefined], [null], ['text'], [[]], [{}]])('that is %o leaves the report a conversation', (value) => {
    const bare = report({ analysis: value, artifact: value });
    expect(bare).toMatchObject({ analysis: {}, final: true });
    for (const member of ['summary', 'successful', 'transcript', 'recordingUrl']) expect(bare).not.toHaveProperty(member);
  });

  it.each([
    ['true', true],
    ['false', false],
    ['Pass', true],
    ['FAIL', false],
    [true, true],
    [false, false],
    ['7', undefined],
    [7, undefined],
    ['Excellent', undefined],
    [null, undefined],
  ])('a success evaluation of %o is %o', (successEvaluation, successful) => {
    expect(report({ analysis: { successEvaluation } }).successful).toBe(successful);
  });

  it('false, 0 and empty text are kept as sent', () => {
    expect(report({ analysis: { structuredData: { a: false, b: 0, c: '', d: null } }, artifact: {} }).analysis).toEqual({
      a: false,
      b: 0,
      c: '',
    });
  });

  it('outputs come before the data of the same name, and the host names them', () => {
    const outputs = { '1': { name: 'Lead Status', result: 'Hot' }, '2': { result: 7 }, '3': { name: 'x' }, '4': 'odd' };
    const members = { analysis: { structuredData: { lead_status: 'Cold' } }, artifact: { structuredOutputs: outputs } };
    expect(report(members, { outputName: (name) => name.toLowerCase().replaceAll(' ', '_') }).analysis).toEqual({
      lead_status: 'Hot',
      '2': 7,
    });
  });

  it('of two outputs of one name the same one counts, in whatever order they come', () => {
    const [a, b] = [
      { name: 'Status', result: 'A' },
      { name: 'Status', result: 'B' },
    ];
    expect(withArtifact({ structuredOutputs: { a, b } }).analysis).toEqual(withArtifact({ structuredOutputs: { b, a } }).analysis);
  });

  it('hostile names are no names of results', () => {
    const outputs = JSON.parse(
      '{"1": {"name": "__proto__", "result": {"polluted": true}}, "2": {"name": "constructor", "result": 1}}',
    ) as unknown;
    const { analysis: results } = report({ analysis: {}, artifact: { structuredOutputs: outputs } });
    expect(Object.keys(results)).toEqual(['__proto__.polluted', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

it('texts are read where older payloads have them', () => {
  const old = report({
    artifact: null,
    analysis: null,
    transcript: 'AI: Hello',
    recordingUrl: 'https://example.com/old.wav',
    summary: 'Short.',
  });
  expect(old).toMatchObject({ transcript: 'AI: Hello', recordingUrl: 'https://example.com/old.wav', summary: 'Short.' });
  expect(report({ analysis: { ...analysis, summary: ' ' } })).not.toHaveProperty('summary');
});

describe('a recording', () => {
  it('is the one link that stays: signed ones are passed over', () => {
    const signed = 'https://example.com/rec.wav?X-Amz-Date=20260101T100000Z&X-Amz-Expires=3600&X-Amz-Signature=x';
    expect(withArtifact({ recordingUrl: signed }).recordingUrl).toBe('https://example.com/m.wav');
    expect(withArtifact({ recordingUrl: signed, recording: { stereoUrl: 'https://example.com/s.wav' } }).recordingUrl).toBe(
      'https://example.com/s.wav',
    );
    expect(withArtifact({ recordingUrl: signed, recording: null })).not.toHaveProperty('recordingUrl');
  });
  it.each(['javascript:alert(1)', 'not a link'])('that is %s is none', (recordingUrl) => {
    expect(withArtifact({ recordingUrl })).not.toHaveProperty('recordingUrl');
  });
});

it('a chat has the id of its chat', () => {
  expect(report({ call: null, chat: { id: 'chat-1', createdAt: '2026-01-01T09:59:58.000Z' } })).toMatchObject({
    id: 'chat-1',
    channel: 'chat',
  });
});

describe('messages', () => {
  it.each([
    ['status-update', 'other_event'],
    ['assistant-request', 'other_event'],
    ['tool-calls', 'other_event'],
    ['transcript', 'other_event'],
    ['constructor', 'other_event'],
  ])('%s is ignored: %s', (type, reason) => {
    expect(fromVapi(vapiReport({ type, status: 'in-progress' }), { provisional: true })).toEqual({ kind: 'ignored', reason, event: type });
  });

  it('that a call has ended is not final, and taken only where that is asked for', () => {
    const ended = vapiReport({ type: 'status-update', status: 'ended' });
    expect(fromVapi(ended)).toEqual({ kind: 'ignored', reason: 'not_final', event: 'status-update' });
    expect(conversationOf(fromVapi(ended, { provisional: true }))).toMatchObject({ id: report().id, final: false, analysis: {} });
  });

  it.each([[null], [undefined], ['text'], [[]], [{}], [{ message: [] }], [{ message: {} }], [{ message: { type: 7 } }]])(
    '%o is refused with a remedy',
    async (payload) => {
      const error = await refusal(() => fromVapi(payload));
      expect(error).toMatchObject({ code: 'payload_unreadable', category: 'webhook' });
      expect(error.remedy).not.toBe('');
    },
  );

  it.each([[undefined], [null], [''], [2 ** 53], [{}]])('with an id of %o is refused', async (id) => {
    expect((await refusal(() => report({ call: { ...call, id } }))).code).toBe('payload_unreadable');
  });
});

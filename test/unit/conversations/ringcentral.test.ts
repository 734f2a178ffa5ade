import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRingCentralCall, type RingCentralCallOptions } from '../../../src/conversations/ringcentral/from-ring-central-call.ts';
import {
  fromRingCentralMessage,
  type RingCentralMessageOptions,
} from '../../../src/conversations/ringcentral/from-ring-central-message.ts';
import { ringCentralWebhook } from '../../../src/conversations/ringcentral/ring-central-webhook.ts';
import type { Conversation, Outcome } from '../../../src/core/conversation/conversation.ts';
import { expectWithinTaxonomy, mutationsOf } from './fuzz.ts';
import { refusal } from './refusal.ts';

const NOW = '2026-01-05T08:30:00.000Z';

const record = (members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  uri: 'https://platform.example.com/call-log/AbC1?view=Detailed',
  id: 'AbC1dEf2',
  sessionId: '1039811321016',
  telephonySessionId: 's-a0d17872examplez1',
  partyId: 'p-1',
  startTime: '2026-01-01T10:00:00.000Z',
  duration: 125,
  durationMs: 125_400,
  type: 'Voice',
  direction: 'Inbound',
  action: 'Phone Call',
  result: 'Accepted',
  from: { phoneNumber: '+14155550123', name: 'ALICE SMITH', location: 'San Francisco, CA' },
  to: { phoneNumber: '+14155550199', extensionNumber: '101', extensionId: '400200001', name: 'Sam Agent' },
  extension: { id: 400200001, uri: 'https://platform.example.com/extension/400200001' },
  recording: { id: '166001', type: 'Automatic', contentUri: 'https://media.example.com/recording/166001/content' },
  transport: 'PSTN',
  finished: true,
  lastModifiedTime: '2026-01-01T10:03:00.000Z',
  legs: [],
  ...members,
});
const sms = (members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  id: 1724099032020,
  type: 'SMS',
  direction: 'Inbound',
  conversationId: 7876416245344257,
  from: { phoneNumber: '+14155550123', location: 'San Francisco, CA' },
  to: [{ phoneNumber: '+14155550199', extensionId: '400200001' }],
  creationTime: '2026-01-01T10:00:00.000Z',
  lastModifiedTime: '2026-01-01T10:00:01.000Z',
  subject: 'Hi there',
  messageStatus: 'Received',
  readStatus: 'Unread',
  availability: 'Alive',
  priority: 'Normal',
  attachments: [{ id: 1724099032020, type: 'Text', contentType: 'text/plain', uri: 'https://platform.example.com/x' }],
  ...members,
});

function taken(incoming: ReturnType<typeof fromRingCentralCall>): Conversation {
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
}
const call = (members: Readonly<Record<string, unknown>> = {}, options?: RingCentralCallOptions) =>
  taken(fromRingCentralCall(record(members), options));
const message = (members: Readonly<Record<string, unknown>> = {}, options?: RingCentralMessageOptions) =>
  taken(fromRingCentralMessage(sms(members), options));

describe('a record of the call log', () => {
  it('becomes a conversation with both sides, seconds and the user', () => {
    expect(call()).toEqual({
      id: '1039811321016',
      source: 'ringcentral',
      threadId: 's-a0d17872examplez1',
      channel: 'call',
      direction: 'inbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123', name: 'ALICE SMITH' },
      agent: {
        raw: '+14155550199',
        kind: 'phone',
        phone: '+14155550199',
        extension: '101',
        externalId: '400200001',
        name: 'Sam Agent',
      },
      startedAt: '2026-01-01T10:00:00.000Z',
      endedAt: '2026-01-01T10:02:05.400Z',
      durationSeconds: 125.4,
      outcome: 'completed',
      disposition: 'Accepted',
      successful: true,
      analysis: {},
      userId: '400200001',
      final: true,
      revision: '2026-01-01T10:03:00.000Z',
    });
  });
  it('has the called person as its contact when it is outbound, and seconds where there are no milliseconds', () => {
    const outbound = call({
      direction: 'Outbound',
      result: 'Call connected',
      from: { phoneNumber: '+14155550199', extensionId: '400200001' },
      to: { phoneNumber: '+14155550123' },
      extension: undefined,
      durationMs: undefined,
    });
    expect(outbound).toMatchObject({
      direction: 'outbound',
      contact: { phone: '+14155550123' },
      userId: '400200001',
      durationSeconds: 125,
      endedAt: '2026-01-01T10:02:05.000Z',
    });
  });

  const RESULTS: readonly (readonly [string, Outcome, boolean | undefined])[] = [
    ['Accepted', 'completed', true],
    ['Call connected', 'completed', true],
    ['Answered Elsewhere', 'completed', false],
    ['Missed', 'no_answer', false],
    ['No Answer', 'no_answer', false],
    ['Rejected', 'no_answer', false],
    ['Declined', 'no_answer', false],
    ['Abandoned', 'no_answer', false],
    ['Callback requested', 'no_answer', false],
    ['Busy', 'busy', false],
    ['Hang Up', 'canceled', false],
    ['Blocked', 'failed', false],
    ['Call Failed', 'failed', false],
    ['Wrong Number', 'failed', false],
    ['Unknown', 'unknown', undefined],
    ['A result of tomorrow', 'unknown', undefined],
    ['constructor', 'unknown', undefined],
  ];
  it.each(RESULTS)('%s: %s, successful: %s', (result, outcome, successful) => {
    const conversation = call({ result });
    expect(conversation).toMatchObject({ channel: 'call', outcome, disposition: result });
    expect(conversation.successful).toBe(successful);
  });
  it.each([
    [{ type: 'Fax', result: 'Received' }, 'fax', 'completed'],
    [{ result: 'Voicemail' }, 'voicemail', 'voicemail'],
    [{ result: 'Sent to Voicemail' }, 'voicemail', 'voicemail'],
    [{ result: 'Missed', message: { type: 'VoiceMail' } }, 'voicemail', 'no_answer'],
  ])('%j is a %s', (members, channel, outcome) => expect(call(members)).toMatchObject({ channel, outcome }));

  it.each([
    ['(866)123-4567', 'US', { raw: '(866)123-4567', kind: 'phone', phone: '+18661234567' }],
    ['18661234567', 'US', { raw: '18661234567', kind: 'phone', phone: '+18661234567' }],
    ['18661234567', undefined, { raw: '18661234567', kind: 'phone', phone: '+18661234567' }],
    ['18661234567', 'GB', { raw: '18661234567', kind: 'phone', phone: '+18661234567' }],
    ['8661234567', undefined, { raw: '8661234567', kind: 'unknown' }],
    ['+266696687', 'US', { raw: '+266696687', kind: 'anonymous' }],
  ])('a caller of %s, in %s', (phoneNumber, defaultCountry, contact) => {
    const options = defaultCountry === undefined ? {} : { defaultCountry };
    expect(call({ from: { phoneNumber } }, options).contact).toEqual(contact);
  });
  it('a colleague has an extension and no number, which makes the call an internal one', () => {
    expect(call({ from: { extensionNumber: '102', extensionId: '400200002', name: 'Kim' } }).contact).toEqual({
      raw: '102',
      kind: 'extension',
      extension: '102',
      externalId: '400200002',
      name: 'Kim',
    });
  });
  it('a caller who withheld the number is anonymous, unless the host knows better', () => {
    expect(call({ from: { name: 'Anonymous' } }).contact).toEqual({ kind: 'anonymous', name: 'Anonymous' });
    expect(call({ from: undefined }).contact).toEqual({ kind: 'unknown' });
    const resolveNumbers = () => ({ contact: '+14155550111' });
    expect(call({ from: {} }, { resolveNumbers }).contact).toMatchObject({ kind: 'phone', phone: '+14155550111' });
  });
  it('a missed call lasts no time, and one without times begins when its event came', async () => {
    expect(call({ result: 'Missed', duration: 0, durationMs: undefined })).toMatchObject({
      durationSeconds: 0,
      endedAt: '2026-01-01T10:00:00.000Z',
    });
    expect(call({ startTime: 'soon' }, { now: NOW })).toMatchObject({ startedAt: NOW, startedAtEstimated: true });
    expect((await refusal(() => call({ startTime: undefined }))).code).toBe('start_unknown');
  });

  it('that goes on is ignored, or not final', () => {
    for (const members of [{ finished: false }, { result: 'In Progress' }]) {
      expect(fromRingCentralCall(record(members))).toEqual({ kind: 'ignored', reason: 'not_final' });
      expect(call(members, { provisional: true }).final).toBe(false);
    }
    expect(call({ finished: false }, { provisional: true })).not.toHaveProperty('endedAt');
  });
  it('that was deleted is no conversation', () => {
    expect(fromRingCentralCall(record({ deleted: true })).kind).toBe('ignored');
  });
  it('is one conversation for everybody in it, or one per extension', async () => {
    const other = { extension: { id: '400200002' } };
    expect([call().id, call(other).id]).toEqual(['1039811321016', '1039811321016']);
    const perExtension = [call({}, { perExtension: true }).id, call(other, { perExtension: true }).id];
    expect(perExtension).toEqual(['1039811321016:400200001', '1039811321016:400200002']);
    const nobody = { extension: undefined, to: { phoneNumber: '+14155550199' } };
    expect((await refusal(() => call(nobody, { perExtension: true }))).code).toBe('payload_unreadable');
  });
  it('keeps its id when the recording comes later, so that both are one conversation', () => {
    const later = call({ lastModifiedTime: '2026-01-01T10:05:00.000Z', recording: { link: 'https://example.com/viewer/1' } });
    expect([later.id, later.recordingUrl]).toEqual([call().id, 'https://example.com/viewer/1']);
  });
  it('the content of a recording is no link that people may open', () => expect(call()).not.toHaveProperty('recordingUrl'));

  it('as App Connect hands it over brings its notes and transcript', () => {
    const given = {
      logInfo: record(),
      contactId: 'c1',
      aiNote: 'Wants a demo.',
      note: 'Call back.',
      transcript: 'Sam: Hello',
      voicemailLink: 'https://example.com/v/1',
    };
    expect(taken(fromRingCentralCall(given))).toEqual({
      ...call(),
      summary: 'Wants a demo.',
      note: 'Call back.',
      transcript: 'Sam: Hello',
      recordingUrl: 'https://example.com/v/1',
    });
    const scored = {
      logInfo: record(),
      aiNote: 'Wants a demo.',
      ringSenseSummary: 'Asked for a demo.',
      ringSenseTranscript: 'Sam: Hi',
      transcript: ' ',
    };
    expect(taken(fromRingCentralCall(scored))).toMatchObject({ summary: 'Asked for a demo.', transcript: 'Sam: Hi' });
  });
});

describe('a record of the message store', () => {
  it('is a conversation in its thread', () => {
    expect(message()).toEqual({
      id: 'message-1724099032020',
      source: 'ringcentral',
      threadId: '7876416245344257',
      channel: 'sms',
      direction: 'inbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199', externalId: '400200001' },
      startedAt: '2026-01-01T10:00:00.000Z',
      transcript: [{ role: 'contact', text: 'Hi there', at: '2026-01-01T10:00:00.000Z' }],
      outcome: 'completed',
      disposition: 'Received',
      analysis: {},
      userId: '400200001',
      final: true,
      revision: '2026-01-01T10:00:01.000Z',
    });
  });
  it('reads the same whether ids are numbers or text', () => {
    expect(message({ id: '1724099032020', conversationId: '7876416245344257' })).toEqual(message());
    expect(message({ conversationId: undefined, conversation: { id: '7876416245344257' } })).toEqual(message());
  });
  it('never takes an id that has lost digits', async () => {
    expect(message({ conversationId: 2 ** 60 })).not.toHaveProperty('threadId');
    expect((await refusal(() => message({ id: 2 ** 60 }))).code).toBe('payload_unreadable');
  });
  it('is no call of the same number', () => {
    expect(message({ id: record()['sessionId'] }).id).not.toBe(call().id);
  });
  it('that was sent is about the first receiver', () => {
    const to = [{ phoneNumber: '+14155550123' }, { phoneNumber: '+14155550124' }];
    const sent = message({ direction: 'Outbound', from: { phoneNumber: '+14155550199' }, to, messageStatus: 'Sent' });
    expect(sent).toMatchObject({ direction: 'outbound', contact: { phone: '+14155550123' }, transcript: [{ role: 'agent' }] });
    expect(sent).not.toHaveProperty('userId');
  });
  it('to a group is received by the one of ours', () => {
    const to = [{ phoneNumber: '+14155550124' }, { phoneNumber: '+14155550199', extensionId: '400200001' }];
    expect(message({ to })).toMatchObject({ contact: { phone: '+14155550123' }, agent: { phone: '+14155550199' } });
  });
  it.each([
    ['Received', 'completed'],
    ['Sent', 'completed'],
    ['Delivered', 'completed'],
    ['DeliveryFailed', 'failed'],
    ['SendingFailed', 'failed'],
    [undefined, 'completed'],
  ])('%s: %s', (messageStatus, outcome) => expect(message({ messageStatus })).toMatchObject({ outcome, final: true }));
  it('that waits to be sent is ignored, or not final', () => {
    expect(fromRingCentralMessage(sms({ messageStatus: 'Queued' }))).toEqual({ kind: 'ignored', reason: 'not_final' });
    expect(message({ messageStatus: 'Queued' }, { provisional: true })).toMatchObject({ final: false, outcome: 'unknown' });
  });
  it('of a voicemail lasts as long as it is', () => {
    const attachments = [{ type: 'AudioRecording', contentType: 'audio/mpeg', vmDuration: 12 }];
    const voicemail = message({ type: 'VoiceMail', attachments, subject: 'Voice message' });
    expect(voicemail).toMatchObject({ channel: 'voicemail', outcome: 'voicemail', durationSeconds: 12 });
    expect(voicemail).not.toHaveProperty('transcript');
  });
  it.each([
    ['Fax', 'fax'],
    ['Text', 'sms'],
    ['Pager', 'other'],
  ])('of type %s comes by %s', (type, channel) => expect(message({ type }).channel).toBe(channel));
});

describe('a notification', () => {
  const TOKEN = 'verify_demo';
  const EVENT = '/restapi/v1.0/account/1/extension/400200001/message-store/instant?type=SMS';
  const reader = () => ringCentralWebhook({ verificationToken: TOKEN, clock: { now: () => Date.parse(NOW) } });
  const post = (body: string | null, headers: Readonly<Record<string, string>>) =>
    new Request('https://example.com/hooks/ringcentral', { method: 'POST', body, headers });
  const notify = (event: string, body: unknown, headers: Readonly<Record<string, string>> = { 'verification-token': TOKEN }) =>
    reader()(post(JSON.stringify({ uuid: 'u1', event, timestamp: NOW, subscriptionId: 's1', ownerId: '400200001', body }), headers));
  const instant = sms({ id: '1724099032020', to: [{ phoneNumber: '+14155550199' }] });

  it('about an instant SMS is a conversation of its extension', async () => {
    const { agent, ...rest } = message();
    const { externalId, ...side } = agent;
    const expected = { kind: 'conversation', conversation: { ...rest, agent: side } };
    expect(externalId).toBe('400200001');
    expect(await notify(EVENT, instant)).toEqual(expected);
    expect(await notify(EVENT, instant, { 'validation-token': TOKEN })).toEqual(expected);
  });

  it('the handshake is answered with what it brought', async () => {
    for (const body of [null, '']) {
      const incoming = await reader()(post(body, { 'validation-token': 'asked-01' }));
      if (incoming.kind !== 'handshake') throw new Error(incoming.kind);
      expect(incoming.response.status).toBe(200);
      expect(incoming.response.headers.get('validation-token')).toBe('asked-01');
      expect(await incoming.response.text()).toBe('');
    }
  });

  const SESSIONS = '/restapi/v1.0/account/1/extension/400200001/telephony/sessions';
  const session = (status: unknown) => ({
    sequence: 9,
    sessionId: '1039811321016',
    telephonySessionId: 's-a0d1',
    parties: [{ id: 'p-1', status }],
  });
  it('about the end of a call names its session, to be read from the call log', async () => {
    expect(await notify(SESSIONS, session({ code: 'Disconnected' }))).toEqual({
      kind: 'call_ended',
      sessionId: '1039811321016',
      telephonySessionId: 's-a0d1',
    });
  });
  it.each([
    [SESSIONS, session({ code: 'Disconnected', reason: 'BlindTransfer' })],
    [SESSIONS, session({ code: 'Answered' })],
    [SESSIONS, session(null)],
    [SESSIONS, { sessionId: '1' }],
    ['/restapi/v1.0/account/1/extension/2/message-store', { changes: [{ type: 'SMS', newCount: 1, updatedCount: 0 }] }],
    ['/restapi/v1.0/subscription/~?threshold=60&interval=15', {}],
  ])('%s with %j is another event', async (event, body) => {
    expect(await notify(event, body)).toEqual({ kind: 'ignored', reason: 'other_event', event });
  });

  it('without the token, or with another one, is not taken', async () => {
    expect((await refusal(() => notify(EVENT, instant, {}))).code).toBe('signature_missing');
    for (const header of ['verification-token', 'validation-token'])
      expect((await refusal(() => notify(EVENT, instant, { [header]: 'verify_demo2' }))).code).toBe('signature_mismatch');
    const both = { 'verification-token': 'other', 'validation-token': TOKEN };
    expect((await refusal(() => notify(EVENT, instant, both))).code).toBe('signature_mismatch');
  });
  it('that is no JSON, or none of RingCentral, is refused', async () => {
    expect((await refusal(() => reader()(post('x', { 'verification-token': TOKEN })))).code).toBe('body_not_json');
    expect((await refusal(() => reader()(post('{}', { 'verification-token': TOKEN })))).code).toBe('payload_unreadable');
    expect((await refusal(() => notify(EVENT, null))).code).toBe('payload_unreadable');
  });
  it('no error says anything of the body', async () => {
    const errors = await Promise.all([
      refusal(() => notify(EVENT, { from: { phoneNumber: '+14155550123' } })),
      refusal(() => notify(EVENT, instant, {})),
    ]);
    for (const error of errors) expect(JSON.stringify(error) + String(error.stack)).not.toContain('4155550123');
  });
  it('a token that is none is refused at once', async () => {
    const error = await refusal(() => ringCentralWebhook({ verificationToken: '' }));
    expect(error).toMatchObject({ code: 'verification_token_missing', category: 'configuration' });
  });
  it('is refused by its size', async () => {
    const read = ringCentralWebhook({ verificationToken: TOKEN, bodyBytesMax: 10 });
    expect((await refusal(() => read(post('x'.repeat(11), { 'verification-token': TOKEN })))).code).toBe('body_too_large');
  });

  const events = fc.constantFrom(EVENT, SESSIONS, '/x', 7, null);
  const notification = fc.record({
    event: events,
    body: fc.oneof(mutationsOf(instant), mutationsOf(session({ code: 'Disconnected' })), fc.jsonValue()),
  });
  const headers = fc.dictionary(fc.constantFrom('verification-token', 'validation-token'), fc.constantFrom(TOKEN, 'x', ''));
  test.prop([fc.oneof(notification, fc.jsonValue()).map((json) => JSON.stringify(json) ?? ''), headers], { numRuns: 200 })(
    'of any kind is taken, told, ignored, or refused within the taxonomy',
    (body, given) => expectWithinTaxonomy(() => reader()(post(body, given))),
  );
});

describe('anything', () => {
  it.each([[null], [7], ['text'], [[]], [{}], [{ logInfo: {} }]])('%j is no record', async (payload) => {
    for (const read of [fromRingCentralCall, fromRingCentralMessage])
      expect((await refusal(() => read(payload))).code).toBe('payload_unreadable');
  });
  const appConnect = { logInfo: record(), aiNote: 'x', transcript: 'y', voicemailLink: 'https://example.com/v' };
  test.prop(
    [
      fc.oneof(
        mutationsOf(record()),
        mutationsOf(appConnect),
        fc.anything({ withMap: true, withNullPrototype: true, withBigInt: true, withDate: true }),
      ),
      fc.boolean(),
      fc.boolean(),
    ],
    { numRuns: 300 },
  )('is a call that queues carry, ignored, or refused within the taxonomy', (json, provisional, perExtension) =>
    expectWithinTaxonomy(() => fromRingCentralCall(json, { now: NOW, provisional, perExtension, defaultCountry: 'US' })),
  );
  test.prop(
    [fc.oneof(mutationsOf(sms()), fc.anything({ withMap: true, withNullPrototype: true, withBigInt: true, withDate: true })), fc.boolean()],
    { numRuns: 300 },
  )('is a message that queues carry, ignored, or refused within the taxonomy', (json, provisional) =>
    expectWithinTaxonomy(() => fromRingCentralMessage(json, { now: NOW, provisional })),
  );
});

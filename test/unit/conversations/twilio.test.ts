import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTwilio, type TwilioOptions } from '../../../src/conversations/twilio/from-twilio.ts';
import { signTwilio, spellingsOf } from '../../../src/conversations/twilio/signature.ts';
import { type TwilioWebhookOptions, twilioWebhook } from '../../../src/conversations/twilio/twilio-webhook.ts';
import type { Conversation } from '../../../src/core/conversation/conversation.ts';
import { expectWithinTaxonomy, mutationsOf } from './fuzz.ts';
import { refusal } from './refusal.ts';

const NOW = '2026-01-05T08:30:00.000Z';
const URL_OF_HOOK = 'https://example.com/hooks/twilio?x=1';
const AUTH_TOKEN = 'tok_demo';

const callForm = (members: Readonly<Record<string, string | undefined>> = {}): Record<string, string> => {
  const form = {
    CallSid: 'CA00000000000000000000000000000001',
    AccountSid: 'AC00000000000000000000000000000001',
    From: '+14155550123',
    To: '+14155550199',
    CallStatus: 'completed',
    Direction: 'inbound',
    CallDuration: '42',
    Duration: '1',
    Timestamp: 'Thu, 01 Jan 2026 10:02:05 +0000',
    CallbackSource: 'call-progress-events',
    SequenceNumber: '3',
    CallerName: 'ALICE SMITH',
    ...members,
  };
  return Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined));
};
const messageForm = (members: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  MessageSid: 'SM00000000000000000000000000000001',
  SmsStatus: 'received',
  From: '+14155550123',
  To: '+14155550199',
  Body: 'Hi there 🚀',
  NumMedia: '0',
  ...members,
});

function read(form: unknown, options: TwilioOptions = {}): Conversation {
  const incoming = fromTwilio(form, { now: NOW, ...options });
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
}

describe('a call that is over', () => {
  it('is a conversation that began its duration before the event', () => {
    expect(read(callForm())).toEqual({
      id: 'CA00000000000000000000000000000001',
      source: 'twilio',
      channel: 'call',
      direction: 'inbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123', name: 'ALICE SMITH' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: '2026-01-01T10:01:23.000Z',
      startedAtEstimated: true,
      endedAt: '2026-01-01T10:02:05.000Z',
      durationSeconds: 42,
      outcome: 'completed',
      disposition: 'completed',
      analysis: {},
      final: true,
      revision: 3,
    });
  });
  it('reads the same from a parsed form and from the form itself', () => {
    expect(read(new URLSearchParams(callForm()))).toEqual(read(callForm()));
  });
  it.each([
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('%s: %s', (CallStatus, outcome) => expect(read(callForm({ CallStatus }))).toMatchObject({ outcome, disposition: CallStatus }));
  it.each(['queued', 'initiated', 'ringing', 'in-progress', 'answered', 'a status of tomorrow', 'constructor'])(
    '%s is not over',
    (event) => {
      expect(fromTwilio(callForm({ CallStatus: event }))).toEqual({ kind: 'ignored', reason: 'other_event', event });
    },
  );
  it.each([
    ['human', 'completed'],
    ['machine_end_beep', 'voicemail'],
    ['machine_start', 'voicemail'],
  ])('answered by %s: %s', (AnsweredBy, outcome) => expect(read(callForm({ AnsweredBy })).outcome).toBe(outcome));
  it.each([
    ['inbound', 'inbound', '+14155550123'],
    ['trunking-originating', 'inbound', '+14155550123'],
    ['outbound-api', 'outbound', '+14155550199'],
    ['outbound-dial', 'outbound', '+14155550199'],
    ['trunking-terminating', 'outbound', '+14155550199'],
    ['sideways', 'unknown', undefined],
  ])('%s is %s', (Direction, direction, contact) => {
    const conversation = read(callForm({ Direction }));
    expect([conversation.direction, conversation.contact.phone]).toEqual([direction, contact]);
  });
  it.each([
    ['client:alice', { kind: 'client', raw: 'client:alice' }],
    ['sip:al@example.com', { kind: 'sip', raw: 'sip:al@example.com' }],
    ['+266696687', { kind: 'anonymous', raw: '+266696687' }],
    ['', { kind: 'unknown' }],
  ])('from %s', (From, contact) => expect(read(callForm({ From, CallerName: undefined })).contact).toEqual(contact));
  it('never takes what is billed for its duration', () => {
    expect(read(callForm({ CallDuration: undefined }))).not.toHaveProperty('durationSeconds');
    expect(read(callForm({ CallDuration: 'soon' })).startedAt).toBe('2026-01-01T10:02:05.000Z');
    expect(read(callForm({ CallDuration: '0', CallStatus: 'busy' })).durationSeconds).toBe(0);
  });
  it('begins when its event came where it has no time', async () => {
    expect(read(callForm({ Timestamp: undefined }))).toMatchObject({ startedAt: NOW, startedAtEstimated: true });
    expect((await refusal(() => fromTwilio(callForm({ Timestamp: 'yesterday' })))).code).toBe('start_unknown');
  });
  it('the leg of another call is part of that one', () => {
    const leg = callForm({ ParentCallSid: 'CA00000000000000000000000000000002', Direction: 'outbound-dial' });
    expect(fromTwilio(leg)).toEqual({ kind: 'ignored', reason: 'part_of_another', event: 'completed' });
    expect(read(leg, { childLegs: true })).toMatchObject({
      id: 'CA00000000000000000000000000000001',
      threadId: 'CA00000000000000000000000000000002',
    });
  });
  it('has its recording where the callback brings it; one that is told alone is another event', () => {
    const RecordingUrl = 'https://api.example.com/recordings/RE1';
    expect(read(callForm({ RecordingUrl })).recordingUrl).toBe(RecordingUrl);
    const alone = callForm({ CallStatus: undefined, RecordingUrl, RecordingStatus: 'completed' });
    expect(fromTwilio(alone)).toEqual({ kind: 'ignored', reason: 'other_event', event: 'completed' });
  });
  it('the host gives what is missing', () => {
    const resolveNumbers = () => ({ direction: 'inbound' as const, contact: '+14155550111' });
    expect(read(callForm({ Direction: undefined, From: undefined }), { resolveNumbers })).toMatchObject({
      direction: 'inbound',
      contact: { phone: '+14155550111' },
      agent: { phone: '+14155550199' },
    });
  });
});

describe('a message', () => {
  it('that was received is a conversation with its text', () => {
    expect(read(messageForm())).toEqual({
      id: 'SM00000000000000000000000000000001',
      source: 'twilio',
      threadId: expect.any(String),
      channel: 'sms',
      direction: 'inbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: NOW,
      startedAtEstimated: true,
      transcript: [{ role: 'contact', text: 'Hi there 🚀' }],
      outcome: 'completed',
      disposition: 'received',
      analysis: {},
      final: true,
    });
  });
  it.each([
    ['whatsapp:+14155550123', 'whatsapp', { raw: 'whatsapp:+14155550123', kind: 'phone', phone: '+14155550123', name: 'Al' }],
    ['messenger:1234567', 'chat', { raw: 'messenger:1234567', kind: 'client', name: 'Al' }],
    ['72345', 'sms', { raw: '72345', kind: 'short_code', name: 'Al' }],
  ])('from %s comes by %s', (From, channel, contact) => {
    expect(read(messageForm({ From, ProfileName: 'Al' }))).toMatchObject({ channel, contact });
  });
  it.each([
    ['sent', 'completed'],
    ['delivered', 'completed'],
    ['read', 'completed'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
  ])('that was %s is outbound: %s', (MessageStatus, outcome) => {
    const conversation = read({ MessageSid: 'SM1', MessageStatus, SmsStatus: 'sent', From: '+14155550199', To: '+14155550123' });
    expect(conversation).toMatchObject({ direction: 'outbound', outcome, contact: { phone: '+14155550123' } });
    expect(conversation).not.toHaveProperty('transcript');
  });
  it.each(['queued', 'accepted', 'sending', 'scheduled', 'constructor'])('%s is not over', (event) => {
    expect(fromTwilio(messageForm({ MessageStatus: event }))).toEqual({ kind: 'ignored', reason: 'other_event', event });
  });
  it('is of one thread with its answer, and of another one than any other pair, without telling the numbers', () => {
    const answer = read({ MessageSid: 'SM2', MessageStatus: 'sent', From: '+14155550199', To: '+14155550123' });
    expect(read(messageForm()).threadId).toBe(answer.threadId);
    expect(read(messageForm({ From: '+14155550124' })).threadId).not.toBe(answer.threadId);
    expect(read(messageForm({ From: '' }))).not.toHaveProperty('threadId');
    expect(answer.threadId).not.toContain('4155550');
  });
  it('with pictures names their links', () => {
    const media = messageForm({ NumMedia: '3', MediaUrl0: 'https://example.com/m/0', MediaUrl1: 'javascript:alert(1)', Body: '' });
    expect(read(media)).toMatchObject({ metadata: { media: ['https://example.com/m/0'] } });
    expect(read(messageForm({ NumMedia: '999999999999' }))).not.toHaveProperty('metadata');
  });
  it('has no time but that at which it came', async () => {
    expect((await refusal(() => fromTwilio(messageForm()))).code).toBe('start_unknown');
  });
});

describe('of the API', () => {
  const call = (members: Readonly<Record<string, unknown>> = {}) => ({
    sid: 'CA00000000000000000000000000000001',
    parent_call_sid: null,
    from: '+14155550123',
    to: '+14155550199',
    status: 'completed',
    direction: 'inbound',
    duration: '42',
    start_time: 'Thu, 01 Jan 2026 10:01:20 +0000',
    end_time: 'Thu, 01 Jan 2026 10:02:02 +0000',
    answered_by: null,
    caller_name: 'ALICE SMITH',
    ...members,
  });
  const message = {
    sid: 'SM00000000000000000000000000000001',
    from: '+14155550199',
    to: '+14155550123',
    status: 'delivered',
    direction: 'outbound-api',
    body: 'Hello Alice',
    date_sent: 'Thu, 01 Jan 2026 10:00:00 +0000',
  };
  it('a call is that of its callback, with its start', () => {
    const { startedAtEstimated, revision, ...fromForm } = read(callForm());
    expect([startedAtEstimated, revision]).toEqual([true, 3]);
    expect(read(call(), {})).toEqual({ ...fromForm, startedAt: '2026-01-01T10:01:20.000Z', endedAt: '2026-01-01T10:02:02.000Z' });
  });
  it("reads the same as Twilio's library gives it", () => {
    const { start_time, end_time, caller_name, parent_call_sid, answered_by, ...rest } = call();
    const dates = { startTime: new Date(start_time), endTime: new Date(end_time) };
    expect(read({ ...rest, ...dates, callerName: caller_name, parentCallSid: parent_call_sid, answeredBy: answered_by })).toEqual(
      read(call()),
    );
    expect(read({ ...rest, startTime: new Date(Number.NaN) })).toMatchObject({ startedAt: NOW, startedAtEstimated: true });
  });
  it('a call that goes on, or a leg of another, is none', () => {
    expect(fromTwilio(call({ status: 'in-progress', duration: null, end_time: null })).kind).toBe('ignored');
    expect(fromTwilio(call({ parent_call_sid: 'CA2' }))).toMatchObject({ reason: 'part_of_another' });
    expect(read(call({ status: 'busy', duration: '' }))).not.toHaveProperty('duration');
  });
  it('a message that was sent has its time and its text', () => {
    expect(fromTwilio(message)).toMatchObject({
      conversation: {
        id: 'SM00000000000000000000000000000001',
        direction: 'outbound',
        startedAt: '2026-01-01T10:00:00.000Z',
        transcript: [{ role: 'agent', text: 'Hello Alice' }],
      },
    });
  });
  test.prop([fc.oneof(mutationsOf(call()), mutationsOf(message))], { numRuns: 200 })(
    'anything is a conversation that queues carry, ignored, or refused within the taxonomy',
    (resource) => expectWithinTaxonomy(() => fromTwilio(resource, { now: NOW })),
  );
});

describe('payloads', () => {
  it.each([[null], [7], ['text'], [[]], [{}], [{ CallSid: 7, CallStatus: 'completed' }], [{ CallSid: ' ', CallStatus: 'completed' }]])(
    '%j is refused with a remedy',
    async (form) => {
      const error = await refusal(() => fromTwilio(form));
      expect(error).toMatchObject({ code: 'payload_unreadable', category: 'webhook' });
      expect(error.remedy).not.toBe('');
    },
  );
  const anyForm = fc.dictionary(
    fc.constantFrom(...Object.keys(callForm()), ...Object.keys(messageForm()), 'MediaUrl0', 'ParentCallSid', '__proto__'),
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(callForm()), '1e400', '-1', 'x'.repeat(300))),
  );
  test.prop(
    [
      fc.oneof(
        mutationsOf(callForm()),
        mutationsOf(messageForm()),
        anyForm,
        fc.anything({ withMap: true, withNullPrototype: true, withBigInt: true, withDate: true }),
      ),
      fc.boolean(),
    ],
    { numRuns: 400 },
  )('any of them is a conversation that queues carry, ignored, or refused within the taxonomy', (form, childLegs) =>
    expectWithinTaxonomy(() => fromTwilio(form, { now: NOW, childLegs })),
  );
});

describe('the signature', () => {
  const fields = {
    CallDuration: '42',
    CallSid: 'CA00000000000000000000000000000001',
    CallStatus: 'completed',
    From: '+14155550123',
    To: '+14155550199',
  };
  it("is the one of Twilio's library", async () => {
    const signing = { url: URL_OF_HOOK, authToken: AUTH_TOKEN };
    expect(await signTwilio(fields, signing)).toBe('O8/oB+ycYYmxGS6Qv3cq7yR00yc=');
    const unordered = new URLSearchParams(Object.entries(fields).reverse());
    expect(await signTwilio(unordered, signing)).toBe('O8/oB+ycYYmxGS6Qv3cq7yR00yc=');
  });
  // twilio-node and twilio-python, the examples of their own tests
  it.each([
    ['+14158675309', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['+14158675310', 'GvWf1cFY/Q7PnoempGyD5oXAezc='],
  ])('is the one of their own tests, from %s', async (From, signature) => {
    const form = { Digits: '1234', To: '+18005551212', From, Caller: From, CallSid: 'CA1234567890ABCDE' };
    const signing = { url: 'https://mycompany.com/myapp.php?foo=1&bar=2', authToken: '12345' };
    expect(await signTwilio(form, signing)).toBe(signature);
  });
  it('counts equal values of one name once, in order', async () => {
    const sign = (form: string) => signTwilio(new URLSearchParams(form), { url: URL_OF_HOOK, authToken: AUTH_TOKEN });
    expect(await sign('a=2&a=1&a=2')).toBe(await sign('a=1&a=2'));
    expect(await sign('a=1')).not.toBe(await sign('a=1&a=2'));
  });

  const post = (url: string, form: Readonly<Record<string, string>>, signature: string | null): Request =>
    new Request(url, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: signature === null ? {} : { 'X-Twilio-Signature': signature },
    });
  const reader = (options: Partial<TwilioWebhookOptions> = {}) =>
    twilioWebhook({ authToken: AUTH_TOKEN, clock: { now: () => Date.parse(NOW) }, ...options });
  interface Sending {
    readonly url?: string;
    readonly signedUrl?: string;
    readonly authToken?: string;
  }
  const signed = async (form: Readonly<Record<string, string>>, sending: Sending = {}) => {
    const { url = URL_OF_HOOK, authToken = AUTH_TOKEN } = sending;
    return post(url, form, await signTwilio(form, { url: sending.signedUrl ?? url, authToken }));
  };

  it('that fits lets the conversation in', async () => {
    expect(await reader()(await signed(callForm()))).toEqual(fromTwilio(callForm(), { now: NOW }));
    expect(await reader()(await signed(messageForm()))).toMatchObject({ conversation: { startedAt: NOW } });
  });
  it.each([
    ['https://example.com/hooks/twilio', 'https://example.com:443/hooks/twilio'],
    ['http://example.com/hooks/twilio', 'http://example.com:80/hooks/twilio'],
    ['https://example.com:8443/hooks/twilio', 'https://example.com/hooks/twilio'],
    ['https://example.com:8443/hooks/twilio', 'https://example.com:8443/hooks/twilio'],
    ["https://example.com/h?name=O'Neill+a", "https://example.com/h?name=O'Neill%20a"],
  ])('of %s may be that of %s', async (url, signedUrl) => {
    expect((await reader()(await signed(callForm(), { url, signedUrl }))).kind).toBe('conversation');
  });
  it('spells credentials and odd hosts as they are', () => {
    expect(spellingsOf('https://example.com:pass@example.com/a?b')).toContain('https://example.com:pass@example.com:443/a?b');
    expect(spellingsOf('https://[::1]/a')).toContain('https://[::1]:443/a');
  });
  it('is over the address that Twilio has, which a proxy may change', async () => {
    const behindProxy = { url: 'http://10.0.0.1:3000/twilio?tenant=1', signedUrl: 'https://example.com/hooks/twilio?tenant=1' };
    expect((await refusal(async () => reader()(await signed(callForm(), behindProxy)))).code).toBe('signature_mismatch');
    const publicUrl = 'https://example.com/hooks/twilio';
    expect((await reader({ publicUrl })(await signed(callForm(), behindProxy))).kind).toBe('conversation');
    expect((await reader({ publicUrl: `${publicUrl}?tenant=1` })(await signed(callForm(), behindProxy))).kind).toBe('conversation');
  });
  it('of a webhook that is got is over the address alone', async () => {
    const url = `https://example.com/hooks?${String(new URLSearchParams(callForm()))}`;
    const got = new Request(url, { headers: { 'x-twilio-signature': await signTwilio({}, { url, authToken: AUTH_TOKEN }) } });
    expect(await reader()(got)).toEqual(fromTwilio(callForm(), { now: NOW }));
  });
  it.each([
    ['another token', { authToken: 'tok_other' }],
    ['another address', { signedUrl: 'https://example.com/hooks/twilio?x=2' }],
    ['another host', { signedUrl: 'https://example.org/hooks/twilio?x=1' }],
  ])('with %s does not fit', async (_, given) => {
    expect((await refusal(async () => reader()(await signed(callForm(), given)))).code).toBe('signature_mismatch');
  });
  test.prop([fc.constantFrom(...Object.keys(callForm())), fc.string({ minLength: 1 })], { numRuns: 30 })(
    'does not fit when a field is another, or there is one more',
    async (name, text) => {
      const signature = await signTwilio(callForm(), { url: URL_OF_HOOK, authToken: AUTH_TOKEN });
      const changed = post(URL_OF_HOOK, callForm({ [name]: `${callForm()[name]}${text}` }), signature);
      expect((await refusal(() => reader()(changed))).code).toBe('signature_mismatch');
      const added = post(URL_OF_HOOK, { ...callForm(), [`Z${text}`]: '1' }, signature);
      expect((await refusal(() => reader()(added))).code).toBe('signature_mismatch');
    },
  );
  it('is asked for, and of another form refused', async () => {
    expect((await refusal(() => reader()(post(URL_OF_HOOK, callForm(), null)))).code).toBe('signature_missing');
    expect((await refusal(() => reader()(post(URL_OF_HOOK, callForm(), 'not base64!')))).code).toBe('signature_malformed');
  });
  it('does not fit a form of very many fields, which overruns nothing', async () => {
    const form = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`f${index}`, '']));
    expect((await refusal(() => reader()(post(URL_OF_HOOK, form, 'AAAA')))).code).toBe('signature_mismatch');
  });
  it('no error says anything of the form', async () => {
    const errors = await Promise.all([
      refusal(() => reader()(post(URL_OF_HOOK, callForm(), 'AAAA'))),
      refusal(async () => reader()(await signed({ From: '+14155550123' }))),
    ]);
    for (const error of errors) expect(JSON.stringify(error) + String(error.stack)).not.toContain('4155550123');
  });
  it.each([
    [{ authToken: '' }, 'auth_token_missing'],
    [{ publicUrl: '/hooks/twilio' }, 'invalid_option'],
    [{ publicUrl: 'ftp://example.com' }, 'invalid_option'],
  ])('%j is refused at once', async (options, code) => {
    expect(await refusal(() => reader(options))).toMatchObject({ code, category: 'configuration' });
  });
  const headerNames = fc.constantFrom('x-twilio-signature', 'content-type', 'content-length');
  test.prop([fc.uint8Array({ maxLength: 300 }), fc.dictionary(headerNames, fc.stringMatching(/^[\x21-\x7e]{0,40}$/)), fc.boolean()], {
    numRuns: 100,
  })('any request, signed or not, is taken, ignored, or refused within the taxonomy', async (bytes, headers, isSigned) => {
    const body = new Uint8Array(bytes);
    const form = new URLSearchParams(new TextDecoder().decode(body));
    const signature = await signTwilio(form, { url: URL_OF_HOOK, authToken: AUTH_TOKEN });
    const all = isSigned ? { ...headers, 'x-twilio-signature': signature } : headers;
    await expectWithinTaxonomy(() => reader()(new Request(URL_OF_HOOK, { method: 'POST', body, headers: all })));
  });
});

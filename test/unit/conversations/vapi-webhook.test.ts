import { describe, expect, it } from 'vitest';
import { fromVapi } from '../../../src/conversations/vapi/from-vapi.ts';
import { signVapi, type VapiHmac } from '../../../src/conversations/vapi/signature.ts';
import { type VapiWebhookOptions, vapiWebhook } from '../../../src/conversations/vapi/vapi-webhook.ts';
import { fuzzAdapter, NOW } from './adapter-kit.ts';
import { refusal } from './refusal.ts';
import { vapiReport } from './vapi-fixtures.ts';

const SECRET = 'vapi_demo';
const AT = 1_700_000_000_000;
const BODY = JSON.stringify(vapiReport({ analysis: { summary: 'Zoë mag Bücher 🚀' } }));

const post = (headers: Readonly<Record<string, string>>, body: string = BODY): Request =>
  new Request('https://example.com/hooks/vapi?x=1', { method: 'POST', body, headers });
const reader = (options: Partial<VapiWebhookOptions> = {}) => vapiWebhook({ secret: SECRET, clock: { now: () => AT }, ...options });

describe('a secret in a header', () => {
  it('lets the conversation in, with characters of several bytes', async () => {
    expect(await reader()(post({ 'x-vapi-secret': SECRET }))).toEqual(fromVapi(JSON.parse(BODY)));
  });
  it.each(['vapi_dem', 'vapi_demo2', 'VAPI_DEMO', ''])('%o does not', async (secret) => {
    expect(await refusal(() => reader()(post({ 'x-vapi-secret': secret })))).toMatchObject({
      code: 'signature_mismatch',
      category: 'webhook',
      message: expect.not.stringContaining(SECRET),
    });
  });
  it('is asked for before the body is read', async () => {
    const request = post({});
    const error = await refusal(() => reader()(request));
    expect([error.code, request.bodyUsed]).toEqual(['signature_missing', false]);
    expect(error.remedy).toContain('credential');
  });
  it.each(['Bearer vapi_demo', 'bearer  vapi_demo', 'vapi_demo'])('may be that of a bearer credential: %s', async (authorization) => {
    expect((await reader({ header: 'authorization' })(post({ authorization }))).kind).toBe('conversation');
  });
  it('has no age', async () => {
    expect((await reader({ toleranceMs: 0 })(post({ 'x-vapi-secret': SECRET }))).kind).toBe('conversation');
  });
});

describe('a signature', () => {
  const signed = async (
    hmac: VapiHmac = {},
    { at = AT, secret = SECRET, ...rest }: { at?: number; secret?: string; url?: string; messageId?: string } = {},
  ) => post(await signVapi(BODY, { secret, at, hmac, url: 'https://example.com/hooks/vapi?x=1', ...rest }));

  it('is the one that its definition gives', async () => {
    const body = '{"event":"call_analyzed","call":{"call_id":"call_demo_1"}}';
    expect(await signVapi(body, { secret: SECRET, at: new Date(AT) })).toEqual({
      'x-signature': 'a87040f560799694376b0888c0d6820652e0b7ff9289ae088639e9328b1695c2',
      'x-timestamp': '1700000000',
    });
  });

  it.each<[string, VapiHmac]>([
    ['the defaults', {}],
    ['SHA-1', { algorithm: 'sha1' }],
    ['SHA-512', { algorithm: 'sha512' }],
    ['base64', { signatureEncoding: 'base64' }],
    ['a prefix', { signaturePrefix: 'sha256=' }],
    ['other headers', { signatureHeader: 'X-Vapi-Signature', timestampHeader: 'X-When' }],
    ['no timestamp', { includeTimestamp: false }],
    ['a format of its own', { payloadFormat: '{method} {url} {timestamp}\n{body}' }],
    ['the format of Svix', { payloadFormat: '{svix-id}.{timestamp}.{body}', messageIdHeader: 'webhook-id' }],
    ['a secret that stands for bytes', { secretIsBase64: true }],
  ])('with %s fits, and none of another secret does', async (_, hmac) => {
    const read = reader({ hmac, secret: 'dmFwaQ==' });
    expect((await read(await signed(hmac, { secret: 'dmFwaQ==', messageId: 'm1' }))).kind).toBe('conversation');
    expect((await refusal(async () => read(await signed(hmac, { secret: 'dmFwag==' })))).code).toBe('signature_mismatch');
  });

  it('does not fit another body', async () => {
    const headers = await signVapi(BODY, { secret: SECRET, at: AT });
    expect((await refusal(() => reader({ hmac: true })(post(headers, BODY.replace('Alice', 'Alicf'))))).code).toBe('signature_mismatch');
  });

  it('is checked with the public address where a proxy changes it', async () => {
    const hmac: VapiHmac = { payloadFormat: '{url}.{body}' };
    const request = await signed(hmac, { url: 'https://public.example.com/vapi' });
    expect((await reader({ hmac, publicUrl: 'https://public.example.com/vapi' })(request)).kind).toBe('conversation');
  });

  it.each([
    [-300_000, 'taken'],
    [300_000, 'taken'],
    [-301_000, 'signature_stale'],
    [301_000, 'signature_stale'],
  ])('%i ms from now: %s', async (offset, outcome) => {
    const read = async () => reader({ hmac: true })(await signed({}, { at: AT + offset }));
    if (outcome === 'taken') expect((await read()).kind).toBe('conversation');
    else expect((await refusal(read)).code).toBe(outcome);
  });

  it.each(['1700000000', '1700000000.5', '1700000000000', '2023-11-14T22:13:20Z'])(
    'may be of a time in seconds, milliseconds or text: %s',
    async (time) => {
      const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(SECRET), { name: 'HMAC', hash: 'SHA-256' }, false, [
        'sign',
      ]);
      const digest = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${time}.${BODY}`)));
      const request = post({ 'x-signature': Buffer.from(digest).toString('hex'), 'x-timestamp': time });
      expect((await reader({ hmac: true })(request)).kind).toBe('conversation');
    },
  );

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['missing', {}, 'signature_missing'],
    ['not hex', { 'x-signature': 'zz', 'x-timestamp': '1700000000' }, 'signature_malformed'],
    ['without its time', { 'x-signature': '00' }, 'signature_malformed'],
    ['of an odd time', { 'x-signature': '00', 'x-timestamp': 'soon' }, 'signature_malformed'],
    ['too short', { 'x-signature': '00', 'x-timestamp': '1700000000' }, 'signature_mismatch'],
    ['the bare secret', { 'x-vapi-secret': SECRET }, 'signature_missing'],
  ])('that is %s is refused', async (_, headers, code) => {
    expect((await refusal(() => reader({ hmac: true })(post(headers)))).code).toBe(code);
  });

  it('without the prefix of the plan is malformed', async () => {
    expect((await refusal(async () => reader({ hmac: { signaturePrefix: 'sha256=' } })(await signed()))).code).toBe('signature_malformed');
  });
});

it('a call of which no time is known begins when its message was signed', async () => {
  const body = JSON.stringify({ message: { type: 'end-of-call-report', call: { id: 'c1' } } });
  const request = post(await signVapi(body, { secret: SECRET, at: AT - 5000 }), body);
  expect(await reader({ hmac: true })(request)).toMatchObject({
    conversation: { startedAt: '2023-11-14T22:13:15.000Z', startedAtEstimated: true },
  });
});

it.each<[object, string]>([
  [{ secret: '' }, 'secret_missing'],
  [{ secret: undefined }, 'secret_missing'],
  [{ header: 'a b' }, 'invalid_option'],
  [{ hmac: { algorithm: 'md5' } }, 'invalid_option'],
  [{ hmac: { algorithm: 'constructor' } }, 'invalid_option'],
  [{ hmac: { signatureHeader: 'a b' } }, 'invalid_option'],
  [{ hmac: { payloadFormat: '{timestamp}' } }, 'invalid_option'],
  [{ hmac: { secretIsBase64: true }, secret: 'no base64' }, 'invalid_option'],
])('the options %j are refused at once', async (options, code) => {
  expect(await refusal(() => reader(options as VapiWebhookOptions))).toMatchObject({ code, category: 'configuration' });
});

it('runs on the clock of the machine by default', async () => {
  const read = vapiWebhook({ secret: SECRET, hmac: true });
  expect((await read(post(await signVapi(BODY, { secret: SECRET, at: Date.now() })))).kind).toBe('conversation');
});

it('no error says anything of the body or of the secret', async () => {
  const phoneOnly = '{"message":{"type":"end-of-call-report","customer":{"number":"+14155550123"}}}';
  const errors = await Promise.all([
    refusal(() => reader()(post({}))),
    refusal(() => reader()(post({ 'x-vapi-secret': 'other_secret' }))),
    refusal(() => reader()(post({ 'x-vapi-secret': SECRET }, phoneOnly))),
    refusal(() => reader()(post({ 'x-vapi-secret': SECRET }, '+14155550123'))),
  ]);
  for (const error of errors) expect(JSON.stringify(error) + String(error.stack)).not.toMatch(/4155550123|other_secret|vapi_demo/);
});

fuzzAdapter('Vapi', {
  parse: (payload) => fromVapi(payload, { now: NOW, provisional: true }),
  reader: reader({ hmac: true }),
  sign: (body) => signVapi(body, { secret: SECRET, at: AT }),
  headers: ['x-signature', 'x-timestamp'],
  good: [
    vapiReport(),
    vapiReport({ type: 'status-update', status: 'ended' }),
    { message: { type: 'end-of-call-report', call: vapiReport().message['call'] } },
  ],
});

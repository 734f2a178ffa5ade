import { describe, expect, it } from 'vitest';
import { type BlandWebhookOptions, blandWebhook } from '../../../src/conversations/bland/bland-webhook.ts';
import { fromBland } from '../../../src/conversations/bland/from-bland.ts';
import { signBland } from '../../../src/conversations/bland/signature.ts';
import { fuzzAdapter, NOW } from './adapter-kit.ts';
import { blandCall } from './bland-fixtures.ts';
import { refusal } from './refusal.ts';

const SECRET = 'bland_demo';
const AT = 1_700_000_000_000;
const BODY = JSON.stringify(blandCall({ summary: 'Zoë mag Bücher 🚀' }));

const post = (signature: string | null, body: string = BODY): Request =>
  new Request('https://example.com/hooks', {
    method: 'POST',
    body,
    headers: signature === null ? {} : { 'X-Webhook-Signature': signature },
  });
const reader = (options: Partial<BlandWebhookOptions> = {}) => blandWebhook({ secret: SECRET, clock: { now: () => AT }, ...options });
const sign = (body: string = BODY, secret = SECRET) => signBland(body, { secret });

describe('the signature', () => {
  it('is the one that its definition gives', async () => {
    const body = '{"event":"call_analyzed","call":{"call_id":"call_demo_1"}}';
    const expected = '29315025ba21acc22e3ddfd5cf48fbf1744ef9549ea9e949f91187cde3c686a1';
    expect(await signBland(body, { secret: 'bland_demo' })).toBe(expected);
    expect(await signBland(new TextEncoder().encode(body), { secret: 'bland_demo' })).toBe(expected);
  });

  it('that fits lets the conversation in, with characters of several bytes, in either case', async () => {
    expect(await reader()(post(await sign()))).toEqual(fromBland(JSON.parse(BODY)));
    expect((await reader()(post((await sign()).toUpperCase()))).kind).toBe('conversation');
  });

  it('may be of the same JSON written again, and of no other', async () => {
    const spaced = JSON.stringify(JSON.parse(BODY), null, 2);
    expect(await reader()(post(await sign(), spaced))).toEqual(fromBland(JSON.parse(BODY)));
    expect((await refusal(async () => reader()(post(await sign(), spaced.replace('Alice', 'Alicf'))))).code).toBe('signature_mismatch');
    expect((await refusal(async () => reader()(post(await sign(spaced), BODY)))).code).toBe('signature_mismatch');
  });

  it('does not fit another body or secret', async () => {
    expect((await refusal(async () => reader()(post(await sign(), BODY.replace('Alice', 'Alicf'))))).code).toBe('signature_mismatch');
    expect((await refusal(async () => reader()(post(await sign(BODY, 'other'))))).code).toBe('signature_mismatch');
    expect((await refusal(async () => reader()(post(await sign('x'), 'no json')))).code).toBe('signature_mismatch');
  });

  it.each([
    [null, 'signature_missing'],
    ['', 'signature_malformed'],
    ['2931', 'signature_malformed'],
    ['z'.repeat(64), 'signature_malformed'],
  ])('%s: %s', async (signature, code) => {
    const request = post(signature);
    const error = await refusal(() => reader()(request));
    expect([error.code, request.bodyUsed]).toEqual([code, false]);
  });
});

it('a signed body that is no JSON is refused', async () => {
  expect((await refusal(async () => reader()(post(await sign('no json'), 'no json')))).code).toBe('body_not_json');
});

it('a call of which no time is known begins when its event came', async () => {
  const body = '{"call_id":"c1","completed":true}';
  expect(await reader()(post(await sign(body), body))).toMatchObject({
    conversation: { startedAt: '2023-11-14T22:13:20.000Z', startedAtEstimated: true },
  });
});

it.each([[''], [undefined]])('a secret that is %o is refused at once', async (secret) => {
  expect(await refusal(() => blandWebhook({ secret: secret as string }))).toMatchObject({
    code: 'secret_missing',
    category: 'configuration',
  });
});

it('no error says anything of the body', async () => {
  const phoneOnly = '{"to":"+14155550123","completed":true}';
  const errors = await Promise.all([
    refusal(() => reader()(post(null))),
    refusal(async () => reader()(post(await sign('other')))),
    refusal(async () => reader()(post(await sign(phoneOnly), phoneOnly))),
    refusal(async () => reader()(post(await sign('+14155550123 x'), '+14155550123 x'))),
  ]);
  for (const error of errors) expect(JSON.stringify(error) + String(error.stack)).not.toMatch(/4155550123|bland_demo/);
});

fuzzAdapter('Bland', {
  parse: (payload) => fromBland(payload, { now: NOW, provisional: true }),
  reader: reader({ provisional: true }),
  sign: async (body) => ({ 'x-webhook-signature': await sign(body) }),
  headers: ['x-webhook-signature'],
  good: [
    blandCall(),
    blandCall({ summary: 'x', recording_url: 'https://example.com/r.mp3', analysis: { a: 1 }, concatenated_transcript: 'user: Hi' }),
  ],
});

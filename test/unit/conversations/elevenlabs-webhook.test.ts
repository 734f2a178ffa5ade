import { describe, expect, it } from 'vitest';
import { type ElevenLabsWebhookOptions, elevenLabsWebhook } from '../../../src/conversations/elevenlabs/elevenlabs-webhook.ts';
import { fromElevenLabs } from '../../../src/conversations/elevenlabs/from-elevenlabs.ts';
import { signElevenLabs } from '../../../src/conversations/elevenlabs/signature.ts';
import { fuzzAdapter, NOW } from './adapter-kit.ts';
import { initiationFailure, transcription } from './elevenlabs-fixtures.ts';
import { refusal } from './refusal.ts';

const SECRET = 'wsec_demo';
const AT = 1_700_000_000_000;
const BODY = JSON.stringify(transcription({ analysis: { transcript_summary: 'Zoë mag Bücher 🚀' } }));

const post = (signature: string | null, body: string = BODY): Request =>
  new Request('https://example.com/hooks', {
    method: 'POST',
    body,
    headers: signature === null ? {} : { 'ElevenLabs-Signature': signature },
  });
const reader = (options: Partial<ElevenLabsWebhookOptions> = {}) =>
  elevenLabsWebhook({ secret: SECRET, clock: { now: () => AT }, ...options });
const sign = (body: string = BODY, at = AT, secret = SECRET) => signElevenLabs(body, { secret, at });

describe('the signature', () => {
  it('is the one of the SDK', async () => {
    const body = '{"event":"call_analyzed","call":{"call_id":"call_demo_1"}}';
    const expected = 't=1700000000,v0=0be35c831eff647b7604c387579d2296b8341d0a28fdb592c8b6ea602ed5da6f';
    expect(await signElevenLabs(body, { secret: 'wsec_demo', at: AT })).toBe(expected);
    expect(await signElevenLabs(new TextEncoder().encode(body), { secret: 'wsec_demo', at: new Date(AT + 999) })).toBe(expected);
  });

  it('that fits lets the conversation in, with characters of several bytes', async () => {
    expect(await reader()(post(await sign()))).toEqual(fromElevenLabs(JSON.parse(BODY)));
  });

  it('may be written in upper case, with blanks, and beside another one', async () => {
    const [time, digest = ''] = (await sign()).split(',');
    const other = `v0=${'0'.repeat(64)}`;
    for (const header of [`${time}, v0=${digest.slice(3).toUpperCase()}`, `${time},${other},${digest}`, `${digest},v1=x,${time}`])
      expect((await reader()(post(header))).kind).toBe('conversation');
    expect((await refusal(() => reader()(post(`${time},${other}`)))).code).toBe('signature_mismatch');
  });

  it('does not fit another body, secret or time', async () => {
    const signature = await sign();
    for (const request of [
      post(signature, BODY.replace('Alice', 'Alicf')),
      post(await sign(BODY, AT, 'other')),
      post(signature.replace('t=1700000000', 't=1700000001')),
    ])
      expect((await refusal(() => reader()(request))).code).toBe('signature_mismatch');
  });

  it.each([
    [-1_800_000, 'taken'],
    [1_800_000, 'taken'],
    [-1_801_000, 'signature_stale'],
    [1_801_000, 'signature_stale'],
  ])('%i ms from now: %s', async (offset, outcome) => {
    const read = async () => reader()(post(await sign(BODY, AT + offset)));
    if (outcome === 'taken') expect((await read()).kind).toBe('conversation');
    else expect((await refusal(read)).code).toBe(outcome);
  });

  it.each([
    [null, 'signature_missing'],
    ['', 'signature_malformed'],
    ['t=1700000000', 'signature_malformed'],
    [`v0=${'0'.repeat(64)}`, 'signature_malformed'],
    [`t=1,t=2,v0=${'0'.repeat(64)}`, 'signature_malformed'],
    ['t=1700000000,v0=0be3', 'signature_malformed'],
    [`t=soon,v0=${'0'.repeat(64)}`, 'signature_malformed'],
  ])('%s: %s', async (signature, code) => {
    const request = post(signature);
    expect((await refusal(() => reader()(request))).code).toBe(code);
    expect(request.bodyUsed).toBe(false);
  });
});

it('audio is ignored, which is no error', async () => {
  const body = '{"type":"post_call_audio","data":{"conversation_id":"c","full_audio":"AAAA"}}';
  expect(await reader()(post(await sign(body), body))).toEqual({ kind: 'ignored', reason: 'other_event', event: 'post_call_audio' });
});

it('what has no time of its own begins when it was signed', async () => {
  const body = '{"type":"post_call_transcription","data":{"conversation_id":"c"}}';
  expect(await reader()(post(await sign(body, AT - 5000), body))).toMatchObject({
    conversation: { startedAt: '2023-11-14T22:13:15.000Z', startedAtEstimated: true },
  });
});

it.each([[''], [undefined]])('a secret that is %o is refused at once', async (secret) => {
  expect(await refusal(() => elevenLabsWebhook({ secret: secret as string }))).toMatchObject({
    code: 'secret_missing',
    category: 'configuration',
  });
});

it('runs on the clock of the machine by default', async () => {
  expect((await elevenLabsWebhook({ secret: SECRET })(post(await sign(BODY, Date.now())))).kind).toBe('conversation');
});

it('no error says anything of the body', async () => {
  const phoneOnly = '{"type":"post_call_transcription","data":{"user_id":"+14155550123"}}';
  const errors = await Promise.all([
    refusal(() => reader()(post(null))),
    refusal(async () => reader()(post(await sign('other')))),
    refusal(async () => reader()(post(await sign(phoneOnly), phoneOnly))),
    refusal(async () => reader()(post(await sign('+14155550123'), '+14155550123'))),
  ]);
  for (const error of errors) expect(JSON.stringify(error) + String(error.stack)).not.toMatch(/4155550123|wsec_demo/);
});

fuzzAdapter('ElevenLabs', {
  parse: (payload) => fromElevenLabs(payload, { now: NOW, provisional: true }),
  reader: reader(),
  sign: async (body) => ({ 'elevenlabs-signature': await sign(body) }),
  headers: ['elevenlabs-signature'],
  good: [transcription(), initiationFailure()],
});

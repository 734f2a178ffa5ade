import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRetell } from '../../../src/conversations/retell/from-retell.ts';
import { type RetellWebhookOptions, retellWebhook } from '../../../src/conversations/retell/retell-webhook.ts';
import { signRetell } from '../../../src/conversations/retell/signature.ts';
import { type CrmSyncError, isCrmSyncError } from '../../../src/errors.ts';
import { fuzzAdapter } from './adapter-kit.ts';
import { retellCall, retellChat, unansweredCall } from './retell-fixtures.ts';

const API_KEY = 'key_demo';
const AT = Date.parse('2026-01-05T08:30:00.000Z');
const BODY = JSON.stringify({ event: 'call_analyzed', call: retellCall({ call_analysis: { call_summary: 'Zoë mag Bücher 🚀' } }) });

const request = (body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, signature: string | null): Request =>
  new Request('https://example.com/hooks/retell', {
    method: 'POST',
    body,
    headers: signature === null ? {} : { 'x-retell-signature': signature },
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
const reader = (options: Partial<RetellWebhookOptions> = {}) => retellWebhook({ apiKey: API_KEY, clock: { now: () => AT }, ...options });
const signed = async (body: string | Uint8Array<ArrayBuffer>, at = AT, apiKey = API_KEY): Promise<Request> =>
  request(body, await signRetell(body, { apiKey, at }));

async function refusal(run: () => Promise<unknown>): Promise<CrmSyncError> {
  try {
    await run();
  } catch (error) {
    if (isCrmSyncError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the signature', () => {
  it("is the one of Retell's SDK", async () => {
    const body = '{"event":"call_analyzed","call":{"call_id":"call_demo_1"}}';
    const expected = 'v=1700000000000,d=93d1333153a251cbfe14ec3f3d19c3ffed2534a417d13eec79e30de10d8db910';
    expect(await signRetell(body, { apiKey: 'key_demo', at: 1_700_000_000_000 })).toBe(expected);
    expect(await signRetell(new TextEncoder().encode(body), { apiKey: 'key_demo', at: new Date(1_700_000_000_000) })).toBe(expected);
  });

  it('that fits lets the conversation in, with characters of several bytes', async () => {
    const incoming = await reader()(await signed(BODY));
    expect(incoming).toEqual(fromRetell(JSON.parse(BODY)));
    expect(incoming).toMatchObject({ conversation: { summary: 'Zoë mag Bücher 🚀' } });
  });

  it('may be written in upper case', async () => {
    const signature = (await signRetell(BODY, { apiKey: API_KEY, at: AT })).replace(/d=.*/, (hex) => `d=${hex.slice(2).toUpperCase()}`);
    expect((await reader()(request(BODY, signature))).kind).toBe('conversation');
  });

  test.prop([fc.nat(BODY.length - 1)], { numRuns: 30 })('does not fit when one character of the body is another', async (index) => {
    const signature = await signRetell(BODY, { apiKey: API_KEY, at: AT });
    const other = `${BODY.slice(0, index)}${BODY[index] === 'x' ? 'y' : 'x'}${BODY.slice(index + 1)}`;
    expect((await refusal(() => reader()(request(other, signature)))).code).toBe('signature_mismatch');
  });

  it('does not fit when the body was parsed and written again', async () => {
    const sent = JSON.stringify(JSON.parse(BODY), null, 1);
    const signature = await signRetell(sent, { apiKey: API_KEY, at: AT });
    const error = await refusal(() => reader()(request(BODY, signature)));
    expect(error.code).toBe('signature_mismatch');
    expect(error.remedy).toContain('raw body');
  });

  it('does not fit with another key, or another time than the one signed', async () => {
    expect((await refusal(async () => reader()(await signed(BODY, AT, 'key_other')))).code).toBe('signature_mismatch');
    const moved = (await signRetell(BODY, { apiKey: API_KEY, at: AT - 1000 })).replace(`v=${AT - 1000}`, `v=${AT}`);
    expect((await refusal(() => reader()(request(BODY, moved)))).code).toBe('signature_mismatch');
  });

  it.each([
    [-300_000, 'taken'],
    [300_000, 'taken'],
    [-300_001, 'signature_stale'],
    [300_001, 'signature_stale'],
  ])('%i ms from now: %s', async (offset, outcome) => {
    const read = async () => reader()(await signed(BODY, AT + offset));
    if (outcome === 'taken') expect((await read()).kind).toBe('conversation');
    else expect((await refusal(read)).code).toBe(outcome);
  });

  it('has the tolerance that the host gives', async () => {
    expect((await refusal(async () => reader({ toleranceMs: 10 })(await signed(BODY, AT - 11)))).code).toBe('signature_stale');
  });

  it('is asked for before the body is read', async () => {
    const unsigned = request(BODY, null);
    expect((await refusal(() => reader()(unsigned))).code).toBe('signature_missing');
    expect(unsigned.bodyUsed).toBe(false);
  });

  it.each([
    '',
    'v=1700000000000',
    'v=abc,d=93d1333153a251cbfe14ec3f3d19c3ffed2534a417d13eec79e30de10d8db910',
    'v=1700000000000,d=93d1',
    `v=${'9'.repeat(400)},d=${'0'.repeat(64)}`,
    `v=1700000000000,d=${'g'.repeat(64)}`,
  ])('of another form is refused: %s', async (signature) => {
    expect((await refusal(() => reader()(request(BODY, signature)))).code).toBe('signature_malformed');
  });
});

describe('the body', () => {
  it.each([['not json'], [''], ['{"event":'], [new Uint8Array([0xff, 0xfe, 0x7b])]])('%o is no JSON', async (body) => {
    expect((await refusal(async () => reader()(await signed(body)))).code).toBe('body_not_json');
  });

  it('that is JSON and no payload is refused', async () => {
    expect((await refusal(async () => reader()(await signed('[]')))).code).toBe('payload_unreadable');
  });

  it('that somebody read before cannot be checked', async () => {
    const read = await signed(BODY);
    await read.text();
    expect((await refusal(() => reader()(read))).code).toBe('body_already_read');
    const locked = await signed(BODY);
    locked.body?.getReader();
    expect((await refusal(() => reader()(locked))).code).toBe('body_already_read');
  });

  it('is refused by the length that it announces', async () => {
    const large = await signed(BODY);
    const announced = new Request(large, { headers: { ...Object.fromEntries(large.headers), 'content-length': '1001' } });
    expect((await refusal(() => reader({ bodyBytesMax: 1000 })(announced))).code).toBe('body_too_large');
  });

  it('is cut off where it grows too large without saying so', async () => {
    let given = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel() {
        cancelled = true;
      },
    });
    const error = await refusal(async () =>
      reader({ bodyBytesMax: 10_000 })(request(endless, await signRetell(BODY, { apiKey: API_KEY, at: AT }))),
    );
    expect(error.code).toBe('body_too_large');
    expect(cancelled).toBe(true);
    expect(given).toBeLessThan(20_000);
  });

  it('of exactly the largest size is taken', async () => {
    const size = new TextEncoder().encode(BODY).byteLength;
    expect((await reader({ bodyBytesMax: size })(await signed(BODY))).kind).toBe('conversation');
    expect((await refusal(async () => reader({ bodyBytesMax: size - 1 })(await signed(BODY)))).code).toBe('body_too_large');
  });

  it('that breaks off may come again', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('connection of +14155550123 lost');
      },
    });
    const error = await refusal(async () => reader()(request(broken, await signRetell(BODY, { apiKey: API_KEY, at: AT }))));
    expect(error).toMatchObject({ code: 'body_unreadable', retryable: true });
    expect(error.cause).toBeUndefined();
  });
});

it('a call without a start begins when its event was signed', async () => {
  const body = JSON.stringify({ event: 'call_analyzed', call: unansweredCall() });
  expect(await reader()(await signed(body, AT - 5000))).toMatchObject({
    conversation: { startedAt: '2026-01-05T08:29:55.000Z', startedAtEstimated: true },
  });
});

it('other events are ignored, which is no error', async () => {
  expect(await reader()(await signed('{"event":"call_started","call":{}}'))).toEqual({
    kind: 'ignored',
    reason: 'other_event',
    event: 'call_started',
  });
});

it('options of the parser reach it', async () => {
  const body = JSON.stringify({ event: 'call_ended', call: retellCall({ from_number: '(415) 555-0123' }) });
  expect(await reader({ provisional: true, defaultCountry: 'US' })(await signed(body))).toMatchObject({
    conversation: { final: false, contact: { phone: '+14155550123' } },
  });
});

it('runs on the clock of the machine by default', async () => {
  const read = retellWebhook({ apiKey: API_KEY });
  expect((await read(await signed(BODY, Date.now()))).kind).toBe('conversation');
  expect((await refusal(async () => read(await signed(BODY, Date.now() - 600_000)))).code).toBe('signature_stale');
});

it.each([[''], [undefined]])('an API key that is %o is refused at once', async (apiKey) => {
  const error = await refusal(async () => retellWebhook({ apiKey: apiKey as string }));
  expect(error).toMatchObject({ code: 'api_key_missing', category: 'configuration' });
});

test.prop([fc.jsonValue()], { numRuns: 60 })('any signed JSON is taken, ignored, or refused within the taxonomy', async (json) => {
  try {
    await reader()(await signed(JSON.stringify(json)));
  } catch (error) {
    expect(isCrmSyncError(error) && error.category).toBe('webhook');
  }
});

it('no error says anything of the body', async () => {
  const errors = await Promise.all([
    refusal(() => reader()(request(BODY, null))),
    refusal(async () => reader()(request(BODY, (await signRetell('other', { apiKey: API_KEY, at: AT })).slice()))),
    refusal(async () => reader()(await signed('{"event":"call_analyzed","call":{"from_number":"+14155550123"}}'))),
    refusal(async () => reader()(await signed('+14155550123'))),
  ]);
  for (const error of errors) expect(JSON.stringify(error) + String(error.stack)).not.toContain('4155550123');
});

fuzzAdapter('Retell', {
  parse: (payload) => fromRetell(payload, { now: AT, provisional: true }),
  reader: reader({ provisional: true }),
  sign: async (body) => ({ 'x-retell-signature': await signRetell(body, { apiKey: API_KEY, at: AT }) }),
  headers: ['x-retell-signature'],
  good: [
    { event: 'call_analyzed', call: retellCall() },
    { event: 'chat_analyzed', chat: retellChat() },
    { event: 'call_ended', call: unansweredCall() },
  ],
});

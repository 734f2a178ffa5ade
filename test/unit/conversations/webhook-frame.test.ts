import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millisOfText } from '../../../src/conversations/payload/instant-of.ts';
import { plainObject } from '../../../src/conversations/payload/plain-json.ts';
import { storable } from '../../../src/conversations/payload/storable.ts';
import { base64Of, bytesOf, bytesOfBase64, bytesOfHex, hexOf, joinBytes } from '../../../src/conversations/webhook/bytes.ts';
import { hmac, hmacFits, sameSecret } from '../../../src/conversations/webhook/hmac.ts';
import { readForm } from '../../../src/conversations/webhook/read-form.ts';
import { type Scheme, type WebhookOptions, webhookReader } from '../../../src/conversations/webhook/webhook-reader.ts';
import { isCrmSyncError } from '../../../src/errors.ts';

const any = () => fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => bytesOf(bytes));

describe('bytes', () => {
  test.prop([any()])('come back from hex and base64', (bytes) => {
    expect(bytesOfHex(hexOf(bytes))).toEqual(bytes);
    expect(bytesOfHex(hexOf(bytes).toUpperCase())).toEqual(bytes);
    expect(bytesOfBase64(base64Of(bytes))).toEqual(bytes);
  });
  it.each(['', 'a', 'abc', 'zz', '0x12', 'ab cd'])('%s is no hex', (text) => expect(bytesOfHex(text)).toBeUndefined());
  it.each(['', 'a', 'ab', 'abc', 'ab=', 'ab===', 'a b=', '====', 'abcd!'])('%s is no base64', (text) =>
    expect(bytesOfBase64(text)).toBeUndefined(),
  );
  test.prop([fc.string({ unit: 'binary' })])('no text is too odd to be tried', (text) => {
    bytesOfHex(text);
    bytesOfBase64(text);
  });
  it('of a body that comes byte by byte are one', () => {
    expect(joinBytes(Array.from({ length: 150_000 }, () => new Uint8Array(1))).byteLength).toBe(150_000);
  });
});

describe('an HMAC', () => {
  // RFC 2202 and RFC 4231, test case 2
  it.each([
    ['SHA-1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['SHA-256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      'SHA-512',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
  ] as const)('%s is that of the standard', async (hash, digest) => {
    const given = { hash, secret: 'Jefe', message: bytesOf('what do ya want for nothing?') };
    expect(hexOf(await hmac(given))).toBe(digest);
    expect(await hmacFits(bytesOfHex(digest)!, given)).toBe(true);
    expect(await hmacFits(bytesOfHex(digest.replace(/.$/, digest.endsWith('0') ? '1' : '0'))!, given)).toBe(false);
    expect(await hmacFits(bytesOfHex(digest.slice(2))!, given)).toBe(false);
  });

  it.each([
    ['s3cret', 's3cret', true],
    ['s3cret', 's3creT', false],
    ['s3cret ', 's3cret', false],
    ['', 's3cret', false],
    ['Zoë 🚀', 'Zoë 🚀', true],
  ])('tells whether %o is the secret %o', async (given, secret, same) => expect(await sameSecret(given, secret)).toBe(same));
});

it('a form keeps order, repetitions and blanks', () => {
  const form = readForm(bytesOf('b=1&a=%2B14155550123&b=2&c=x+y&d'));
  expect([...form]).toEqual([
    ['b', '1'],
    ['a', '+14155550123'],
    ['b', '2'],
    ['c', 'x y'],
    ['d', ''],
  ]);
});

it.each([
  ['2026-01-01T10:00:00.000Z', 1_767_261_600_000],
  [' 2026-01-01T11:00:00+01:00 ', 1_767_261_600_000],
  ['2026-01-01T10:00:00', 1_767_261_600_000],
  ['2026-02-30T10:00:00Z', undefined],
  ['2026-01-01', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('the time %o is %o', (text, at) => expect(millisOfText(text)).toBe(at)); // whatever the zone of this machine

describe('text that no store takes', () => {
  it('loses NUL and half characters', () => {
    expect(storable('a\u0000b\ud83dc \ude80 🚀')).toBe('ab\ufffdc \ufffd 🚀');
  });
  it('is cleaned in names and values of results, and a name that becomes the prototype is left out', () => {
    expect(plainObject({ 'n\u0000': 'v\ud83d', list: ['\u0000'], '__proto\u0000__': 1 })).toEqual({ n: 'v\ufffd', list: [''] });
  });
});

describe('the reader of any platform', () => {
  const scheme: Scheme<{ readonly at?: number }> = {
    platform: 'Example',
    header: 'x-example',
    form: '…',
    read: (header) => (header === 'timed' ? { at: 1000 } : header === 'untimed' ? {} : undefined),
    fits: async (_, body) => body.byteLength > 0,
    mismatch: { message: 'The secret is another one.', remedy: 'Check the secret.' },
    missing: 'Create a secret first.',
  };
  const read = (header: string | null, body: string, options: WebhookOptions & { toleranceMs?: number } = {}) =>
    webhookReader(scheme, ({ at }) => ({ kind: 'ignored', reason: 'other_event', event: String(at) }), {
      clock: { now: () => 1500 },
      ...options,
    })(new Request('https://example.com/', { method: 'POST', body, headers: header === null ? {} : { 'x-example': header } }));
  const refusal = async (run: Promise<unknown>) => {
    const error = await run.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isCrmSyncError(error)) throw error;
    return { code: error.code, message: error.message, remedy: error.remedy, category: error.category };
  };

  it('hands on when the request was signed, or else when it came', async () => {
    expect(await read('timed', 'x', { toleranceMs: 500 })).toMatchObject({ event: '1000' });
    expect(await read('untimed', 'x')).toMatchObject({ event: '1500' });
  });

  it("refuses in the platform's own words, or the general ones", async () => {
    expect(await refusal(read(null, 'x'))).toMatchObject({ code: 'signature_missing', remedy: 'Create a secret first.' });
    expect(await refusal(read('other', 'x'))).toMatchObject({ code: 'signature_malformed', message: expect.stringContaining('x-example') });
    expect(await refusal(read('untimed', ''))).toEqual({
      code: 'signature_mismatch',
      category: 'webhook',
      message: 'The secret is another one.',
      remedy: 'Check the secret.',
    });
  });

  it('takes no body where its limit is no number', async () => {
    expect((await refusal(read('untimed', 'x', { bodyBytesMax: Number.NaN }))).code).toBe('body_too_large');
  });

  it.each([499, Number.NaN, -1])('lets nothing old in with a tolerance of %d', async (toleranceMs) => {
    expect((await refusal(read('timed', 'x', { toleranceMs }))).code).toBe('signature_stale');
  });
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonVerification, jsonWebhook, signJson } from '../../../src/conversations/json/json-webhook.ts';
import type { ConversationMapping } from '../../../src/conversations/json/mapping-types.ts';
import { base64Of, bytesOf, hexOf } from '../../../src/conversations/webhook/bytes.ts';
import { type Hash, hmac } from '../../../src/conversations/webhook/hmac.ts';
import { expectWithinTaxonomy } from './fuzz.ts';
import { refusal } from './refusal.ts';

const NOW = '2026-01-05T08:30:00.000Z';
const SECRET = 's3cret Zoë';
const BODY = JSON.stringify({ id: 7, text: 'Zoë mag Bücher 🚀' });
const mapping: ConversationMapping = { source: 'acme', id: 'id', channel: { value: 'call' }, summary: 'text' };

const reader = (verify: Partial<JsonVerification> = {}) =>
  jsonWebhook({ mapping, verify: { header: 'x-secret', secret: SECRET, ...verify }, clock: { now: () => Date.parse(NOW) } });
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>) =>
  new Request('https://example.com/hooks/acme', { method: 'POST', body, headers });

const taken = {
  kind: 'conversation',
  conversation: { id: '7', source: 'acme', summary: 'Zoë mag Bücher 🚀', startedAt: NOW, startedAtEstimated: true },
};

describe('a secret in a header', () => {
  const plain = { secret: 's3cret' };
  it('that fits lets the conversation in', async () => {
    expect(await reader(plain)(post(BODY, { 'x-secret': 's3cret' }))).toMatchObject(taken);
    const bearer = { header: 'authorization', prefix: 'Bearer ', ...plain };
    expect(await signJson(BODY, bearer)).toEqual({ authorization: 'Bearer s3cret' });
    expect(await reader(bearer)(post(BODY, { Authorization: 'Bearer s3cret' }))).toMatchObject(taken);
  });
  it.each([
    ['another one', { 'x-secret': 's3creT' }, 'signature_mismatch'],
    ['a longer one', { 'x-secret': 's3cret3' }, 'signature_mismatch'],
    ['none', {}, 'signature_missing'],
    ['an empty one', { 'x-secret': '' }, 'signature_mismatch'],
  ])('%s is not taken', async (_, headers, code) => {
    expect((await refusal(() => reader(plain)(post(BODY, headers as Record<string, string>)))).code).toBe(code);
  });
  it('without its prefix is of another form', async () => {
    const bearer = { header: 'authorization', prefix: 'Bearer ', ...plain };
    expect((await refusal(() => reader(bearer)(post(BODY, { authorization: 's3cret' })))).code).toBe('signature_malformed');
  });
});

describe('a signature of the body', () => {
  const schemes: readonly (readonly [NonNullable<JsonVerification['hmac']>, Hash])[] = [
    ['sha1', 'SHA-1'],
    ['sha256', 'SHA-256'],
    ['sha512', 'SHA-512'],
  ];
  it.each(schemes)('by %s fits as hex and as base64', async (name, hash) => {
    const digest = await hmac({ hash, secret: SECRET, message: bytesOf(BODY) });
    const verify = { header: 'x-secret', secret: SECRET, hmac: name };
    expect(await signJson(BODY, verify)).toEqual({ 'x-secret': hexOf(digest) });
    expect(await signJson(BODY, { ...verify, prefix: 'v1=', encoding: 'base64' })).toEqual({ 'x-secret': `v1=${base64Of(digest)}` });
    const prefix = `${name}=`;
    expect(await reader({ hmac: name, prefix })(post(BODY, { 'x-secret': `${prefix}${hexOf(digest)}` }))).toMatchObject(taken);
    expect(await reader({ hmac: name, encoding: 'base64' })(post(BODY, { 'x-secret': base64Of(digest) }))).toMatchObject(taken);
    const other = post(BODY.replace('7', '8'), { 'x-secret': `${prefix}${hexOf(digest)}` });
    expect((await refusal(() => reader({ hmac: name, prefix })(other))).code).toBe('signature_mismatch');
  });
  // RFC 4231, test case 2
  it('is that of the standard', async () => {
    const body = 'what do ya want for nothing?';
    const verify = { secret: 'Jefe', hmac: 'sha256' } as const;
    const signature = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect((await refusal(() => reader(verify)(post(body, { 'x-secret': signature })))).code).toBe('body_not_json');
  });
  it.each(['', 'zz', 'abc', 'sha256=ab'])('of another form is refused: %j', async (signature) => {
    expect((await refusal(() => reader({ hmac: 'sha256' })(post(BODY, { 'x-secret': signature })))).code).toBe('signature_malformed');
  });
});

it('the mapping says what is taken, ignored and refused', async () => {
  const when = { path: 'event', equals: 'done' };
  const read = jsonWebhook({ mapping: { ...mapping, when }, verify: { header: 'x-secret', secret: 's' } });
  expect(await read(post('{"event":"begun"}', { 'x-secret': 's' }))).toEqual({ kind: 'ignored', reason: 'other_event' });
  expect((await refusal(() => read(post('{"event":"done"}', { 'x-secret': 's' })))).code).toBe('payload_unreadable');
  expect((await refusal(() => read(post('{', { 'x-secret': 's' })))).code).toBe('body_not_json');
});

it.each([
  [{ mapping: { ...mapping, id: '..' }, verify: { header: 'x', secret: 's' } }, 'invalid_document'],
  [{ mapping, verify: { header: 'x', secret: '' } }, 'secret_missing'],
  [{ mapping, verify: { header: 'x y', secret: 's' } }, 'invalid_option'],
  [{ mapping, verify: { header: 'x', secret: 's', hmac: 'md5' as 'sha1' } }, 'invalid_option'],
  [{ mapping, verify: { header: 'x', secret: 's', hmac: 'constructor' as 'sha1' } }, 'invalid_option'],
])('%j is refused at once', async (options, code) => {
  expect(await refusal(() => jsonWebhook(options))).toMatchObject({ code, category: 'configuration' });
});

test.prop(
  [
    fc.oneof(
      fc.jsonValue().map((json) => JSON.stringify(json) ?? ''),
      fc.string(),
    ),
    fc.option(fc.stringMatching(/^[\x21-\x7e]{0,40}$/)),
  ],
  {
    numRuns: 150,
  },
)('any request, signed or not, is taken, ignored, or refused within the taxonomy', async (body, header) => {
  const digest = await hmac({ hash: 'SHA-256', secret: SECRET, message: bytesOf(body) });
  await expectWithinTaxonomy(() => reader({ hmac: 'sha256' })(post(body, { 'x-secret': header ?? hexOf(digest) })));
});

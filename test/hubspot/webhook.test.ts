import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hubspotWebhook } from '../../src/hubspot.ts';
import { fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const URL_ = 'https://www.example.com/webhook_uri';
const AT = 1_693_657_560_000;
const clock = { now: () => AT };
const event = (more: object) => ({
  eventId: 1,
  portalId: 62515,
  appId: 54321,
  subscriptionId: 1,
  attemptNumber: 0,
  occurredAt: AT,
  objectId: 123,
  ...more,
});

interface Posted {
  readonly url?: string;
  readonly signedUrl?: string;
  readonly body?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly headers?: Record<string, string>;
}
function post({ url = URL_, signedUrl = url, body = '[]', secret = SECRET, at = AT, headers = {} }: Posted = {}): Request {
  const signature = createHmac('sha256', secret).update(`POST${signedUrl}${body}${at}`).digest('base64');
  return new Request(url, {
    method: 'POST',
    body,
    headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(at), ...headers },
  });
}
const read = hubspotWebhook({ clientSecret: SECRET, clock });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { code: string; category: string }) => `${error.category} ${error.code}`,
  );

describe('a delivery', () => {
  it('with the signature of the official SDK’s own test is taken as signed', async () => {
    const request = new Request(URL_, {
      method: 'POST',
      body: "{'example_field':'example_value'}",
      headers: { 'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=', 'x-hubspot-request-timestamp': String(AT) },
    });
    expect(await codeOf(read(request))).toBe('webhook body_not_json'); // signed well, and no JSON
  });
  it('tells the records to pull, merged and deleted ones too, each once, and no value', async () => {
    const events = [
      event({ subscriptionType: 'contact.propertyChange', propertyName: 'phone', propertyValue: '+14155550100', occurredAt: AT + 2 }),
      event({
        subscriptionType: 'contact.propertyChange',
        propertyName: 'phone',
        propertyValue: '+14155550100',
        occurredAt: AT + 2,
        attemptNumber: 1,
      }),
      event({ subscriptionType: 'contact.creation', occurredAt: AT }),
      event({ subscriptionType: 'company.deletion', objectId: 9, occurredAt: AT + 1 }),
      event({
        subscriptionType: 'contact.merge',
        objectId: 1,
        primaryObjectId: 1,
        mergedObjectIds: [2],
        newObjectId: 3,
        occurredAt: AT + 3,
      }),
      event({ subscriptionType: 'object.restore', objectTypeId: '0-1', objectId: 5, occurredAt: AT + 4 }),
      event({ subscriptionType: 'object.creation', objectTypeId: '2-77', objectId: 6, occurredAt: AT + 5 }),
      {
        ...event({ subscriptionType: 'contact.associationChange', fromObjectId: 7, toObjectId: 8, occurredAt: AT + 6 }),
        objectId: undefined,
      },
      event({ subscriptionType: 'conversation.creation', objectId: 10 }),
      event({ subscriptionType: 'contact.creation', objectId: 'x' }),
    ];
    const delivery = await read(post({ body: JSON.stringify(events) }));
    if (delivery.kind !== 'records') throw new Error('nothing to pull');
    const account = '62515';
    expect(delivery.records).toEqual([
      { account, object: 'contacts', id: '123' },
      { account, object: 'companies', id: '9' },
      { account, object: 'contacts', id: '3' },
      { account, object: 'contacts', id: '1' },
      { account, object: 'contacts', id: '2' },
      { account, object: 'contacts', id: '5' },
      { account, object: '2-77', id: '6' },
      { account, object: 'contacts', id: '7' },
    ]);
    expect(delivery.events.map(({ type }) => type)).toEqual([
      'creation',
      'deletion',
      'propertyChange',
      'merge',
      'restore',
      'creation',
      'associationChange',
    ]);
    expect(delivery.events[3]).toMatchObject({ id: '3', mergedIds: ['1', '2'] });
    expect(JSON.stringify(delivery)).not.toContain('555');
  });
  it('about nothing that can be pulled is ignored', async () => {
    expect(await read(post())).toEqual({ kind: 'ignored', reason: 'no_records' });
    expect(await read(post({ body: JSON.stringify([event({ subscriptionType: 'conversation.newMessage' })]) }))).toMatchObject({
      kind: 'ignored',
    });
  });
  it('of the fake portal is read with what happened there', async () => {
    const time = manualClock('2026-11-01T12:00:00Z');
    const crm = fakeHubSpot({ clock: time });
    const ann = crm.add('contacts', { firstname: 'Ann' });
    const bea = crm.add('contacts', { firstname: 'Bea' });
    const left = crm.merge(ann.id, bea.id);
    const reader = hubspotWebhook({ clientSecret: crm.oauth.clientSecret, clock: time });
    const delivery = await reader(await crm.webhook());
    if (delivery.kind !== 'records') throw new Error('nothing to pull');
    expect(delivery.records.map(({ id }) => id)).toEqual(expect.arrayContaining([ann.id, bea.id, left.id]));
    expect(new Set(delivery.records.map(({ account }) => account))).toEqual(new Set([String(crm.portalId)]));
  });
});

describe('the URL', () => {
  it('is signed with a few of its escapes undone', async () => {
    const url = 'https://www.example.com/hook%3Fa?b=%2Fc%20d%3a';
    expect(await codeOf(read(post({ url, signedUrl: 'https://www.example.com/hook?a?b=/c%20d:' })))).toBe('taken');
  });
  it('behind a proxy is the one that HubSpot was given', async () => {
    const behind = { url: 'http://10.0.0.7:8080/webhook_uri', signedUrl: URL_ };
    expect(await codeOf(read(post(behind)))).toBe('webhook signature_mismatch');
    expect(await codeOf(hubspotWebhook({ clientSecret: SECRET, clock, url: URL_ })(post(behind)))).toBe('taken');
  });
});

describe('a request that is not taken', () => {
  it('of any age is too old where the tolerance is no number', async () => {
    const unset = hubspotWebhook({ clientSecret: SECRET, clock, toleranceMs: Number('unset') });
    expect(await codeOf(unset(post()))).toBe('webhook signature_stale');
  });

  it.each<[string, Posted]>([
    ['signature_mismatch', { secret: 'another' }],
    ['signature_mismatch', { signedUrl: 'https://www.example.com/other' }],
    ['signature_stale', { at: AT - 300_001 }],
    ['signature_stale', { at: AT + 300_001 }],
    ['signature_malformed', { headers: { 'x-hubspot-signature-v3': 'v1=abc' } }],
    ['signature_malformed', { headers: { 'x-hubspot-request-timestamp': 'now' } }],
    ['body_not_json', { body: '[' }],
    ['payload_unreadable', { body: '{}' }],
  ])('%s: %j', async (code, posted) => expect(await codeOf(read(post(posted)))).toBe(`webhook ${code}`));
  it('is taken up to five minutes before or after', async () => {
    for (const at of [AT - 300_000, AT + 300_000]) expect(await codeOf(read(post({ at })))).toBe('taken');
  });
  it('signature_missing', async () =>
    expect(await codeOf(read(new Request(URL_, { method: 'POST', body: '[]' })))).toBe('webhook signature_missing'));
  it('body_already_read', async () => {
    const request = post();
    await request.text();
    expect(await codeOf(read(request))).toBe('webhook body_already_read');
  });
  it('body_too_large, told or not', async () => {
    const small = hubspotWebhook({ clientSecret: SECRET, clock, bodyBytesMax: 10 });
    const body = JSON.stringify([event({})]);
    expect(await codeOf(small(post({ body })))).toBe('webhook body_too_large');
    expect(await codeOf(small(post({ body, headers: { 'content-length': '99' } })))).toBe('webhook body_too_large');
  });
  it('body_unreadable, which the platform may deliver again', async () => {
    const stream = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    const headers = post().headers;
    const request = new Request(URL_, { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit);
    await expect(read(request)).rejects.toMatchObject({ code: 'body_unreadable', category: 'webhook', retryable: true });
  });
  it('a changed body, even by a byte order mark', async () => {
    const signed = post();
    const request = new Request(URL_, { method: 'POST', body: '\ufeff[]', headers: signed.headers });
    expect(await codeOf(read(request))).toBe('webhook signature_mismatch');
  });
  it('shows nothing of its body', async () => {
    const error = await read(post({ body: '{"phone":"+14155550100"}' })).catch((reason: unknown) => reason);
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain('555');
  });
});

it('a reader without a secret is refused at once', () =>
  expect(() => hubspotWebhook({ clientSecret: '' })).toThrow(
    expect.objectContaining({ code: 'client_secret_missing', category: 'configuration' }),
  ));

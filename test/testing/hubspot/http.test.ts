import { setupServer } from 'msw/node';
import { describe, expect, it } from 'vitest';
import { fakeHubSpot } from '../../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../../src/testing/hubspot/scopes.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { apiOf, portal, START, UUID } from './api.ts';

describe('paths', () => {
  it.each([
    ['/crm/objects/2026-09/contacts', 200],
    ['/crm/objects/2026-03/contacts', 200],
    ['/crm/v3/objects/contacts', 200],
    ['/crm/objects/2025-09/contacts', 404],
    ['/crm/objects/2027-03/contacts', 404],
    ['/crm/v5/objects/contacts', 404],
    ['/crm/v4/associations/contacts/companies/labels', 200],
    ['/crm/v3/properties/contacts', 200],
    ['/crm/v3/pipelines/deals', 200],
    ['/crm/v3/owners/', 200],
    ['/crm/v3/schemas', 200],
    ['/account-info/v3/details', 200],
    ['/nothing', 404],
    ['/crm/objects/2026-09/contacts/1/2/3', 404],
    ['/crm/objects/2026-09/%E0%A4%A', 404],
    ['/crm/properties/2026-09/contacts/batch/read', 501],
    ['/crm/lists/2026-09/idmapping', 501],
    ['/crm/v3/objects/contacts/1/associations/companies', 501],
  ])('%s answers %i', async (path, status) => {
    expect((await portal().get(path)).status).toBe(status);
  });

  it('that are unknown know no JSON', async () => {
    const { headers, body } = await portal().get('/nothing');
    expect([headers.get('content-type'), body]).toEqual(['text/html', '<html><body>Not Found</body></html>']);
  });

  it('of the numbered versions mind no rule of 2026-09', async () => {
    const { call } = portal({ requiredOnCreate: { contacts: ['firstname'] } });
    const body = { properties: { email: 'a@example.com' } };
    expect((await call('/crm/v3/objects/contacts', { method: 'POST', body })).status).toBe(201);
    expect((await call('/crm/objects/2026-09/contacts', { method: 'POST', body: { properties: { email: 'b@example.com' } } })).status).toBe(
      400,
    );
  });

  it('take some methods and refuse the others', async () => {
    const { call } = portal();
    expect((await call('/crm/owners/2026-09', { method: 'POST', body: {} })).status).toBe(405);
    expect((await call('contacts', { method: 'DELETE' })).status).toBe(405);
  });

  it('are at one host for every region', async () => {
    const { crm } = portal();
    await expect(crm.fetch('https://api-eu1.hubapi.com/crm/objects/2026-09/contacts')).rejects.toThrow('fetch failed');
  });
});

describe('a request', () => {
  it.each<readonly [string, Parameters<ReturnType<typeof portal>['call']>[1], number, string]>([
    ['of another content type', { method: 'POST', body: {}, headers: { 'content-type': 'text/plain' } }, 415, 'Unsupported Media Type'],
    ['without a body', { method: 'POST' }, 400, 'Invalid input JSON: the request has no body'],
    [
      'with a list',
      { method: 'POST', body: [] },
      400,
      'Invalid input JSON on line 1, column 1: Cannot deserialize value of this type: expected an object',
    ],
  ])('%s is refused', async (_, request, status, message) => {
    expect(await portal().call('contacts', request)).toMatchObject({
      status,
      body: { status: 'error', message, correlationId: expect.stringMatching(UUID) },
    });
  });

  it('whose JSON is broken is refused', async () => {
    const { crm } = portal();
    const { accessToken } = await crm.options.auth.token({} as never);
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    const response = await crm.fetch('https://api.hubapi.com/crm/objects/2026-09/contacts', { method: 'POST', headers, body: '{' });
    expect([response.status, ((await response.json()) as { message: string }).message]).toEqual([
      400,
      expect.stringContaining('Invalid input JSON on line 1'),
    ]);
  });

  it('that is too long gets a page of HTML', async () => {
    const { status, headers, body } = await portal().get(`contacts?properties=${'x'.repeat(8000)}`);
    expect([status, headers.get('content-type'), body]).toEqual([414, 'text/html', expect.stringContaining('414 Request-URI Too Large')]);
  });

  it('is noted with what it was for, without header, query and body', async () => {
    const { crm, get, create, search } = portal();
    await get('contacts?properties=secret');
    await create('calls', { hs_timestamp: '1793527200000', hs_call_body: 'secret' });
    await search('contacts', { query: 'secret' });
    expect(crm.calls.map(({ operation, method, path, status, counted }) => [operation, method, path, status, counted])).toEqual([
      ['list contacts', 'GET', '/crm/objects/2026-09/contacts', 200, 1],
      ['create calls', 'POST', '/crm/objects/2026-09/calls', 201, 1],
      ['search contacts', 'POST', '/crm/objects/2026-09/contacts/search', 200, 1],
    ]);
    expect(crm.calls.counts).toEqual({ 'list contacts': 1, list: 1, 'create calls': 1, create: 1, 'search contacts': 1, search: 1 });
    expect(JSON.stringify(crm.calls)).not.toContain('secret');
    crm.forgetCalls();
    expect(crm.calls).toHaveLength(0);
  });
});

describe('scopes', () => {
  it.each([
    ['/crm/objects/2026-09/deals', 'GET', 'crm.objects.deals.read', ['crm.objects.deals.read']],
    ['/crm/objects/2026-09/deals', 'POST', 'crm.objects.deals.write', ['crm.objects.deals.write']],
    ['/crm/objects/2026-09/tickets', 'GET', 'tickets', ['tickets']],
    ['/crm/objects/2026-09/calls', 'POST', 'crm.objects.contacts.write', ['crm.objects.contacts.write']],
    ['/crm/objects/2026-09/notes/search', 'POST', 'crm.objects.contacts.read', ['crm.objects.contacts.read']],
    ['/crm/owners/2026-09', 'GET', 'crm.objects.owners.read', ['crm.objects.owners.read']],
    ['/crm/lists/2026-09/search', 'POST', 'crm.lists.read', ['crm.lists.read']],
    ['/crm/properties/2026-09/contacts', 'POST', 'crm.schemas.contacts.write', ['crm.schemas.contacts.write']],
  ])('%s by %s needs %s', async (path, method, scope, wanted) => {
    const { call } = portal({ scopes: ALL_SCOPES.filter((one) => one !== scope) });
    const { status, body } = await call(path, { method, ...(method === 'POST' ? { body: {} } : {}) });
    expect([status, body]).toEqual([
      403,
      {
        status: 'error',
        message:
          "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
        correlationId: expect.stringMatching(UUID),
        errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: wanted } }],
        links: { scopes: 'https://developers.hubspot.com/scopes' },
        category: 'MISSING_SCOPES',
      },
    ]);
  });

  it('any one of several is enough', async () => {
    const path = '/crm/properties/2026-09/contacts';
    expect((await portal({ scopes: ['crm.objects.contacts.read'] }).get(path)).status).toBe(200);
    expect((await portal({ scopes: ['crm.schemas.contacts.read'] }).get(path)).status).toBe(200);
    expect((await portal({ scopes: ['oauth'] }).get(path)).body.errors[0].context.requiredGranularScopes).toEqual([
      'crm.schemas.contacts.read',
      'crm.objects.contacts.read',
    ]);
  });
});

describe('limits', () => {
  const limit = (headers: Headers) => Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-hubspot-ratelimit')));

  it('are told in answers, and not in those of a search', async () => {
    const { get, search } = portal({ burstLimit: 110 });
    await search('contacts', {});
    expect(limit((await get('contacts')).headers)).toEqual({
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': '110',
      'x-hubspot-ratelimit-remaining': '109',
      'x-hubspot-ratelimit-secondly': '11',
      'x-hubspot-ratelimit-secondly-remaining': '10',
    });
    const { headers } = await search('contacts', {});
    expect([limit(headers), headers.get('x-hubspot-correlation-id')]).toEqual([{}, expect.stringMatching(UUID)]);
  });

  it.each([
    ['oauth', '110'],
    ['private', '100'],
  ] as const)('of ten seconds depend on the kind of app: %s', async (app, most) => {
    const crm = fakeHubSpot({ clock: manualClock(START), app });
    expect(limit((await apiOf(crm).get('contacts')).headers)).toMatchObject({ 'x-hubspot-ratelimit-max': most });
  });

  it('of the day are told to private apps, in answers of a search too', async () => {
    const { get, search } = portal({ app: 'private', dailyLimit: 1000 });
    const daily = { 'x-hubspot-ratelimit-daily': '1000', 'x-hubspot-ratelimit-daily-remaining': '999' };
    expect(limit((await get('contacts')).headers)).toMatchObject(daily);
    expect(limit((await search('contacts', {})).headers)).toEqual({ ...daily, 'x-hubspot-ratelimit-daily-remaining': '998' });
  });

  it('of ten seconds refuse until a request of then is ten seconds old', async () => {
    const { clock, crm, get } = portal({ burstLimit: 2 });
    await get('contacts');
    clock.advance(4000);
    await get('contacts');
    const { status, headers, body } = await get('contacts');
    expect([status, headers.get('retry-after'), headers.get('x-hubspot-ratelimit-remaining'), body]).toEqual([
      429,
      null,
      '0',
      {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        correlationId: expect.stringMatching(UUID),
        policyName: 'TEN_SECONDLY_ROLLING',
        requestId: expect.any(String),
      },
    ]);
    clock.advance(6000);
    expect([(await get('contacts')).status, (await get('contacts')).status]).toEqual([200, 429]);
    expect(crm.calls.map(({ counted }) => counted)).toEqual([1, 1, 0, 1, 0]);
  });

  it('of searches are five a second, apart from the others', async () => {
    const { clock, get, search } = portal({ searchLimit: 5, burstLimit: 2 });
    for (let index = 0; index < 5; index += 1) expect((await search('contacts', {})).status).toBe(200);
    const { status, body, headers } = await search('companies', {});
    expect([status, body, limit(headers)]).toEqual([
      429,
      {
        status: 'error',
        message: 'You have reached your secondly limit.',
        correlationId: expect.stringMatching(UUID),
        category: 'RATE_LIMITS',
      },
      {},
    ]);
    expect((await get('contacts')).status).toBe(200);
    clock.advance(1000);
    expect((await search('contacts', {})).status).toBe(200);
  });

  it('of the day hold until midnight of the account', async () => {
    const { clock, get } = portal({ dailyLimit: 1, timeZone: 'Asia/Tokyo' });
    expect((await get('contacts')).status).toBe(200);
    expect((await get('contacts')).body).toMatchObject({ message: 'You have reached your daily limit.', policyName: 'DAILY' });
    clock.set('2026-11-01T14:59:59Z');
    expect((await get('contacts')).status).toBe(429);
    clock.set('2026-11-01T15:00:00Z');
    expect((await get('contacts')).status).toBe(200);
  });

  it('are not touched by what was not let in', async () => {
    const { call, get } = portal({ burstLimit: 1 });
    await call('contacts', { headers: { authorization: 'Bearer x' } });
    expect((await get('contacts')).status).toBe(200);
  });
});

describe('other ways in', () => {
  it('a socket', async () => {
    const { crm } = portal();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    await using server = await crm.listen();
    const { accessToken } = await crm.options.auth.token({} as never);
    const response = await fetch(`${server.url}/crm/objects/2026-09/contacts/${ann.id}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect([response.status, response.headers.get('content-type'), ((await response.json()) as { id: string }).id]).toEqual([
      200,
      'application/json;charset=utf-8',
      ann.id,
    ]);
  });

  it('a socket breaks as it should', async () => {
    const { crm } = portal();
    await using server = await crm.listen();
    crm.fault({ on: 'token', what: 'network' });
    await expect(fetch(`${server.url}/oauth/2026-09/token`, { method: 'POST', body: '' })).rejects.toThrow('fetch failed');
  });

  it('msw', async () => {
    const { crm } = portal();
    const server = setupServer(...(await crm.mswHandlers()));
    server.listen({ onUnhandledFrame: 'error' });
    try {
      expect((await fetch('https://api.hubapi.com/crm/objects/2026-09/contacts')).status).toBe(401);
      expect((await fetch('https://app.hubspot.com/oauth/authorize')).status).toBe(400);
    } finally {
      server.close();
    }
  });
});

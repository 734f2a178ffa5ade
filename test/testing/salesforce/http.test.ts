import { setupServer } from 'msw/node';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

describe('versions', () => {
  it('are listed without a session, and cost nothing', async () => {
    const crm = fakeSalesforce();
    const response = await crm.fetch(`${crm.instanceUrl}/services/data`);
    const list = (await response.json()) as unknown[];
    expect([list.length, list[0], list.at(-1)]).toEqual([
      36,
      { label: "Summer '14", url: '/services/data/v31.0', version: '31.0' },
      { label: "Spring '26", url: '/services/data/v66.0', version: '66.0' },
    ]);
    expect(response.headers.has('sforce-limit-info')).toBe(false);
    expect(crm.calls[0]?.counted).toBe(0);
  });

  it('are retired with 410, or not there yet with 404', async () => {
    const crm = fakeSalesforce();
    expect((await apiOf(crm, '30.0').call('limits')).status).toBe(410);
    expect((await apiOf(crm, '67.0').call('limits')).status).toBe(404);
    expect((await apiOf(crm, '52.0').call('limits')).status).toBe(200);
  });
});

describe('limits', () => {
  it('are told truthfully in every answer with a body', async () => {
    const crm = fakeSalesforce({ dailyLimit: 100 });
    const { call } = apiOf(crm);
    const ann = crm.add('Contact', { LastName: 'Ann' });
    expect(
      (await call(`sobjects/Contact/${ann.id}`, { method: 'PATCH', body: { Title: 'x' } })).headers.get('sforce-limit-info'),
    ).toBeNull();
    const { headers, body } = await call('limits');
    expect(headers.get('sforce-limit-info')).toBe('api-usage=2/100');
    expect(body.DailyApiRequests).toEqual({ Max: 100, Remaining: 98 });
  });

  it('refuse when they are used up, until a day has passed', async () => {
    const clock = manualClock('2026-01-01T12:00:00Z');
    const crm = fakeSalesforce({ clock, dailyLimit: 2, sessionSeconds: 1e9 });
    const { call } = apiOf(crm);
    await call('limits');
    clock.advance(3_600_000);
    await call('limits');
    expect(await call('limits')).toMatchObject({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    });
    clock.advance(23 * 3_600_000);
    expect((await call('limits')).status).toBe(200);
    expect((await call('limits')).status).toBe(403);
  });
});

describe('requests', () => {
  it.each<
    readonly [
      string,
      string,
      { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: unknown },
      number,
      string,
    ]
  >([
    ['an unknown path', 'nothing', {}, 404, 'NOT_FOUND'],
    ['a wrong method', 'query?q=x', { method: 'POST', body: {} }, 405, 'METHOD_NOT_ALLOWED'],
    [
      'a body that is no JSON',
      'sobjects/Contact',
      { method: 'POST', body: {}, headers: { 'content-type': 'text/plain' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a body that is a list', 'sobjects/Contact', { method: 'POST', body: [] }, 400, 'JSON_PARSER_ERROR'],
    ['no body', 'sobjects/Contact', { method: 'POST' }, 400, 'JSON_PARSER_ERROR'],
    ['no query', 'query', {}, 400, 'MALFORMED_QUERY'],
    ['a long URI', `query?q=${'a'.repeat(16_384)}`, {}, 414, 'URI_TOO_LONG'],
    ['long headers', `query?q=${'a'.repeat(8_000)}`, { headers: { 'x-long': 'a'.repeat(9_000) } }, 431, 'REQUEST_HEADER_FIELDS_TOO_LARGE'],
    ['a wrong token', 'limits', { headers: { authorization: 'Bearer wrong' } }, 401, 'INVALID_SESSION_ID'],
    ['a broken percent sign', 'sobjects/%E0%A4%A', {}, 404, 'NOT_FOUND'],
    ['what the fake has not', 'tooling/query', { method: 'POST', body: {} }, 501, 'FAKE_DOES_NOT_SUPPORT'],
  ])('%s', async (_, path, request, status, code) => {
    const answer = await apiOf(fakeSalesforce()).call(path, request);
    expect([answer.status, answer.body[0].errorCode]).toEqual([status, code]);
  });

  it('go to the hosts of the org and nowhere else', async () => {
    const crm = fakeSalesforce({ instanceUrl: 'https://acme.my.salesforce.com' });
    expect(crm.options.instanceUrl).toBe('https://acme.my.salesforce.com');
    await expect(crm.fetch('https://evil.example.com/services/data')).rejects.toThrow('fetch failed');
    expect((await crm.fetch('https://login.salesforce.com/services/data/v66.0/limits')).status).toBe(404);
  });

  it('are noted without headers, queries and bodies', async () => {
    const crm = fakeSalesforce();
    await apiOf(crm).query("SELECT Id FROM Contact WHERE LastName = 'secret'");
    expect(crm.calls).toEqual([
      {
        method: 'GET',
        path: '/services/data/v66.0/query',
        operation: 'query',
        operations: ['query'],
        status: 200,
        token: false,
        counted: 1,
      },
    ]);
    crm.forgetCalls();
    expect([crm.calls.length, crm.calls.counts]).toEqual([0, {}]);
  });
});

describe('listen', () => {
  it('serves on 127.0.0.1, and the token answer leads back there', async () => {
    const crm = fakeSalesforce();
    await using server = await crm.listen();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: crm.oauth.clientId,
      client_secret: crm.oauth.clientSecret,
    });
    const token = (await (await fetch(`${server.url}/services/oauth2/token`, { method: 'POST', body: form })).json()) as Record<
      string,
      string
    >;
    expect(token['instance_url']).toBe(server.url);
    const response = await fetch(`${token['instance_url']}/services/data/v66.0/sobjects/Contact`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token['access_token']}`, 'content-type': 'application/json' },
      body: JSON.stringify({ LastName: 'Müller 🙂' }),
    });
    expect(response.status).toBe(201);
    expect(crm.list('Contact')[0]?.fields['LastName']).toBe('Müller 🙂');
  });

  it('breaks the connection where a fault says so, and closes', async () => {
    const crm = fakeSalesforce();
    const server = await crm.listen();
    crm.fault({ on: 'versions', what: 'network' });
    await expect(fetch(`${server.url}/services/data`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${server.url}/services/data`)).status).toBe(200);
    await server.close();
    await server.close();
    await expect(fetch(`${server.url}/services/data`)).rejects.toThrow('fetch failed');
  });
});

it('msw handlers bring the fake to the global fetch', async () => {
  const crm = fakeSalesforce();
  const server = setupServer(...(await crm.mswHandlers()));
  server.listen({ onUnhandledFrame: 'error' });
  try {
    expect((await fetch(`${crm.instanceUrl}/services/data`)).status).toBe(200);
    crm.fault({ on: 'versions', what: 'network' });
    await expect(fetch(`${crm.instanceUrl}/services/data`)).rejects.toThrow();
  } finally {
    server.close();
  }
});

import { describe, expect, it } from 'vitest';
import { isCrmSyncError } from '../../../src/errors.ts';
import { fakeHubSpot } from '../../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { apiOf, START } from './api.ts';

const app = (options: Parameters<typeof fakeHubSpot>[0] = {}) => {
  const clock = manualClock(START);
  const crm = fakeHubSpot({ clock, ...options });
  const { clientId, clientSecret } = crm.oauth;
  const client = { client_id: clientId, client_secret: clientSecret };
  const form = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await crm.fetch(`https://api.hubapi.com/oauth/${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    clock,
    crm,
    client,
    form,
    api: async (accessToken: unknown) =>
      (
        await crm.fetch('https://api.hubapi.com/account-info/2026-09/details', {
          headers: { authorization: `Bearer ${String(accessToken)}` },
        })
      ).status,
    refresh: (refreshToken = crm.oauth.refreshToken, version = '2026-09') =>
      form(`${version}/token`, { grant_type: 'refresh_token', refresh_token: refreshToken, ...client }),
  };
};
const DEAD = 'refresh token is invalid, expired or revoked';
const BAD_REFRESH_TOKEN = {
  status: 400,
  body: { status: 'BAD_REFRESH_TOKEN', message: DEAD, error: 'invalid_grant', error_description: DEAD },
};

describe('a refresh', () => {
  it.each(['2026-09', '2026-03', 'v3', 'v1'])(
    'at version %s gives a token for half an hour, and the same refresh token',
    async (version) => {
      const { api, crm, clock, refresh } = app();
      const { status, body } = await refresh(crm.oauth.refreshToken, version);
      expect([status, body]).toEqual([
        200,
        {
          token_type: 'bearer',
          token_use: 'access_token',
          access_token: expect.stringMatching(/^CJ/),
          refresh_token: crm.oauth.refreshToken,
          expires_in: 1800,
          hub_id: crm.portalId,
          scopes: expect.arrayContaining(['oauth', 'crm.objects.contacts.read']),
          user_id: expect.any(Number),
        },
      ]);
      expect(await api(body['access_token'])).toBe(200);
      clock.advance(1_800_000);
      expect(await api(body['access_token'])).toBe(401);
      expect(crm.calls[0]).toMatchObject({ operation: 'token', token: true, counted: 0 });
    },
  );

  it('rotates when asked to: the old one is dead at once', async () => {
    const { crm, refresh } = app();
    crm.oauth.rotate = true;
    const old = crm.oauth.refreshToken;
    const { body } = await refresh();
    expect([body['refresh_token'], body['refresh_token'] === old]).toEqual([crm.oauth.refreshToken, false]);
    expect(await refresh(old)).toEqual(BAD_REFRESH_TOKEN);
    expect((await refresh()).status).toBe(200);
  });

  it('is refused after the app was uninstalled, and its tokens are unknown', async () => {
    const { api, crm, refresh } = app();
    const { body } = await refresh();
    crm.oauth.revoke();
    expect(await refresh()).toEqual(BAD_REFRESH_TOKEN);
    expect(await api(body['access_token'])).toBe(401);
  });

  it.each([
    ['another client', { client_id: 'x' }, 'BAD_CLIENT_ID', 'invalid_client'],
    ['another secret', { client_secret: 'x' }, 'BAD_CLIENT_SECRET', 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 'BAD_GRANT_TYPE', 'unsupported_grant_type'],
  ])('from %s is refused', async (_, given, status, error) => {
    const { client, crm, form } = app();
    const fields = { grant_type: 'refresh_token', refresh_token: crm.oauth.refreshToken, ...client, ...given };
    expect(await form('2026-09/token', fields)).toMatchObject({ status: 400, body: { status, error } });
  });

  it('as JSON or by GET is refused', async () => {
    const { client, crm, form } = app();
    const fields = { grant_type: 'refresh_token', refresh_token: crm.oauth.refreshToken, ...client };
    expect((await form('2026-09/token', fields, { 'content-type': 'application/json' })).body['error']).toBe('invalid_request');
    expect((await crm.fetch(`https://api.hubapi.com/oauth/2026-09/token?${new URLSearchParams(fields).toString()}`)).status).toBe(405);
  });
});

describe('a code', () => {
  it('goes through the page in the browser, and is good once', async () => {
    const { api, client, crm, form } = app();
    const redirectUri = 'https://app.example.com/oauth/callback';
    const page = new URLSearchParams({ client_id: crm.oauth.clientId, redirect_uri: redirectUri, scope: 'oauth', state: 's1' });
    const response = await crm.fetch(`https://app.hubspot.com/oauth/authorize?${page.toString()}`, { redirect: 'manual' });
    const back = new URL(response.headers.get('location')!);
    expect([response.status, back.origin + back.pathname, back.searchParams.get('state')]).toEqual([302, redirectUri, 's1']);
    const fields = { grant_type: 'authorization_code', code: back.searchParams.get('code')!, redirect_uri: redirectUri, ...client };
    const { body } = await form('2026-09/token', fields);
    expect(await api(body['access_token'])).toBe(200);
    expect(await form('2026-09/token', fields)).toMatchObject({ status: 400, body: { status: 'BAD_AUTH_CODE', error: 'invalid_grant' } });
  });

  it.each([
    ['with another address', {}, { redirect_uri: 'https://evil.example.com' }, 0, 'BAD_REDIRECT_URI'],
    ['too late', {}, {}, 60_001, 'BAD_AUTH_CODE'],
    ['without its verifier', { codeChallenge: 'x' }, {}, 0, 'BAD_CODE_VERIFIER'],
  ])('%s is refused', async (_, asked, given, ms, status) => {
    const { client, clock, crm, form } = app();
    const redirectUri = 'https://app.example.com/oauth/callback';
    const code = crm.oauth.authorize({ redirectUri, ...asked });
    clock.advance(ms);
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...client, ...given };
    expect((await form('2026-09/token', fields)).body['status']).toBe(status);
  });

  it('with its verifier passes (the example of RFC 7636)', async () => {
    const { client, crm, form } = app();
    const redirectUri = 'https://app.example.com/oauth/callback';
    const code = crm.oauth.authorize({ redirectUri, codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' });
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...client };
    expect((await form('2026-09/token', { ...fields, code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' })).status).toBe(200);
  });
});

it('introspection tells what a token is, and revocation ends it', async () => {
  const { api, client, clock, crm, form, refresh } = app();
  const { body } = await refresh();
  const token = String(body['access_token']);
  clock.advance(60_000);
  const introspect = async (given: string) => (await form('2026-09/token/introspect', { token: given, ...client })).body;
  expect(await introspect(token)).toMatchObject({ active: true, token_use: 'access_token', hub_id: crm.portalId, expires_in: 1740 });
  expect(await introspect(crm.oauth.refreshToken)).toMatchObject({ active: true, token_use: 'refresh_token' });
  expect(await introspect('nothing')).toEqual({ active: false });
  expect((await form('2026-09/token/revoke', { token: crm.oauth.refreshToken, ...client })).status).toBe(200);
  expect([await introspect(token), await api(token)]).toEqual([{ active: false }, 401]);
  expect(await refresh()).toEqual(BAD_REFRESH_TOKEN);
});

describe('a token that is not good', () => {
  const refusal = async (crm: ReturnType<typeof app>['crm'], authorization: string | null) => {
    const response = await crm.fetch('https://api.hubapi.com/account-info/2026-09/details', {
      headers: authorization === null ? {} : { authorization },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('has expired, and says since when', async () => {
    const { clock, crm } = app();
    const { accessToken } = await crm.options.auth.token({} as never);
    clock.advance(1_875_000);
    expect(await refusal(crm, `Bearer ${accessToken}`)).toMatchObject({
      status: 401,
      body: {
        status: 'error',
        message: 'The OAuth token used to make this call expired 75 second(s) ago.',
        category: 'EXPIRED_AUTHENTICATION',
        context: { 'expire time': ['2026-11-01T10:30:00.500Z'] },
      },
    });
  });

  it.each([
    ['missing', null],
    ['unknown', 'Bearer CJunknown'],
    ['unknown', 'Bearer pat-na1-unknown'],
    ['of another scheme', 'Basic x'],
  ])('is %s', async (_, authorization) => {
    const { status, body } = await refusal(app().crm, authorization);
    expect([status, body['category'], String(body['message']).slice(0, 37)]).toEqual([
      401,
      'INVALID_AUTHENTICATION',
      'Authentication credentials not found.',
    ]);
  });

  it('is no token of HubSpot at all: it expired in 1970', async () => {
    expect((await refusal(app().crm, 'Bearer some-other-secret')).body).toMatchObject({
      category: 'EXPIRED_AUTHENTICATION',
      context: { 'expire time': ['1970-01-01T00:00:00Z'] },
    });
  });
});

describe('the auth of the options', () => {
  const call = (crm: ReturnType<typeof app>['crm'], signal = new AbortController().signal) => ({
    signal,
    fetch: crm.fetch,
    clock: manualClock(START),
    random: () => 0,
  });

  it('starts with a token, and refreshes once for all who ask', async () => {
    const { api, crm } = app();
    const { auth } = crm.options;
    const first = await auth.token(call(crm));
    expect(first).toEqual({ accessToken: expect.any(String), account: String(crm.portalId), userId: expect.any(String) });
    crm.expireTokens();
    const others = await Promise.all([auth.refresh(first, call(crm)), auth.refresh(first, call(crm))]);
    const later = await auth.refresh(first, call(crm));
    expect(new Set([...others, later].map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(later.reused).toBe(true);
    expect(await api(later.accessToken)).toBe(200);
    expect(crm.calls.counts['token']).toBe(1);
  });

  it.each([
    ['expired_token', 'authentication', false],
    ['disconnected', 'authentication', false],
    ['server_error', 'server', true],
    ['rate_limited', 'server', true],
    ['broken_json', 'server', true],
    ['network', 'network', true],
  ] as const)('throws an error of ours under %s', async (what, category, retryable) => {
    const { crm } = app();
    const { auth } = crm.options;
    crm.fault({ on: 'token', what });
    const error = await auth.refresh(await auth.token(call(crm)), call(crm)).catch((caught: unknown) => caught);
    expect(isCrmSyncError(error) && [error.category, error.retryable]).toEqual([category, retryable]);
  });

  it('lets one caller give up, and the refresh goes on', async () => {
    const { crm } = app();
    const { auth } = crm.options;
    const first = await auth.token(call(crm));
    await expect(auth.refresh(first, call(crm, AbortSignal.abort()))).rejects.toThrow('aborted');
    await expect(auth.refresh(first, call(crm))).resolves.not.toMatchObject({ accessToken: first.accessToken });
    expect(crm.calls.counts['token']).toBe(1);
  });

  it('of a private app never expires, and cannot be renewed', async () => {
    const { clock, crm } = app({ app: 'private' });
    const { auth } = crm.options;
    const token = await auth.token(call(crm));
    expect([token.accessToken, token.accessToken.startsWith('pat-')]).toEqual([crm.privateToken, true]);
    clock.advance(1e12);
    expect((await apiOf(crm).get('contacts')).status).toBe(200);
    await expect(auth.refresh(token, call(crm))).rejects.toMatchObject({ category: 'authentication' });
  });
});

it('a deleted account answers BAD_HUB', async () => {
  const { crm, refresh } = app();
  crm.fault({ on: 'token', what: 'disconnected' });
  expect(await refresh()).toMatchObject({
    status: 400,
    body: { status: 'BAD_HUB', message: 'missing or unknown hub id', error: 'access_denied' },
  });
});

describe('the page in the browser', () => {
  const redirect_uri = 'https://app.example.com/oauth/callback';
  const open = async ({ client, crm }: ReturnType<typeof app>, asked: Record<string, string>, more = '') => {
    const query = new URLSearchParams({ client_id: client.client_id, redirect_uri, scope: 'oauth', state: 's1', ...asked });
    const response = await crm.fetch(`https://app.hubspot.com/oauth/authorize?${query.toString()}${more}`, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (location !== null) return { status: response.status, back: Object.fromEntries(new URL(location).searchParams) };
    return { status: response.status, error: ((await response.json()) as Record<string, unknown>)['status'] };
  };

  it.each([
    ['another client', { client_id: 'x' }, 'BAD_CLIENT_ID'],
    ['an address that the app has not registered', { redirect_uri: 'https://evil.example.com/' }, 'BAD_REDIRECT_URI'],
    ['a scope that the app has not', { scope: 'oauth everything' }, 'BAD_SCOPES'],
    ['scopes joined by a plus', { scope: 'oauth tickets' }, 'BAD_SCOPES'],
    ['a challenge that is none', { code_challenge: 'short' }, 'BAD_REQUEST'],
  ])('sends the browser nowhere for %s', async (_, asked, error) => {
    expect(await open(app(), asked)).toEqual({ status: 400, error });
  });
  it('takes scopes joined by %20, and optional ones', async () => {
    const { status, back } = await open(app(), { redirect_uri }, '&optional_scope=tickets%20crm.objects.deals.read');
    expect([status, back]).toEqual([302, { code: expect.any(String), state: 's1' }]);
  });
  it('sends it back where the user does not agree', async () => {
    const one = app();
    one.crm.oauth.declines = true;
    expect(await open(one, {})).toMatchObject({ status: 302, back: { error: 'access_denied', state: 's1' } });
  });
});

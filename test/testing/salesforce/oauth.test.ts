import { describe, expect, it } from 'vitest';
import { isCrmSyncError } from '../../../src/errors.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';

const START = '2026-01-01T00:00:00Z';
const org = (options: Parameters<typeof fakeSalesforce>[0] = {}) => {
  const clock = manualClock(START);
  const crm = fakeSalesforce({ clock, ...options });
  const { clientId, clientSecret } = crm.oauth;
  const token = async (
    form: Record<string, string>,
    { host = 'https://login.salesforce.com', headers = {} as Record<string, string> } = {},
  ) => {
    const response = await crm.fetch(`${host}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const api = async (accessToken: string, path = '/services/data/v66.0/limits') =>
    (await crm.fetch(crm.instanceUrl + path, { headers: { authorization: `Bearer ${accessToken}` } })).status;
  const client = { client_id: clientId, client_secret: clientSecret };
  return {
    clock,
    crm,
    token,
    api,
    client,
    refresh: (refreshToken = crm.oauth.refreshToken) => token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...client }),
  };
};
const DEAD = { status: 400, body: { error: 'invalid_grant', error_description: 'expired access/refresh token' } };

describe('refresh token', () => {
  it('gives a session and the place of the API, and no lifetime', async () => {
    const { crm, api, refresh } = org();
    const { status, body } = await refresh();
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^00D\w{12}!/),
        scope: 'refresh_token api',
        instance_url: crm.instanceUrl,
        id: `https://login.salesforce.com/id/${crm.orgId}/${crm.userId}`,
        token_type: 'Bearer',
        issued_at: String(Date.parse(START)),
        signature: expect.any(String),
      },
    ]);
    expect(await api(body['access_token']!)).toBe(200);
    expect(crm.calls[0]).toMatchObject({ operation: 'token', token: true, counted: 0 });
  });

  it('rotates when asked to: the old one is dead at once', async () => {
    const { crm, refresh } = org();
    crm.oauth.rotate = true;
    const old = crm.oauth.refreshToken;
    const { body } = await refresh();
    expect(body['refresh_token']).toBe(crm.oauth.refreshToken);
    expect(await refresh(old)).toEqual(DEAD);
    expect((await refresh(body['refresh_token'])).status).toBe(200);
  });

  it('is dead after a revocation, with every session', async () => {
    const { crm, api, refresh } = org();
    const { body } = await refresh();
    await crm.fetch('https://login.salesforce.com/services/oauth2/revoke', {
      method: 'POST',
      body: new URLSearchParams({ token: crm.oauth.refreshToken }),
    });
    expect(await refresh()).toEqual(DEAD);
    expect(await api(body['access_token']!)).toBe(401);
  });

  it('is lost with its answer when it rotates', async () => {
    const { crm, refresh } = org();
    crm.oauth.rotate = true;
    const old = crm.oauth.refreshToken;
    crm.fault({ on: 'token', what: 'lost_ack' });
    await expect(refresh()).rejects.toThrow('fetch failed');
    expect(await refresh(old)).toEqual(DEAD);
  });
});

it.each<readonly [string, Record<string, string>, string]>([
  ['an unknown client', { grant_type: 'refresh_token', client_id: 'x' }, 'invalid_client_id'],
  ['a wrong secret', { grant_type: 'refresh_token', client_id: 'right', client_secret: 'x' }, 'invalid_client'],
  ['an unknown grant', { grant_type: 'password', client_id: 'right' }, 'unsupported_grant_type'],
  ['a refresh token of somebody else', { grant_type: 'refresh_token', client_id: 'right', refresh_token: 'x' }, 'invalid_grant'],
  [
    'client credentials on the login host',
    { grant_type: 'client_credentials', client_id: 'right', client_secret: 'right' },
    'invalid_grant',
  ],
])('the token endpoint refuses %s', async (_, form, error) => {
  const { token, client } = org();
  const filled = Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, value === 'right' ? client[name as keyof typeof client] : value]),
  );
  expect(await token(filled)).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
});

it('client credentials work on the My Domain host, in the body or as Basic', async () => {
  const { crm, token, client } = org();
  const host = crm.instanceUrl;
  expect((await token({ grant_type: 'client_credentials', ...client }, { host })).status).toBe(200);
  const basic = { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` };
  const { status, body } = await token({ grant_type: 'client_credentials' }, { host, headers: basic });
  expect([status, body['refresh_token']]).toEqual([200, undefined]);
});

describe('authorization code', () => {
  const verifier = 'a-verifier-of-at-least-forty-three-characters-1';
  const challenge = 'fIDPWoOMEyEkrAwcMPTqGUF8Bpcjr7GgZHV_qOqLHKI';
  const redirect = 'https://app.example.com/oauth/callback';
  const begin = async (challenged: string) => {
    const one = org();
    const page = new URL('https://login.salesforce.com/services/oauth2/authorize');
    page.search = new URLSearchParams({
      response_type: 'code',
      client_id: one.client.client_id,
      redirect_uri: redirect,
      state: 's t',
      code_challenge: challenged,
      code_challenge_method: 'S256',
    }).toString();
    const response = await one.crm.fetch(page, { redirect: 'manual' });
    const back = new URL(response.headers.get('location')!);
    expect([response.status, back.origin + back.pathname, back.searchParams.get('state')]).toEqual([302, redirect, 's t']);
    const exchange = (more: Record<string, string>) =>
      one.token({ grant_type: 'authorization_code', code: back.searchParams.get('code')!, redirect_uri: redirect, ...one.client, ...more });
    return { ...one, exchange };
  };
  const digest = async () => {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    return Buffer.from(bytes).toString('base64url');
  };

  it('is good once, with its verifier', async () => {
    const { crm, exchange } = await begin(await digest());
    const { status, body } = await exchange({ code_verifier: verifier });
    expect([status, body['refresh_token']]).toEqual([200, crm.oauth.refreshToken]);
    expect((await exchange({ code_verifier: verifier })).body['error']).toBe('invalid_grant');
  });

  it.each<readonly [string, Record<string, string>, string]>([
    ['a wrong verifier', { code_verifier: 'wrong' }, 'invalid_grant'],
    ['another redirect', { redirect_uri: 'https://evil.example.com' }, 'redirect_uri_mismatch'],
  ])('is refused with %s', async (_, more, error) => {
    const { exchange } = await begin(challenge);
    expect((await exchange(more)).body['error']).toBe(error);
  });

  it('is dead after a quarter of an hour', async () => {
    const { clock, exchange } = await begin(await digest());
    clock.advance(16 * 60_000);
    expect((await exchange({ code_verifier: verifier })).body['error_description']).toBe('expired authorization code');
  });
});

describe('JWT bearer', () => {
  const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const assertion = (claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'RS256' }) =>
    `${part(header)}.${part(claims)}.c2lnbmVk`;
  const now = Date.parse(START) / 1000;
  const good = (one: ReturnType<typeof org>) => ({
    iss: one.crm.oauth.clientId,
    sub: one.crm.oauth.username,
    aud: 'https://login.salesforce.com',
    exp: now + 180,
  });

  it('gives a session and no refresh token; the end may be text', async () => {
    const one = org();
    for (const exp of [now + 180, String(now + 180)]) {
      const { status, body } = await one.token({ grant_type: grant, assertion: assertion({ ...good(one), exp }) });
      expect([status, body['refresh_token']]).toEqual([200, undefined]);
    }
  });

  it.each<readonly [string, Record<string, unknown>, string]>([
    ['another client', { iss: 'x' }, 'invalid_client_id'],
    ['a user who has not approved', { sub: 'x@example.com' }, 'invalid_grant'],
    ['another audience', { aud: 'https://example.com' }, 'invalid_grant'],
    ['an end in the past', { exp: now - 1 }, 'invalid_grant'],
    ['an end too far away', { exp: now + 3600 }, 'invalid_grant'],
    ['no end', { exp: undefined }, 'invalid_grant'],
  ])('refuses %s', async (_, claims, error) => {
    const one = org();
    const { status, body } = await one.token({ grant_type: grant, assertion: assertion({ ...good(one), ...claims }) });
    expect([status, body['error']]).toEqual([400, error]);
  });

  it('checks the signature where the key is known', async () => {
    const one = org();
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    one.crm.oauth.publicKey = keys.publicKey;
    const signed = `${part({ alg: 'RS256' })}.${part(good(one))}`;
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', keys.privateKey, new TextEncoder().encode(signed));
    const status = async (text: string) => (await one.token({ grant_type: grant, assertion: text })).status;
    expect(await status(`${signed}.${Buffer.from(signature).toString('base64url')}`)).toBe(200);
    expect(await status(assertion(good(one)))).toBe(400);
  });

  it.each(['', 'a.b', 'a.b.c'])('refuses %j, which is no assertion', async (text) => {
    expect((await org().token({ grant_type: grant, assertion: text })).body['error']).toBe('invalid_grant');
  });
});

describe('a session', () => {
  it('ends when it was not used for its lifetime', async () => {
    const { clock, api, refresh } = org({ sessionSeconds: 900 });
    const accessToken = (await refresh()).body['access_token']!;
    clock.advance(800_000);
    expect(await api(accessToken)).toBe(200);
    clock.advance(800_000);
    expect(await api(accessToken)).toBe(200);
    clock.advance(901_000);
    expect(await api(accessToken)).toBe(401);
  });

  it('tells who it is, with the time zone of the user', async () => {
    const { crm, api } = org({ userZone: 'Asia/Tokyo' });
    const { accessToken } = await crm.options.auth.token({} as never);
    const response = await crm.fetch(`${crm.instanceUrl}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await response.json()).toMatchObject({
      user_id: crm.userId,
      organization_id: crm.orgId,
      zoneinfo: 'Asia/Tokyo',
      utcOffset: 9 * 3_600_000,
    });
    expect(await api('wrong', '/services/oauth2/userinfo')).toBe(403);
  });
});

describe('the auth of the options', () => {
  const call = (crm: ReturnType<typeof fakeSalesforce>, signal = new AbortController().signal) => ({
    signal,
    fetch: crm.fetch,
    clock: manualClock(START),
    random: () => 0,
  });

  it('starts with a session, and refreshes once for all who ask', async () => {
    const { crm, api } = org();
    const { auth } = crm.options;
    const first = await auth.token(call(crm));
    expect(first).toMatchObject({ instanceUrl: crm.instanceUrl, account: crm.orgId, userId: crm.userId });
    crm.expireSessions();
    const others = await Promise.all([auth.refresh(first, call(crm)), auth.refresh(first, call(crm))]);
    const later = await auth.refresh(first, call(crm));
    expect(new Set([...others, later].map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(await api(later.accessToken)).toBe(200);
    expect(crm.calls.counts['token']).toBe(1);
  });

  it.each([
    ['expired_session', 'authentication', false],
    ['server_unavailable', 'server', true],
    ['broken_json', 'server', true],
    ['network', 'network', true],
  ] as const)('throws an error of ours under %s', async (what, category, retryable) => {
    const { crm } = org();
    const { auth } = crm.options;
    crm.fault({ on: 'token', what });
    const error = await auth.refresh(await auth.token(call(crm)), call(crm)).catch((caught: unknown) => caught);
    expect(isCrmSyncError(error) && [error.category, error.retryable]).toEqual([category, retryable]);
  });

  it('lets one caller give up, and the refresh goes on', async () => {
    const { crm } = org();
    const { auth } = crm.options;
    const first = await auth.token(call(crm));
    await expect(auth.refresh(first, call(crm, AbortSignal.abort()))).rejects.toThrow('aborted');
    await expect(auth.refresh(first, call(crm))).resolves.not.toMatchObject({ accessToken: first.accessToken });
    expect(crm.calls.counts['token']).toBe(1);
  });
});

describe('the authorize page', () => {
  const redirect_uri = 'https://app.example.com/oauth/callback';
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const open = async (one: ReturnType<typeof org>, asked: Record<string, string>) => {
    const page = new URL('https://login.salesforce.com/services/oauth2/authorize');
    const query = { response_type: 'code', client_id: one.client.client_id, redirect_uri, state: 's1', ...asked };
    page.search = new URLSearchParams(query).toString();
    const response = await one.crm.fetch(page, { redirect: 'manual' });
    const location = response.headers.get('location');
    return { status: response.status, back: location === null ? null : Object.fromEntries(new URL(location).searchParams) };
  };

  it.each([
    ['another client', { client_id: 'x' }],
    ['an address that the app has not registered', { redirect_uri: 'https://evil.example.com/' }],
    ['a registered address and more', { redirect_uri: `${redirect_uri}?next=1` }],
  ])('sends the browser nowhere for %s', async (_, asked) => {
    expect(await open(org(), asked)).toEqual({ status: 400, back: null });
  });
  it.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope that the app has not', { scope: 'api full' }, 'invalid_scope'],
    ['a challenge that is none', { code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    ['a plain challenge', { code_challenge: challenge, code_challenge_method: 'plain' }, 'invalid_request'],
  ])('sends it back with the error for %s', async (_, asked, error) => {
    const { status, back } = await open(org(), asked);
    expect([status, back]).toEqual([302, { error, error_description: expect.any(String), state: 's1' }]);
  });
  it('sends it back where the user presses “Deny”', async () => {
    const one = org();
    one.crm.oauth.declines = true;
    expect((await open(one, {})).back).toEqual({
      error: 'access_denied',
      error_description: 'end-user denied authorization',
      state: 's1',
    });
  });
  it('takes the addresses that the app has registered', async () => {
    const one = org();
    one.crm.oauth.redirectUris = ['https://eu.example.com/back'];
    expect((await open(one, { redirect_uri: 'https://eu.example.com/back' })).back).toMatchObject({ state: 's1' });
    expect((await open(one, {})).status).toBe(400);
  });
  it('gives no refresh token without its scope', async () => {
    const one = org();
    const { back } = await open(one, { scope: 'api' });
    const { status, body } = await one.token({ grant_type: 'authorization_code', code: back!['code']!, redirect_uri, ...one.client });
    expect([status, body['scope'], body['refresh_token']]).toEqual([200, 'api', undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { privateApp, refreshToken } from '../../src/hubspot.ts';
import type { AuthCall, TokenStore, Tokens } from '../../src/ports/tokens.ts';
import { broken, json, limited, NOW, refused, type Script, scripted, stillClock } from './scripted.ts';

const APP = { clientId: 'app', clientSecret: 'app-secret' };
const MINUTE = 60_000;
const START: Tokens = { accessToken: 'a1', refreshToken: 'r1', expiresAt: new Date(NOW + 30 * MINUTE).toISOString() };
const granted = (access_token: string, more: object = {}) =>
  json({ token_type: 'bearer', access_token, refresh_token: 'r1', expires_in: 1_800, hub_id: 62515, user_id: 42, ...more });
const invalidGrant = () => json({ status: 'BAD_REFRESH_TOKEN', message: 'x', error: 'invalid_grant', error_description: 'x' }, 400);

function memory(start: Tokens | null) {
  const store = {
    value: start,
    load: async () => store.value,
    save: async (next: Tokens, previous: Tokens | null): ReturnType<TokenStore['save']> => {
      if (JSON.stringify(previous) !== JSON.stringify(store.value)) return 'changed';
      store.value = next;
      return 'saved';
    },
  };
  return store;
}
function asking(...script: Script) {
  const { fetch, seen, left } = scripted(...script);
  const clock = stillClock();
  const call: AuthCall = { signal: new AbortController().signal, fetch, clock, random: () => 0 };
  return { call, seen, left, clock };
}
const form = (text: string) => Object.fromEntries(new URLSearchParams(text));

describe('refreshToken', () => {
  it('uses the stored access token without a request, as long as it lives', async () => {
    const { call, seen } = asking();
    expect(await refreshToken(memory(START), APP).token(call)).toMatchObject({ accessToken: 'a1' });
    expect(seen).toEqual([]);
  });
  it('renews it five minutes before it expires, with everything in the body, and stores what it got', async () => {
    const { call, seen, clock } = asking(granted('a2', { refresh_token: 'r2' }));
    const store = memory(START);
    const auth = refreshToken(store, APP);
    await auth.token(call);
    clock.advance(25 * MINUTE);
    expect(await auth.token(call)).toMatchObject({ accessToken: 'a2', account: '62515', userId: '42' });
    expect(seen[0]).toMatchObject({ method: 'POST', host: 'api.hubapi.com', path: '/oauth/2026-09/token', query: {} });
    expect(form(seen[0]!.text)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      client_id: 'app',
      client_secret: 'app-secret',
    });
    expect(store.value).toEqual({
      accessToken: 'a2',
      refreshToken: 'r2',
      account: '62515',
      userId: '42',
      expiresAt: new Date(NOW + 55 * MINUTE).toISOString(),
    });
  });
  it('stores rotated tokens before anybody uses them', async () => {
    const store = memory(START);
    const order: string[] = [];
    const save: TokenStore['save'] = async (...tokens) => {
      order.push('saved');
      return store.save(...tokens);
    };
    const { call } = asking(granted('a2', { refresh_token: 'r2' }));
    await refreshToken({ load: store.load, save }, APP)
      .refresh(START, call)
      .then(() => order.push('used'));
    expect(order).toEqual(['saved', 'used']);
  });
  it('runs one refresh for many callers', async () => {
    const { call, seen } = asking(granted('a2'));
    const auth = refreshToken(memory(START), APP);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => auth.refresh(START, call)));
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['a2']));
    expect(seen).toHaveLength(1);
  });
  it('takes the tokens that another process has stored meanwhile, also after a refusal', async () => {
    const store = memory(START);
    const rotated = { ...START, accessToken: 'a9', refreshToken: 'r9' };
    const { call } = asking(() => {
      store.value = rotated;
      return invalidGrant();
    });
    expect(await refreshToken(store, APP).refresh(START, call)).toMatchObject({ accessToken: 'a9', reused: true });
  });
  it('does not take stored tokens that have expired', async () => {
    const { call, seen } = asking(granted('a2'));
    const old = { ...START, expiresAt: new Date(NOW).toISOString() };
    expect(await refreshToken(memory(old), APP).token(call)).toMatchObject({ accessToken: 'a2' });
    expect(seen).toHaveLength(1);
  });
  it.each(['', 'soon'])(
    'uses stored tokens that expire at %j until they are refused, and does not renew them for each request',
    async (expiresAt) => {
      const { call, seen } = asking();
      expect(await refreshToken(memory({ ...START, expiresAt }), APP).token(call)).toMatchObject({ accessToken: 'a1' });
      expect(seen).toHaveLength(0);
    },
  );
  it('loses no tokens over an expiry that is no time', async () => {
    const store = memory(START);
    const { call } = asking(granted('a2', { refresh_token: 'r2', expires_in: 1e300 }));
    await refreshToken(store, APP).refresh(START, call);
    expect(store.value).toMatchObject({ accessToken: 'a2', refreshToken: 'r2' });
  });
  it('goes to the configured host, in the configured version', async () => {
    const { call, seen } = asking(granted('a2'));
    await refreshToken(memory(START), { ...APP, baseUrl: 'https://proxy.example.com', apiVersion: '2026-03' }).refresh(START, call);
    expect(seen[0]).toMatchObject({ host: 'proxy.example.com', path: '/oauth/2026-03/token' });
  });
  it.each([
    ['http://proxy.example.com', '2026-09'],
    ['https://api.hubapi.com', 'v1'],
  ])('refuses %s in version %s', (baseUrl, apiVersion) =>
    expect(() => refreshToken(memory(START), { ...APP, baseUrl, apiVersion: apiVersion as '2026-09' })).toThrow(
      expect.objectContaining({ category: 'configuration' }),
    ),
  );
  it.each([
    ['no tokens are stored', memory(null), 'not_connected'],
    ['there is no refresh token', memory({ accessToken: 'a1' }), 'token_revoked'],
  ])('says that the account must be connected where %s', async (_, store, code) => {
    await expect(refreshToken(store, APP).refresh(START, asking().call)).rejects.toMatchObject({ code, category: 'authentication' });
  });
});

describe('a refused refresh', () => {
  it.each([
    ['a revoked token means: connect again', invalidGrant(), 'token_revoked', 'authentication', false],
    [
      'an account that is gone means: connect again',
      json({ status: 'BAD_HUB', error: 'access_denied' }, 400),
      'token_revoked',
      'authentication',
      false,
    ],
    ['a wrong secret does not', json({ error: 'invalid_client' }, 401), 'bad_client', 'configuration', false],
    ['a bad request does not', json({ error: 'invalid_request' }, 400), 'token_refused', 'configuration', false],
    ['a 403 does not', refused(403, 'MISSING_SCOPES'), 'missing_scopes', 'permission', false],
  ])('%s', async (_, answer, code, category, retryable) => {
    const { call, seen } = asking(answer);
    await expect(refreshToken(memory(START), APP).refresh(START, call)).rejects.toMatchObject({ code, category, retryable });
    expect(seen).toHaveLength(1);
  });
  it.each([
    ['a limit', () => limited('TEN_SECONDLY_ROLLING'), 'rate_limit'],
    ['a server that is down', () => json('', 503), 'server'],
    ['a broken connection', () => broken('ECONNRESET'), 'network'],
  ])('%s is tried again, and then passes', async (_, answer, category) => {
    const { call, seen } = asking(answer, answer, answer);
    await expect(refreshToken(memory(START), APP).refresh(START, call)).rejects.toMatchObject({ category, retryable: true });
    expect(seen).toHaveLength(3);
  });
  it.each([
    ['a refusal that quotes it', () => json({ error: 'invalid_grant', error_description: 'bad r1-secret app-secret' }, 400)],
    ['a broken connection', () => broken('ECONNRESET')],
    ['a page', () => new Response('<html>r1-secret</html>', { status: 404 })],
    ['a success without tokens', () => json({ note: 'r1-secret' })],
  ])('shows no secret after %s', async (_, answer) => {
    const { call } = asking(answer, answer, answer);
    const error = await refreshToken(memory({ ...START, refreshToken: 'r1-secret' }), APP)
      .refresh(START, call)
      .catch((reason: unknown) => reason);
    expect(error).toHaveProperty('category');
    const { message, stack, cause } = error as Error;
    expect(`${message}${stack}${JSON.stringify(error)}${String(cause)}`).not.toMatch(/r1-secret|app-secret/);
  });
});

describe('privateApp', () => {
  it('is used as it is, and a refused token means: connect again', async () => {
    const auth = privateApp('pat-na1-1', { portalId: '62515' });
    const { call, seen } = asking();
    expect(await auth.token(call)).toEqual({ accessToken: 'pat-na1-1', account: '62515' });
    await expect(auth.refresh({ accessToken: 'pat-na1-1' }, call)).rejects.toMatchObject({
      code: 'token_revoked',
      category: 'authentication',
    });
    expect(seen).toEqual([]);
  });
});

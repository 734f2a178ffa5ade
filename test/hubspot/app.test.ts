import { describe, expect, it } from 'vitest';
import { createHubSpotApp, type HubSpotAppOptions, type Tokens } from '../../src/hubspot.ts';
import { callOf, tokenTable } from '../http/apps.ts';
import { contacts, json, NOW, type Script, scripted, stillClock } from './scripted.ts';

const REDIRECT = 'https://app.example.com/oauth/callback';
const KEPT = { state: 's1', codeVerifier: 'v1' };
const BACK = `${REDIRECT}?code=c1&state=s1`;
const START: Tokens = {
  accessToken: 'a1',
  refreshToken: 'r1',
  account: '62515',
  expiresAt: new Date(NOW + 30 * 60_000).toISOString(),
};
const granted = () =>
  json({ token_type: 'bearer', access_token: 'a2', refresh_token: 'r2', expires_in: 1_800, hub_id: 62515, user_id: 42 });

function appOf(options: Partial<HubSpotAppOptions>, ...script: Script) {
  const { fetch, seen } = scripted(...script);
  const fixed = { clientId: 'app', clientSecret: 'app-secret', redirectUri: REDIRECT };
  return { app: createHubSpotApp({ ...fixed, fetch, clock: stillClock(), random: () => 0, ...options }), seen };
}
const form = (text: string) => Object.fromEntries(new URLSearchParams(text));

describe('authorizeUrl', () => {
  it('asks in the browser, with scopes separated by %20, state and PKCE', () => {
    const { url, state, codeVerifier } = appOf({ optionalScopes: ['crm.objects.deals.read', 'tickets'] }).app.authorizeUrl();
    const { origin, pathname, search, searchParams } = new URL(url);
    expect([origin, pathname]).toEqual(['https://app.hubspot.com', '/oauth/authorize']);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: 'app',
      redirect_uri: REDIRECT,
      scope: 'oauth crm.objects.contacts.read crm.objects.contacts.write',
      optional_scope: 'crm.objects.deals.read tickets',
      state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(search).toContain('&scope=oauth%20crm.objects.contacts.read%20crm.objects.contacts.write&');
    expect(url).not.toContain(codeVerifier);
    expect(url).not.toContain('app-secret');
  });
  it('sends no optional scope where there is none, and takes what one connection asks for', () => {
    const { app } = appOf({});
    expect(new URL(app.authorizeUrl().url).searchParams.has('optional_scope')).toBe(false);
    const { searchParams } = new URL(app.authorizeUrl({ scopes: ['oauth'], redirectUri: 'https://eu.example.com/back' }).url);
    expect([searchParams.get('scope'), searchParams.get('redirect_uri')]).toEqual(['oauth', 'https://eu.example.com/back']);
  });
  it.each([undefined, 'not a url'])('refuses %s as the address to come back to', (redirectUri) => {
    const app = createHubSpotApp({ clientId: 'app', clientSecret: 'x', ...(redirectUri === undefined ? {} : { redirectUri }) });
    expect(() => app.authorizeUrl()).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });
});

describe('exchangeCode', () => {
  it('sends everything in the body to the one host, and gives tokens to store', async () => {
    const { app, seen } = appOf({}, granted());
    expect(await app.exchangeCode({ callback: BACK, ...KEPT })).toEqual({
      accessToken: 'a2',
      refreshToken: 'r2',
      account: '62515',
      userId: '42',
      expiresAt: new Date(NOW + 30 * 60_000).toISOString(),
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', host: 'api.hubapi.com', path: '/oauth/2026-09/token', query: {} });
    expect(form(seen[0]!.text)).toEqual({
      grant_type: 'authorization_code',
      code: 'c1',
      redirect_uri: REDIRECT,
      client_id: 'app',
      client_secret: 'app-secret',
      code_verifier: 'v1',
    });
  });
  it.each([
    ['an unknown code', { status: 'BAD_AUTH_CODE', error: 'invalid_grant' }, 'bad_code', 'authentication'],
    ['a code without HubSpot’s own word', { error: 'invalid_grant' }, 'bad_code', 'authentication'],
    ['another verifier', { status: 'BAD_CODE_VERIFIER', error: 'invalid_grant' }, 'bad_code', 'authentication'],
    ['another address', { status: 'BAD_REDIRECT_URI', error: 'invalid_grant' }, 'redirect_uri_mismatch', 'configuration'],
    ['another secret', { status: 'BAD_CLIENT_SECRET', error: 'invalid_client' }, 'bad_client', 'configuration'],
    ['something new', { status: 'BAD_MOON', error: 'invalid_moon' }, 'token_refused', 'configuration'],
  ])('says what to do about %s', async (_, body, code, category) => {
    const { app, seen } = appOf({}, json(body, 400));
    await expect(app.exchangeCode({ callback: BACK, ...KEPT })).rejects.toMatchObject({ code, category, retryable: false });
    expect(seen).toHaveLength(1);
  });
  it.each([
    ['another state', `${REDIRECT}?code=c1&state=s2`, 'state_mismatch'],
    ['no state', `${REDIRECT}?code=c1`, 'state_mismatch'],
    ['no code', `${REDIRECT}?state=s1`, 'no_code'],
    ['a refusal', `${REDIRECT}?error=access_denied&error_description=x&state=s1`, 'access_denied'],
    ['a refusal without a state', `${REDIRECT}?error=access_denied`, 'access_denied'],
    ['a refusal that is new', `${REDIRECT}?error=mercury_retrograde&state=s1`, 'token_refused'],
  ])('sends nothing for an answer with %s', async (_, callback, code) => {
    const { app, seen } = appOf({});
    await expect(app.exchangeCode({ callback, ...KEPT })).rejects.toMatchObject({ code });
    expect(seen).toEqual([]);
  });
});

describe('revoke', () => {
  it('sends the refresh token with the client', async () => {
    const { app, seen } = appOf({}, json({}));
    await app.revoke(START);
    expect(seen[0]).toMatchObject({ method: 'POST', host: 'api.hubapi.com', path: '/oauth/2026-09/token/revoke' });
    expect(form(seen[0]!.text)).toEqual({
      token: 'r1',
      token_type_hint: 'refresh_token',
      client_id: 'app',
      client_secret: 'app-secret',
    });
  });
  it('has nothing to say of a token that is dead already, and does of a wrong client and of a host that is down', async () => {
    const dead = appOf({}, json({ status: 'BAD_REFRESH_TOKEN', error: 'invalid_grant' }, 400));
    await expect(dead.app.revoke(START)).resolves.toBeUndefined();
    const wrong = appOf({}, json({ status: 'BAD_CLIENT_SECRET', error: 'invalid_client' }, 400));
    await expect(wrong.app.revoke({ accessToken: 'a1' })).rejects.toMatchObject({ code: 'bad_client' });
    const down = appOf({}, ...Array.from({ length: 3 }, () => json('', 503)));
    await expect(down.app.revoke(START)).rejects.toMatchObject({ category: 'server', retryable: true });
  });
});

describe('hosts', () => {
  const HOSTILE = ['http://api.hubapi.com', 'https://user:secret@api.hubapi.com', 'ftp://api.hubapi.com', 'api.hubapi.com', ''];
  it.each(HOSTILE)('neither the API nor the page may be at %j', (url) => {
    const fixed = { clientId: 'app', clientSecret: 'x' };
    const refused = expect.objectContaining({ code: 'invalid_url', category: 'configuration' });
    expect(() => createHubSpotApp({ ...fixed, baseUrl: url })).toThrow(refused);
    expect(() => createHubSpotApp({ ...fixed, appUrl: url })).toThrow(refused);
  });
  it.each(['https://evil.example.com', 'http://127.0.0.1:9999'])(
    'no instance URL of stored tokens moves a token to %s',
    async (instanceUrl) => {
      const { app, seen } = appOf({}, contacts());
      await app.connect({ account: '62515', tokens: tokenTable({ ...START, instanceUrl }) }).describe('contacts', callOf());
      expect(seen.map(({ host }) => host)).toEqual(['api.hubapi.com']);
    },
  );
  it('of a connection are those of its app, and the version is its own', async () => {
    const { app, seen } = appOf({ baseUrl: 'https://proxy.example.com' }, contacts());
    await app.connect({ account: '62515', tokens: tokenTable(START), apiVersion: '2026-03' }).describe('contacts', callOf());
    expect(seen[0]).toMatchObject({ host: 'proxy.example.com', path: '/crm/properties/2026-03/contacts' });
  });
});

describe('connections of one account', () => {
  it('search in turn, at most three a second together', async () => {
    const clock = stillClock();
    const { fetch, seen } = scripted(
      ...Array.from(
        { length: 20 },
        () => (asked: { path: string }) => (asked.path.includes('/properties/') ? contacts() : json({ total: 0, results: [] })),
      ),
    );
    const app = createHubSpotApp({ clientId: 'app', clientSecret: 'x', fetch, clock, random: () => 0 });
    const [one, two] = [tokenTable(START), tokenTable(START)].map((tokens) => app.connect({ account: '62515', tokens }));
    const find = (connector: typeof one) =>
      connector!.find({ object: 'contacts', by: '$email', values: ['ann@example.com'], fields: [] }, callOf());
    await Promise.all([one!.describe('contacts', callOf()), two!.describe('contacts', callOf())]);
    const before = clock.now();
    await Promise.all([find(one), find(two), find(one), find(two)]);
    const searches = seen.filter(({ path }) => path.endsWith('/search')).length;
    expect(searches).toBe(4);
    expect(clock.now() - before).toBe(3 * 334);
  });
  it('are held back together while the ten seconds are nearly used up', async () => {
    const clock = stillClock();
    const nearlyUsedUp = () =>
      json({ results: [] }, 200, {
        'x-hubspot-ratelimit-max': '110',
        'x-hubspot-ratelimit-remaining': '11',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
      });
    const { fetch } = scripted(nearlyUsedUp, nearlyUsedUp);
    const app = createHubSpotApp({ clientId: 'app', clientSecret: 'x', fetch, clock, random: () => 0 });
    const [one, two] = [tokenTable(START), tokenTable(START)].map((tokens) => app.connect({ account: '62515', tokens }));
    await one!.describe('contacts', callOf());
    expect(clock.now()).toBe(NOW);
    await two!.describe('contacts', callOf());
    expect(clock.now()).toBe(NOW + 910);
  });
});

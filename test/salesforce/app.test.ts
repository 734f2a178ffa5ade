import { describe, expect, it } from 'vitest';
import { createSalesforceApp, type SalesforceAppOptions, type Tokens } from '../../src/salesforce.ts';
import { callOf, tokenTable } from '../http/apps.ts';
import { INSTANCE, json, type Script, scripted, stillClock } from './scripted.ts';

const REDIRECT = 'https://app.example.com/oauth/callback';
const ORG = '00Dx0000000BV7zEAG';
const KEPT = { state: 's1', codeVerifier: 'v1' };
const BACK = `${REDIRECT}?code=c1&state=s1`;
const START: Tokens = { accessToken: 'a1', refreshToken: 'r1', instanceUrl: INSTANCE, account: ORG };
const granted = (more: object = {}) =>
  json({ access_token: 'a2', refresh_token: 'r2', instance_url: INSTANCE, id: `${INSTANCE}/id/${ORG}/005x00000012Q9PAAU`, ...more });

function appOf(options: Partial<SalesforceAppOptions>, ...script: Script) {
  const { fetch, seen } = scripted(...script);
  let made = 0;
  const randomBytes = (length: number) => {
    made += 1;
    return new Uint8Array(length).fill(made);
  };
  const fixed = { clientId: 'app', clientSecret: 'app-secret', redirectUri: REDIRECT };
  return { app: createSalesforceApp({ ...fixed, fetch, clock: stillClock(), random: () => 0, randomBytes, ...options }), seen };
}
const form = (text: string) => Object.fromEntries(new URLSearchParams(text));

describe('authorizeUrl', () => {
  it('asks the login host for a code, with state and PKCE, for the least that is needed', () => {
    const { url, state, codeVerifier } = appOf({}).app.authorizeUrl();
    const { origin, pathname, search, searchParams } = new URL(url);
    expect([origin, pathname]).toEqual(['https://login.salesforce.com', '/services/oauth2/authorize']);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: REDIRECT,
      scope: 'api refresh_token',
      state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(search).toContain('scope=api%20refresh_token');
    expect(url).not.toContain(codeVerifier);
    expect(url).not.toContain('app-secret');
  });
  it('makes another state and another verifier each time, of 256 bits', () => {
    const app = createSalesforceApp({ clientId: 'app', redirectUri: REDIRECT });
    const made = Array.from({ length: 50 }, () => app.authorizeUrl());
    const secrets = made.flatMap(({ state, codeVerifier }) => [state, codeVerifier]);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
  });
  it('goes where the tenant signs in', () => {
    const { app } = appOf({});
    for (const loginUrl of ['https://test.salesforce.com', INSTANCE, 'https://acme--dev.sandbox.my.salesforce.com'])
      expect(new URL(app.authorizeUrl({ loginUrl }).url).origin).toBe(loginUrl);
  });
  it.each([undefined, 'not a url'])('refuses %s as the address to come back to', (redirectUri) => {
    const app = createSalesforceApp({ clientId: 'app', ...(redirectUri === undefined ? {} : { redirectUri }) });
    expect(() => app.authorizeUrl()).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });
});

describe('exchangeCode', () => {
  it('sends code, verifier and secret in the body to the login host, and gives tokens to store', async () => {
    const { app, seen } = appOf({}, granted());
    expect(await app.exchangeCode({ callback: BACK, ...KEPT })).toEqual({
      accessToken: 'a2',
      refreshToken: 'r2',
      instanceUrl: INSTANCE,
      account: ORG,
      userId: '005x00000012Q9PAAU',
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', host: 'login.salesforce.com', path: '/services/oauth2/token', q: '' });
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
    ['a URL', new URL(BACK)],
    ['a path, as a server sees it', '/oauth/callback?code=c1&state=s1'],
    ['a query', new URLSearchParams('code=c1&state=s1')],
  ])('reads %s', async (_, callback) => {
    const { app, seen } = appOf({}, granted());
    await app.exchangeCode({ callback, ...KEPT });
    expect(form(seen[0]!.text)['code']).toBe('c1');
  });
  it.each([
    ['another state', `${REDIRECT}?code=c1&state=s2`, KEPT, 'state_mismatch'],
    ['no state', `${REDIRECT}?code=c1`, KEPT, 'state_mismatch'],
    ['two states', `${BACK}&state=s1`, KEPT, 'state_mismatch'],
    ['an empty state on both sides', `${REDIRECT}?code=c1&state=`, { ...KEPT, state: '' }, 'state_mismatch'],
    ['no state kept', `${REDIRECT}?code=c1`, { ...KEPT, state: '' }, 'state_mismatch'],
    ['no code', `${REDIRECT}?state=s1`, KEPT, 'no_code'],
    ['two codes', `${BACK}&code=c2`, KEPT, 'no_code'],
    ['nothing at all', '', KEPT, 'state_mismatch'],
    ['a refusal for another browser', `${REDIRECT}?error=access_denied&state=s2`, KEPT, 'state_mismatch'],
    ['a refusal', `${REDIRECT}?error=access_denied&error_description=end-user%20denied&state=s1`, KEPT, 'access_denied'],
    ['a refusal as the help page spells it', `${REDIRECT}?error=access-denied`, KEPT, 'access_denied'],
    ['an app that is not installed', `${REDIRECT}?error=OAUTH_APPROVAL_ERROR_GENERIC&state=s1`, KEPT, 'app_not_installed'],
  ])('sends nothing for an answer with %s', async (_, callback, kept, code) => {
    const { app, seen } = appOf({});
    await expect(app.exchangeCode({ callback, ...kept })).rejects.toMatchObject({ code });
    expect(seen).toEqual([]);
  });
  it('says which scope is missing where no refresh token came', async () => {
    const { app } = appOf({}, granted({ refresh_token: undefined }));
    await expect(app.exchangeCode({ callback: BACK, ...KEPT })).rejects.toMatchObject({
      code: 'no_refresh_token',
      remedy: expect.stringContaining('`refresh_token`'),
    });
  });
  it('ends the wait when the signal aborts', async () => {
    const controller = new AbortController();
    const { app } = appOf({}, () => {
      controller.abort(new Error('enough'));
      return new Promise<Response>(() => {});
    });
    await expect(app.exchangeCode({ callback: BACK, ...KEPT, signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('revoke', () => {
  it('sends the refresh token, which takes its sessions along, and no secret', async () => {
    const { app, seen } = appOf({}, new Response(null, { status: 200 }));
    await app.revoke(START);
    expect(seen[0]).toMatchObject({ method: 'POST', host: 'login.salesforce.com', path: '/services/oauth2/revoke', text: 'token=r1' });
  });
  it('has nothing to say of a token that is dead already, and does of a host that is down', async () => {
    const dead = json({ error: 'unsupported_token_type', error_description: 'this token type is not supported' }, 400);
    await expect(appOf({}, dead).app.revoke({ accessToken: 'a1' })).resolves.toBeUndefined();
    const down = appOf({}, ...Array.from({ length: 3 }, () => json('', 503)));
    await expect(down.app.revoke(START)).rejects.toMatchObject({ category: 'server', retryable: true });
  });
});

describe('a token or a secret never goes to a host that is not Salesforce’s or the configured one', () => {
  it('that settings of a tenant bring along under the name of another option', async () => {
    const { app, seen } = appOf({}, json({}));
    const settings: object = { instanceUrl: 'https://evil.example.com', auth: 'evil', fetch: 'evil' };
    const connector = app.connect({ ...settings, account: ORG, tokens: tokenTable(START) });
    await connector.describe('Contact', callOf()).catch(() => {});
    expect(new Set(seen.map(({ host }) => host))).toEqual(new Set(['acme.my.salesforce.com']));
  });
  const HOSTILE = [
    'https://evil.example.com',
    'https://login.salesforce.com.evil.example.com',
    'https://evil.example.com/login.salesforce.com',
    'https://evil.example.com#.my.salesforce.com',
    'https://evil.example.com?.my.salesforce.com',
    'https://evil.example.com\\.my.salesforce.com',
    'https://login.salesforce.com@evil.example.com',
    'https://login.salesforce.com:secret@login.salesforce.com',
    'https://notmy.salesforce.com.co',
    'https://acme.my-salesforce.com',
    'https://acme.mysalesforce.com',
    'https://my.salesforce.com.',
    'https://acme.my.salesforce-sites.com',
    'https://acme.my.site.com',
    'https://acme.lightning.force.com',
    'http://login.salesforce.com',
    'http://127.0.0.1:9999',
    'https://127.0.0.1',
    'https://xn--salesforce-abc.com',
    'ftp://login.salesforce.com',
    'javascript:alert(1)',
    'login.salesforce.com',
    '//login.salesforce.com',
    '',
  ];
  /** Salesforce's own, but no place for a secret: a customer's site, another port, a name that only looks like the login host. */
  const NO_LOGIN = [
    'https://acme.secure.force.com',
    'https://acme.my.salesforce.com:8443',
    'https://.my.salesforce.com',
    'https://lоgin.salesforce.com', // a Cyrillic o
    'https://salesforce.com',
  ];
  it.each([...HOSTILE, ...NO_LOGIN])('as the login URL of a tenant: %j', async (loginUrl) => {
    const { app, seen } = appOf({});
    const refused = expect.objectContaining({ category: 'configuration' });
    expect(() => app.authorizeUrl({ loginUrl })).toThrow(refused);
    expect(() => app.connect({ account: ORG, tokens: tokenTable(START), loginUrl })).toThrow(refused);
    await expect(app.exchangeCode({ callback: BACK, ...KEPT, loginUrl })).rejects.toEqual(refused);
    await expect(app.revoke(START, { loginUrl })).rejects.toEqual(refused);
    expect(seen).toEqual([]);
  });
  it.each(HOSTILE)('as the instance URL of stored tokens: %j', async (instanceUrl) => {
    const { app, seen } = appOf({}, granted({ instance_url: instanceUrl }));
    const connector = app.connect({ account: ORG, tokens: tokenTable({ ...START, instanceUrl }) });
    await expect(connector.describe('Contact', callOf())).rejects.toHaveProperty('category', 'configuration');
    expect(seen.map(({ host }) => host)).toEqual(instanceUrl === '' ? ['login.salesforce.com'] : []);
  });
  it('the app itself may name a host of its own, and then its connections may', () => {
    const { app } = appOf({ loginUrl: 'https://proxy.example.com' });
    expect(new URL(app.authorizeUrl({ loginUrl: 'https://proxy.example.com/' }).url).origin).toBe('https://proxy.example.com');
  });
  it.each(['http://login.salesforce.com', 'https://acme.lightning.force.com', 'nonsense'])('but not %s', (loginUrl) =>
    expect(() => createSalesforceApp({ clientId: 'app', loginUrl })).toThrow(expect.objectContaining({ code: 'invalid_url' })),
  );
});

describe('connect', () => {
  it('refreshes where the tenant signs in', async () => {
    const { app, seen } = appOf({}, granted(), json({ name: 'Contact', fields: [] }));
    const tokens = tokenTable({ ...START, accessToken: '' });
    await app.connect({ account: ORG, tokens, loginUrl: 'https://test.salesforce.com' }).describe('Contact', callOf());
    expect(seen.map(({ host }) => host)).toEqual(['test.salesforce.com', 'acme.my.salesforce.com']);
  });
  it('takes the account in either of the two lengths that Salesforce writes', async () => {
    const { app } = appOf({});
    expect(await app.connect({ account: ORG.slice(0, 15), tokens: tokenTable(START) }).account(callOf())).toEqual({ id: ORG });
  });
  it('works for a public client, without a secret', async () => {
    const { fetch, seen } = scripted(granted());
    const app = createSalesforceApp({ clientId: 'public', redirectUri: REDIRECT, fetch, clock: stillClock() });
    await app.exchangeCode({ callback: BACK, ...KEPT });
    expect(form(seen[0]!.text)).not.toHaveProperty('client_secret');
  });
});

describe('connections of one org', () => {
  it('make four requests at once at most, together; those of another org have four of their own', async () => {
    const other = '00D000000000001EAA';
    const running: Record<string, number> = {};
    const most: Record<string, number> = {};
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const { host } = new URL(new Request(input, init).url);
      running[host] = (running[host] ?? 0) + 1;
      most[host] = Math.max(most[host] ?? 0, running[host]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running[host] -= 1;
      return json({ organization_id: host.startsWith('acme') ? ORG : other });
    };
    const app = createSalesforceApp({ clientId: 'app', fetch, clock: stillClock(), random: () => 0 });
    const untold = (instanceUrl: string) => tokenTable({ accessToken: 'a1', refreshToken: 'r1', instanceUrl });
    const ask = (account: string, instanceUrl: string) =>
      Array.from({ length: 10 }, (_, index) =>
        app.connect({ account, tokens: untold(instanceUrl) }).account(callOf({ interactive: index % 2 === 0 })),
      );
    await Promise.all([...ask(ORG, INSTANCE), ...ask(other, 'https://other.my.salesforce.com')]);
    expect(most).toEqual({ 'acme.my.salesforce.com': 4, 'other.my.salesforce.com': 4 });
  });
});

import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Auth, AuthCall, TokenStore, Tokens } from '../../src/ports/tokens.ts';
import { clientCredentials, jwtBearer, refreshToken, staticToken } from '../../src/salesforce.ts';
import { broken, INSTANCE, json, NOW, type Script, scripted, stillClock } from './scripted.ts';

const LOGIN = 'https://login.salesforce.com';
const APP = { clientId: 'app', clientSecret: 'app-secret' };
const START: Tokens = { accessToken: 'a1', refreshToken: 'r1', instanceUrl: INSTANCE };
const granted = (accessToken: string, more: object = {}) =>
  json({ access_token: accessToken, instance_url: INSTANCE, id: `${LOGIN}/id/00Dx0000000BV7zEAG/005x00000012Q9PAAU`, ...more });
const invalidGrant = () => json({ error: 'invalid_grant', error_description: 'expired access/refresh token' }, 400);
const underWay = () => json({ error: 'invalid_grant', error_description: 'token request is already being processed' }, 400);

function memory(start: Tokens | null) {
  const saved: Tokens[] = [];
  const store = {
    value: start,
    saved,
    load: async () => store.value,
    save: async (next: Tokens, previous: Tokens | null): ReturnType<TokenStore['save']> => {
      if (JSON.stringify(previous) !== JSON.stringify(store.value)) return 'changed';
      store.value = next;
      saved.push(next);
      return 'saved';
    },
  };
  return store;
}
function asking(...script: Script) {
  const { fetch, seen, left } = scripted(...script);
  const call: AuthCall = { signal: new AbortController().signal, fetch, clock: stillClock(), random: () => 0 };
  return { call, seen, left };
}
const form = (text: string) => Object.fromEntries(new URLSearchParams(text));

describe('refreshToken', () => {
  it('uses the stored access token without a request', async () => {
    const { call, seen } = asking();
    expect(await refreshToken(memory(START), APP).token(call)).toMatchObject({ accessToken: 'a1', instanceUrl: INSTANCE });
    expect(seen).toEqual([]);
  });
  it('asks the login host with the refresh token in the body, and stores what it got', async () => {
    const { call, seen } = asking(granted('a2'));
    const store = memory(START);
    const auth = refreshToken(store, APP);
    const token = await auth.refresh(await auth.token(call), call);
    expect(token).toEqual({
      accessToken: 'a2',
      instanceUrl: INSTANCE,
      account: '00Dx0000000BV7zEAG',
      userId: '005x00000012Q9PAAU',
      reused: false,
    });
    expect(seen[0]).toMatchObject({ method: 'POST', host: 'login.salesforce.com', path: '/services/oauth2/token', q: '' });
    expect(form(seen[0]!.text)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      client_id: 'app',
      client_secret: 'app-secret',
    });
    expect(store.value).toMatchObject({ accessToken: 'a2', refreshToken: 'r1' });
  });
  it('stores a rotated refresh token before anybody uses the access token', async () => {
    const store = memory(START);
    const order: string[] = [];
    const { call } = asking(granted('a2', { refresh_token: 'r2' }));
    const save: TokenStore['save'] = async (...tokens) => {
      order.push('saved');
      return store.save(...tokens);
    };
    const auth = refreshToken({ load: store.load, save }, APP);
    await auth.refresh(START, call).then(() => order.push('used'));
    expect(order).toEqual(['saved', 'used']);
    expect(store.value).toMatchObject({ accessToken: 'a2', refreshToken: 'r2' });
  });
  it('runs one refresh for many callers', async () => {
    const { call, seen } = asking(granted('a2'));
    const auth = refreshToken(memory(START), APP);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => auth.refresh(START, call)));
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['a2']));
    expect(seen).toHaveLength(1);
  });
  it('gives a caller with an old token the present one without a request', async () => {
    const { call, seen } = asking(granted('a2'));
    const auth = refreshToken(memory(START), APP);
    await auth.refresh(START, call);
    expect(await auth.refresh(START, call)).toMatchObject({ accessToken: 'a2', reused: true });
    expect(seen).toHaveLength(1);
  });
  it('takes the tokens that another process has stored, without a request', async () => {
    const { call, seen } = asking();
    const store = memory(START);
    const auth = refreshToken(store, APP);
    const old = await auth.token(call);
    store.value = { ...START, accessToken: 'a9', refreshToken: 'r9' };
    expect(await auth.refresh(old, call)).toMatchObject({ accessToken: 'a9', reused: true });
    expect(seen).toEqual([]);
  });
  it('loads once more after invalid_grant: another process may have rotated meanwhile', async () => {
    const store = memory(START);
    const { call } = asking(() => {
      store.value = { ...START, accessToken: 'a9', refreshToken: 'r9' };
      return invalidGrant();
    });
    expect(await refreshToken(store, APP).refresh(START, call)).toMatchObject({ accessToken: 'a9' });
  });
  it('lets the tokens win that another process stored during the refresh', async () => {
    const store = memory(START);
    const { call } = asking(() => {
      store.value = { ...START, accessToken: 'a9', refreshToken: 'r9' };
      return granted('a2');
    });
    expect(await refreshToken(store, APP).refresh(START, call)).toMatchObject({ accessToken: 'a9' });
    expect(store.value).toMatchObject({ accessToken: 'a9', refreshToken: 'r9' });
  });
  it('asks once and says that the account must be connected again', async () => {
    const { call, seen } = asking(invalidGrant());
    await expect(refreshToken(memory(START), APP).refresh(START, call)).rejects.toMatchObject({
      code: 'token_revoked',
      category: 'authentication',
      retryable: false,
    });
    expect(seen).toHaveLength(1);
  });
  it('loses no rotated token when the store fails: the next call stores it', async () => {
    const store = memory(START);
    let down = true;
    const failing: TokenStore = {
      load: store.load,
      save: async (...tokens) => (down ? Promise.reject(new Error('disk full')) : store.save(...tokens)),
    };
    const { call, seen } = asking(granted('a2', { refresh_token: 'r2' }));
    const auth = refreshToken(failing, APP);
    await expect(auth.refresh(START, call)).rejects.toMatchObject({ code: 'token_store_failed', category: 'store', retryable: true });
    down = false;
    expect(await auth.refresh(START, call)).toMatchObject({ accessToken: 'a2' });
    expect(store.value).toMatchObject({ refreshToken: 'r2' });
    expect(seen).toHaveLength(1);
  });
  it('a caller that gives up cuts neither the refresh nor the others', async () => {
    const controller = new AbortController();
    const { call, left } = asking(async () => {
      controller.abort(new Error('enough'));
      await Promise.resolve();
      return granted('a2');
    });
    const auth = refreshToken(memory(START), APP);
    const [impatient, patient] = await Promise.allSettled([
      auth.refresh(START, { ...call, signal: controller.signal }),
      auth.refresh(START, call),
    ]);
    expect(impatient).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    expect(patient).toMatchObject({ status: 'fulfilled', value: { accessToken: 'a2' } });
    expect(left).toEqual([]);
  });
  it('waits for another process whose refresh Salesforce is still at, and takes what it stored', async () => {
    const store = memory(START);
    const other = { ...START, accessToken: 'a9' };
    const clock = stillClock();
    const { call, seen } = asking(underWay());
    const sleep = async (ms: number) => {
      store.value = other;
      await clock.sleep(ms);
    };
    expect(await refreshToken(store, APP).refresh(START, { ...call, clock: { ...clock, sleep } })).toMatchObject({ accessToken: 'a9' });
    expect(seen).toHaveLength(1);
  });
  it.each([
    ['a refresh of another process that takes long', underWay(), 'server'],
    ['an answer that asks for another try', json({ error: 'unknown_error', error_description: 'retry your request' }, 400), 'server'],
    ['a time-out on the way', json('', 408), 'server'],
  ])('never takes %s for a user who has disconnected', async (_, answer, category) => {
    const { call } = asking(answer, answer.clone(), answer.clone());
    await expect(refreshToken(memory(START), APP).refresh(START, call)).rejects.toMatchObject({ category, retryable: true });
  });
  it('tries the token host again while it is down, then says so', async () => {
    const { call, seen } = asking(json('', 503), () => broken('ECONNRESET'), granted('a2'));
    expect(await refreshToken(memory(START), APP).refresh(START, call)).toMatchObject({ accessToken: 'a2' });
    expect(seen).toHaveLength(3);
    const down = asking(...Array.from({ length: 3 }, () => () => broken('ENOTFOUND')));
    await expect(refreshToken(memory(START), APP).refresh(START, down.call)).rejects.toMatchObject({
      category: 'network',
      retryable: true,
    });
  });
  it.each([
    ['no tokens are stored', memory(null), 'not_connected'],
    ['there is no refresh token', memory({ accessToken: 'a1', instanceUrl: INSTANCE }), 'token_revoked'],
  ])('says so where %s', async (_, store, code) => {
    await expect(refreshToken(store, APP).refresh(START, asking().call)).rejects.toMatchObject({ code, category: 'authentication' });
  });
  it.each(['https://evil.example.com', 'https://acme.lightning.force.com'])(
    'refuses an answer whose API lives on %s',
    async (instance_url) => {
      const { call } = asking(granted('a2', { instance_url }));
      await expect(refreshToken(memory(START), APP).refresh(START, call)).rejects.toMatchObject({ category: 'configuration' });
    },
  );
  it('works from plain tokens, kept in memory', async () => {
    const { call, seen } = asking(granted('a2', { refresh_token: 'r2' }), granted('a3'));
    const auth = refreshToken({ refreshToken: 'r1' }, { clientId: 'app' });
    const first = await auth.token(call);
    expect(await auth.refresh(first, call)).toMatchObject({ accessToken: 'a3' });
    expect(seen.map(({ text }) => form(text))).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'r1', client_id: 'app' },
      { grant_type: 'refresh_token', refresh_token: 'r2', client_id: 'app' },
    ]);
  });
});

describe('clientCredentials', () => {
  const options = { ...APP, loginUrl: INSTANCE };
  it('asks the My Domain once, and again when the token is stale', async () => {
    const { call, seen } = asking(granted('a1'), granted('a2'));
    const auth = clientCredentials(options);
    const [one, two] = await Promise.all([auth.token(call), auth.token(call)]);
    expect(one).toEqual(two);
    expect(await auth.refresh(one, call)).toMatchObject({ accessToken: 'a2' });
    expect(await auth.refresh(one, call)).toMatchObject({ accessToken: 'a2', reused: true });
    expect(seen.map(({ host }) => host)).toEqual(['acme.my.salesforce.com', 'acme.my.salesforce.com']);
    expect(form(seen[0]!.text)).toEqual({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'app-secret' });
  });
  it.each([LOGIN, 'https://test.salesforce.com', 'http://acme.my.salesforce.com'])('is not served at %s', (loginUrl) =>
    expect(() => clientCredentials({ ...options, loginUrl })).toThrow(expect.objectContaining({ code: 'invalid_url' })),
  );
});

describe('jwtBearer', () => {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const assertionOf = (text: string) => form(text)['assertion']!.split('.') as [string, string, string];
  it.each([
    [undefined, LOGIN],
    ['https://test.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme--dev.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
    [INSTANCE, LOGIN],
  ])('at %s sends an assertion for %s, signed with RS256 and valid for three minutes', async (loginUrl, aud) => {
    const { call, seen } = asking(granted('a1'));
    await jwtBearer({ clientId: 'app', username: 'ann@example.com', privateKey: keys.privateKey, ...(loginUrl ? { loginUrl } : {}) }).token(
      call,
    );
    const [header, claims, signature] = assertionOf(seen[0]!.text);
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256' });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: 'app',
      sub: 'ann@example.com',
      aud,
      exp: NOW / 1_000 + 180,
    });
    expect(verify('sha256', Buffer.from(`${header}.${claims}`), keys.publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });
  it('says what to do with a key that it can not read, and sends nothing', async () => {
    const { call, seen } = asking();
    const auth = jwtBearer({
      clientId: 'app',
      username: 'ann@example.com',
      privateKey: '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----',
    });
    await expect(auth.token(call)).rejects.toMatchObject({ code: 'bad_private_key', remedy: expect.stringContaining('openssl pkcs8') });
    expect(seen).toEqual([]);
  });
});

describe('staticToken', () => {
  it('is used as it is, and can not be refreshed', async () => {
    const auth: Auth = staticToken({ accessToken: 'a1', instanceUrl: `${INSTANCE}/` });
    const { call } = asking();
    expect(await auth.token(call)).toEqual({ accessToken: 'a1', instanceUrl: INSTANCE });
    await expect(auth.refresh({ accessToken: 'a1' }, call)).rejects.toMatchObject({ code: 'session_expired', category: 'authentication' });
  });
});

describe('no error of a token request holds a secret', () => {
  it.each([
    ['a refusal that quotes it', () => json({ error: 'invalid_grant', error_description: 'bad r1-secret app-secret' }, 400)],
    ['a broken connection', () => broken('ECONNRESET')],
    ['a page', () => new Response('<html>r1-secret</html>', { status: 404 })],
    ['a success without tokens', () => json({ note: 'r1-secret' })],
  ])('%s', async (_, answer) => {
    const { call } = asking(answer, answer, answer);
    const error = await refreshToken(memory({ ...START, refreshToken: 'r1-secret' }), APP)
      .refresh(START, call)
      .catch((reason: unknown) => reason);
    expect(error).toHaveProperty('category');
    const { message, stack, cause } = error as Error;
    expect(`${message}${stack}${JSON.stringify(error)}${String(cause)}`).not.toMatch(/r1-secret|app-secret/);
  });
});

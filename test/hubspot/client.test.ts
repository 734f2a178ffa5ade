import { describe, expect, it } from 'vitest';
import { hubspot } from '../../src/connectors/hubspot/index.ts';
import type { AccessToken, Auth } from '../../src/ports/tokens.ts';
import { broken, connect, contacts, fixedAuth, json, limited, refused, stillClock } from './scripted.ts';

const expired = () => refused(401, 'EXPIRED_AUTHENTICATION', { context: { 'expire time': ['2026-11-01T11:58:00Z'] } });

/** Each refresh gives the next token; `reused` as often as said first. */
function countingAuth(reusedFirst = 0) {
  const refreshed: string[] = [];
  let current: AccessToken = { accessToken: 't1' };
  const auth: Auth = {
    token: async () => current,
    refresh: async (stale) => {
      refreshed.push(stale.accessToken);
      current = { accessToken: `t${refreshed.length + 1}` };
      return { ...current, reused: refreshed.length <= reusedFirst };
    },
  };
  return { auth, refreshed };
}

describe('requests', () => {
  it('carry the token to the one host, in the version of the API, and are reported without names, ids or values', async () => {
    const { connector, seen, requests, call } = connect({}, contacts());
    await connector.describe('contacts', call);
    expect(seen[0]).toMatchObject({ method: 'GET', host: 'api.hubapi.com', path: '/crm/properties/2026-09/contacts' });
    expect(seen[0]!.headers.get('authorization')).toBe('Bearer token-1');
    expect(requests).toEqual([{ operation: 'GET /crm/properties/{object}', status: 200 }]);
  });
  it('go where `baseUrl` says, in the version that was asked for', async () => {
    const { connector, seen, call } = connect({ baseUrl: 'https://proxy.example.com/', apiVersion: '2026-03' }, contacts());
    await connector.describe('contacts', call);
    expect(seen[0]).toMatchObject({ host: 'proxy.example.com', path: '/crm/properties/2026-03/contacts' });
  });
  it('tell the calls of the day where HubSpot does', async () => {
    const headers = { 'x-hubspot-ratelimit-daily': '250000', 'x-hubspot-ratelimit-daily-remaining': '249982' };
    const { connector, requests, call } = connect({}, json({ results: [] }, 200, headers));
    await connector.describe('contacts', call);
    expect(requests[0]!.usage).toEqual({ used: 18, limit: 250_000 });
  });
  it('are tried again where that may help, and reported each', async () => {
    const { connector, requests, clock, call } = connect({}, json('', 503), () => broken('ECONNRESET'), contacts());
    await connector.describe('contacts', call);
    expect(requests.map(({ status }) => status)).toEqual([503, null, 200]);
    expect(clock.waits).toEqual([250, 500]);
  });
  it.each([423, 429, 500, 502, 503, 504, 521, 522, 523, 524, 525, 526])('are tried again after %i', async (status) => {
    const { connector, seen, call } = connect({}, json('', status), contacts());
    await connector.describe('contacts', call);
    expect(seen).toHaveLength(2);
  });
  it.each([400, 403, 404, 409, 414, 477, 530])('are not tried again after %i', async (status) => {
    const { connector, seen, call } = connect({}, json('', status));
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ name: 'CrmSyncError' });
    expect(seen).toHaveLength(1);
  });
  it('give up after the third try', async () => {
    const { connector, seen, call } = connect({}, ...Array.from({ length: 5 }, () => () => broken('ECONNREFUSED')));
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ code: 'no_answer', category: 'network', retryable: true });
    expect(seen).toHaveLength(3);
  });
  it('ask once more for an answer that was cut', async () => {
    const cut = () => new Response('{"results":[{"na', { status: 200 });
    const mended = connect({}, cut(), contacts());
    await mended.connector.describe('contacts', mended.call);
    const lasting = connect({}, cut(), cut());
    await expect(lasting.connector.describe('contacts', lasting.call)).rejects.toMatchObject({ code: 'broken_answer', retryable: true });
  });
  it('follow no redirect: it could carry the token elsewhere', async () => {
    const { connector, seen, call } = connect({}, new Response(null, { status: 302, headers: { location: 'https://evil.example.com/' } }));
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ code: 'unexpected_answer' });
    expect(seen).toHaveLength(1);
  });
  it('are cut by the signal of the call, with its own reason', async () => {
    const controller = new AbortController();
    const { connector } = connect({}, () => {
      controller.abort(new Error('time is up'));
      return broken('UND_ERR_ABORTED');
    });
    await expect(connector.describe('contacts', { signal: controller.signal, now: () => 0 })).rejects.toThrow('time is up');
  });
});

describe('a limit', () => {
  it.each([
    ['of ten seconds is waited for', limited('TEN_SECONDLY_ROLLING'), [10_000]],
    ['of a second is waited for', limited('SECONDLY'), [1_000]],
    ['that Cloudflare answers in plain text is waited for', new Response('error code: 1015', { status: 429 }), [10_000]],
    ['with a longer `Retry-After` is waited for as long as that', limited('TEN_SECONDLY_ROLLING', { 'retry-after': '15' }), [15_000]],
  ])('%s', async (_, answer, waits) => {
    const { connector, clock, call } = connect({}, answer, contacts());
    await connector.describe('contacts', call);
    expect(clock.waits).toEqual(waits);
  });
  it('is waited for a little longer where many clients wait with us', async () => {
    const { connector, clock, call } = connect({ random: () => 0.5 }, limited('TEN_SECONDLY_ROLLING'), contacts());
    await connector.describe('contacts', call);
    expect(clock.waits).toEqual([11_000]);
  });
  it('of the day is not waited for: the run ends, and says when to come back', async () => {
    const { connector, clock, seen, call } = connect({}, limited('DAILY'));
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({
      code: 'daily_limit',
      category: 'rate_limit',
      retryable: true,
      retryAfterMs: 3_600_000,
    });
    expect([clock.waits, seen.length]).toEqual([[], 1]);
  });
  it('that asks for a long wait goes back to the caller', async () => {
    const { connector, clock, call } = connect({}, limited('TEN_SECONDLY_ROLLING', { 'retry-after': '600' }));
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ category: 'rate_limit', retryAfterMs: 600_000 });
    expect(clock.waits).toEqual([]);
  });
  it('of a move between data centres goes back to the caller with its wait', async () => {
    const { connector, call } = connect({}, json('', 477, { 'retry-after': '7200' }));
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ code: 'account_moving', retryAfterMs: 7_200_000 });
  });
});

describe('an expired token', () => {
  it('leads to one refresh and one more try', async () => {
    const { auth, refreshed } = countingAuth();
    const { connector, seen, call } = connect({ auth }, expired(), contacts());
    await connector.describe('contacts', call);
    expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t2']);
    expect(refreshed).toEqual(['t1']);
  });
  it('that comes back after a refresh is the end', async () => {
    const { auth, refreshed } = countingAuth();
    const { connector, call } = connect({ auth }, expired(), expired());
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ code: 'session_expired', category: 'authentication' });
    expect(refreshed).toHaveLength(1);
  });
  it('may be replaced by one that somebody else had refreshed, and still be refreshed once by us', async () => {
    const { auth, refreshed } = countingAuth(1);
    const { connector, call } = connect({ auth }, expired(), expired(), contacts());
    await connector.describe('contacts', call);
    expect(refreshed).toEqual(['t1', 't2']);
  });
  it('that never was a token is not refreshed: that would loop', async () => {
    const { auth, refreshed } = countingAuth();
    const never = refused(401, 'EXPIRED_AUTHENTICATION', { context: { 'expire time': ['1970-01-01T00:00:00.000Z'] } });
    const { connector, call } = connect({ auth }, never);
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ code: 'bad_access_token', category: 'configuration' });
    expect(refreshed).toEqual([]);
  });
  it('is not what a 403 means: nothing is refreshed, and the scopes are named', async () => {
    const { auth, refreshed } = countingAuth();
    const scopes = refused(403, 'MISSING_SCOPES', {
      errors: [{ message: 'x', context: { requiredGranularScopes: ['crm.objects.deals.read'] } }],
    });
    const { connector, call } = connect({ auth }, scopes);
    await expect(connector.describe('deals', call)).rejects.toMatchObject({
      category: 'permission',
      remedy: expect.stringContaining('crm.objects.deals.read'),
    });
    expect(refreshed).toEqual([]);
  });
});

describe('a token', () => {
  it.each(['', 'a b', 'a\r\nx-evil: 1'])('%j is none, and is never sent', async (accessToken) => {
    const { connector, seen, call } = connect({ auth: { ...fixedAuth, token: async () => ({ accessToken }) } });
    await expect(connector.describe('contacts', call)).rejects.toMatchObject({ code: 'bad_access_token' });
    expect(seen).toEqual([]);
  });
  it('appears in no error', async () => {
    const answers = [
      () => broken('ECONNRESET'),
      () => refused(400, 'NEW_CATEGORY', { message: 'token-1' }),
      () => new Response('token-1', { status: 500 }),
    ];
    for (const answer of answers) {
      const { connector, call } = connect({}, answer, answer, answer);
      const error = await connector.describe('contacts', call).catch((reason: unknown) => reason);
      expect(error).toHaveProperty('category');
      expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain('token-1');
    }
  });
});

describe('account', () => {
  const asking = (...script: Parameters<typeof connect> extends [unknown, ...infer S] ? S : never) =>
    connect({ auth: { ...fixedAuth, token: async () => ({ accessToken: 't' }) } }, ...script);
  it('is told by the token, without a request', async () => {
    const { connector, seen, call } = connect({});
    expect(await connector.account(call)).toEqual({ id: '62515' });
    expect(seen).toEqual([]);
  });
  it('is asked for once where the token does not tell', async () => {
    const { connector, seen, call } = asking(json({ portalId: 147893286, timeZone: 'US/Eastern' }));
    expect(await connector.account(call)).toEqual({ id: '147893286' });
    await connector.account(call);
    expect(seen.map(({ path }) => path)).toEqual(['/account-info/2026-09/details']);
  });
  it('is read from the URL of a record by a key that may not ask for it', async () => {
    const { connector, call } = asking(
      refused(403, 'MISSING_SCOPES'),
      json({ results: [{ id: '1', url: 'https://app-eu1.hubspot.com/contacts/147893286/record/0-1/1' }] }),
    );
    expect(await connector.account(call)).toEqual({ id: '147893286' });
  });
  it('that nothing tells is a permission that is missing', async () => {
    const { connector, call } = asking(refused(403, 'MISSING_SCOPES'), json({ results: [] }));
    await expect(connector.account(call)).rejects.toMatchObject({ code: 'missing_scopes', category: 'permission' });
  });
});

describe('describe', () => {
  it('is kept for an hour', async () => {
    const { connector, seen, clock, call } = connect({}, contacts(), contacts());
    await connector.describe('contacts', call);
    clock.advance(59 * 60_000);
    await connector.describe('contacts', call);
    expect(seen).toHaveLength(1);
    clock.advance(60_000);
    await connector.describe('contacts', call);
    expect(seen).toHaveLength(2);
  });
  it.each([404, 400])('says who must act where the object is not there (%i)', async (status) => {
    const { connector, call } = connect({}, refused(status));
    await expect(connector.describe('2-999', call)).rejects.toMatchObject({ code: 'object_not_visible', category: 'permission' });
  });
  it.each(['../contacts', 'contacts?x=1', '', '__proto__'])('sends no hostile name: %j', async (object) => {
    const { connector, seen, call } = connect({});
    await expect(connector.describe(object, call)).rejects.toMatchObject({ code: 'invalid_object_name' });
    expect(seen).toEqual([]);
  });
});

describe('options', () => {
  it.each([
    ['apiVersion', 'v3'],
    ['baseUrl', 'http://api.hubapi.com'],
    ['baseUrl', 'https://user:secret@proxy.example.com'],
    ['overlapMs', -1],
    ['lagMs', Number.NaN],
    ['chatAs', 'email'],
  ])('%s %j is refused before any request', (option, value) =>
    expect(() => hubspot({ auth: fixedAuth, clock: stillClock(), [option]: value })).toThrow(
      expect.objectContaining({ category: 'configuration' }),
    ),
  );
});

describe('the requests of one call', () => {
  const down = () => json('', 503);
  const cut = () => new Response('{"results":[{"na', { status: 200 });
  it.each([
    ['failures', [down, down, down], 3],
    ['failures around tokens that are refused', [down, expired, down, expired, down], 5],
    ['tokens that are refused, then answers that are cut', [expired, expired, cut, cut], 4],
  ])('are never more than five, since its tries share their retries: %s', async (_, script, requests) => {
    const { auth } = countingAuth(1);
    const { connector, seen, call } = connect({ auth }, ...script, ...Array.from({ length: 20 }, () => down));
    await expect(connector.describe('contacts', call)).rejects.toHaveProperty('category', 'server');
    expect(seen).toHaveLength(requests);
  });
  it('that writes are never more than five either', async () => {
    const { auth } = countingAuth(1);
    const tooMany = () => limited('SECONDLY');
    const { connector, seen, call } = connect({ auth }, tooMany, expired, tooMany, expired, tooMany, tooMany);
    const write = { op: 'o1', object: 'contacts', id: '101', values: { firstname: 'Ann' } };
    await expect(connector.write([write], call)).rejects.toMatchObject({ category: 'rate_limit', retryable: true });
    expect(seen).toHaveLength(5);
  });
});

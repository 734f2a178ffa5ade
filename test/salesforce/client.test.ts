import { describe, expect, it } from 'vitest';
import { usageOf } from '../../src/connectors/salesforce/client.ts';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { AccessToken, Auth } from '../../src/ports/tokens.ts';
import { broken, connect, contact, fixedAuth, ID, INSTANCE, json, refused, rows, stillClock } from './scripted.ts';

const expired = () => refused('INVALID_SESSION_ID', 401, 'Session expired or invalid');

/** Each refresh gives the next token; `reused` as often as said first. */
function countingAuth(reusedFirst = 0) {
  const refreshed: string[] = [];
  let current: AccessToken = { accessToken: 't1', instanceUrl: INSTANCE };
  const auth: Auth = {
    token: async () => current,
    refresh: async (stale) => {
      refreshed.push(stale.accessToken);
      current = { accessToken: `t${refreshed.length + 1}`, instanceUrl: INSTANCE };
      return { ...current, reused: refreshed.length <= reusedFirst };
    },
  };
  return { auth, refreshed };
}

describe('requests', () => {
  it('carry the token to the instance, name us, and are reported without ids or values', async () => {
    const { connector, seen, requests, call } = connect({ client: 'acme-voice' }, contact());
    await connector.describe('Contact', call);
    expect(seen[0]).toMatchObject({
      method: 'GET',
      host: 'acme.my.salesforce.com',
      path: '/services/data/v66.0/sobjects/Contact/describe',
    });
    expect(seen[0]!.headers.get('authorization')).toBe('Bearer token-1');
    expect(seen[0]!.headers.get('sforce-call-options')).toBe('client=acme-voice');
    expect(requests).toEqual([{ operation: 'GET /sobjects/{object}/describe', status: 200, usage: { used: 18, limit: 15_000 } }]);
  });
  it('go where `instanceUrl` says, in the API version that was asked for', async () => {
    const { connector, seen, call } = connect({ instanceUrl: 'https://other.my.salesforce.com', apiVersion: '60.0' }, contact());
    await connector.describe('Contact', call);
    expect(seen[0]).toMatchObject({ host: 'other.my.salesforce.com', path: '/services/data/v60.0/sobjects/Contact/describe' });
  });
  it('are tried again where that may help, with growing waits, and reported each', async () => {
    const { connector, requests, clock, call } = connect({}, json('', 503), () => broken('ECONNRESET'), contact());
    await connector.describe('Contact', call);
    expect(requests.map(({ status }) => status)).toEqual([503, null, 200]);
    expect(clock.waits).toEqual([375, 750]);
  });
  it('wait as long as Retry-After asks, but not for ever', async () => {
    const short = connect({}, json('', 503, { 'retry-after': '7' }), contact());
    await short.connector.describe('Contact', short.call);
    expect(short.clock.waits).toEqual([7_000]);
    const long = connect({}, json('', 503, { 'retry-after': '3600' }));
    await expect(long.connector.describe('Contact', long.call)).rejects.toMatchObject({ category: 'server', retryAfterMs: 3_600_000 });
    expect(long.clock.waits).toEqual([]);
  });
  it.each(['https://[', '//u:p@acme.my.salesforce.com/services/data', '/services/../x', 'https://evil.example.com/services/data'])(
    'are not made for a next page at %s',
    async (nextRecordsUrl) => {
      const { connector, seen, call } = connect({}, contact(), json({ records: [], done: false, nextRecordsUrl }));
      await expect(connector.fetch({ object: 'Contact', ids: [ID.contact[0]], fields: [] }, call)).rejects.toMatchObject({
        code: 'broken_answer',
      });
      expect(seen).toHaveLength(2);
    },
  );
  it('give up after the third try', async () => {
    const { connector, seen, call } = connect({}, ...Array.from({ length: 5 }, () => () => broken('ECONNREFUSED')));
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'no_answer', category: 'network', retryable: true });
    expect(seen).toHaveLength(3);
  });
  it('ask once more for an answer that was cut', async () => {
    const cut = () => new Response('{"fields":[{"na', { status: 200 });
    const mended = connect({}, cut(), contact());
    await mended.connector.describe('Contact', mended.call);
    const lasting = connect({}, cut(), cut());
    await expect(lasting.connector.describe('Contact', lasting.call)).rejects.toMatchObject({ code: 'broken_answer', retryable: true });
  });
  it('are not tried again over a refusal', async () => {
    const { connector, seen, call } = connect({}, refused('REQUEST_LIMIT_EXCEEDED', 403, 'TotalRequests Limit exceeded.'));
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'daily_limit', category: 'rate_limit' });
    expect(seen).toHaveLength(1);
  });
  it('follow no redirect: it could carry the token elsewhere', async () => {
    const { connector, seen, call } = connect({}, new Response(null, { status: 302, headers: { location: 'https://evil.example.com/' } }));
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'unexpected_answer' });
    expect(seen).toHaveLength(1);
  });
  it('are cut by the signal of the call, with its own reason', async () => {
    const controller = new AbortController();
    const { connector } = connect({}, () => {
      controller.abort(new Error('time is up'));
      return broken('UND_ERR_ABORTED');
    });
    await expect(connector.describe('Contact', { signal: controller.signal, now: () => 0 })).rejects.toThrow('time is up');
    const before = connect({});
    await expect(before.connector.describe('Contact', { signal: controller.signal, now: () => 0 })).rejects.toThrow('time is up');
    expect(before.seen).toEqual([]);
  });
  it('end when a body is larger than anything Salesforce sends', async () => {
    const chunk = new Uint8Array(8 * 1024 * 1024);
    const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    const { connector, seen, call } = connect({}, endless);
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'answer_too_large' });
    expect(seen).toHaveLength(1);
  });
});

describe('an expired session', () => {
  it('leads to one refresh and one more try', async () => {
    const { auth, refreshed } = countingAuth();
    const { connector, seen, call } = connect({ auth }, expired(), contact());
    await connector.describe('Contact', call);
    expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t2']);
    expect(refreshed).toEqual(['t1']);
  });
  it('that comes back after a refresh is the end', async () => {
    const { auth, refreshed } = countingAuth();
    const { connector, seen, call } = connect({ auth }, expired(), expired());
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'session_expired', category: 'authentication' });
    expect([seen.length, refreshed.length]).toEqual([2, 1]);
  });
  it('may use a token that somebody else had refreshed, and still refresh once itself', async () => {
    const { auth, refreshed } = countingAuth(1);
    const { connector, call } = connect({ auth }, expired(), expired(), contact());
    await connector.describe('Contact', call);
    expect(refreshed).toEqual(['t1', 't2']);
    const { auth: always, refreshed: asked } = countingAuth(9);
    const lasting = connect({ auth: always }, expired(), expired(), expired());
    await expect(lasting.connector.describe('Contact', lasting.call)).rejects.toMatchObject({ category: 'authentication' });
    expect(asked).toHaveLength(2);
  });
  it.each(['This session is not valid for use with the REST API', 'Connected app is not attached to Agent'])(
    '"%s" is not refreshed: that would loop',
    async (message) => {
      const { auth, refreshed } = countingAuth();
      const { connector, call } = connect({ auth }, refused('INVALID_SESSION_ID', 401, message));
      await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'session_not_for_api' });
      expect(refreshed).toEqual([]);
    },
  );
});

describe('a token', () => {
  const tokenAt = (instanceUrl: string, accessToken = 't1'): Auth => ({ ...fixedAuth, token: async () => ({ accessToken, instanceUrl }) });
  it.each(['http://acme.my.salesforce.com', 'https://acme.lightning.force.com', 'not a url'])('never goes to %s', async (instanceUrl) => {
    const { connector, seen, call } = connect({ auth: tokenAt(instanceUrl) });
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ category: 'configuration' });
    expect(seen).toEqual([]);
  });
  it.each(['', 'a b', 'a\r\nx-evil: 1'])('%j is no token', async (accessToken) => {
    const { connector, seen, call } = connect({ auth: tokenAt(INSTANCE, accessToken) });
    await expect(connector.describe('Contact', call)).rejects.toMatchObject({ code: 'bad_access_token' });
    expect(seen).toEqual([]);
  });
  it('appears in no error', async () => {
    const answers = [
      () => broken('ECONNRESET'),
      () => json([{ errorCode: 'NEW_CODE', message: 'token-1' }], 400),
      () => new Response('token-1', { status: 500 }),
    ];
    for (const answer of answers) {
      const { connector, call } = connect({}, answer, answer, answer);
      const error = await connector.describe('Contact', call).catch((reason: unknown) => reason);
      expect(error).toHaveProperty('category');
      expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain('token-1');
    }
  });
});

describe('account', () => {
  it('is told by the token, without a request', async () => {
    const { connector, seen, call } = connect({});
    expect(await connector.account(call)).toEqual({ id: '00Dx0000000BV7zEAG', userId: '005x00000012Q9PAAU' });
    expect(seen).toEqual([]);
  });
  it('is asked for once where the token does not tell', async () => {
    const auth: Auth = { ...fixedAuth, token: async () => ({ accessToken: 't', instanceUrl: INSTANCE }) };
    const { connector, seen, call } = connect({ auth }, json({ organization_id: '00Dx0000000BV7z', user_id: '005x00000012Q9P' }));
    expect(await connector.account(call)).toEqual({ id: '00Dx0000000BV7zEAG', userId: '005x00000012Q9PAAU' });
    await connector.account(call);
    expect(seen.map(({ path }) => path)).toEqual(['/services/oauth2/userinfo']);
  });
});

describe('describe', () => {
  it('is kept for an hour', async () => {
    const { connector, seen, clock, call } = connect({}, contact(), contact());
    await connector.describe('Contact', call);
    clock.advance(59 * 60_000);
    await connector.describe('Contact', call);
    expect(seen).toHaveLength(1);
    clock.advance(60_000);
    await connector.describe('Contact', call);
    expect(seen).toHaveLength(2);
  });
  it.each([
    ['NOT_FOUND', 404],
    ['INVALID_TYPE', 400],
  ])('says who must act where the object is hidden (%s)', async (code, status) => {
    const { connector, call } = connect({}, refused(code, status));
    await expect(connector.describe('Lead', call)).rejects.toMatchObject({
      code: 'object_not_visible',
      category: 'permission',
      at: { object: 'Lead' },
    });
  });
  it('sends no hostile name', async () => {
    const { connector, seen, call } = connect({});
    await expect(connector.describe('../query?q=SELECT', call)).rejects.toMatchObject({ code: 'invalid_object_name' });
    expect(seen).toEqual([]);
  });
});

describe('usageOf', () => {
  it.each([
    ['api-usage=24/15000', { used: 24, limit: 15_000 }],
    ['api-usage=18/5000; api-bursts=1/750', { used: 18, limit: 5_000 }],
    ['per-app-api-usage=17/250(appName=x); api-usage=18/5000', { used: 18, limit: 5_000 }],
    ['per-app-api-usage=17/250(appName=x)', null],
    ['', null],
    [null, null],
  ])('%s', (header, usage) => expect(usageOf(header)).toEqual(usage));
});

describe('options', () => {
  it.each([
    ['apiVersion', '51.0'],
    ['apiVersion', 'v66'],
    ['client', 'a, b'],
    ['activityKeyField', "x'y"],
    ['overlapMs', -1],
    ['lagMs', Number.NaN],
    ['timeZone', 'Mars/Base'],
    ['instanceUrl', 'http://acme.my.salesforce.com'],
  ])('%s %j is refused before any request', (option, value) =>
    expect(() => salesforce({ auth: fixedAuth, clock: stillClock(), [option]: value })).toThrow(
      expect.objectContaining({ category: 'configuration' }),
    ),
  );
});

describe('the requests of one call', () => {
  const busy = () => json('', 503);
  const tooMany = () => refused('REQUEST_LIMIT_EXCEEDED', 403, 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.');
  const cut = () => new Response('{"fields":[{"na', { status: 200 });
  it.each([
    ['failures', [busy, busy, busy], 3],
    ['failures, each of another kind', [busy, cut, busy], 3],
    ['failures around tokens that are refused', [busy, expired, busy, expired, busy], 5],
    ['tokens that are refused, then answers that are cut', [expired, expired, cut, cut], 4],
  ])('are never more than five, since its tries share their retries: %s', async (_, script, requests) => {
    const { auth } = countingAuth(1);
    const { connector, seen, left, call } = connect({ auth }, ...script, ...Array.from({ length: 20 }, () => busy));
    await expect(connector.describe('Contact', call)).rejects.toHaveProperty('category', 'server');
    expect(seen).toHaveLength(requests);
    expect(left).toHaveLength(20 + script.length - requests);
  });
  it('run three at once for one org in the background, and all wait together after it was busy', async () => {
    let [running, most] = [0, 0];
    const slow = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return rows();
    };
    const { connector, call, seen } = connect({}, contact(), ...Array.from({ length: 12 }, () => slow));
    await connector.describe('Contact', call);
    const fetchOne = () => connector.fetch({ object: 'Contact', ids: [ID.contact[0]], fields: ['Email'] }, call);
    await Promise.all(Array.from({ length: 12 }, fetchOne));
    expect([most, seen.length]).toEqual([3, 13]);
  });
  it.each([
    ['too many long requests', [tooMany], 375],
    ['an answer that the org is busy, three times', [busy, busy, busy], 375 + 750 + 1_500],
  ])('wait after %s, whichever call was refused', async (_, script, waitedMs) => {
    const { connector, call, clock } = connect({}, ...script, contact());
    const before = clock.now();
    await expect(connector.describe('Account', call)).rejects.toHaveProperty('retryable', true);
    await connector.describe('Contact', call);
    expect(clock.now() - before).toBe(waitedMs);
  });
});

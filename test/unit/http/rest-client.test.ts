import { type RestClientOptions, type RestRequest, restClient } from 'crm-sync-engine';
import { manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import type { Auth } from '../../../src/ports/tokens.ts';

const NOW = Date.parse('2026-01-05T09:00:00Z');
const BASE = 'https://api.crm.example/v1';
const KEY = 'secret-key';

type Answer = Response | Error;
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers: { date: 'Mon, 05 Jan 2026 11:00:00 GMT', ...headers } });
const broken = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('https://host/?secret'), { code }) });

/** A client that gets these answers, one a request; after the last one it comes again and again. */
function scripted(answers: readonly (() => Answer)[], options: Partial<RestClientOptions> = {}) {
  const clock = manualClock(NOW);
  const requests: Request[] = [];
  const told: { operation: string; status: number | null }[] = [];
  const client = restClient({
    name: 'Acme',
    baseUrl: BASE,
    auth: KEY,
    clock,
    random: () => 0.5,
    async fetch(input, init) {
      requests.push(new Request(input, init));
      const answer = (answers[requests.length - 1] ?? answers.at(-1))?.() ?? json({});
      if (answer instanceof Error) throw answer;
      return answer;
    },
    ...options,
  });
  const call = { signal: new AbortController().signal, now: clock.now, onRequest: (seen: (typeof told)[number]) => void told.push(seen) };
  return { client, clock, requests, told, call };
}

const errorOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const CHANGE: RestRequest = { method: 'PATCH', path: '/people/{id}', params: { id: '7' }, body: { name: null } };

/** What a read fails with, by what it is answered, and how often it is tried. */
const READS: Readonly<Record<string, readonly [() => Answer, { category: string; retryable: boolean }, tries: number]>> = {
  '400': [() => json({}, 400), { category: 'validation', retryable: false }, 1],
  '401': [() => json({}, 401), { category: 'authentication', retryable: false }, 1],
  '403': [() => json({}, 403), { category: 'permission', retryable: false }, 1],
  '404': [() => json({}, 404), { category: 'not_found', retryable: false }, 1],
  '408': [() => json({}, 408), { category: 'server', retryable: true }, 3],
  '429': [() => json({}, 429), { category: 'rate_limit', retryable: true }, 3],
  '503': [() => json({}, 503), { category: 'server', retryable: true }, 3],
  'a redirect': [
    () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
    { category: 'validation', retryable: false },
    1,
  ],
  'a page of an edge': [() => new Response('<html>'), { category: 'server', retryable: true }, 1],
  'a broken connection': [() => broken('ECONNRESET'), { category: 'network', retryable: true }, 3],
  'a name that is not found': [() => broken('ENOTFOUND'), { category: 'network', retryable: true }, 3],
};

/** What becomes of a write, by what it is answered. */
const WRITES: Readonly<Record<string, readonly [() => Answer, outcome: unknown, tries: number]>> = {
  '200': [() => json({ id: 7 }), { status: 200, json: { id: 7 } }, 1],
  '204': [() => new Response(null, { status: 204 }), { status: 204, json: null }, 1],
  '403': [() => json({}, 403), { status: 403 }, 1],
  '404': [() => json({}, 404), { status: 404 }, 1],
  '422': [() => json({ field: 'name' }, 422), { status: 422, json: { field: 'name' } }, 1],
  'a refusal without a body': [() => new Response('no', { status: 409 }), { status: 409, json: null }, 1],
  '401': [() => json({}, 401), { category: 'authentication', retryable: false }, 1],
  '429': [() => json({}, 429, { 'retry-after': '3' }), { category: 'rate_limit', retryable: true, retryAfterMs: 3_000 }, 3],
  '408': [() => json({}, 408), { outcome: 'unknown', code: 'http_408' }, 1],
  '502': [() => json({}, 502), { outcome: 'unknown', code: 'http_502' }, 1],
  'a success that can not be read': [() => new Response('{"id":'), { outcome: 'unknown' }, 1],
  'a broken connection': [() => broken('ECONNRESET'), { outcome: 'unknown', code: 'ECONNRESET' }, 1],
  'a name that is not found': [() => broken('ENOTFOUND'), { outcome: 'not_sent', code: 'ENOTFOUND' }, 1],
};

describe('a read answered by', () => {
  it.each(Object.entries(READS))(
    '%s fails with its category, and is tried again only where that may help',
    async (_, [answer, error, tries]) => {
      const { client, requests, told, call } = scripted([answer]);
      expect(await errorOf(client.read({ path: '/people' }, call))).toMatchObject({ ...error, remedy: expect.stringMatching(/\w/) });
      expect(requests).toHaveLength(tries);
      expect(told).toHaveLength(tries);
    },
  );
});

describe('a write answered by', () => {
  it.each(Object.entries(WRITES))('%s is told as that, and is sent again only after a limit', async (_, [answer, outcome, tries]) => {
    const { client, requests, told, call } = scripted([answer]);
    expect(await errorOf(client.write(CHANGE, call))).toMatchObject(outcome as object);
    expect(requests).toHaveLength(tries);
    expect(told).toHaveLength(tries);
  });
});

describe('a request', () => {
  it('is JSON to the place that was configured, with its parameters where they belong', async () => {
    const { client, requests, told, call } = scripted([() => json({ ok: true })]);
    await client.write({ ...CHANGE, params: { id: 'a/../b?x=1' }, query: { notify: 'no&yes' } }, call);
    expect(requests[0]?.url).toBe(`${BASE}/people/a%2F..%2Fb%3Fx%3D1?notify=no%26yes`);
    expect(requests[0]?.headers.get('authorization')).toBe(`Bearer ${KEY}`);
    expect(await requests[0]?.json()).toEqual({ name: null });
    expect(told).toEqual([{ operation: 'PATCH /people/{id}', status: 200 }]);
  });

  it.each(['', '.', '..'])('is not made for an id %j, which would lead to another place', async (id) => {
    const { client, requests, call } = scripted([]);
    expect(await errorOf(client.read({ path: '/people/{id}/notes', params: { id } }, call))).toMatchObject({ code: 'bad_parameter' });
    expect(requests).toEqual([]);
  });

  it.each(['@evil.example/people', '.evil.example/people', ':8443/people'])('never takes its key from its place to %s', async (path) => {
    const { client, requests, call } = scripted([], { baseUrl: 'https://api.crm.example' });
    expect(await errorOf(client.read({ path }, call))).toMatchObject({ code: 'bad_parameter' });
    expect(await errorOf(client.write({ ...CHANGE, path }, call))).toMatchObject({ code: 'bad_parameter' });
    expect(requests).toEqual([]);
  });

  it('has its tries of one call, however often the token is renewed in between', async () => {
    const auth: Auth = { token: async () => ({ accessToken: 'a' }), refresh: async () => ({ accessToken: 'b' }) };
    const answers = [503, 503, 401, 503, 503, 503].map((status) => () => json({}, status));
    const { client, requests, call } = scripted(answers, { auth });
    expect(await errorOf(client.read({ path: '/people' }, call))).toMatchObject({ category: 'server' });
    expect(requests).toHaveLength(4);
  });

  it('that writes is not started when the wait for a token has left no time for it', async () => {
    const clock = manualClock(NOW);
    const auth: Auth = {
      async token() {
        clock.advance(88_000);
        return { accessToken: 'a' };
      },
      refresh: async () => ({ accessToken: 'b' }),
    };
    const { client, requests, call } = scripted([], { auth, clock });
    expect(await client.write(CHANGE, call)).toMatchObject({ outcome: 'not_sent', code: 'no_time_left' });
    expect(requests).toEqual([]);
  });

  it('that writes is not sent after its `notAfter`, which the caller’s clock tells; nor after a limit that would be waited for too long', async () => {
    const { client, requests, clock, call } = scripted([() => json({}, 429, { 'retry-after': '10' }), () => json({})]);
    const theirs = () => clock.now() - 1_000_000;
    const until = (ms: number) => ({ ...call, now: theirs, notAfter: theirs() + ms });
    expect(await client.write(CHANGE, until(-1))).toMatchObject({ outcome: 'not_sent', code: 'too_late' });
    expect(requests).toHaveLength(0);
    expect(await client.write(CHANGE, until(9_000))).toMatchObject({ outcome: 'not_sent', code: 'too_late' });
    expect(requests).toHaveLength(1);
    expect(await client.write(CHANGE, until(9_000))).toMatchObject({ status: 200 });
  });

  it('that is answered with more than an answer may hold would be so again: no failure of the network, and not for now', async () => {
    const chunk = new Uint8Array(4 * 1024 * 1024);
    const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    const { client, requests, call } = scripted([endless]);
    const failure = { code: 'answer_too_large', category: 'server', retryable: false, remedy: expect.stringMatching(/\w/) };
    expect(await errorOf(client.read({ path: '/people' }, call))).toMatchObject(failure);
    expect(requests).toHaveLength(1);
  });

  it('sends its key as the CRM wants it', async () => {
    const { client, requests, call } = scripted([], { headers: (key) => ({ 'x-api-key': key }) });
    await client.read({ path: '/people' }, call);
    expect([requests[0]?.headers.get('x-api-key'), requests[0]?.headers.get('authorization')]).toEqual([KEY, null]);
  });

  it.each(['http://api.crm.example', 'ftp://x', 'nonsense'])('is never made to %s', (baseUrl) => {
    expect(() => restClient({ name: 'Acme', baseUrl, auth: KEY })).toThrow(expect.objectContaining({ code: 'insecure_url' }));
  });

  it('is made again once with a new token, a write too', async () => {
    let token = 'old';
    const auth: Auth = {
      token: async () => ({ accessToken: token }),
      refresh: async () => {
        token = 'new';
        return { accessToken: token };
      },
    };
    const { client, requests, call } = scripted([() => json({}, 401), () => json({ id: 7 })], { auth });
    expect(await client.write(CHANGE, call)).toMatchObject({ status: 200 });
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that succeeded says when it began, by our clock and by the CRM’s', async () => {
    const { client, clock, call } = scripted([]);
    const { requestedAt, startedAt } = await scripted(
      [
        () => {
          clock.advance(500);
          return json({});
        },
      ],
      { clock },
    ).client.read({ path: '/people' }, { ...call, now: () => 42 });
    expect({ requestedAt, startedAt }).toEqual({ requestedAt: 42, startedAt: Date.parse('2026-01-05T11:00:00Z') - 500 });
    expect(client.requestTimeoutMs).toBeGreaterThan(0);
  });

  it('is not sent once the signal has aborted, and fails with its reason', async () => {
    const { client, requests, call } = scripted([]);
    const reason = new Error('stopped');
    const aborted = { ...call, signal: AbortSignal.abort(reason) };
    expect(await errorOf(client.read({ path: '/people' }, aborted))).toBe(reason);
    expect(await errorOf(client.write(CHANGE, aborted))).toBe(reason);
    expect(requests).toEqual([]);
  });

  it('that fails tells nothing of what it asked, or with which key', async () => {
    for (const answer of [...Object.values(READS), ...Object.values(WRITES)].map(([first]) => first)) {
      const { client, call } = scripted([answer]);
      const read = await errorOf(client.read({ path: '/people/{id}', params: { id: 'Zweig' }, query: { email: 'ann@x.example' } }, call));
      const told = read instanceof Error ? JSON.stringify([read, read.message, String(read.cause)]) : '';
      for (const hidden of [KEY, 'Zweig', 'ann@x', 'secret']) expect(told).not.toContain(hidden);
    }
  });
});

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpRequest, sendHttp } from '../../src/http/send.ts';
import { systemClock } from '../../src/ports/system-clock.ts';

const edge = { fetch: globalThis.fetch, clock: { now: () => systemClock.now(), sleep: async () => {} }, random: () => 0 };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A real server on the loopback, and how often it was asked. */
async function serve(listener: RequestListener): Promise<{ url: URL; asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/path?token=secret`), asked: () => asked };
}
const post = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: '{}',
  idempotent: false,
  timeoutMs: 5_000,
  ...more,
});

describe('sendHttp over a real socket', () => {
  it('gives the answer with its times', async () => {
    const { url } = await serve((_, response) => response.writeHead(418, { 'x-kind': 'tea' }).end('ä'));
    const result = await sendHttp(post(url), edge);
    expect(result).toMatchObject({ kind: 'answer', status: 418, text: 'ä' });
    if (result.kind === 'answer') expect([result.headers.get('x-kind'), result.answeredAt >= result.sentAt]).toEqual(['tea', true]);
  });
  it('knows that nothing was sent where nobody listens', async () => {
    const { url } = await serve(() => {});
    closing.splice(0).forEach((close) => {
      close();
    });
    expect(await sendHttp(post(url), edge)).toEqual({ kind: 'failure', sent: false, code: 'ECONNREFUSED' });
  });
  it('knows that nothing was sent to a host that does not exist', async () => {
    expect(await sendHttp(post(new URL('http://nowhere.invalid/')), edge)).toMatchObject({ kind: 'failure', sent: false });
  });
  it('does not know what became of a request whose connection broke, and does not repeat it', async () => {
    const { url, asked } = await serve((request) => request.socket.destroy());
    expect(await sendHttp(post(url), edge)).toMatchObject({ kind: 'failure', sent: 'unclear' });
    expect(asked()).toBe(1);
  });
  it('does not know it either when the answer never comes, or stops half-way', async () => {
    const silent = await serve(() => {});
    expect(await sendHttp(post(silent.url, { timeoutMs: 50 }), edge)).toEqual({ kind: 'failure', sent: 'unclear', code: 'timeout' });
    const half = await serve((_, response) => response.writeHead(200, { 'content-length': '100' }).write('half'));
    expect(await sendHttp(post(half.url, { timeoutMs: 50 }), edge)).toEqual({ kind: 'failure', sent: 'unclear', code: 'timeout' });
  });
  it.each<[string, typeof globalThis.fetch]>([
    ['headers', () => new Promise(() => {})],
    ['body', async () => new Response(new ReadableStream())],
  ])(
    'ends in time over a fetch that does not heed its signal and never gives the %s',
    async (_, fetch) => {
      const request = post(new URL('https://api.example.com/'), { timeoutMs: 20 });
      expect(await sendHttp(request, { ...edge, fetch })).toEqual({ kind: 'failure', sent: 'unclear', code: 'timeout' });
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(sendHttp({ ...request, timeoutMs: 5_000, signal: controller.signal }, { ...edge, fetch })).rejects.toThrow('enough');
    },
    3_000,
  );
  it('repeats an idempotent request, and no other', async () => {
    const flaky = () => {
      let turn = 0;
      return serve((_, response) => {
        turn += 1;
        response.writeHead(turn < 3 ? 503 : 200).end();
      });
    };
    const [repeated, once] = [await flaky(), await flaky()];
    expect(await sendHttp(post(repeated.url, { idempotent: true }), edge)).toMatchObject({ status: 200 });
    expect(await sendHttp(post(once.url), edge)).toMatchObject({ status: 503 });
    expect([repeated.asked(), once.asked()]).toEqual([3, 1]);
  });
  it('starts no try after the total time', async () => {
    const { url, asked } = await serve((_, response) => response.writeHead(503).end());
    await sendHttp(post(url, { idempotent: true, retry: { totalMs: 1 } }), edge);
    expect(asked()).toBe(1);
  });
  it('is cut by the signal, with its reason', async () => {
    const controller = new AbortController();
    const { url, asked } = await serve(() => controller.abort(new Error('time is up')));
    await expect(sendHttp(post(url, { idempotent: true, signal: controller.signal }), edge)).rejects.toThrow('time is up');
    expect(asked()).toBe(1);
  });
});

describe('systemClock', () => {
  it('wakes when the time has come, at once on an abort, and never rejects', async () => {
    const controller = new AbortController();
    const before = systemClock.now();
    await systemClock.sleep(5);
    const waiting = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await waiting;
    await systemClock.sleep(60_000, controller.signal);
    expect(systemClock.now() - before).toBeLessThan(10_000);
  });
});

import { describe, expect, it } from 'vitest';
import { type HttpRequest, sendHttp } from '../../src/http/send.ts';

/** Answers with these statuses, one a try; `before` runs in the middle of the first. */
function edgeOf(statuses: readonly number[], before = () => {}) {
  const waits: number[] = [];
  let tries = 0;
  const edge = {
    fetch: async (_: unknown, init?: RequestInit) => {
      tries += 1;
      if (tries === 1) before();
      init?.signal?.throwIfAborted();
      return new Response('', { status: statuses[tries - 1] ?? 200 });
    },
    clock: { now: () => 0, sleep: async (ms: number) => void waits.push(ms) },
    random: () => 0.5,
  };
  return { edge, waits, tries: () => tries };
}
const request = (more: Partial<HttpRequest>): HttpRequest => ({
  method: 'POST',
  url: new URL('https://api.example.com/'),
  headers: {},
  body: '{}',
  idempotent: false,
  timeoutMs: 5_000,
  ...more,
});

describe('a request that must not be repeated', () => {
  it('is sent again after a status that proves that nothing was carried out, and after no other', async () => {
    const limited = edgeOf([429, 503]);
    expect(await sendHttp(request({ unappliedStatuses: [429] }), limited.edge)).toMatchObject({ status: 503 });
    expect(limited.tries()).toBe(2);
    const once = edgeOf([429]);
    expect(await sendHttp(request({}), once.edge)).toMatchObject({ status: 429 });
    expect(once.tries()).toBe(1);
  });
  it('is not cut by a signal that is only looked at between tries', async () => {
    const controller = new AbortController();
    const abort = () => controller.abort(new Error('time is up'));
    const whole = edgeOf([200], abort);
    expect(await sendHttp(request({ signal: controller.signal, cutsInFlight: false }), whole.edge)).toMatchObject({ status: 200 });
    const again = edgeOf([429], () => {});
    await expect(sendHttp(request({ signal: controller.signal, cutsInFlight: false }), again.edge)).rejects.toThrow('time is up');
    expect(again.tries()).toBe(0);
  });
});

describe('a wait that the answer asks for', () => {
  const waiting = (delay: number | null | undefined) => request({ idempotent: true, retry: { delayMs: () => delay } });
  it('is kept, and a little longer', async () => {
    const { edge, waits } = edgeOf([429]);
    await sendHttp(waiting(10_000), edge);
    expect(waits).toEqual([11_000]);
  });
  it('of null ends the tries', async () => {
    const { edge, waits, tries } = edgeOf([429]);
    expect(await sendHttp(waiting(null), edge)).toMatchObject({ status: 429 });
    expect([waits, tries()]).toEqual([[], 1]);
  });
  it('of undefined is the usual one', async () => {
    const { edge, waits } = edgeOf([503]);
    await sendHttp(waiting(undefined), edge);
    expect(waits).toEqual([375]);
  });
});

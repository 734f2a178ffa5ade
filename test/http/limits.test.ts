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

/** An edge whose clock is moved by waiting. */
const edgeAt = (start: number, statuses: readonly number[]) => {
  let now = start;
  let tries = 0;
  const edge = {
    fetch: async () => {
      tries += 1;
      return new Response('', { status: statuses[tries - 1] ?? 200 });
    },
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
    random: () => 0,
  };
  return { edge, tries: () => tries, wait: (ms: number) => edge.clock.sleep(ms) };
};

describe('a deadline', () => {
  it('lets no try start that could not run for five seconds, however long its turn took to come', async () => {
    const late = edgeAt(0, []);
    const turn: HttpRequest['turn'] = async (tryOnce) => {
      await late.wait(6_000);
      return tryOnce();
    };
    const result = await sendHttp(request({ deadline: 10_000, turn }), late.edge);
    expect([result, late.tries()]).toEqual([{ kind: 'failure', sent: false, code: 'no_time_left' }, 0]);
  });
  it('that passes while a retry waits for its turn leaves the answer that there was', async () => {
    const limited = edgeAt(0, [429]);
    let turns = 0;
    const turn: HttpRequest['turn'] = async (tryOnce) => {
      turns += 1;
      if (turns === 2) await limited.wait(60_000);
      return tryOnce();
    };
    const result = await sendHttp(request({ unappliedStatuses: [429], deadline: 30_000, turn }), limited.edge);
    expect([result.kind === 'answer' && result.status, limited.tries()]).toEqual([429, 1]);
  });
  it('does not count the wait for the first turn as time to retry in', async () => {
    const busy = edgeAt(0, [503, 503]);
    const turn: HttpRequest['turn'] = async (tryOnce) => {
      if (busy.tries() === 0) await busy.wait(1_000_000);
      return tryOnce();
    };
    expect(await sendHttp(request({ idempotent: true, turn }), busy.edge)).toMatchObject({ status: 200 });
  });
});

describe('a time after which a request is stale', () => {
  const STALE = { kind: 'failure', sent: false, code: 'too_late' };
  const until = (startBy: number, more: Partial<HttpRequest> = {}) => request({ unappliedStatuses: [429, 503], startBy, ...more });

  it('lets it be sent up to that moment, and not after it, however long its turn took to come', async () => {
    const edge = edgeAt(0, []);
    const turn: HttpRequest['turn'] = async (tryOnce) => {
      await edge.wait(4_000);
      return tryOnce();
    };
    expect(await sendHttp(until(3_999, { turn }), edge.edge)).toEqual(STALE);
    expect(edge.tries()).toBe(0);
    expect(await sendHttp(until(8_000, { turn }), edge.edge)).toMatchObject({ status: 200 });
  });
  it('ends the wait for a turn or a retry that would come after it before it begins', async () => {
    const paused = edgeAt(0, []);
    expect(await sendHttp(until(9_000, { opensAt: () => 10_000 }), paused.edge)).toEqual(STALE);
    const limited = edgeAt(0, [429]);
    expect(await sendHttp(until(9_000, { retry: { delayMs: () => 10_000 } }), limited.edge)).toEqual(STALE);
    expect([paused.edge.clock.now(), limited.edge.clock.now(), limited.tries()]).toEqual([0, 0, 1]);
  });
  it('lets a retry start that still comes in time', async () => {
    const limited = edgeAt(0, [429]);
    expect(await sendHttp(until(10_000, { retry: { delayMs: () => 10_000 } }), limited.edge)).toMatchObject({ status: 200 });
  });
  it('leaves an answer as it is that no retry was to follow', async () => {
    for (const [status, more] of [
      [503, { unappliedStatuses: [] }],
      [429, { retry: { delayMs: () => null } }],
      [429, { retries: { left: 0 } }],
    ] as const)
      expect(await sendHttp(until(0, more), edgeAt(0, [status]).edge)).toMatchObject({ status });
  });
  it('claims of no request that may have been carried out that it was not sent', async () => {
    const open = edgeAt(0, [503]);
    expect(await sendHttp(until(0, { idempotent: true, unappliedStatuses: [] }), open.edge)).toMatchObject({ status: 503 });
  });
});

describe('retries that requests share', () => {
  it('are those of the whole call, not of each request', async () => {
    const { edge, tries } = edgeOf(Array.from({ length: 20 }, () => 503));
    const retries = { left: 2 };
    for (let each = 0; each < 4; each += 1) await sendHttp(request({ idempotent: true, retries }), edge);
    expect([tries(), retries.left]).toEqual([6, 0]);
  });
});

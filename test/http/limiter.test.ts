import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/http/limiter.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** Wakes sleepers only when the test moves it. */
function handClock(): Clock & { move(ms: number): Promise<void>; readonly asleep: number } {
  let now = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          resolve();
        });
      }),
    async move(ms) {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settled();
    },
    get asleep() {
      return sleepers.size;
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Work that runs until the test ends it; `started` has the names in order. */
function workshop(options: Omit<Parameters<typeof createLimiter>[0], 'clock'> = {}) {
  const clock = handClock();
  const limiter = createLimiter({ clock, ...options });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (name: string, caller: { interactive?: boolean; signal?: AbortSignal } = {}) => {
    const result = limiter.run({ signal: new AbortController().signal, ...caller }, () => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
    result.catch(() => {});
    return result;
  };
  const end = async (name: string) => {
    ends.get(name)!();
    await settled();
  };
  return { clock, limiter, started, ask, end };
}

describe('a limiter', () => {
  it('lets so many run at once, and the others in the order in which they came', async () => {
    const { started, ask, end } = workshop({ parallelMax: 2 });
    const all = ['a', 'b', 'c', 'd'].map((name) => ask(name));
    await settled();
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    await end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });
  it('lets a call that a person waits for go before all that wait in the background', async () => {
    const { started, ask, end } = workshop({ parallelMax: 1 });
    for (const name of ['a', 'b', 'c']) void ask(name);
    void ask('person', { interactive: true });
    await settled();
    await end('a');
    expect(started).toEqual(['a', 'person']);
    await end('person');
    expect(started).toEqual(['a', 'person', 'b']);
  });
  it('keeps room for a call that a person waits for, however long the background takes', async () => {
    const { started, ask, end } = workshop({ parallelMax: 3, backgroundMax: 2 });
    const all = ['a', 'b', 'c'].map((name) => ask(name));
    await settled();
    expect(started).toEqual(['a', 'b']);
    const person = ask('person', { interactive: true });
    await settled();
    expect(started).toEqual(['a', 'b', 'person']);
    await end('a');
    expect(started).toEqual(['a', 'b', 'person']);
    await end('person');
    expect(started).toEqual(['a', 'b', 'person', 'c']);
    await end('b');
    await end('c');
    await Promise.all([...all, person]);
  });
  it('goes on after work that failed', async () => {
    const { limiter, started, ask } = workshop({ parallelMax: 1 });
    const failing = limiter.run({ signal: new AbortController().signal }, () => Promise.reject(new Error('no')));
    void ask('next');
    await expect(failing).rejects.toThrow('no');
    await settled();
    expect(started).toEqual(['next']);
  });
  it('keeps starts apart', async () => {
    const { clock, started, ask } = workshop({ spacingMs: () => 100 });
    for (const name of ['a', 'b', 'c']) void ask(name);
    await settled();
    expect(started).toEqual(['a']);
    await clock.move(99);
    expect(started).toEqual(['a']);
    await clock.move(1);
    expect(started).toEqual(['a', 'b']);
    await clock.move(100);
    expect(started).toEqual(['a', 'b', 'c']);
  });
  it('lets nobody start during a pause, however it grows', async () => {
    const { clock, limiter, started, ask } = workshop();
    limiter.pause(1_000);
    void ask('a');
    await clock.move(500);
    limiter.pause(2_000);
    limiter.pause(1);
    await clock.move(1_999);
    expect(started).toEqual([]);
    await clock.move(1);
    expect(started).toEqual(['a']);
  });
  it('a caller that gives up leaves the queue at once, holds up nobody and leaves no timer behind', async () => {
    const { clock, limiter, started, ask } = workshop({ parallelMax: 1 });
    const controller = new AbortController();
    limiter.pause(1_000);
    const given = ask('impatient', { signal: controller.signal });
    expect(clock.asleep).toBe(1);
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect(clock.asleep).toBe(0);
    void ask('patient');
    await clock.move(1_000);
    expect(started).toEqual(['patient']);
    await expect(ask('late', { signal: controller.signal })).rejects.toThrow('enough');
  });
});

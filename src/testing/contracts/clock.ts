import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Clock } from '../../ports/clock.ts';
import { type ContractCase, contractOf } from './contract-case.ts';

/** What a clock may promise beside the contract. */
export type ClockCapability = 'moves';

const WAIT_MS = 20;
/** How much sooner than asked a timer may end by the clock, which counts whole milliseconds. */
const EARLY_MS = 2;
/** Longer than anybody waits in a test. */
const LONG_MS = 600_000;
const YEAR_2000 = Date.UTC(2000, 0, 1);

/**
 * What every `Clock` must do. Run it under any test runner, with a fresh clock for each case; a real clock takes a
 * fraction of a second for all of them.
 *
 * `moves`: it moves by itself while nobody waits on it, as a clock that a test sets does not.
 */
export const clockContract: readonly ContractCase<Clock, ClockCapability>[] = contractOf<Clock, ClockCapability>([
  {
    id: 'CL-01',
    rule: 'the time is milliseconds since 1970 UTC',
    async check(make) {
      const now = (await make()).now();
      assert.ok(Number.isFinite(now) && now > YEAR_2000, `${now} should be milliseconds of our century`);
    },
  },
  {
    id: 'CL-02',
    rule: 'a sleep ends when its time has passed by the same clock, not before',
    async check(make) {
      const clock = await make();
      for (const ms of [WAIT_MS, 0]) {
        const start = clock.now();
        await clock.sleep(ms);
        assert.ok(clock.now() - start >= ms - EARLY_MS, `a sleep of ${ms} ms should not be shorter`);
      }
    },
  },
  {
    id: 'CL-03',
    rule: 'sleeps that begin together end together, each in its time',
    async check(make) {
      const clock = await make();
      const start = clock.now();
      const times = Array.from({ length: 10 }, (_, index) => WAIT_MS * ((index % 3) + 1));
      const ended = await Promise.all(
        times.map(async (ms) => {
          await clock.sleep(ms);
          return clock.now() - start >= ms - EARLY_MS;
        }),
      );
      assert.ok(ended.every(Boolean), 'no sleep should be shorter');
      const oneByOne = times.reduce((sum, ms) => sum + ms, 0);
      assert.ok(clock.now() - start < oneByOne - EARLY_MS * times.length, 'the sleeps should not wait for one another');
    },
  },
  {
    id: 'CL-04',
    rule: 'a sleep whose signal has aborted ends at once',
    async check(make) {
      const clock = await make();
      const start = clock.now();
      await soon(clock.sleep(LONG_MS, AbortSignal.abort(new Error('stopped by the test'))));
      assert.ok(clock.now() - start < LONG_MS);
    },
  },
  {
    id: 'CL-05',
    rule: 'a sleep ends when its signal aborts, and does not reject',
    async check(make) {
      const clock = await make();
      const start = clock.now();
      const controller = new AbortController();
      const sleeping = clock.sleep(LONG_MS, controller.signal);
      controller.abort(new Error('stopped by the test'));
      await soon(sleeping);
      assert.ok(clock.now() - start < LONG_MS);
    },
  },
  {
    id: 'CL-06',
    rule: 'a signal serves many sleeps, and holds on to none of them',
    async check(make) {
      const clock = await make();
      const { signal } = new AbortController();
      for (let count = 0; count < 3; count += 1) await clock.sleep(1, signal);
      assert.deepEqual(getEventListeners(signal, 'abort'), [], 'a sleep that has ended should not listen on');
    },
  },
  {
    id: 'CL-07',
    rule: 'the time goes on by itself',
    requires: 'moves',
    async check(make) {
      const clock = await make();
      const other = await make();
      const start = clock.now();
      await other.sleep(WAIT_MS);
      assert.ok(clock.now() - start >= WAIT_MS - EARLY_MS);
    },
  },
]);

/** Fails where the work does not end by itself. */
async function soon(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), 2_000);
  });
  const outcome = await Promise.race([
    work.then(
      () => 'ended',
      () => 'rejected',
    ),
    late,
  ]);
  clearTimeout(timer);
  assert.equal(outcome, 'ended', 'the sleep should end at once');
}

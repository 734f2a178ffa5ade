import { expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';

const START = Date.parse('2026-01-05T09:00:00Z');

it('starts where it is told, in any form of a time', () => {
  for (const at of ['2026-01-05T09:00:00Z', new Date(START), START]) expect(manualClock(at).now()).toBe(START);
  expect(() => manualClock('soon')).toThrow(TypeError);
});

it('moves when it is told', () => {
  const clock = manualClock(START);
  clock.advance(250);
  expect(clock.now()).toBe(START + 250);
  clock.set('2026-01-05T08:00:00Z');
  expect(clock.now()).toBe(START - 3_600_000);
});

it('advances itself when somebody waits', async () => {
  const clock = manualClock(START);
  await clock.sleep(5000);
  expect(clock.now()).toBe(START + 5000);
});

it('lets waits that start together end together', async () => {
  const clock = manualClock(START);
  await Promise.all([clock.sleep(5000), clock.sleep(2000), clock.sleep(5000)]);
  expect(clock.now()).toBe(START + 5000);
});

it('does not move for a wait that was given up', async () => {
  const clock = manualClock(START);
  await clock.sleep(5000, AbortSignal.abort());
  const controller = new AbortController();
  const waiting = clock.sleep(5000, controller.signal);
  controller.abort();
  await waiting;
  expect(clock.now()).toBe(START);
});

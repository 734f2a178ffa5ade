import { expect } from 'vitest';
import type { Deployment } from './deployment.ts';
import { rowsOf } from './expectations.ts';

const STORM = { failing: 0.02, happenings: { total: 400, perAnswer: 5 } };

/** Nothing is left to do: another pull finds everything as it is. */
export async function expectQuiet(there: Deployment): Promise<void> {
  const before = await rowsOf(there);
  expect(await there.engine.pull()).toMatchObject({ status: 'done', counts: { created: 0, updated: 0, failed: 0 } });
  expect(await rowsOf(there)).toEqual(before);
}

/** Pulls under faults until all that was to happen has happened, then in peace until nothing waits any more. */
export async function pullThroughStorm(there: Deployment): Promise<void> {
  const storm = there.startTrouble(STORM);
  do {
    await there.pullThrough();
    await there.pullAnnounced();
  } while (!storm.isOver);
  expect(storm.failures).toBeGreaterThan(0);
  await there.settle();
  await there.pullAnnounced();
}

import { describe, expect, it } from 'vitest';
import type { CrmName } from './crms.ts';
import { type Deployment, deployment } from './deployment.ts';
import { expectInStep, rowsOf } from './expectations.ts';
import { SEEDS, TIMEOUT_MS } from './seeds.ts';

const RECORDS = 12_000;
const OF_ONE_STAMP = 3_000;
const INBOUND = ['phone_number', 'first_name', 'last_name', 'email'] as const;
const STORM = { failing: 0.02, happenings: { total: 400, perAnswer: 5 } };

/** Nothing is left to do: another pull finds everything as it is. */
async function expectQuiet(there: Deployment): Promise<void> {
  const before = await rowsOf(there);
  expect(await there.engine.pull()).toMatchObject({ status: 'done', counts: { created: 0, updated: 0, failed: 0 } });
  expect(await rowsOf(there)).toEqual(before);
}

/** Pulls under faults until all that was to happen has happened, then in peace until nothing waits any more. */
async function pullThroughStorm(there: Deployment): Promise<void> {
  const storm = there.startTrouble(STORM);
  do {
    await there.runThrough('pull');
    await there.pullAnnounced();
  } while (!storm.isOver);
  expect(storm.failures).toBeGreaterThan(0);
  await there.settle(['pull']);
  await there.pullAnnounced();
}

describe.each(['salesforce', 'hubspot'] satisfies CrmName[])('%s under faults', { timeout: TIMEOUT_MS }, (name) => {
  it.each(SEEDS)('seed %i: of 12,000 changed records, 3,000 with one stamp, none is missed and none doubled', async (seed) => {
    const there = deployment(name, seed);
    const { clock, crm, engine, people, random } = there;
    const ids = there.addPeople(RECORDS);
    clock.advance(60_000);
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { created: RECORDS } });

    clock.advance(3_600_000);
    for (const [index, id] of ids.entries()) {
      crm.edit(id, people.change(random));
      if (index >= OF_ONE_STAMP && index % 5 === 0) clock.advance(300);
    }
    await pullThroughStorm(there);
    await expectInStep(there, INBOUND);
    const notes = (await engine.runs.list()).flatMap((run) => run.notes);
    expect(notes).toEqual([]); // nothing was read from the start again
    await expectQuiet(there);
  });

  it.each(SEEDS.slice(-1))('seed %i: a first import of 12,000 that people edit meanwhile misses and doubles none', async (seed) => {
    const there = deployment(name, seed);
    there.addPeople(RECORDS);
    there.clock.advance(60_000);
    await pullThroughStorm(there);
    await expectInStep(there, INBOUND);
    await expectQuiet(there);
  });
});

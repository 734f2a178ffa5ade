import { describe, expect, it } from 'vitest';
import type { CrmName } from './crms.ts';
import { deployment } from './deployment.ts';
import { expectInStep } from './expectations.ts';
import { SEEDS, TIMEOUT_MS } from './seeds.ts';
import { expectQuiet, pullThroughStorm } from './storm.ts';

const RECORDS = 12_000;
const OF_ONE_STAMP = 3_000;
const INBOUND = ['phone_number', 'first_name', 'last_name', 'email'] as const;

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
});

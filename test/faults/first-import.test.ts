import { describe, it } from 'vitest';
import type { CrmName } from './crms.ts';
import { deployment } from './deployment.ts';
import { expectInStep } from './expectations.ts';
import { SEEDS, TIMEOUT_MS } from './seeds.ts';
import { expectQuiet, pullThroughStorm } from './storm.ts';

describe.each(['salesforce', 'hubspot'] satisfies CrmName[])('%s under faults', { timeout: TIMEOUT_MS }, (name) => {
  it.each(SEEDS)('seed %i: a first import of 12,000 that people edit meanwhile misses and doubles none', async (seed) => {
    const there = deployment(name, seed);
    there.addPeople(12_000);
    there.clock.advance(60_000);
    await pullThroughStorm(there);
    await expectInStep(there, ['phone_number', 'first_name', 'last_name', 'email']);
    await expectQuiet(there);
  });
});

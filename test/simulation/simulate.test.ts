import { CrmSyncEngine } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { simulate } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { KEPT, SEEDS, STEPS } from './seeds.ts';

const live = (seed: number, steps = STEPS, only?: readonly number[]) =>
  simulate({
    seed,
    steps,
    engine: (options) => new CrmSyncEngine(options),
    connectors: { salesforce, hubspot },
    ...(only !== undefined && { only }),
  });

describe('a deployment that is lived in', { timeout: 120_000 }, () => {
  it.each(SEEDS)('seed %i: keeps every promise', async (seed) => {
    expect((await live(seed)).text).toBe('');
  });

  it.each(KEPT)('seed %i, which broke a promise once: keeps it in %i steps', async (seed, steps) => {
    expect((await live(seed, steps)).text).toBe('');
  });

  it('is the same again with the same seed, and another one with another', async () => {
    const [first, second, other] = [await live(7, 60), await live(7, 60), await live(8, 60)];
    expect(second).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });

  it('has everything in it: edits, conversations, conflicts, faults, deaths', async () => {
    const { totals } = await live(17, 200);
    for (const [what, times] of Object.entries(totals)) expect(times, what).toBeGreaterThan(0);
  });
});

import { CrmSyncEngine } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { type SimulationOptions, simulate } from 'crm-sync-engine/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type OpenSchema, openSchema } from './open-schema.ts';

let schema: OpenSchema;
beforeAll(async () => {
  schema = await openSchema(inject('postgresUrl'));
});
afterAll(() => schema[Symbol.asyncDispose]());

/** From outside: `SIMULATE_POSTGRES=100,101,102 SIMULATE_STEPS=400` lives others, and longer. */
const SEEDS = (process.env['SIMULATE_POSTGRES'] ?? '17').split(',').map(Number);
const STEPS = Number(process.env['SIMULATE_STEPS'] ?? 40);

const live = (seed: number, store: Pick<SimulationOptions, 'store'> = {}) =>
  simulate({ seed, steps: STEPS, engine: (options) => new CrmSyncEngine(options), connectors: { salesforce, hubspot }, ...store });

describe('a deployment that is lived in on PostgreSQL', { timeout: 600_000 }, () => {
  it.each(SEEDS)('seed %i: keeps every promise, and goes as it does in memory', async (seed) => {
    await schema.pool.query('delete from crm_sync_contacts; delete from crm_sync_links; delete from crm_sync_entries');
    const told = await live(seed, { store: ({ clock }) => postgresStore({ pool: schema.pool, clock }) });
    expect(told.text).toBe('');
    expect(told.hash).toBe((await live(seed)).hash);
  });
});

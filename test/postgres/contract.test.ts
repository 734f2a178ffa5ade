import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { postgresStore } from '../../src/stores/postgres.ts';
import { contactStoreContract } from '../../src/testing/contracts/contact-store.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

describe('postgresStore keeps the contract of a contact store', () => {
  let schema: OpenSchema;
  beforeAll(async () => {
    schema = await openSchema(inject('postgresUrl'));
  });
  afterAll(() => schema[Symbol.asyncDispose]());

  /** A store over empty tables. */
  async function makePostgresStore() {
    await schema.pool.query('delete from crm_sync_contacts; delete from crm_sync_links; delete from crm_sync_entries');
    let now = 1_700_000_000_000;
    const clock = {
      now: () => now,
      advance: (ms: number) => {
        now += ms;
      },
    };
    return { store: postgresStore({ pool: schema.pool, clock }), clock, poison: { score: Number.NaN } };
  }

  it.each(contactStoreContract)('$id $rule', ({ check }) => check(makePostgresStore));
});

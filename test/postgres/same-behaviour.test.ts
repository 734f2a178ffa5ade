import { test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { memoryStore } from '../../src/stores/memory.ts';
import { postgresStore } from '../../src/stores/postgres.ts';
import { keepsHostileValues } from '../hostile/keeps-hostile-values.ts';
import { play, sequences } from '../unit/stores/play.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

let schema: OpenSchema;
beforeAll(async () => {
  schema = await openSchema(inject('postgresUrl'));
});
afterAll(() => schema[Symbol.asyncDispose]());

describe('hostile values in the postgres store', () => {
  keepsHostileValues(() => postgresStore({ pool: schema.pool }));
});

const clock = { now: () => 1000 };

test.prop([sequences], { numRuns: 8 })(
  'a memory store and a PostgreSQL store answer any sequence of commits alike, and show the same afterwards',
  async (steps) => {
    const tables = ['contacts', 'links', 'entries', 'unseen'];
    await schema.pool.query(tables.map((table) => `delete from crm_sync_${table}`).join(';'));
    expect(await play(postgresStore({ pool: schema.pool, clock }), steps)).toEqual(await play(memoryStore({ clock }), steps));
  },
);

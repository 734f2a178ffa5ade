import type { Pool, PoolClient } from 'pg';
import { describe, expectTypeOf, test } from 'vitest';
import type { ContactStore } from '../../src/index.ts';
import { type Migration, migrate, migrations, type PostgresClient, type PostgresPool, postgresStore } from '../../src/stores/postgres.ts';

declare const pool: Pool;

describe('the store takes the pool of the host as it is', () => {
  test('a pool of pg and its clients fit', () => {
    expectTypeOf<PoolClient>().toExtend<PostgresClient>();
    expectTypeOf<Pool>().toExtend<PostgresPool>();
    expectTypeOf(postgresStore({ pool })).toEqualTypeOf<ContactStore>();
    expectTypeOf(migrate(pool, { schema: 'crm' })).toEqualTypeOf<Promise<void>>();
    expectTypeOf(migrations()).toEqualTypeOf<readonly Migration[]>();
  });

  test('so does a pool that has nothing but what is used', () => {
    const client = { query: async (_text: string, _values?: unknown[]) => ({ rows: [{ a: 1 }] }), release: () => undefined };
    expectTypeOf({ connect: async () => client }).toExtend<PostgresPool>();
  });

  test('a pool without connections does not', () => {
    // @ts-expect-error a client is no pool
    postgresStore({ pool: { query: async () => ({ rows: [] }) } });
  });
});

import { test } from '@fast-check/vitest';
import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { audience, expected, listed, put } from '../unit/engine/audiences.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

const RUNS = { numRuns: 100 };

describe('a list gives the same contacts in the same order as the pure functions say, in PostgreSQL', () => {
  let schema: OpenSchema;
  let workspaces = 0;
  beforeAll(async () => {
    schema = await openSchema(inject('postgresUrl'));
    await schema.pool.query(
      'create table people (id text, org text, n integer not null default 1, full_name text, rest jsonb, primary key (org, id))',
    );
  });
  afterAll(() => schema[Symbol.asyncDispose]());
  const scope = () => ({ workspace: `w${++workspaces}`, connection: 'c' });

  test.prop({ asked: audience }, RUNS)('in our own table', async ({ asked: { everybody, ...asked } }) => {
    const store = postgresStore({ pool: schema.pool }).bind(scope());
    expect(store.list).toBeDefined();
    await put(store, everybody);
    expect(await listed(store, asked)).toEqual(expected(everybody, asked));
  });

  test.prop({ asked: audience }, RUNS)("in a host's table, by its columns", async ({ asked: { everybody, ...asked } }) => {
    const contacts = { table: 'people', id: 'id', workspace: 'org', version: 'n', columns: {}, json: 'rest' };
    const store = postgresStore({ pool: schema.pool, contacts }).bind(scope());
    expect(store.list).toBeDefined();
    await put(store, everybody);
    expect(await listed(store, asked)).toEqual(expected(everybody, asked));
  });
});

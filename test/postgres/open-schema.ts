import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/stores/postgres.ts';

export interface OpenSchema extends AsyncDisposable {
  readonly name: string;
  /** Connections of this URL see the schema and nothing else. */
  readonly url: string;
  readonly pool: pg.Pool;
}

/** A pool whose lost connections end no test: the next query tells of them. */
export function poolOf(url: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...options });
  pool.on('error', () => undefined);
  return pool;
}

/** A schema of its own on a server that others use too, with our tables unless told otherwise; it goes when it is disposed. */
export async function openSchema(server: string, { migrated = true }: { readonly migrated?: boolean } = {}): Promise<OpenSchema> {
  const name = `crm_sync_test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.searchParams.set('options', `-c search_path=${name}`);
  const pool = poolOf(url.href);
  await pool.query(`create schema ${name}`);
  if (migrated) await migrate(pool);
  return {
    name,
    url: url.href,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.query(`set client_min_messages = warning; drop schema ${name} cascade`);
      await pool.end();
    },
  };
}

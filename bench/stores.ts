import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContactStore } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { migrate, postgresStore } from 'crm-sync-engine/stores/postgres';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import pg from 'pg';

export type StoreKind = 'memory' | 'sqlite' | 'postgres';

export interface OpenStore {
  readonly store: ContactStore;
  close(): Promise<void>;
}

/** A folder for files of this process, gone when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crm-sync-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A schema of its own in the PostgreSQL that `BENCH_POSTGRES` names; it goes when it is closed. */
export async function openSchema() {
  const pool = new pg.Pool({ connectionString: process.env['BENCH_POSTGRES'] });
  const schema = `crm_sync_bench_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`create schema ${schema}`);
  const close = async () => {
    await pool.query(`set client_min_messages = warning; drop schema ${schema} cascade`);
    await pool.end();
  };
  return { pool, schema, close };
}

export async function openStore(kind: StoreKind): Promise<OpenStore> {
  if (kind === 'postgres') {
    const { pool, schema, close } = await openSchema();
    await migrate(pool, { schema });
    return { store: postgresStore({ pool, schema }), close };
  }
  const store = kind === 'memory' ? memoryStore() : sqliteStore({ file: join(temporaryFolder(), 'contacts.db') });
  return { store, close: async () => undefined };
}

import { CrmSyncError } from '../../errors.ts';
import type { Migration } from '../sql/migration.ts';
import { inTransaction } from './in-transaction.ts';
import { storeError } from './postgres-errors.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

export interface MigrationsOf {
  /** Name of the schema; null: where the connection looks first. */
  readonly schema: string | null;
  /** The same, quoted and with its dot, as it stands before a table. */
  readonly prefix: string;
  readonly migrations: readonly Migration[];
}

/** Runs the statements of a migration. */
type Runner = Pick<PostgresClient, 'query'>;

async function firstValue(client: Runner, text: string, values: string[] = []): Promise<unknown> {
  const { rows } = await client.query(text, values);
  return (rows[0] as { readonly value: unknown } | undefined)?.value ?? null;
}

/** Takes a step only where it is lacking, and makes a schema only then: what is there needs no right to make it. */
export async function takeSteps(client: Runner, { schema, prefix, migrations }: MigrationsOf): Promise<void> {
  // processes that start at once: one takes the steps, the others come after it and find them taken
  await client.query("select pg_advisory_xact_lock(hashtextextended('crm_sync_engine migrate', 0))");
  const encoding = await firstValue(client, "select current_setting('server_encoding') as value");
  if (encoding !== 'UTF8')
    throw new CrmSyncError(`The database has the encoding ${encoding}.`, {
      code: 'store_encoding',
      category: 'store',
      remedy: 'Use a database whose encoding is UTF8: others can not keep every text.',
    });
  if (schema !== null && (await firstValue(client, 'select 1 as value from pg_namespace where nspname = $1', [schema])) === null)
    await client.query(`create schema ${prefix.slice(0, -1)}`);
  const known = await firstValue(client, 'select to_regclass($1)::text as value', [`${prefix}crm_sync_migrations`]);
  const version = known === null ? 0 : Number(await firstValue(client, `select max(version) as value from ${prefix}crm_sync_migrations`));
  const newest = migrations.at(-1)!.version;
  if (version > newest)
    throw new CrmSyncError(`The database has version ${version} of the tables; this version of the package knows ${newest}.`, {
      code: 'store_too_new',
      category: 'store',
      remedy: 'Update crm-sync-engine in this process to the version that migrated the database.',
    });
  for (const { statements } of migrations.filter((step) => step.version > version))
    for (const statement of statements) await client.query(statement);
}

export async function migrateTo(pool: PostgresPool, steps: MigrationsOf): Promise<void> {
  try {
    await inTransaction(pool, 'write', (client) => takeSteps(client, steps));
  } catch (error) {
    throw storeError(error);
  }
}

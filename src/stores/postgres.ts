import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../core/values/value.ts';
import type { ContactStore } from '../ports/store.ts';
import { type AdaptOptions, adaptTable } from './host/adapt-table.ts';
import { columnTable, listedColumns } from './host/column-table.ts';
import type { ContactsTable } from './host/columns.ts';
import { type IdColumn, postgresIds } from './host/id-column.ts';
import { migrateTo } from './postgres/migrate.ts';
import type { PostgresClient, PostgresPool } from './postgres/postgres-pool.ts';
import { postgresTransactions } from './postgres/postgres-transactions.ts';
import { schemaPrefix } from './postgres/schema-prefix.ts';
import { asOneList, type Query, type SqlRow } from './sql/dialect.ts';
import type { ListWords } from './sql/list-words.ts';
import type { Migration } from './sql/migration.ts';
import { postgresDialect } from './sql/postgres-dialect.ts';
import { postgresListWords } from './sql/postgres-list-words.ts';
import { postgresMigrations } from './sql/postgres-migrations.ts';
import { sqlStore } from './sql/sql-store.ts';

export type { ContactsTable } from './host/columns.ts';
export type { PostgresClient, PostgresPool } from './postgres/postgres-pool.ts';
export type { Migration } from './sql/migration.ts';

export interface PostgresSchema {
  /** Schema of the tables. Default: where the connection looks first (its `search_path`), which is `public` for most. */
  readonly schema?: string;
}

export interface PostgresStoreOptions extends PostgresSchema {
  /**
   * The host's own pool of `pg`, which the host ends. Each call takes one connection for one transaction. It needs a
   * listener for `error`, as every pool does: without one, a connection that is lost while idle ends the process.
   */
  readonly pool: PostgresPool;
  /** The host's own table of contacts, by the names of its columns. Default: `crm_sync_contacts`, which is ours. */
  readonly contacts?: ContactsTable;
  /** The store's clock, in milliseconds since 1970 UTC. Default: the database's. */
  readonly clock?: { now(): Millis };
  /** Waits before a transaction runs again that the database could not serialise. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * The steps that make and update the tables, for hosts that run them by a tool of their own: each once, in order, in one
 * transaction. They note themselves in `crm_sync_migrations`, so that `migrate` knows them as taken.
 *
 * @example
 * migrations().map(({ version }) => version) //=> [1, 2, 3, 4]
 */
export const migrations = ({ schema }: PostgresSchema = {}): readonly Migration[] => postgresMigrations(schemaPrefix(schema));

/**
 * Makes and updates the tables (`crm_sync_*`), and the schema where one is named and absent. Call it once per deployment;
 * again, or from several processes at once, it changes nothing more. All of it or nothing.
 *
 * @throws CrmSyncError of category `store`; code `store_too_new` where a newer version of the package was here.
 */
export async function migrate(pool: PostgresPool, { schema }: PostgresSchema = {}): Promise<void> {
  const prefix = schemaPrefix(schema);
  await migrateTo(pool, { schema: schema ?? null, prefix, migrations: postgresMigrations(prefix) });
}

/**
 * A store in PostgreSQL 13 or newer, on the host's own pool; `migrate` makes its tables. Any number of processes may share
 * one database: commits of one workspace wait for each other, those of different ones do not. No statement is prepared by
 * name, so that it works behind every pooler, and each is planned for the table as large as it is now.
 *
 * @throws CrmSyncError (from every call of a bound store) of category `store`.
 *
 * @example
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * await migrate(pool);
 * const store = postgresStore({ pool });
 */
export function postgresStore(options: PostgresStoreOptions): ContactStore {
  const { pool, schema, contacts, clock, sleep = (ms: number) => pause(ms) } = options;
  const prefix = schemaPrefix(schema);
  const dialect = postgresDialect(prefix);
  const query: Query<PostgresClient> = async (client, text, values) => (await client.query(text, [...values])).rows as readonly SqlRow[];
  const write = asOneList(query);
  const table = contacts && tableOfNames(contacts, { dialect, query, write, prefix });
  return sqlStore<PostgresClient>({
    dialect,
    transaction: postgresTransactions(pool, sleep),
    query,
    write,
    ...(table !== undefined && { contacts: table }),
    clock,
  });
}

/** The host's table, reached by the names of its columns alone. */
function tableOfNames(
  contacts: ContactsTable,
  { prefix, ...sql }: Pick<AdaptOptions<PostgresClient>, 'dialect' | 'query' | 'write'> & { readonly prefix: string },
) {
  let known: IdColumn | null = null;
  let words: ListWords | null = null;
  return adaptTable<PostgresClient>({
    ...sql,
    async words(client) {
      words ??= postgresListWords(prefix, await listedColumns(client, contacts));
      return words;
    },
    table: columnTable(contacts),
    async idColumn(client) {
      known ??= await postgresIds(client, sql.query, contacts, prefix);
      return known;
    },
  });
}

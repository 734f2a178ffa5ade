import { takeSteps } from '../postgres/migrate.ts';
import { postgresTurns } from '../postgres/postgres-transactions.ts';
import { schemaPrefix } from '../postgres/schema-prefix.ts';
import { asOneList, type Dialect, type Query, type SqlRow, type SqlValue, type WriteRows } from '../sql/dialect.ts';
import { inOrder } from '../sql/in-order.ts';
import { postgresDialect } from '../sql/postgres-dialect.ts';
import { postgresMigrations } from '../sql/postgres-migrations.ts';
import type { RunningAgainOptions } from '../sql/running-again.ts';
import { sqliteDialect } from '../sql/sqlite-dialect.ts';
import { MIGRATIONS_TABLE, sqliteMigrations } from '../sql/sqlite-migrations.ts';
import { isBusy, storeError, storeTooNew } from '../sqlite/sqlite-errors.ts';
import type { ContactColumns } from './contact-table.ts';
import { type IdColumn, postgresIds, sqliteIds } from './id-column.ts';

/** What a store over a host's table needs of its database. */
export interface HostDatabase<Transaction> {
  readonly dialect: Dialect;
  readonly query: Query<Transaction>;
  readonly write: WriteRows<Transaction>;
  readonly turns: Pick<RunningAgainOptions<Transaction>, 'turnOf' | 'isTransient' | 'storeError'>;
  /** The first thing in every transaction. */
  readonly begin: (transaction: Transaction, mode: 'read' | 'write') => Promise<void>;
  readonly idColumn: (transaction: Transaction) => Promise<IdColumn>;
  readonly migrate: (transaction: Transaction) => Promise<void>;
}

interface DatabaseOptions<Transaction> {
  readonly query: (transaction: Transaction, text: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]> | readonly SqlRow[];
  readonly columns: ContactColumns;
  readonly schema?: string;
}

/** What the store relies on, whatever the database's default is. */
const LEVELS = {
  read: 'set transaction isolation level repeatable read',
  write: 'set transaction isolation level read committed',
} as const;

function postgres<Transaction>(options: DatabaseOptions<Transaction>): HostDatabase<Transaction> {
  const prefix = schemaPrefix(options.schema);
  const query: Query<Transaction> = async (transaction, text, values) => options.query(transaction, text, values);
  let known: IdColumn | null = null;
  return {
    dialect: postgresDialect(prefix),
    query,
    write: asOneList(query),
    turns: postgresTurns,
    async begin(transaction, mode) {
      await query(transaction, LEVELS[mode], []);
    },
    async idColumn(transaction) {
      known ??= await postgresIds(transaction, query, options.columns, prefix);
      return known;
    },
    migrate: (transaction) =>
      takeSteps(
        { query: async (text, values = []) => ({ rows: [...(await query(transaction, text, values))] }) },
        { schema: options.schema ?? null, prefix, migrations: postgresMigrations(prefix) },
      ),
  };
}

function sqlite<Transaction>(options: DatabaseOptions<Transaction>): HostDatabase<Transaction> {
  const query: Query<Transaction> = async (transaction, text, values) => {
    const { text: plain, order } = inOrder(text);
    return options.query(
      transaction,
      plain,
      order.map((number) => values[number - 1] as SqlValue),
    );
  };
  return {
    dialect: sqliteDialect,
    query,
    async write(transaction, text, values, rows) {
      for (const row of rows) await query(transaction, text, [...values, ...row]);
    },
    // statements between two awaits of one transaction would become part of it, whichever store or workspace they are of
    turns: { turnOf: () => 'all', isTransient: isBusy, storeError },
    begin: async () => undefined,
    idColumn: async () => sqliteIds,
    async migrate(transaction) {
      await query(transaction, MIGRATIONS_TABLE, []);
      const [row] = await query(transaction, 'select max(version) as version from crm_sync_migrations', []);
      const version = Number(row?.['version'] ?? 0);
      const newest = sqliteMigrations.at(-1)?.version ?? 0;
      if (version > newest) throw storeTooNew(version, newest);
      for (const migration of sqliteMigrations.filter((step) => step.version > version)) {
        for (const statement of migration.statements) await query(transaction, statement, []);
        await query(transaction, 'insert into crm_sync_migrations (version) values (?1)', [migration.version]);
      }
    },
  };
}

export const hostDialects = { postgres, sqlite };

import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../core/values/value.ts';
import type { ContactStore } from '../ports/store.ts';
import { sqlStore } from './sql/sql-store.ts';
import { sqliteDialect } from './sql/sqlite-dialect.ts';
import { SqliteConnection } from './sqlite/sqlite-connection.ts';
import { openDatabase, type SqliteDatabase } from './sqlite/sqlite-database.ts';

export type { SqliteDatabase } from './sqlite/sqlite-database.ts';

export type SqliteStoreOptions = (
  | {
      /** Path of the file; it is made where it does not exist, its folder is not. `:memory:` is for tests. */
      readonly file: string;
    }
  | {
      /**
       * A `DatabaseSync` of the host, which the host closes. Nothing else may use this connection: what runs on it between
       * two awaits of the store would become part of the store's transaction. Its pragmas are left as they are.
       */
      readonly database: SqliteDatabase;
    }
) & {
  /** The store's clock, in milliseconds since 1970 UTC. Default: SQLite's, which is the machine's. */
  readonly clock?: { now(): Millis };
  /** How long a call waits for writers of other processes before it fails with `store_busy`, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number;
  /** Waits between two attempts at a locked database. */
  readonly sleep?: (ms: number) => Promise<void>;
};

export interface SqliteStore extends ContactStore, AsyncDisposable {
  /** Closes at once; calls under way and later ones fail with `store_closed`. `await using` waits for them instead. */
  close(): void;
}

/**
 * A store in an SQLite file, through `node:sqlite` (Node 22.13 or newer). It opens the file and makes or updates its tables
 * (`crm_sync_*`) at the first call. Several processes of one machine may use one file: writers wait for each other.
 *
 * @throws CrmSyncError (from every call of a bound store) of category `store`; of category `configuration`, code
 * `sqlite_missing`, on a Node without SQLite.
 *
 * @example
 * await using store = sqliteStore({ file: 'contacts.db' });
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { clock, busyTimeoutMs = 5000, sleep = (ms: number) => pause(ms) } = options;
  const connection = new SqliteConnection({
    open: async () => ('database' in options ? options.database : openDatabase(options.file)),
    owned: !('database' in options),
    busyTimeoutMs,
    sleep,
  });
  const store = sqlStore<SqliteConnection>({
    dialect: sqliteDialect,
    transaction: (mode, work) => connection.transaction(mode === 'write' ? 'write' : 'read', work),
    query: (transaction, text, values) => transaction.query(text, values),
    write: (transaction, text, values, rows) => transaction.write(text, values, rows),
    clock,
  });
  return {
    ...store,
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.drain(),
  };
}

import { CrmSyncError } from '../../errors.ts';

/** The members of `DatabaseSync` (node:sqlite) that the store uses. */
export interface SqliteDatabase {
  exec(text: string): void;
  prepare(text: string): {
    all(...values: (string | number | null)[]): readonly unknown[];
    run(...values: (string | number | null)[]): unknown;
  };
  close(): void;
}

type SqliteModule = { readonly DatabaseSync: new (file: string) => SqliteDatabase };

/**
 * No busy timeout: it would block the event loop (see `SqliteConnection`). The page cache takes 32 MB at most. The log is taken
 * over every 16 MB, which is about two pages of a first import, and not twice in each of them.
 */
const PRAGMAS = `pragma busy_timeout = 0; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
  pragma cache_size = -32000; pragma wal_autocheckpoint = 4000`;

/**
 * Opens a file for the store alone. `node:sqlite` is loaded here, so that a Node without it can import the package.
 * A commit is on the disk when it is answered (`synchronous = full`): an intent that a power cut takes back is a
 * duplicate in the CRM.
 *
 * @throws CrmSyncError of category `configuration`, code `sqlite_missing`; else what SQLite throws.
 */
export async function openDatabase(
  file: string,
  loadSqlite: () => Promise<SqliteModule> = () => import('node:sqlite'),
): Promise<SqliteDatabase> {
  let sqlite: SqliteModule;
  try {
    sqlite = await loadSqlite();
  } catch (cause) {
    throw new CrmSyncError('This Node has no node:sqlite.', {
      code: 'sqlite_missing',
      category: 'configuration',
      remedy: 'Run Node 22.13 or newer (node:sqlite needs a flag before that), or use another store.',
      cause,
    });
  }
  const database = new sqlite.DatabaseSync(file);
  try {
    database.exec(PRAGMAS);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../core/values/value.ts';
import type { ContactStore } from '../ports/store.ts';
import { adaptTable } from './host/adapt-table.ts';
import type { ContactTable } from './host/contact-table.ts';
import { type HostDatabase, hostDialects } from './host/host-dialects.ts';
import type { SqlRow, SqlValue } from './sql/dialect.ts';
import { runningAgain } from './sql/running-again.ts';
import { sqlStore } from './sql/sql-store.ts';

export type { ContactColumns, ContactRow, ContactTable, FindContacts, InsertContacts, UpdateContacts } from './host/contact-table.ts';
export type { SqlRow, SqlValue } from './sql/dialect.ts';

export interface HostStoreOptions<Transaction> {
  readonly dialect: 'postgres' | 'sqlite';
  /**
   * Runs `work` in a new transaction of the host's; what it throws rolls back and is thrown again. It may run again. In
   * PostgreSQL nothing may be queried in it before `work`, which sets the isolation level that it needs. In SQLite a `write`
   * has to begin as `immediate`; one transaction runs at a time.
   */
  readonly transaction: <T>(work: (transaction: Transaction) => Promise<T>, mode: 'read' | 'write') => Promise<T>;
  /** Runs one statement with its values, numbered as the database does: `$1` in PostgreSQL, a `?` each in SQLite. */
  readonly query: (transaction: Transaction, text: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]> | readonly SqlRow[];
  /** The host's table. */
  readonly contacts: ContactTable<Transaction>;
  /** Schema of our own tables, in PostgreSQL. Default: where the connection looks first. */
  readonly schema?: string;
  /** The store's clock, in milliseconds since 1970 UTC. Default: the database's. */
  readonly clock?: { now(): Millis };
  /** Waits before a transaction runs again that the database could not serialise. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface HostStore extends ContactStore {
  /**
   * Makes and updates our tables (`crm_sync_*`) in the host's database. Call it once per deployment; again, it changes nothing.
   *
   * @throws CrmSyncError of category `store`; code `store_too_new` where a newer version of the package was here.
   */
  migrate(): Promise<void>;
}

/**
 * Contacts stay in the host's own table, which the host reads and writes; links, checkpoints, queues and history are in our
 * tables beside it, written in the same transaction of the host's. Its ORM runs all of it.
 *
 * @throws CrmSyncError (from every call of a bound store) of category `store`; `invalid_contact_table` where a method of the
 *   table does not keep its word.
 *
 * @example
 * const store = hostStore({ dialect: 'postgres', transaction, query, contacts });
 * await store.migrate();
 */
export function hostStore<Transaction>(options: HostStoreOptions<Transaction>): HostStore {
  const { transaction, contacts, clock, sleep = (ms: number) => pause(ms) } = options;
  const database: HostDatabase<Transaction> = hostDialects[options.dialect]({ ...options, columns: contacts.columns });
  const { dialect, query, write } = database;
  const run = runningAgain<Transaction>({
    ...database.turns,
    sleep,
    attempt: (mode, work) => {
      const kind = mode === 'write' ? 'write' : 'read';
      return transaction(async (inside) => {
        await database.begin(inside, kind);
        return work(inside);
      }, kind);
    },
  });
  const table = adaptTable({ table: contacts, dialect, query, write, idColumn: database.idColumn });
  return {
    ...sqlStore<Transaction>({ dialect, transaction: run, query, write, contacts: table, clock }),
    migrate: () => run('write', database.migrate, ''),
  };
}

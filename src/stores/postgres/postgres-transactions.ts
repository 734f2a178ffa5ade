import type { RunTransaction } from '../sql/dialect.ts';
import { sqlState } from '../sql/sql-state.ts';
import { inTransaction } from './in-transaction.ts';
import { storeError } from './postgres-errors.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

/** serialization_failure, deadlock_detected: the same work passes when it runs again. */
const AGAIN = ['40001', '40P01'];
/** Pauses before each further attempt, in milliseconds; after the last one the failure is told. */
const PAUSES_MS = [5, 20, 80, 320];

/** Runs work of one name one after the other. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(work);
    const over = turn.catch(() => undefined);
    this.#last.set(name, over);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === over) this.#last.delete(name);
    }
  }
}

/**
 * Transactions on connections of a pool. Writers of one workspace would wait for each other inside the database, each with
 * a connection in its hand; those of this process wait here, and leave the pool to others.
 */
export function postgresTransactions(pool: PostgresPool, sleep: (ms: number) => Promise<void>): RunTransaction<PostgresClient> {
  const turns = new Turns();
  return async (mode, work, workspace) => {
    const attempts = async () => {
      for (const pauseMs of PAUSES_MS) {
        try {
          return await inTransaction(pool, mode, work);
        } catch (error) {
          if (!AGAIN.includes(sqlState(error) ?? '')) throw error;
        }
        await sleep(pauseMs);
      }
      return inTransaction(pool, mode, work);
    };
    try {
      return await (mode === 'write' ? turns.take(workspace, attempts) : attempts());
    } catch (error) {
      throw storeError(error);
    }
  };
}

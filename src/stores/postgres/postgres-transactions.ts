import type { RunTransaction } from '../sql/dialect.ts';
import { type RunningAgainOptions, runningAgain } from '../sql/running-again.ts';
import { sqlState } from '../sql/sql-state.ts';
import { inTransaction } from './in-transaction.ts';
import { storeError } from './postgres-errors.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

/** serialization_failure, deadlock_detected: the same work passes when it runs again. */
const AGAIN = ['40001', '40P01'];

/**
 * Writers of one workspace would wait for each other inside the database, each with a connection in its hand; those of
 * this process wait here, and leave the pool to others.
 */
export const postgresTurns: Pick<RunningAgainOptions<unknown>, 'turnOf' | 'isTransient' | 'storeError'> = {
  turnOf: (mode, workspace) => (mode === 'write' ? workspace : null),
  isTransient: (error) => AGAIN.includes(sqlState(error) ?? ''),
  storeError,
};

/** Transactions on connections of a pool. */
export const postgresTransactions = (pool: PostgresPool, sleep: (ms: number) => Promise<void>): RunTransaction<PostgresClient> =>
  runningAgain<PostgresClient>({ ...postgresTurns, attempt: (mode, work) => inTransaction(pool, mode, work), sleep });

import type { Mode } from '../sql/dialect.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

/**
 * A page is to be found by walking an index, also in a table that nobody has counted yet, which the planner takes for small
 * and sorts as a whole. These settings end with the transaction. Without `jit`: what is switched off here counts as dear.
 */
export const BY_INDEX = ['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_sort', 'jit']
  .map((setting) => `; set local ${setting} = off`)
  .join('');

/**
 * A host that loses its power or its network says no goodbye. Without a limit the server would keep its transaction, and with
 * it the turn of the workspace, until TCP notices, which takes hours. Between two statements of ours are milliseconds.
 */
const UNLESS_SILENT = "; set local idle_in_transaction_session_timeout = '1min'";

/** Levels are said each time: a database may have another one by default, at which a commit looks at a state older than its turn. */
const BEGIN = {
  read: `begin isolation level repeatable read read only${BY_INDEX}${UNLESS_SILENT}`,
  write: `begin isolation level read committed read write${BY_INDEX}${UNLESS_SILENT}`,
  statement: null,
} as const;

/** A connection that is lost between two statements says so at the next one; the event, left alone, would end the process. */
const ignore = (): void => undefined;

/**
 * Runs `work` in one transaction on one connection of the pool; one statement that reads needs none. What it throws rolls back; a connection that can't even do
 * that is not used again.
 *
 * @throws what `work`, the pool or the database throws.
 */
export async function inTransaction<T>(pool: PostgresPool, mode: Mode, work: (client: PostgresClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on?.('error', ignore);
  let broken = false;
  try {
    const begin = BEGIN[mode];
    if (begin === null) return await work(client);
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.removeListener?.('error', ignore);
    client.release(broken);
  }
}

import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

/** Said each time: a database may have another level by default, at which a commit would look at a state older than its turn. */
const BEGIN = {
  read: 'begin isolation level repeatable read read only',
  write: 'begin isolation level read committed read write',
} as const;

/** A connection that is lost between two statements says so at the next one; the event, left alone, would end the process. */
const ignore = (): void => undefined;

/**
 * Runs `work` in one transaction on one connection of the pool. What it throws rolls back; a connection that can't even do
 * that is not used again.
 *
 * @throws what `work`, the pool or the database throws.
 */
export async function inTransaction<T>(
  pool: PostgresPool,
  mode: 'read' | 'write',
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  client.on?.('error', ignore);
  let broken = false;
  try {
    await client.query(BEGIN[mode]);
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

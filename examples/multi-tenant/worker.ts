import { isCrmSyncError } from 'crm-sync-engine';
import type { Pool } from 'pg';
import type { PgBoss } from 'pg-boss';
import type { EngineFor } from './engines.ts';

interface Job {
  readonly connection: string;
}

const SYNC = 'crm-sync';
const TICK = 'crm-sync-tick';

/** One job per connection waits at most, however often it is asked for; another one may be at work. */
export async function makeQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(SYNC, { policy: 'short', retryLimit: 0 });
  await boss.createQueue(TICK);
  await boss.schedule(TICK, '*/5 * * * *');
}

export async function syncAll(boss: PgBoss, pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>('select id from crm_connections where tokens is not null');
  await boss.insert(
    SYNC,
    rows.map(({ id }) => ({ data: { connection: id }, singletonKey: id })),
  );
}

export interface WorkerOptions {
  readonly pool: Pool;
  readonly engineFor: EngineFor;
  /** Connections that this process syncs at once. */
  readonly concurrency?: number;
  /** How long one job may take, in ms; what is left goes on in another one. */
  readonly timeLimitMs?: number;
}

/** Any number of processes may work: a lease in the store keeps two from syncing one connection at once. */
export async function startWorker(
  boss: PgBoss,
  { pool, engineFor, concurrency = 10, timeLimitMs = 4 * 60_000 }: WorkerOptions,
): Promise<void> {
  const again = (connection: string, options: { readonly startAfter?: number } = {}) =>
    boss.send(SYNC, { connection }, { singletonKey: connection, ...options });

  await boss.work<Job>(SYNC, { batchSize: 1, localConcurrency: concurrency, pollingIntervalSeconds: 0.5 }, async ([job]) => {
    if (job === undefined) return;
    const { connection } = job.data;
    try {
      const engine = await engineFor(connection);
      const run = await engine.sync({ timeLimitMs, signal: job.signal, trigger: 'schedule' });
      if (run.status === 'paused') await again(connection); // more to do: go on at once
      await pool.query('update crm_connections set problem = null where id = $1 and problem is not null', [connection]);
      // `busy` (another worker holds the lease) and `done` both wait for the next tick.
    } catch (error) {
      if (!isCrmSyncError(error)) throw error;
      if (error.retryable) await again(connection, { startAfter: Math.ceil((error.retryAfterMs ?? 60_000) / 1000) });
      else await pool.query('update crm_connections set problem = $2 where id = $1', [connection, error.toJSON()]);
    }
  });
  await boss.work(TICK, () => syncAll(boss, pool));
}

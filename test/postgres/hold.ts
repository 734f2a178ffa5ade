import type pg from 'pg';
import type { PostgresPool } from '../../src/stores/postgres.ts';

interface Held {
  readonly pid: number;
  readonly silence: string;
}
const HELD = "select pg_backend_pid() as pid, current_setting('idle_in_transaction_session_timeout') as silence";

/** A pool whose first transaction stops before it commits, until it is let go. */
export function holdCommit(pool: pg.Pool): {
  readonly pool: PostgresPool;
  /** Its connection, once it is about to commit: the process id, and how long it may be silent before the server ends it. */
  readonly reached: Promise<Held>;
  letGo(): void;
} {
  let reach: (held: Held) => void = () => undefined;
  let letGo: () => void = () => undefined;
  const reached = new Promise<Held>((resolve) => {
    reach = resolve;
  });
  const free = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const connect = async () => {
    const client = await pool.connect();
    return {
      async query(text: string, values?: (string | number | null)[]) {
        if (text === 'commit') {
          reach((await client.query<Held>(HELD)).rows[0]!);
          await free;
        }
        return client.query(text, values);
      },
      release: (destroy?: boolean) => client.release(destroy),
      on: (event: 'error', listener: (error: Error) => void) => client.on(event, listener),
      removeListener: (event: 'error', listener: (error: Error) => void) => client.removeListener(event, listener),
    };
  };
  return { pool: { connect }, reached, letGo: () => letGo() };
}

const WAITING = `select 1 from pg_locks where locktype = 'advisory' and not granted
  and ((classid::bigint << 32) | objid::bigint) = hashtextextended('crm_sync_engine ' || $1::text, 0)`;

/** Until a writer waits for another one of the workspace. */
export async function untilOneWaits(pool: pg.Pool, workspace: string): Promise<void> {
  for (let asked = 0; asked < 10_000; asked += 1) if ((await pool.query(WAITING, [workspace])).rows.length > 0) return;
  throw new Error('No writer waits.');
}

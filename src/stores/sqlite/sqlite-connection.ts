import type { SqlRow, SqlValue } from '../sql/dialect.ts';
import { inOrder } from '../sql/in-order.ts';
import { manyRows } from '../sql/many-rows.ts';
import { migrate } from './migrate.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { isBusy, storeClosed, storeError, storeInTransaction } from './sqlite-errors.ts';

export interface ConnectionOptions {
  open(): Promise<SqliteDatabase>;
  /** Whether the database is closed with the store: the host closes what it opened. */
  readonly owned: boolean;
  sleep(ms: number): Promise<void>;
  /** How long a transaction waits for other writers, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** With one run of a statement: so many share what a run costs by itself, and SQLite takes a hundred times their values. */
const ROWS = 20;

const BEGIN = { read: 'begin', write: 'begin immediate' } as const;

function begin(database: SqliteDatabase, mode: 'read' | 'write'): void {
  try {
    database.exec(BEGIN[mode]);
  } catch (error) {
    throw String(error).includes('within a transaction') ? storeInTransaction(error) : error;
  }
}

/** Ends a transaction, also where SQLite has ended it by itself, or the database was closed meanwhile. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('rollback');
  } catch (error) {
    if (!/no transaction is active|database is not open/.test(String(error))) throw error;
  }
}

interface Prepared {
  readonly statement: ReturnType<SqliteDatabase['prepare']>;
  /** Numbers of the values, in the order in which the statement takes them. */
  readonly order: readonly number[];
}

/** Prepares a text with numbered values, which node:sqlite binds only in newer versions of Node. */
function prepare(database: SqliteDatabase, numbered: string): Prepared {
  const { text, order } = inOrder(numbered);
  return { statement: database.prepare(text), order };
}

/** Pauses between attempts: twice as long each time, 50 ms at most, until they sum up to the limit. */
function* pauses(limitMs: number): Generator<number> {
  let waitedMs = 0;
  for (let pauseMs = 1; waitedMs < limitMs; pauseMs = Math.min(pauseMs * 2, 50)) {
    yield pauseMs;
    waitedMs += pauseMs;
  }
}

/**
 * One SQLite connection. Its transactions run one after the other, because statements between two awaits of one
 * transaction would become part of it. A locked database is tried again after a pause and not by SQLite's busy
 * timeout: that blocks the event loop, on which the other writer may be waiting.
 */
export class SqliteConnection {
  readonly #options: ConnectionOptions;
  #closed = false;
  #database: SqliteDatabase | null = null;
  readonly #statements = new Map<string, Prepared>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  transaction<T>(mode: 'read' | 'write', work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    const turn = this.#queue.then(() => this.#untilFree(() => this.#attempt(mode, work)));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async query(text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    const { statement, order } = this.#prepared(text);
    return statement.all(...order.map((number) => values[number - 1]!)) as readonly SqlRow[];
  }

  /** Writes rows, whose values come behind the others, some of them with each run of a statement. */
  async write(text: string, values: readonly SqlValue[], rows: readonly (readonly SqlValue[])[]): Promise<void> {
    let done = 0;
    const many = rows.length < ROWS ? null : manyRows(text, { shared: values.length, rows: ROWS });
    if (many !== null) for (; done + ROWS <= rows.length; done += ROWS) this.#run(many, values.concat(...rows.slice(done, done + ROWS)));
    for (; done < rows.length; done += 1) this.#run(text, values.concat(rows[done]!));
  }

  #run(text: string, values: readonly SqlValue[]): void {
    const { statement, order } = this.#prepared(text);
    statement.run(...order.map((number) => values[number - 1]!));
  }

  /** Closes at once; a transaction under way rolls back and fails with `store_closed`. */
  close(): void {
    const database = this.#database;
    this.#closed = true;
    this.#database = null;
    this.#statements.clear();
    if (this.#options.owned) database?.close();
  }

  /** Closes when everything asked so far is done. */
  async drain(): Promise<void> {
    await this.#queue;
    this.close();
  }

  #prepared(text: string): Prepared {
    const database = this.#use();
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const made = prepare(database, text);
    this.#statements.set(text, made);
    return made;
  }

  #use(): SqliteDatabase {
    if (this.#database === null) throw storeClosed();
    return this.#database;
  }

  async #open(): Promise<void> {
    if (this.#closed) throw storeClosed();
    if (this.#database) return;
    const database = await this.#options.open();
    try {
      if (this.#closed) throw storeClosed();
      migrate(database);
    } catch (error) {
      if (this.#options.owned) database.close();
      throw error;
    }
    this.#database = database;
  }

  async #attempt<T>(mode: 'read' | 'write', work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    await this.#open();
    const database = this.#use();
    begin(database, mode);
    try {
      const result = await work(this);
      this.#use().exec('commit');
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  async #untilFree<T>(attempt: () => Promise<T>): Promise<T> {
    for (const pauseMs of pauses(this.#options.busyTimeoutMs)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isBusy(error)) throw storeError(error);
      }
      await this.#options.sleep(pauseMs);
    }
    return attempt().catch((error: unknown) => {
      throw storeError(error);
    });
  }
}

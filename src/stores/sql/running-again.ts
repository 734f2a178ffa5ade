import type { Mode, RunTransaction } from './dialect.ts';

export interface RunningAgainOptions<Transaction> {
  /** One attempt: what `work` throws rolls back and is thrown. */
  readonly attempt: <T>(mode: Mode, work: (transaction: Transaction) => Promise<T>) => Promise<T>;
  /** Work of one name is done one after the other in this process; null: it waits for nobody. */
  readonly turnOf: (mode: Mode, workspace: string) => string | null;
  /** The same work may pass when it runs again. */
  readonly isTransient: (error: unknown) => boolean;
  /** An error of the database as ours. */
  readonly storeError: (error: unknown) => unknown;
  readonly sleep: (ms: number) => Promise<void>;
}

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

/** Transactions that take turns, and run again where the database asks for it. */
export function runningAgain<Transaction>(options: RunningAgainOptions<Transaction>): RunTransaction<Transaction> {
  const { attempt, turnOf, isTransient, storeError, sleep } = options;
  const turns = new Turns();
  return async (mode, work, workspace) => {
    const attempts = async () => {
      for (const pauseMs of PAUSES_MS) {
        try {
          return await attempt(mode, work);
        } catch (error) {
          if (!isTransient(error)) throw error;
        }
        await sleep(pauseMs);
      }
      return attempt(mode, work);
    };
    const turn = turnOf(mode, workspace);
    try {
      return await (turn === null ? attempts() : turns.take(turn, attempts));
    } catch (error) {
      throw storeError(error);
    }
  };
}

import type { Millis } from '../../core/values/value.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Chance } from './chance.ts';

/** The process that made these calls died: it makes no further one. */
class Died extends Error {
  override readonly name = 'Died';
}

/** When a process dies: at its `at`-th call, before that reaches the other side, or once it took effect there. */
export interface Death {
  readonly at: number;
  readonly moment: 'before' | 'after';
}

export type Ending<T> =
  | { readonly as: 'done'; readonly value: T }
  | { readonly as: 'failed'; readonly error: unknown }
  | { readonly as: 'died' };

/** A process of the host: everything that it asks of the outside waits here for its turn. */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  /** Told of each call, with how many there were. */
  onCall(heard: (calls: number) => unknown): void;
  /** Makes a call to the outside: its effect and its answer are turns of their own. */
  call<T>(label: string, make: () => Promise<T>): Promise<T>;
}

interface Parked {
  readonly process: OneProcess;
  readonly label: string;
  /** A sleep goes on at this time; a call, whenever it is its turn. */
  readonly dueAt: Millis | null;
  readonly goOn: () => void;
}

/** A turn takes so long at most, in ms. */
const TURN_MS = 250;
/** Ticks of the event loop after which a process that was let go on, and asks for nothing new, counts as done with it. */
const TICKS_QUIET = 50;
/** Past these ticks each takes a millisecond: a machine under load may need long for what a process imports. */
const TICKS_BUSY = 1_000;
/** Ticks that a process may take from one call to the next; beyond, it waits for nothing that would come. */
const TICKS_MAX = TICKS_BUSY + 30_000;

/**
 * Runs processes that take turns at every await, in an order that chance decides. One call at a time is carried out, and the
 * next turn is given once everybody waits again, so that a seed gives the same story on every machine and over every store.
 */
export class Scheduler {
  readonly #parked: Parked[] = [];
  readonly #living = new Set<OneProcess>();
  readonly #tell: (text: string) => void;
  #now: Millis;

  constructor(startsAt: Millis, tell: (text: string) => void) {
    this.#now = startsAt;
    this.#tell = tell;
  }

  /** The time of the whole deployment. Who waits on it by itself, outside of any process, moves it. */
  readonly clock: Clock = {
    now: () => this.#now,
    sleep: async (ms) => {
      this.#now += ms;
    },
  };

  advance(ms: number): void {
    this.#now += ms;
  }

  get living(): number {
    return this.#living.size;
  }

  /** Starts a process; it goes on with `turn`, and its end comes in an object, for who awaits the start does not wait for that. */
  async start<T>(
    name: string,
    death: Death | null,
    work: (process: Process) => Promise<T>,
  ): Promise<{ readonly over: Promise<Ending<T>> }> {
    const process = new OneProcess(name, death, {
      now: () => this.#now,
      tell: this.#tell,
      park: (parked) => this.#parked.push(parked),
      unpark: (parked) => this.#parked.splice(this.#parked.indexOf(parked), 1),
    });
    this.#living.add(process);
    const ended = work(process).then(
      (value): Ending<T> => (process.isDead ? { as: 'died' } : { as: 'done', value }),
      (error: unknown): Ending<T> => (process.isDead ? { as: 'died' } : { as: 'failed', error }),
    );
    const over = Promise.race([ended, process.death.then((): Ending<T> => ({ as: 'died' }))]).then((ending) => {
      this.#living.delete(process);
      return ending;
    });
    await this.#settle(process);
    return { over };
  }

  /** Lets one process go on to its next await. False: none is left. */
  async turn(chance: Chance): Promise<boolean> {
    if (this.#parked.length === 0) return false;
    this.#now += chance.below(TURN_MS);
    let ready = this.#parked.filter(({ dueAt }) => dueAt === null || dueAt <= this.#now);
    if (ready.length === 0) {
      this.#now = Math.min(...this.#parked.map(({ dueAt }) => dueAt ?? this.#now));
      ready = this.#parked.filter(({ dueAt }) => dueAt !== null && dueAt <= this.#now);
    }
    const next = chance.oneOf(ready);
    this.#parked.splice(this.#parked.indexOf(next), 1);
    this.#tell(`${next.process.name}: ${next.label}`);
    next.goOn();
    await this.#settle(next.process);
    return true;
  }

  /**
   * Until the process asks for something, or is over. It may wait for other things all the while, such as a pause to end: only
   * what it asks for anew tells that it has gone on as far as it can. A call is waited for as long as it takes.
   */
  async #settle(process: OneProcess): Promise<void> {
    const before = process.asked;
    // Bound: a process that is not over asks for something; the ticks are for promises within it.
    for (let ticks = 0; ticks < TICKS_MAX; ticks += 1) {
      await nextTick(ticks);
      while (process.carriedOut !== null) await process.carriedOut;
      if (!this.#living.has(process)) return;
      const isWaiting = this.#parked.some((parked) => parked.process === process);
      if (isWaiting && (process.asked > before ? ticks > 0 : ticks >= TICKS_QUIET)) return;
    }
    throw new Error(`simulate: ${process.name} waits for something that is no call to the store, the CRM or the clock.`);
  }
}

const nextTick = (ticks: number): Promise<void> =>
  new Promise((resolve) => {
    if (ticks < TICKS_BUSY) setImmediate(resolve);
    else setTimeout(resolve, 1);
  });

interface Surroundings {
  readonly now: () => Millis;
  readonly tell: (text: string) => void;
  readonly park: (parked: Parked) => void;
  readonly unpark: (parked: Parked) => void;
}

class OneProcess implements Process {
  readonly name: string;
  readonly clock: Clock;
  /** Comes when it dies: it goes on with nothing then, and ends nothing properly. */
  readonly death: Promise<void>;
  #bury: () => void = () => undefined;
  readonly #death: Death | null;
  readonly #around: Surroundings;
  #calls = 0;
  #heard: ((calls: number) => unknown) | null = null;
  /** The call that is being carried out just now. */
  carriedOut: Promise<unknown> | null = null;
  /** So often it has waited for a turn. */
  asked = 0;
  isDead = false;

  constructor(name: string, death: Death | null, around: Surroundings) {
    this.name = name;
    this.#death = death;
    this.#around = around;
    this.death = new Promise((resolve) => {
      this.#bury = resolve;
    });
    this.clock = { now: around.now, sleep: (ms, signal) => this.#sleep(ms, signal) };
  }

  onCall(heard: (calls: number) => unknown): void {
    this.#heard = heard;
  }

  async call<T>(label: string, make: () => Promise<T>): Promise<T> {
    this.#assertAlive();
    this.#calls += 1;
    this.#heard?.(this.#calls);
    const isLast = this.#death?.at === this.#calls;
    await this.#park(label, null);
    this.#assertAlive();
    if (isLast && this.#death?.moment === 'before') this.#die(label);
    const carriedOut = make().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    this.carriedOut = carriedOut;
    const answer = await carriedOut;
    this.carriedOut = null;
    if (isLast) this.#die(label);
    await this.#park(`answer of ${label}`, null);
    this.#assertAlive();
    return answer();
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    if (this.isDead) await new Promise(() => undefined); // nobody is there to wake up
    await this.#park('sleep', this.#around.now() + Math.max(0, ms), signal);
  }

  #park(label: string, dueAt: Millis | null, signal?: AbortSignal): Promise<void> {
    this.asked += 1;
    return new Promise((resolve) => {
      const stop = (): void => {
        this.#around.unpark(parked);
        resolve();
      };
      const goOn = (): void => {
        signal?.removeEventListener('abort', stop); // it is parked no more
        resolve();
      };
      const parked = { process: this, label, dueAt, goOn };
      this.#around.park(parked);
      signal?.addEventListener('abort', stop);
    });
  }

  #die(label: string): never {
    this.isDead = true;
    this.#bury();
    this.#around.tell(`${this.name} dies ${this.#death?.moment} ${label}`);
    throw new Died();
  }

  /** Nothing that a dying process does in `finally` counts. */
  #assertAlive(): void {
    if (this.isDead) throw new Died();
  }
}

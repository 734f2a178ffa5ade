import type { Millis } from '../../core/value.ts';
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
/** Ticks of the event loop that a process may take from one call to the next; beyond, it waits for nothing that would come. */
const TICKS_MAX = 100_000;

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

  async #settle(process: OneProcess): Promise<void> {
    // Bound: a process that is not over asks for something; the ticks are for promises within it and for a store's own I/O.
    for (let ticks = 0; ticks < TICKS_MAX; ticks += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (process.calling > 0) continue;
      if (!this.#living.has(process)) return;
      if (ticks > 0 && this.#parked.some((parked) => parked.process === process)) return;
    }
    throw new Error(`simulate: ${process.name} waits for something that is no call to the store, the CRM or the clock.`);
  }
}

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
  /** Calls that are being carried out just now. */
  calling = 0;
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
    this.calling += 1;
    const answer = await make().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    this.calling -= 1;
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

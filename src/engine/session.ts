import type { Millis } from '../core/values/value.ts';
import type { Call, RequestSeen } from '../ports/connector.ts';
import type { Context } from './context.ts';
import { Merging } from './merging/merging.ts';
import type { FlowOptions } from './options.ts';

export interface SessionOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** A person waits for it. */
  readonly interactive?: boolean;
  /** Of the run that it is a part of. */
  readonly merging?: Merging;
}

/** One call of a flow: its abort signal, its time limit, its API calls, and the store's clock as last heard. */
export class Session {
  apiCalls = 0;
  /** The account's calls of the day, as the CRM told them last. */
  usage: NonNullable<RequestSeen['usage']> | null = null;
  /** Calls that no budget knows of yet. */
  uncounted = 0;
  readonly signal: AbortSignal;
  readonly call: Call;
  /** Questions to the merger so far. */
  readonly merging: Merging;
  readonly #context: Context;
  readonly #startedAt: Millis;
  readonly #endsAt: Millis;
  /** Store time minus our time: workers agree on the store's clock only. */
  #offset = 0;
  #longestStepMs = 0;
  #stepFrom: Millis | null = null;

  constructor(context: Context, { timeLimitMs, signal, interactive = context.interactive, merging }: SessionOptions = {}) {
    this.#context = context;
    this.merging = merging ?? new Merging();
    this.signal = signal ?? new AbortController().signal;
    this.#startedAt = context.clock.now();
    this.#endsAt = timeLimitMs === undefined ? Number.POSITIVE_INFINITY : this.#startedAt + timeLimitMs;
    this.call = {
      signal: this.signal,
      now: () => context.clock.now(),
      ...(interactive && { interactive }),
      onRequest: ({ usage }) => {
        this.apiCalls += 1;
        this.uncounted += 1;
        this.usage = usage ?? this.usage;
      },
    };
  }

  get durationMs(): Millis {
    return this.#context.clock.now() - this.#startedAt;
  }

  /** Until the limit; null: there is none. */
  get timeLeftMs(): Millis | null {
    return Number.isFinite(this.#endsAt) ? Math.max(0, this.#endsAt - this.#context.clock.now()) : null;
  }

  /**
   * Makes a call that the store answers with its time. That was between the call and its answer: only where our idea of
   * the store's clock does not fit in between is it corrected, so that a slow answer is not taken for a slow clock.
   */
  async timed<T>(call: () => Promise<T>, timeOf: (answer: T) => Millis | null): Promise<T> {
    const before = this.#context.clock.now();
    const answer = await call();
    const told = timeOf(answer);
    if (told !== null) this.#offset = Math.min(told - before, Math.max(told - this.#context.clock.now(), this.#offset));
    return answer;
  }

  storeNow(): Millis {
    return this.#context.clock.now() + this.#offset;
  }

  /** A time of our clock on the store's. */
  inStoreTime(ours: Millis): Millis {
    return ours + this.#offset;
  }

  /** Runs one step of a loop and remembers the longest: the next one is started only if it fits before the limit. */
  async step<T>(work: () => Promise<T>): Promise<T> {
    const outer = this.#stepFrom;
    this.#stepFrom = this.#context.clock.now();
    try {
      return await work();
    } finally {
      this.#longestStepMs = this.#stepMs();
      this.#stepFrom = outer;
    }
  }

  /** Aborted, or the next step would not end in time; or so many of them, this one included where it has begun. */
  isOver({ steps = 1 }: { readonly steps?: number } = {}): boolean {
    return this.signal.aborted || this.#context.clock.now() + steps * this.#stepMs() >= this.#endsAt;
  }

  /** Of the longest step, as far as it has come. */
  #stepMs(): Millis {
    return this.#stepFrom === null ? this.#longestStepMs : Math.max(this.#longestStepMs, this.#context.clock.now() - this.#stepFrom);
  }
}

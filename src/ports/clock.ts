import type { Millis } from '../core/values/value.ts';

/** Time, injected, so that a whole deployment can be simulated. */
export interface Clock {
  now(): Millis;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

import type { Millis } from '../core/values/value.ts';
import type { Clock } from '../ports/clock.ts';

export interface ManualClock extends Clock {
  advance(ms: number): void;
  set(at: string | Date | Millis): void;
}

/**
 * A clock that only moves when it is told to, or when somebody waits on it: a wait ends at once with the clock set
 * to its end, so that back-off and polling take no real time. Waits that start together end together.
 *
 * @param at - The time it starts at.
 */
export function manualClock(at: string | Date | Millis): ManualClock {
  let now = toMillis(at);
  return {
    now: () => now,
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      const until = now + ms;
      await Promise.resolve();
      if (!signal?.aborted) now = Math.max(now, until);
    },
    advance(ms) {
      now += ms;
    },
    set(to) {
      now = toMillis(to);
    },
  };
}

function toMillis(at: string | Date | Millis): Millis {
  const millis = typeof at === 'number' ? at : new Date(at).getTime();
  if (!Number.isFinite(millis))
    throw new TypeError(`manualClock: ${JSON.stringify(at)} is no time; give ISO 8601, a Date or milliseconds.`);
  return millis;
}

import { untilAborted } from '../../http/single-flight.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Keeps requests below HubSpot's limits before they are made, for all that use one connector.
 *
 * Searches have a limit of their own, five a second for all apps of the account together, so they are made one after
 * another, at most three a second. The others are held back only when the ten-second window is nearly used up, which the
 * headers of their answers tell.
 */
export interface Pace {
  /** Runs a search when its turn has come. @throws the reason of `signal`. */
  search<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Resolves when another request may be made, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** What an answer told. */
  observe(headers: { get(name: string): string | null }): void;
}

/** Source: HubSpot developer docs, "Search the CRM" (five a second) and "Usage guidelines" (headers). */
const SEARCH_SPACING_MS = 334;
/** The part of the window that is left to others. */
const RESERVE = 0.1;
/** Nobody is held back for longer; past it the limit itself has to say no. */
const WAIT_MAX_MS = 10_000;

export function createPace(clock: Clock): Pace {
  let lastSearch: Promise<void> = Promise.resolve();
  let nextSearchAt = 0;
  let nextAt = 0;
  /** Between two requests, while the window is nearly used up. */
  let spacingMs = 0;

  async function until(time: number, signal: AbortSignal): Promise<number> {
    const now = clock.now();
    const at = Math.min(Math.max(now, time), now + WAIT_MAX_MS);
    if (at > now) await clock.sleep(at - now, signal);
    return at;
  }

  return {
    async search(signal, work) {
      const before = lastSearch;
      let leave = () => {};
      lastSearch = new Promise((resolve) => {
        leave = resolve;
      });
      try {
        await untilAborted(before, signal);
        nextSearchAt = (await until(nextSearchAt, signal)) + SEARCH_SPACING_MS;
        return await work();
      } finally {
        void before.then(leave); // who gave up while waiting lets nobody pass the search before
      }
    },
    async wait(signal) {
      const time = nextAt;
      nextAt = Math.max(clock.now(), nextAt) + spacingMs;
      await until(time, signal);
    },
    observe(headers) {
      const [max, remaining, interval] = ['max', 'remaining', 'interval-milliseconds'].map((name) =>
        numberOf(headers.get(`x-hubspot-ratelimit-${name}`)),
      );
      if (max == null || remaining == null) return; // searches do not tell
      const wasFree = spacingMs === 0;
      spacingMs = remaining > max * RESERVE ? 0 : Math.ceil((interval ?? 10_000) / Math.max(1, max * RESERVE));
      if (wasFree) nextAt = clock.now() + spacingMs;
    },
  };
}

const numberOf = (text: string | null): number | null => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null);

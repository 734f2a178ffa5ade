import { createLimiter } from '../../http/limiter.ts';
import type { HttpAnswer, HttpResult } from '../../http/send.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../ports/connector.ts';
import { limitDelayMs } from './retry.ts';

/**
 * Keeps requests below HubSpot's limits before they are made, for all connections that share an account.
 *
 * Searches have a limit of their own, five a second for all apps of the account together, so at most three a second are
 * made, and two at once. The others are held back only when the ten-second window is nearly used up, which the
 * headers of their answers tell. After a limit has said no, all of its kind wait together.
 */
export interface Pace {
  /** Runs one try of a request when its turn has come. @throws the reason of the signal, before the turn. */
  turn(call: Call, kind: 'search' | 'other', tryOnce: () => Promise<HttpResult>): Promise<HttpResult>;
  /** On the injected clock: no turn comes before. */
  opensAt(kind: 'search' | 'other'): number;
}

/** Source: HubSpot developer docs, "Search the CRM" (five a second) and "Usage guidelines" (headers). */
const SEARCH_SPACING_MS = 334;
const SEARCH_PARALLEL_MAX = 2;
/** The part of the window that is left to others. */
const RESERVE = 0.1;
/** Nobody is held back for longer after one answer; past it the limit itself has to say no. */
const WAIT_MAX_MS = 10_000;

export function createPace(clock: Clock): Pace {
  /** Between two requests, while the window is nearly used up. */
  let spacingMs = 0;
  const limiters = {
    search: createLimiter({ clock, parallelMax: SEARCH_PARALLEL_MAX, spacingMs: () => SEARCH_SPACING_MS }),
    other: createLimiter({ clock, spacingMs: () => spacingMs }),
  };

  function observe({ headers, status, text }: HttpAnswer, kind: 'search' | 'other'): void {
    if (status === 429) limiters[kind].pause(Math.min(WAIT_MAX_MS, limitDelayMs({ status, text }, 0) ?? 0));
    const window = windowOf(headers);
    if (window === null) return; // searches do not tell
    const wasFree = spacingMs === 0;
    spacingMs = window.remaining > window.max * RESERVE ? 0 : spacingOf(window);
    if (wasFree) limiters.other.pause(spacingMs);
  }

  return {
    opensAt: (kind) => limiters[kind].opensAt(),
    turn: (call, kind, tryOnce) =>
      limiters[kind].run(call, async () => {
        const result = await tryOnce();
        if (result.kind === 'answer') observe(result, kind);
        return result;
      }),
  };
}

interface Window {
  readonly max: number;
  readonly remaining: number;
  readonly intervalMs: number;
}

function windowOf(headers: Headers): Window | null {
  const [max, remaining, interval] = ['max', 'remaining', 'interval-milliseconds'].map((name) =>
    numberOf(headers.get(`x-hubspot-ratelimit-${name}`)),
  );
  return max == null || remaining == null ? null : { max, remaining, intervalMs: interval ?? 10_000 };
}

const spacingOf = ({ max, intervalMs }: Window): number => Math.min(WAIT_MAX_MS, Math.ceil(intervalMs / Math.max(1, max * RESERVE)));

const numberOf = (text: string | null): number | null => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null);

/** How often and how long one call is tried. Every bound is written out, so that no default can change under us. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly limit: number;
  readonly statuses: readonly number[];
  readonly baseDelayMs: number;
  /**
   * Where an answer says more than its status: how long it has to be waited for, to which up to a fifth is added; null
   * where waiting is no use; undefined for the usual growing wait. A longer `Retry-After` counts all the same.
   */
  readonly delayMs?: (answer: { readonly status: number; readonly text: string }, attempt: number) => number | null | undefined;
  /** A longer Retry-After is not waited for: the answer goes back to the caller, who can end the run. */
  readonly retryAfterMaxMs: number;
  /** From the first request to the last answer. */
  readonly totalMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  limit: 2,
  statuses: [408, 429, 500, 502, 503, 504],
  baseDelayMs: 500,
  retryAfterMaxMs: 20_000,
  totalMs: 300_000,
};

/** No limit and no maintenance of a CRM lasts longer: who asks for more would stop a connection for good. */
const RETRY_AFTER_MAX_MS = 24 * 60 * 60_000;

/** Milliseconds a `Retry-After` header asks for (seconds or a date), a day at most; null for none, or a date where `now` is not known. */
export function retryAfterMs(headers: { get(name: string): string | null }, now: number): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : /[a-z]{3}/i.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(waitMs) ? null : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, waitMs));
}

/** Exponential, with the upper half drawn at random so that many clients spread out. */
export const backoffMs = ({ attempt, baseDelayMs, random }: { attempt: number; baseDelayMs: number; random: number }): number =>
  Math.round(baseDelayMs * 2 ** attempt * (0.5 + random / 2));

import { jsonOf } from '../../http/answers.ts';
import type { RetryPolicy } from '../../http/retry-policy.ts';
import { complaintOf } from './complaint.ts';

const SECOND = 1_000;

/** Statuses of a refusal that came before anything was done: any request may be sent again. */
export const UNAPPLIED_STATUSES: readonly number[] = [423, 429];

/**
 * How long a limit or a lock has to be waited for. HubSpot sends no `Retry-After` with its limits; a day's limit is not
 * waited for.
 *
 * Source: @hubspot/api-client, retry decorator; HubSpot developer docs, "Usage guidelines" and "Error handling".
 */
export function limitDelayMs(
  { status, text }: { readonly status: number; readonly text: string },
  attempt: number,
): number | null | undefined {
  if (status === 423) return 2 * SECOND * (attempt + 1);
  if (status !== 429) return undefined;
  const policy = complaintOf(jsonOf(text))?.policy;
  if (policy === 'DAILY') return null;
  return (policy === 'SECONDLY' ? SECOND : 10 * SECOND) * (attempt + 1);
}

export const READ_RETRY: Partial<RetryPolicy> = {
  statuses: [408, 423, 429, 500, 502, 503, 504, 521, 522, 523, 524, 525, 526],
  delayMs: limitDelayMs,
  totalMs: 300_000,
};

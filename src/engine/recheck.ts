import type { Millis } from '../core/value.ts';
import type { Entry, EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';

/** A record to fetch again by id. Ids and codes, never values (R13). */
export interface Recheck {
  readonly object: string;
  readonly recordId: string;
  /** Why: a failure's code, `stale`, `intent_open`, `released`, `successor`. */
  readonly code: string;
  readonly attempts: number;
}

const MINUTE = 60_000;

/** Waits 5 minutes after the first failure, twice as long after each further one, a day at most. */
export const retryDelayMs = (attempts: number): Millis => Math.min(5 * MINUTE * 2 ** Math.max(0, attempts - 1), 24 * 60 * MINUTE);

/** Queues a record for the next pull; one that is queued already is queued anew. */
export function recheckEntry(recheck: Recheck, dueAt: Millis): EntryChange {
  const key = `${recheck.object}|${recheck.recordId}`;
  return { scope: 'connection', kind: KIND.recheck, key, expected: 'any', put: { body: { ...recheck }, dueAt } };
}

/** A record that failed for the `attempts`-th time. */
export const failedEntry = (object: string, recordId: string, code: string, attempts: number, now: Millis): EntryChange =>
  recheckEntry({ object, recordId, code, attempts }, now + retryDelayMs(attempts));

export const recheckOf = (entry: Entry): Recheck => entry.body as unknown as Recheck;

/** Records of the object that are due to be fetched again. */
export async function dueRechecks(context: Context, object: string, now: Millis, limit: number): Promise<readonly Entry[]> {
  const due = await context.store.entries({ scope: 'connection', kind: KIND.recheck, dueBy: now, limit: 10 * limit });
  return due.filter((entry) => recheckOf(entry).object === object).slice(0, limit);
}

/** Records that wait for one of these match keys are looked at again: their way may be free now (R20). */
export async function releaseWaiting(context: Context, keys: readonly string[], now: Millis): Promise<EntryChange[]> {
  const changes = new Map<string, EntryChange>();
  for (const key of new Set(keys)) {
    const prefix = `${key}|`;
    const waiting = await context.store.entries({ scope: 'connection', kind: KIND.waiting, after: prefix, limit: 100 });
    for (const entry of waiting.filter((candidate) => candidate.key.startsWith(prefix))) {
      const { object, recordId } = recheckOf(entry);
      const recheck = recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now);
      changes.set(recheck.key, recheck);
      changes.set(`waiting ${entry.key}`, {
        scope: 'connection',
        kind: KIND.waiting,
        key: entry.key,
        expected: entry.version,
        put: 'delete',
      });
    }
  }
  return [...changes.values()];
}

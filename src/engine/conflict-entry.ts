import type { Conflict } from '../core/sync/plan-types.ts';
import type { Json, Millis, Value } from '../core/values/value.ts';
import type { EntryChange } from '../ports/store.ts';
import { KIND } from './kinds.ts';

/** A field that both sides changed, as it is kept: both values, what decided, and who. Removed with its contact. */
export interface ConflictRecord extends Omit<Conflict, 'event' | 'since' | 'times'> {
  /** ISO 8601 UTC: when it was found. */
  readonly at: string;
  readonly object: string;
  /** When each side changed, ISO 8601 UTC, as far as that is known; that of the CRM is an upper bound unless it is exact. */
  readonly times: { readonly local: string | null; readonly remote: string | null; readonly remoteIsExact: boolean } | null;
  /** The run that saw it last. */
  readonly run: string | null;
  /** ISO 8601 UTC; null: it is open. */
  readonly closedAt: string | null;
  /** Of one that was decided by hand, or by the merger. */
  readonly resolution: ConflictDecision | null;
}
export interface ConflictDecision {
  readonly decision: 'crm' | 'local' | 'value';
  /** What both sides get. */
  readonly value: Value;
  readonly by: string;
}

interface Seen {
  readonly object: string;
  readonly run: string | null;
  /** The store's clock. */
  readonly at: Millis;
}

/**
 * The records of conflicts, to be committed with their effects. Whoever changes an open one changes its link in the same
 * commit, and expects its version: the record needs no version of its own.
 */
export const conflictEntries = (conflicts: readonly Conflict[], seen: Seen): readonly EntryChange[] =>
  conflicts.flatMap((conflict) => conflictChanges(recordOf(conflict, seen), { wasOpen: conflict.event !== 'found' }));

/** With it, its place in the queue of the merger: asked anew whenever a side has moved, and no more once it is over. */
export function conflictChanges(record: ConflictRecord, { wasOpen }: { readonly wasOpen: boolean }): readonly EntryChange[] {
  const { id: key, at, contactId, open, closedAt } = record;
  const dueAt = closedAt === null ? Date.parse(at) : null;
  const kept = place(KIND.conflict, key, { body: record as unknown as Json, contactId, dueAt });
  if (open === 'merge') return [kept, place(KIND.merge, key, { body: { attempts: 0 }, contactId, dueAt })];
  return wasOpen ? [kept, place(KIND.merge, key, 'delete')] : [kept];
}

const place = (kind: string, key: string, put: NonNullable<EntryChange['put']>): EntryChange => ({
  scope: 'connection',
  kind,
  key,
  expected: 'any',
  put,
});

function recordOf({ event: _, since, times, ...conflict }: Conflict, { object, run, at }: Seen): ConflictRecord {
  return {
    ...conflict,
    at: new Date(since).toISOString(),
    object,
    times: times && { ...times, local: isoOf(times.local), remote: isoOf(times.remote) },
    run,
    closedAt: conflict.open === null ? new Date(at).toISOString() : null,
    resolution: null,
  };
}

const isoOf = (time: Millis | null): string | null => (time === null || Number.isNaN(time) ? null : new Date(time).toISOString());

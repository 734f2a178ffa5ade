import type { Millis } from '../core/values/value.ts';
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
  /** With `successor`: the record that was merged into it, or became it, whose contact it takes over. */
  readonly predecessor?: string;
  /** Where that was a record of another object. */
  readonly predecessorObject?: string;
}

const MINUTE = 60_000;

/** Waits 5 minutes after the first failure, twice as long after each further one, a day at most. */
export const retryDelayMs = (attempts: number): Millis => Math.min(5 * MINUTE * 2 ** Math.max(0, attempts - 1), 24 * 60 * MINUTE);

/** Queues a record to be fetched again; one that is queued already is queued anew. */
export function recheckEntry(recheck: Recheck, dueAt: Millis): EntryChange {
  const key = `${recheck.object}|${recheck.recordId}`;
  return { scope: 'connection', kind: KIND.recheck, key, expected: 'any', put: { body: { ...recheck }, dueAt } };
}

/** An entry may be asked for twice in one commit (done with, and needed again): the later word counts, a mere check never. */
export function onePerKey(entries: readonly EntryChange[]): readonly EntryChange[] {
  const byKey = new Map<string, EntryChange>();
  for (const entry of entries) {
    const name = `${entry.scope} ${entry.kind} ${entry.key}`;
    const earlier = byKey.get(name);
    if (earlier === undefined) byKey.set(name, entry);
    else if (entry.put !== undefined) byKey.set(name, { ...entry, expected: earlier.expected });
  }
  return [...byKey.values()];
}

export const recheckOf = (entry: Entry): Recheck => entry.body as unknown as Recheck;

/** Records of the object that are due to be fetched again. */
export async function dueRechecks(
  context: Context,
  { object, now, limit }: { readonly object: string; readonly now: Millis; readonly limit: number },
): Promise<readonly Entry[]> {
  const prefix = `${object}|`;
  const due = await context.store.entries({ scope: 'connection', kind: KIND.recheck, dueBy: now, after: prefix, limit });
  return due.filter(({ key }) => key.startsWith(prefix));
}

/** What is queued of these records. */
export async function queuedOf(context: Context, object: string, recordIds: readonly string[]): Promise<readonly Recheck[]> {
  if (recordIds.length === 0) return [];
  const keys = recordIds.map((recordId) => `${object}|${recordId}`);
  return (await context.store.entries({ scope: 'connection', kind: KIND.recheck, keys, limit: keys.length })).map(recheckOf);
}

/** A queued record that others were merged into, or became: it takes over the contact of one of them. */
export type Succession = Recheck & { readonly predecessor: string };

/** By record: what is queued of those whose contact has not gone over to them yet. */
export async function loadSuccessions(
  context: Context,
  object: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, Succession>> {
  const queued = await queuedOf(context, object, recordIds);
  return new Map(
    queued.flatMap(({ predecessor, ...recheck }) => (predecessor === undefined ? [] : [[recheck.recordId, { ...recheck, predecessor }]])),
  );
}

/** The queue entries of records that fail: with what is queued of them, one attempt more. */
export async function failures(
  context: Context,
  object: string,
  recordIds: readonly string[],
): Promise<(recordId: string, code: string, now: Millis) => EntryChange> {
  const queued = new Map((await queuedOf(context, object, recordIds)).map((recheck) => [recheck.recordId, recheck]));
  return (recordId, code, now) => {
    const before = queued.get(recordId);
    const attempts = (before?.attempts ?? 0) + 1;
    return recheckEntry({ ...before, object, recordId, code, attempts }, now + retryDelayMs(attempts));
  };
}

/** Those of these that nobody has queued anew, or done with, since. */
export async function unchangedRechecks(context: Context, rechecks: readonly Entry[]): Promise<readonly Entry[]> {
  const keys = rechecks.map(({ key }) => key);
  const current = await context.store.entries({ scope: 'connection', kind: KIND.recheck, keys, limit: Math.max(1, keys.length) });
  return rechecks.filter(({ key, version }) => current.some((entry) => entry.key === key && entry.version === version));
}

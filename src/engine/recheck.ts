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

/** A queue entry may be asked for twice in one commit (done with, and needed again): the later word counts. */
export function onePerKey(entries: readonly EntryChange[]): readonly EntryChange[] {
  const byKey = new Map<string, EntryChange>();
  for (const entry of entries) {
    const name = `${entry.scope} ${entry.kind} ${entry.key}`;
    const earlier = byKey.get(name);
    byKey.set(name, earlier === undefined ? entry : { ...entry, expected: earlier.expected });
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
async function queuedOf(context: Context, object: string, recordIds: readonly string[]): Promise<readonly Recheck[]> {
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

/** Where a record waits for a contact is told by its match keys, so that a change of one brings it back (R20). */
export const waitingKey = (matchKey: string, object: string, recordId: string): string => `${matchKey}|${object}|${recordId}`;

/** Notes of one match key are few; where all of them are gone through, the page is larger. */
const WAITING_PAGE = 100;
const ALL_PAGE = 500;

/** Records that wait for one of these match keys are looked at again: their way may be free now (R20). */
export async function releaseWaiting(context: Context, keys: readonly string[], now: Millis): Promise<EntryChange[]> {
  const wanted = new Set(keys);
  // Mostly few records wait, or none: one call tells for any number of keys.
  const first = wanted.size > 1 ? await waitingPage(context, '', ALL_PAGE) : [];
  if (wanted.size > 1 && first.length < ALL_PAGE) return released(first.filter(waitsFor(keys)), now);
  const notes: Entry[] = [];
  for (const key of wanted) notes.push(...(await waitingFor(context, key)));
  return released(notes, now);
}

/** The same for records that wait because one of these contacts was a candidate: how they find it now is not known. */
export async function releaseWaitingFor(context: Context, contactIds: readonly string[], now: Millis): Promise<EntryChange[]> {
  const ids = new Set(contactIds);
  const notes: Entry[] = [];
  for (let after = ''; ; ) {
    const page = await waitingPage(context, after, ALL_PAGE);
    notes.push(...page.filter(({ body }) => (body as { readonly candidates?: readonly string[] }).candidates?.some((id) => ids.has(id))));
    if (page.length < ALL_PAGE) return released(notes, now);
    after = page.at(-1)?.key ?? '';
  }
}

const waitsFor = (keys: readonly string[]) => {
  const prefixes = [...new Set(keys)].map((key) => `${key}|`);
  return ({ key }: Entry) => prefixes.some((prefix) => key.startsWith(prefix));
};

const waitingPage = (context: Context, after: string, limit: number): Promise<readonly Entry[]> =>
  context.store.entries({ scope: 'connection', kind: KIND.waiting, ...(after !== '' && { after }), limit });

/** The notes go, and the records are queued. */
function released(notes: readonly Entry[], now: Millis): EntryChange[] {
  const changes = new Map<string, EntryChange>();
  for (const { scope, kind, key: name, version, body } of notes) {
    const { object, recordId } = body as unknown as Pick<Recheck, 'object' | 'recordId'>;
    const recheck = recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now);
    changes.set(recheck.key, recheck);
    changes.set(`waiting ${name}`, { scope, kind, key: name, expected: version, put: 'delete' });
  }
  return [...changes.values()];
}

/** The same for records that the very commit notes as waiting, which can't be found yet. */
export function releaseNoted(notes: readonly EntryChange[], keys: readonly string[], now: Millis): EntryChange[] {
  return notes.flatMap(({ kind, key, put }): EntryChange[] => {
    if (kind !== KIND.waiting || put === undefined || put === 'delete' || !keys.some((name) => key.startsWith(`${name}|`))) return [];
    const { object, recordId } = put.body as unknown as Pick<Recheck, 'object' | 'recordId'>;
    return [recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now)];
  });
}

/** The notes of all records that wait for a match key. */
async function waitingFor(context: Context, matchKey: string): Promise<readonly Entry[]> {
  const prefix = `${matchKey}|`;
  const notes: Entry[] = [];
  for (let after = prefix; ; ) {
    const page = await waitingPage(context, after, WAITING_PAGE);
    const ours = page.filter(({ key }) => key.startsWith(prefix));
    notes.push(...ours);
    if (ours.length < WAITING_PAGE) return notes;
    after = ours.at(-1)?.key ?? '';
  }
}

import type { Version } from '../../core/link/link.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import type { Json, Millis } from '../../core/values/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { type Claims, checkedClaims, keysOf, loadClaims, touchedClaims } from '../match-keys.ts';
import { type Awaiting, awaitingOf, releasedEntry, releasedRecheck, withOwnName } from './released.ts';

/** A record that waits for a contact, or for a match key that another contact has. */
export interface Waiting {
  readonly object: string;
  readonly recordId: string;
  readonly reason: 'ambiguous' | 'match_key_taken';
  /** What it waits for: the values are the record's. */
  readonly keys: MatchValues;
  /** Contacts that it competes for, or that have the key. */
  readonly candidates: readonly string[];
  /** Whose record it is; null where that is the question. */
  readonly contactId: string | null;
  /** Store time. */
  readonly since: Millis;
}

export interface StoredWaiting {
  readonly waiting: Waiting;
  readonly version: Version;
}

const nameOf = ({ object, recordId }: Pick<Waiting, 'object' | 'recordId'>): string => `${object}|${recordId}`;

export const waitingOf = ({ body }: Entry): Waiting => body as unknown as Waiting;

export const storedWaiting = (note: Entry): StoredWaiting => ({ waiting: waitingOf(note), version: note.version });

/** Notes of one match key are few; where all of them are gone through, the page is larger. */
const KEY_PAGE = 100;
const ALL_PAGE = 500;

/**
 * By record: what is noted of these. Mostly few records wait, or none, so that those few are loaded rather than asked for by
 * the name of every record.
 */
export async function loadWaiting(
  context: Context,
  object: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, StoredWaiting>> {
  if (recordIds.length === 0) return new Map();
  const kept = { scope: 'connection', kind: KIND.waiting } as const;
  const prefix = nameOf({ object, recordId: '' });
  const keys = recordIds.map((recordId) => nameOf({ object, recordId }));
  const first = await context.store.entries({ ...kept, after: prefix, limit: KEY_PAGE });
  const areAll = first.length < KEY_PAGE || !first.every(({ key }) => key.startsWith(prefix));
  const found = areAll ? first : await context.store.entries({ ...kept, keys, limit: keys.length });
  const wanted = new Set(keys);
  return new Map(found.filter(({ key }) => wanted.has(key)).map((note) => [waitingOf(note).recordId, storedWaiting(note)]));
}

/**
 * Notes that a record waits: one note for the record, and one under each key, where whoever gives up the key finds it. The
 * commit expects the keys' claims as they were seen, so that a key which is given up meanwhile is looked at again (R20).
 */
export function stillWaiting(context: Context, waiting: Waiting, known: StoredWaiting | undefined, claims: Claims): EntryChange[] {
  const { connection } = context;
  const keys = keysOf(context.schema.entity, waiting.keys);
  const checks = checkedClaims(claims, keys);
  const isNoted =
    known !== undefined &&
    known.waiting.reason === waiting.reason &&
    known.waiting.contactId === waiting.contactId &&
    keysOf(context.schema.entity, known.waiting.keys).join() === keys.join() &&
    known.waiting.candidates.join() === waiting.candidates.join();
  if (isNoted) return checks;
  const body = { ...waiting, since: known?.waiting.since ?? waiting.since } as unknown as Json;
  // Whose match key it is: erasing the contact takes the values along, on whichever connection the record waits.
  const contactId = waiting.contactId ?? waiting.candidates[0] ?? null;
  const note = { scope: 'connection', kind: KIND.waiting, key: nameOf(waiting), expected: known?.version ?? null } as const;
  return [
    ...checks,
    ...(known === undefined ? [] : forgetKeys(context, known.waiting)),
    { ...note, put: { body, contactId } },
    ...keys.map((key): EntryChange => {
      const { object, recordId, candidates } = waiting;
      return { ...awaited(connection, key, waiting), put: { body: { connection, object, recordId, candidates }, contactId } };
    }),
  ];
}

export function noLongerWaiting(context: Context, { waiting, version }: StoredWaiting): EntryChange[] {
  const note = { scope: 'connection', kind: KIND.waiting, key: nameOf(waiting), expected: version, put: 'delete' } as const;
  return [note, ...forgetKeys(context, waiting)];
}

/** In the workspace: whoever gives up the key may do so on another connection. */
const awaited = (connection: string, key: string, record: Pick<Waiting, 'object' | 'recordId'>) =>
  ({ scope: 'workspace', kind: KIND.awaited, key: `${key}|${connection}|${nameOf(record)}`, expected: 'any' }) as const;

const forgetKeys = ({ connection, schema }: Context, waiting: Waiting): EntryChange[] =>
  keysOf(schema.entity, waiting.keys).map((key): EntryChange => ({ ...awaited(connection, key, waiting), put: 'delete' }));

/**
 * Records that wait for one of these match keys are looked at again, on whichever connection they are: their way may be free
 * now (R20). Their notes stay until that has been found out.
 *
 * @param claimed - Keys that the same commit claims for somebody, which says as much to whoever is about to wait for them.
 */
export async function releaseWaiting(
  context: Context,
  keys: readonly string[],
  now: Millis,
  claimed: readonly string[] = [],
): Promise<EntryChange[]> {
  const distinct = [...new Set(keys)];
  const changes = new Map<string, EntryChange>();
  const left = distinct.filter((key) => !claimed.includes(key));
  for (const touched of touchedClaims(await loadClaims(context, left), left)) changes.set(`claim ${touched.key}`, touched);
  for (const one of await awaiting(context, distinct)) {
    const released = releasedEntry(context, one, now);
    changes.set(`${released.kind} ${released.key}`, released);
  }
  return withOwnName(context, [...changes.values()]);
}

/** The same for records that wait because one of these contacts was a candidate: how they find it now is not known. */
export async function releaseWaitingFor(context: Context, contactIds: readonly string[], now: Millis): Promise<EntryChange[]> {
  const ids = new Set(contactIds);
  const released: EntryChange[] = [];
  for (let after = ''; ; ) {
    const page = await notes(context, after, ALL_PAGE);
    const theirs = page.map(awaitingOf).filter(({ candidates }) => candidates.some((id) => ids.has(id)));
    released.push(...theirs.map((one) => releasedEntry(context, one, now)));
    if (page.length < ALL_PAGE) return withOwnName(context, released);
    after = page.at(-1)?.key ?? '';
  }
}

/** The same for records whose notes are filed under a contact, and go with it. */
export async function releaseNotesOf(context: Context, contactId: string, now: Millis): Promise<EntryChange[]> {
  const filed = await context.store.entries({ scope: 'workspace', kind: KIND.awaited, contactId, limit: ALL_PAGE });
  return withOwnName(
    context,
    filed.map((entry) => releasedEntry(context, awaitingOf(entry), now)),
  );
}

/** The same for records that the very commit notes as waiting, which can't be found yet. */
export function releaseNoted(notes: readonly EntryChange[], keys: readonly string[], now: Millis): EntryChange[] {
  return notes.flatMap(({ kind, key, put }): EntryChange[] => {
    if (kind !== KIND.awaited || put === undefined || put === 'delete' || !keys.some((name) => key.startsWith(`${name}|`))) return [];
    return [releasedRecheck(put.body as unknown as Awaiting, now)];
  });
}

const notes = (context: Context, after: string, limit: number): Promise<readonly Entry[]> =>
  context.store.entries({ scope: 'workspace', kind: KIND.awaited, ...(after !== '' && { after }), limit });

/** All records that wait for one of these match keys. */
async function awaiting(context: Context, matchKeys: readonly string[]): Promise<readonly Awaiting[]> {
  // Mostly few records wait, or none: one call tells for any number of keys.
  const first = matchKeys.length > 1 ? await notes(context, '', ALL_PAGE) : [];
  if (matchKeys.length > 1 && first.length < ALL_PAGE)
    return first.filter(({ key }) => matchKeys.some((name) => key.startsWith(`${name}|`))).map(awaitingOf);
  const found: Awaiting[] = [];
  for (const matchKey of matchKeys) found.push(...(await awaitingOne(context, matchKey)).map(awaitingOf));
  return found;
}

async function awaitingOne(context: Context, matchKey: string): Promise<readonly Entry[]> {
  const prefix = `${matchKey}|`;
  const found: Entry[] = [];
  for (let after = prefix; ; ) {
    const page = await notes(context, after, KEY_PAGE);
    const ours = page.filter(({ key }) => key.startsWith(prefix));
    found.push(...ours);
    if (ours.length < KEY_PAGE) return found;
    after = ours.at(-1)?.key ?? '';
  }
}

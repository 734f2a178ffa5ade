import type { Version } from '../../core/link.ts';
import type { MatchValues } from '../../core/plan-types.ts';
import type { Json, Millis } from '../../core/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { type Claims, checkedClaims, keysOf, loadClaims, touchedClaims } from '../match-keys.ts';
import { type Recheck, recheckEntry } from '../recheck.ts';

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

/** By record: what is noted of these. */
export async function loadWaiting(
  context: Context,
  object: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, StoredWaiting>> {
  if (recordIds.length === 0) return new Map();
  const keys = recordIds.map((recordId) => nameOf({ object, recordId }));
  const notes = await context.store.entries({ scope: 'connection', kind: KIND.waiting, keys, limit: keys.length });
  return new Map(notes.map((note) => [waitingOf(note).recordId, { waiting: waitingOf(note), version: note.version }]));
}

/**
 * Notes that a record waits: one note for the record, and one under each key, where whoever gives up the key finds it. The
 * commit expects the keys' claims as they were seen, so that a key which is given up meanwhile is looked at again (R20).
 */
export function stillWaiting(waiting: Waiting, known: StoredWaiting | undefined, claims: Claims): EntryChange[] {
  const checks = checkedClaims(claims, keysOf(waiting.keys));
  const isNoted =
    known !== undefined &&
    known.waiting.reason === waiting.reason &&
    known.waiting.contactId === waiting.contactId &&
    keysOf(known.waiting.keys).join() === keysOf(waiting.keys).join() &&
    known.waiting.candidates.join() === waiting.candidates.join();
  if (isNoted) return checks;
  const body = { ...waiting, since: known?.waiting.since ?? waiting.since } as unknown as Json;
  // Whose match key it is: erasing the contact takes the values along, on whichever connection the record waits.
  const contactId = waiting.contactId ?? waiting.candidates[0] ?? null;
  const note = { scope: 'connection', kind: KIND.waiting, key: nameOf(waiting), expected: known?.version ?? null } as const;
  return [
    ...checks,
    ...(known === undefined ? [] : forgetKeys(known.waiting)),
    { ...note, put: { body, contactId } },
    ...keysOf(waiting.keys).map((key): EntryChange => {
      const { object, recordId } = waiting;
      return { ...awaited(key, waiting), put: { body: { object, recordId }, contactId } };
    }),
  ];
}

export function noLongerWaiting({ waiting, version }: StoredWaiting): EntryChange[] {
  const note = { scope: 'connection', kind: KIND.waiting, key: nameOf(waiting), expected: version, put: 'delete' } as const;
  return [note, ...forgetKeys(waiting)];
}

const awaited = (key: string, record: Pick<Waiting, 'object' | 'recordId'>) =>
  ({ scope: 'connection', kind: KIND.awaited, key: `${key}|${nameOf(record)}`, expected: 'any' }) as const;

const forgetKeys = (waiting: Waiting): EntryChange[] =>
  keysOf(waiting.keys).map((key): EntryChange => ({ ...awaited(key, waiting), put: 'delete' }));

/**
 * Records that wait for one of these match keys are looked at again: their way may be free now (R20). Their notes stay until
 * that has been found out.
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
  for (const recheck of await awaiting(context, distinct, now)) changes.set(recheck.key, recheck);
  return [...changes.values()];
}

/** The same for records that wait because one of these contacts was a candidate: how they find it now is not known. */
export async function releaseWaitingFor(context: Context, contactIds: readonly string[], now: Millis): Promise<EntryChange[]> {
  const ids = new Set(contactIds);
  const released: EntryChange[] = [];
  for (let after = ''; ; ) {
    const page = await notes(context, KIND.waiting, after, ALL_PAGE);
    const theirs = page.map(waitingOf).filter(({ candidates }) => candidates.some((id) => ids.has(id)));
    released.push(...theirs.map((waiting) => releasedRecheck(waiting, now)));
    if (page.length < ALL_PAGE) return released;
    after = page.at(-1)?.key ?? '';
  }
}

/** The same for records that the very commit notes as waiting, which can't be found yet. */
export function releaseNoted(notes: readonly EntryChange[], keys: readonly string[], now: Millis): EntryChange[] {
  return notes.flatMap(({ kind, key, put }): EntryChange[] => {
    if (kind !== KIND.awaited || put === undefined || put === 'delete' || !keys.some((name) => key.startsWith(`${name}|`))) return [];
    return [releasedRecheck(put.body as unknown as Pick<Recheck, 'object' | 'recordId'>, now)];
  });
}

export const releasedRecheck = ({ object, recordId }: Pick<Recheck, 'object' | 'recordId'>, now: Millis): EntryChange =>
  recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now);

/** Notes of one match key are few; where all of them are gone through, the page is larger. */
const KEY_PAGE = 100;
const ALL_PAGE = 500;

const notes = (context: Context, kind: string, after: string, limit: number): Promise<readonly Entry[]> =>
  context.store.entries({ scope: 'connection', kind, ...(after !== '' && { after }), limit });

/** All records that wait for one of these match keys, to be fetched again. */
async function awaiting(context: Context, matchKeys: readonly string[], now: Millis): Promise<readonly EntryChange[]> {
  const recheckOf = ({ body }: Entry) => releasedRecheck(body as unknown as Pick<Recheck, 'object' | 'recordId'>, now);
  // Mostly few records wait, or none: one call tells for any number of keys.
  const first = matchKeys.length > 1 ? await notes(context, KIND.awaited, '', ALL_PAGE) : [];
  if (matchKeys.length > 1 && first.length < ALL_PAGE)
    return first.filter(({ key }) => matchKeys.some((name) => key.startsWith(`${name}|`))).map(recheckOf);
  const found: EntryChange[] = [];
  for (const matchKey of matchKeys) found.push(...(await awaitingOne(context, matchKey)).map(recheckOf));
  return found;
}

async function awaitingOne(context: Context, matchKey: string): Promise<readonly Entry[]> {
  const prefix = `${matchKey}|`;
  const found: Entry[] = [];
  for (let after = prefix; ; ) {
    const page = await notes(context, KIND.awaited, after, KEY_PAGE);
    const ours = page.filter(({ key }) => key.startsWith(prefix));
    found.push(...ours);
    if (ours.length < KEY_PAGE) return found;
    after = ours.at(-1)?.key ?? '';
  }
}

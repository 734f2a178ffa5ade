import { hashOf } from '../../core/base/hash.ts';
import type { Json, Millis, Value } from '../../core/values/value.ts';
import type { ContactRef, Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

/** By CRM field: what somebody gave for the record that is to be made, and no field of the contact holds. Goes once it is made. */
interface Asked {
  readonly asked?: Readonly<Record<string, Value>>;
}

/** A record that is being made for a contact, or why it was not made. Holds nothing of the contact but what was asked for the record. */
export type CreateEntry = Asked &
  /** Nobody has tried yet. */
  (
    | { readonly state: 'asked'; readonly object: string }
    /** The request may have been sent: the contact's link is `creating` until it is settled (R3). */
    | { readonly state: 'open'; readonly object: string; readonly op: string; readonly hash: string }
    /** Nothing waits for it, so it is never due by itself. Not tried again before it is due or other values would be sent (R12). */
    | { readonly state: 'refused'; readonly object: string; readonly code: string; readonly hash: string; readonly retryAt: Millis }
  );

/** What the CRM refused may have been corrected there: it is tried again after a day. */
const REFUSED_MS = 24 * 60 * 60 * 1000;

export interface StoredCreate {
  readonly contactId: string;
  readonly entry: CreateEntry;
  readonly stored: Entry;
}

const keyOf = (object: string, contactId: string): string => `${object}|${contactId}`;

const storedOf = (stored: Entry): StoredCreate => ({
  contactId: stored.contactId ?? '',
  entry: stored.body as unknown as CreateEntry,
  stored,
});

/** By contact: what is known of earlier tries. */
export async function loadCreates(
  context: Context,
  object: string,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, StoredCreate>> {
  if (contactIds.length === 0) return new Map();
  // Not by key: a table that makes its own ids gave the contact another one than its entry is named by.
  const query = { scope: 'connection', kind: KIND.create, contactIds, after: keyOf(object, ''), limit: contactIds.length } as const;
  const entries = (await context.store.entries(query)).filter(({ key }) => key.startsWith(keyOf(object, '')));
  return new Map(entries.map((entry) => [storedOf(entry).contactId, storedOf(entry)]));
}

const PAGE = 1_000;

/** Contacts for whose record of the object somebody gave values, and which is not being made yet. */
export async function contactsAsked(context: Context, object: string): Promise<ReadonlySet<string>> {
  const asked = new Set<string>();
  // Bound: each page goes on behind the one before, and ends with the object's entries.
  for (let after = keyOf(object, ''); ; ) {
    const entries = await context.store.entries({ scope: 'connection', kind: KIND.create, after, limit: PAGE });
    const creates = entries.filter(({ key }) => key.startsWith(keyOf(object, ''))).map(storedOf);
    for (const { contactId, entry } of creates) if (isAsked(entry)) asked.add(contactId);
    const last = creates.at(-1);
    if (last === undefined || creates.length < PAGE) return asked;
    after = last.stored.key;
  }
}

/** Those of the contacts for whose record of another of the objects somebody gave values. */
export async function askedElsewhere(
  context: Context,
  objects: readonly string[],
  contactIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = new Set<string>();
  for (const object of objects)
    for (const [contactId, { entry }] of await loadCreates(context, object, contactIds)) if (isAsked(entry)) asked.add(contactId);
  return asked;
}

const isAsked = ({ state, asked }: CreateEntry): boolean => state !== 'open' && asked !== undefined;

/** Creates of the object whose request is over by now, whatever became of it. */
export async function overdueCreates(
  context: Context,
  { object, now, limit }: { readonly object: string; readonly now: Millis; readonly limit: number },
): Promise<readonly StoredCreate[]> {
  const due = await context.store.entries({ scope: 'connection', kind: KIND.create, dueBy: now, after: keyOf(object, ''), limit });
  return due.filter(({ key }) => key.startsWith(`${object}|`)).map(storedOf);
}

interface Place {
  readonly object: string;
  readonly contactId: string;
  readonly known: StoredCreate | undefined;
}

const changeOf = ({ object, contactId, known }: Place) => {
  const { key = keyOf(object, contactId), version = null } = known?.stored ?? {};
  return { scope: 'connection', kind: KIND.create, key, expected: version } as const;
};

const askedOf = ({ known }: Place): Asked => (known?.entry.asked === undefined ? {} : { asked: known.entry.asked });

/**
 * Values for the record of a contact that has none, whoever makes it; null: nothing is new, or it is being made.
 *
 * @param ref - Of a contact that the same commit makes.
 */
export function askedCreate(place: Place, asked: Readonly<Record<string, Value>>, ref: ContactRef = place.contactId): EntryChange | null {
  const { entry } = place.known ?? {};
  if (entry?.state === 'open' || hashOf(entry?.asked ?? {}) === hashOf(asked)) return null;
  const body: CreateEntry = { ...(entry ?? { state: 'asked', object: place.object }), asked };
  return { ...changeOf(place), put: { body: body as unknown as Json, contactId: ref } };
}

/** What was asked for the contact's record of another object, before somebody chose this one. */
export async function droppedCreates({ store }: Context, object: string, contactId: string): Promise<readonly EntryChange[]> {
  const creates = await store.entries({ scope: 'connection', kind: KIND.create, contactId, limit: PAGE });
  const others = creates.filter((stored) => !stored.key.startsWith(keyOf(object, '')) && isAsked(storedOf(stored).entry));
  return others.map(({ scope, kind, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' }));
}

export const openCreate = (place: Place, intent: { readonly op: string; readonly hash: string; readonly until: Millis }): EntryChange => {
  const { op, hash, until } = intent;
  const entry: CreateEntry = { state: 'open', object: place.object, op, hash, ...askedOf(place) };
  return { ...changeOf(place), put: { body: entry as unknown as Json, dueAt: until, contactId: place.contactId } };
};

export const refusedCreate = (
  place: Place,
  refusal: { readonly code: string; readonly hash: string; readonly now: Millis },
): EntryChange => {
  const { code, hash, now } = refusal;
  const entry: CreateEntry = { state: 'refused', object: place.object, code, hash, retryAt: now + REFUSED_MS, ...askedOf(place) };
  return { ...changeOf(place), put: { body: entry as unknown as Json, contactId: place.contactId } };
};

/** Looked at again at `dueAt`; what it says stays. */
export const postponedCreate = ({ stored, contactId }: StoredCreate, dueAt: Millis): EntryChange => {
  const { scope, kind, key, version: expected, body } = stored;
  return { scope, kind, key, expected, put: { body, dueAt, contactId } };
};

/** Nothing to remember any more; null: nothing was. */
export const doneCreate = ({ known }: Pick<Place, 'known'>): EntryChange | null => {
  if (known === undefined) return null;
  const { scope, kind, key, version: expected } = known.stored;
  return { scope, kind, key, expected, put: 'delete' };
};

/** The record was not made: what was asked for it waits for the next try. */
export function leftCreate(place: Place): EntryChange | null {
  const { asked } = place.known?.entry ?? {};
  if (asked === undefined) return doneCreate(place);
  const body: CreateEntry = { state: 'asked', object: place.object, asked };
  return { ...changeOf(place), put: { body: body as unknown as Json, contactId: place.contactId } };
}

/** Whether the CRM refused just this, and it is too early to ask again. */
export const isRefused = (known: StoredCreate | undefined, hash: string, now: Millis): boolean =>
  known?.entry.state === 'refused' && known.entry.hash === hash && known.entry.retryAt > now;

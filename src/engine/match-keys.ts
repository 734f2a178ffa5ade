import type { Version } from '../core/link.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping-types.ts';
import type { MatchValues } from '../core/plan-types.ts';
import type { Fields, Millis } from '../core/value.ts';
import type { ContactRef, EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { releaseWaiting } from './recheck.ts';

/** A value of a match key, as claims and waiting records are filed under it. */
export const keyOf = (field: string, value: string): string => `${field}:${value}`;

/** The match keys that a record brings, as far as they can be read. */
export function matchValues({ matchKeys }: CompiledMapping, record: CrmRecord): MatchValues {
  const values: Record<string, string> = {};
  for (const rule of matchKeys) {
    const remote = rule.unusable?.inbound === true ? undefined : rule.readRemote(record);
    const value = remote === undefined ? null : rule.toLocal(remote);
    if (value?.ok === true && typeof value.value === 'string') values[rule.field] = value.value;
  }
  return values;
}

/** Who got a match key last; the contact may have another one since. */
export interface Claim {
  readonly version: Version;
  readonly contactId: string | null;
}

/** By key. */
export type Claims = ReadonlyMap<string, Claim>;

/**
 * The claims of match keys as they are now. They are loaded before anybody looks for contacts that have the key: whoever
 * inserts one in between moves the claim, and the commit that expects it plans again (R19).
 */
export async function loadClaims(context: Context, keys: readonly string[]): Promise<Claims> {
  if (keys.length === 0) return new Map();
  const entries = await context.store.entries({ scope: 'workspace', kind: KIND.claim, keys, limit: keys.length });
  return new Map(entries.map(({ key, version, contactId }) => [key, { version, contactId }]));
}

/** Whoever gives a contact a match key expects the claim as it was seen: of two at once, one plans again (R19). */
export const claimsOf = (claims: Claims, keys: MatchValues, contactId: ContactRef): EntryChange[] =>
  Object.entries(keys).map(([field, value]) => {
    const key = keyOf(field, value);
    return { scope: 'workspace', kind: KIND.claim, key, expected: claims.get(key)?.version ?? null, put: { body: null, contactId } };
  });

export const keysOf = (values: MatchValues): string[] => Object.entries(values).map(([field, value]) => keyOf(field, value));

/** Every field that finds contacts for one of the mappings. */
export const matchFields = ({ mappings }: Context): ReadonlySet<string> =>
  new Set(['phone_number', ...mappings.flatMap(({ matchKey = [] }) => matchKey as string | readonly string[])]);

/** What an edit does to a contact's match keys. */
export interface MovedKeys {
  readonly left: MatchValues;
  readonly taken: MatchValues;
}

export function movedKeys(context: Context, before: Fields, set: Fields): MovedKeys {
  const fields = matchFields(context);
  const moved = Object.keys(set).filter((field) => fields.has(field) && set[field] !== before[field]);
  const textsOf = (from: Fields): MatchValues =>
    Object.fromEntries(moved.flatMap((field) => (typeof from[field] === 'string' ? [[field, from[field]]] : [])));
  return { left: textsOf(before), taken: textsOf(set) };
}

interface KeyEdit {
  readonly contact: ContactRef;
  readonly before: Fields;
  readonly set: Fields;
  /** The store's clock. */
  readonly at: Millis;
}

/** What goes with an edit of match keys here: the new ones are claimed, and records that waited for either are looked at again. */
export async function keyEntries(context: Context, { contact, before, set, at }: KeyEdit): Promise<readonly EntryChange[]> {
  const { left, taken } = movedKeys(context, before, set);
  const claims = await loadClaims(context, keysOf(taken));
  const released = await releaseWaiting(context, [...keysOf(left), ...keysOf(taken)], at);
  return [...claimsOf(claims, taken, contact), ...released];
}

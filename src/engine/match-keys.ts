import type { Entity, Version } from '../core/link/link.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping/mapping-types.ts';
import { matchKeysOf } from '../core/mapping/match-keys.ts';
import { ENTITIES } from '../core/schema/entities.ts';
import { matchText } from '../core/sync/match-text.ts';
import type { MatchValues } from '../core/sync/plan-types.ts';
import type { Fields, Json, Millis } from '../core/values/value.ts';
import type { ContactRef, EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';

/** A value of a match key, as claims and waiting records are filed under it: as values are compared, however they are written. */
export const keyOf = (entity: Entity, field: string, value: string): string => `${field}:${matchText(entity, field, value) ?? value}`;

/** The match keys that a record brings, as far as they can be read. */
export function matchValues({ entity, matchKeys }: CompiledMapping, record: CrmRecord): MatchValues {
  const values: Record<string, string> = {};
  for (const rule of matchKeys) {
    const remote = rule.unusable?.inbound === true ? undefined : rule.readRemote(record);
    const value = remote === undefined ? null : rule.toLocal(remote);
    if (value?.ok === true && matchText(entity, rule.field, value.value) !== null) values[rule.field] = value.value as string;
  }
  return values;
}

/** Who got a match key last; the contact may have another one since. */
export interface Claim {
  readonly version: Version;
  readonly contactId: string | null;
  /** Since when, in store time; null: not known. */
  readonly since: Millis | null;
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
  return new Map(entries.map(({ key, version, contactId, body }) => [key, { version, contactId, since: sinceOf(body) }]));
}

const sinceOf = (body: Json): Millis | null => (body as { readonly since?: Millis } | null)?.since ?? null;

/**
 * Whoever gives a contact a match key expects the claim as it was seen: of two at once, one plans again (R19).
 *
 * @param at - Store time; null: the contact has had the key before.
 */
export const claimsOf = (claims: Claims, entity: Entity, keys: MatchValues, contactId: ContactRef, at: Millis | null): EntryChange[] =>
  keysOf(entity, keys).map((key) => {
    const known = claims.get(key);
    const since = known !== undefined && known.contactId === contactId ? known.since : at;
    return { ...claimEntry(claims, key), put: { body: { since }, contactId } };
  });

/** Whoever waits for a match key expects that nobody takes it, or gives it up, meanwhile. */
export const checkedClaims = (claims: Claims, keys: readonly string[]): EntryChange[] => keys.map((key) => claimEntry(claims, key));

/** Whoever gives up a match key shows it to those who are about to wait for it: the claim moves, and says what it said. */
export const touchedClaims = (claims: Claims, keys: readonly string[]): EntryChange[] =>
  keys.map((key) => {
    const { contactId = null, since = null } = claims.get(key) ?? {};
    return { ...claimEntry(claims, key), put: { body: { since }, contactId } };
  });

const claimEntry = (claims: Claims, key: string) =>
  ({ scope: 'workspace', kind: KIND.claim, key, expected: claims.get(key)?.version ?? null }) as const;

export const keysOf = (entity: Entity, values: MatchValues): string[] =>
  Object.entries(values).map(([field, value]) => keyOf(entity, field, value));

/** Whether somebody with these fields has the value of a match key, as values are compared. */
export const hasKey = (entity: Entity, fields: Fields, field: string, value: string): boolean => {
  const text = matchText(entity, field, value);
  return text !== null && matchText(entity, field, fields[field]) === text;
};

export const hasAnyKey = (entity: Entity, fields: Fields, keys: MatchValues): boolean =>
  Object.entries(keys).some(([field, value]) => hasKey(entity, fields, field, value));

/** Every field that finds contacts for one of the mappings. */
export const matchFields = ({ schema, mappings }: Context): ReadonlySet<string> =>
  new Set([...ENTITIES[schema.entity].matchKeys, ...mappings.flatMap((mapping) => matchKeysOf(schema, mapping))]);

/** What an edit does to a contact's match keys. */
export interface MovedKeys {
  readonly left: MatchValues;
  readonly taken: MatchValues;
}

export function movedKeys(context: Context, before: Fields, set: Fields): MovedKeys {
  const { entity } = context.schema;
  const fields = matchFields(context);
  const moved = Object.keys(set).filter((field) => fields.has(field) && set[field] !== before[field]);
  const textsOf = (from: Fields): MatchValues =>
    Object.fromEntries(moved.flatMap((field) => (matchText(entity, field, from[field]) === null ? [] : [[field, from[field] as string]])));
  return { left: textsOf(before), taken: textsOf(set) };
}

import type { Entity } from '../../core/link/link.ts';
import { isSharedKey } from '../../core/link/shared-key.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import type { Context } from '../context.ts';
import { keyOf, keysOf, type MovedKeys } from '../match-keys.ts';

export interface KeyMove extends MovedKeys {
  readonly contactId: string;
}

/** By key: the contacts that have it now. */
type Owners = ReadonlyMap<string, readonly string[]>;

/**
 * Contacts that would get the key of another one, each with the field (R19); a key that may be shared is nobody's. Looked at
 * after the claims were: of two edits at once one sees the other.
 */
export async function takenKeys(context: Context, moves: readonly KeyMove[]): Promise<ReadonlyMap<string, string>> {
  const { entity } = context.schema;
  const owned = (values: MatchValues): MatchValues =>
    Object.fromEntries(Object.entries(values).filter(([field]) => !isSharedKey(entity, field)));
  const own = moves.map(({ contactId, left, taken }) => ({ contactId, left: owned(left), taken: owned(taken) }));
  return refusedMoves(entity, own, await loadOwners(context, own));
}

/** Who has the keys that are to be taken: one call to the store per field. */
async function loadOwners({ store, schema: { entity } }: Context, moves: readonly KeyMove[]): Promise<Owners> {
  const wanted = new Map<string, Set<string>>();
  for (const { taken } of moves)
    for (const [field, value] of Object.entries(taken)) wanted.set(field, (wanted.get(field) ?? new Set()).add(value));
  const owners = new Map<string, string[]>();
  for (const [field, values] of wanted)
    for (const { id, fields } of await store.load({ keys: { entity, field, values: [...values] } })) {
      const key = keyOf(entity, field, String(fields[field]));
      owners.set(key, [...(owners.get(key) ?? []), id]);
    }
  return owners;
}

/**
 * Contacts that would get the key of another one, each with the field (R19). A key belongs to whoever has it after all
 * moves that pass, so that one call may pass a number on, or swap two. Of two that want one key the first gets it.
 */
export function refusedMoves(entity: Entity, moves: readonly KeyMove[], owners: Owners): ReadonlyMap<string, string> {
  const refused = new Map<string, string>();
  // Every round but the last refuses somebody, who then keeps a key that others may have counted on: so it ends.
  for (let known = -1; known < refused.size; ) {
    known = refused.size;
    const passing = moves.filter(({ contactId }) => !refused.has(contactId));
    const leaving = new Set(passing.flatMap(({ contactId, left }) => keysOf(entity, left).map((key) => `${contactId} ${key}`)));
    const takers = new Map<string, string>();
    for (const { contactId, taken } of passing) {
      const isTaken = (key: string) =>
        takers.has(key) || (owners.get(key) ?? []).some((owner) => owner !== contactId && !leaving.has(`${owner} ${key}`));
      const field = Object.keys(taken).find((name) => isTaken(keyOf(entity, name, taken[name] as string)));
      if (field !== undefined) refused.set(contactId, field);
      else for (const key of keysOf(entity, taken)) takers.set(key, contactId);
    }
  }
  return refused;
}

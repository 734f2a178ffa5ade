import type { CompiledRule } from './mapping-types.ts';
import type { MatchValues } from './plan-types.ts';
import type { Fields } from './value.ts';

/** Who a record may belong to: contacts by match key, less those that have a record of the object already (R19). */
export class Candidates {
  readonly #matchKeys: readonly CompiledRule[];
  readonly #byKey = new Map<string, Set<string>>();
  readonly #taken = new Set<string>();

  constructor(matchKeys: readonly CompiledRule[]) {
    this.#matchKeys = matchKeys;
  }

  /** The contact has these fields from now on. */
  add(id: string, fields: Fields, before?: Fields): void {
    if (before !== undefined) for (const key of this.#keysOf(before)) this.#byKey.get(key)?.delete(id);
    for (const key of this.#keysOf(fields)) this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(id));
  }

  /** The contact has a record of the object: it is no candidate for another one. */
  take(id: string): void {
    this.#taken.add(id);
  }

  isTaken(id: string): boolean {
    return this.#taken.has(id);
  }

  /** Everybody who has the key. */
  withKey(field: string, value: string): readonly string[] {
    return [...(this.#byKey.get(keyOf(field, value)) ?? [])];
  }

  /** The one contact that has a key and no other record of the object; keys count in their order. `all`: who has any of the keys. */
  match(keys: MatchValues): { readonly only: string | null; readonly all: readonly string[] } {
    const all = new Set<string>();
    for (const [field, value] of Object.entries(keys)) {
      const found = this.withKey(field, value);
      for (const id of found) all.add(id);
      const [free, ...others] = found.filter((id) => !this.#taken.has(id));
      if (others.length > 0) break;
      if (free !== undefined) return { only: free, all: [...all] };
    }
    return { only: null, all: [...all] };
  }

  #keysOf(fields: Fields): readonly string[] {
    return this.#matchKeys.flatMap(({ field }) => {
      const value = fields[field];
      return typeof value === 'string' ? [keyOf(field, value)] : [];
    });
  }
}

const keyOf = (field: string, value: string): string => `${field}:${value}`;

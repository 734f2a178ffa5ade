import { shortHash } from '../base/hash.ts';
import { isBlank } from '../values/blank.ts';
import type { Value } from '../values/value.ts';

/**
 * By contact field: the latest conversation that said what it is. `at`: when it began, ISO 8601 UTC; `value`: a hash of what it
 * gave, null where it only said what was there before.
 */
export type GivenResults = Readonly<Record<string, { readonly at: string; readonly value: string | null }>>;

/**
 * What an `overwrite` rule may replace. `anything`: whatever is there, but for what a later conversation gave. `results`: only
 * what an earlier conversation gave, so that old results take the place of nothing that the CRM or a person said since.
 */
export type Replaceable = 'anything' | 'results';

const HASH_DIGITS = 16;
const hashOfValue = (value: Value): string => shortHash(value, HASH_DIGITS);

interface Replacing {
  readonly field: string;
  readonly existing: Value;
  /** When the conversation began; undefined: nobody knows, and nothing is older or younger. */
  readonly at: string | undefined;
  readonly given: GivenResults;
  readonly replace: Replaceable;
}

/**
 * Why an `overwrite` has to leave a field alone; null: it may be written.
 *
 * @example
 * whyNotReplace({ field: 'status', existing: 'New', at: '2026-01-05T09:00:00Z', given: { status: { at: '2026-01-06T09:00:00Z', value: null } }, replace: 'anything' }) //=> 'later_conversation'
 * whyNotReplace({ field: 'status', existing: 'New', at: '2026-01-05T09:00:00Z', given: {}, replace: 'results' }) //=> 'other_source'
 */
export function whyNotReplace({ field, existing, at, given, replace }: Replacing): 'later_conversation' | 'other_source' | null {
  if (at === undefined) return null;
  const last = Object.hasOwn(given, field) ? given[field] : undefined;
  if (last !== undefined && Date.parse(last.at) > Date.parse(at)) return 'later_conversation';
  if (replace === 'anything' || isBlank(existing) || last?.value === hashOfValue(existing)) return null;
  return 'other_source';
}

/** What a conversation says of a field; `isNew`: it gives the value, and does not only agree. */
export interface Said {
  readonly value: Value;
  readonly isNew: boolean;
}

/** The same object where nothing new was said. */
export function withGiven(given: GivenResults, at: string | undefined, said: ReadonlyMap<string, Said>): GivenResults {
  if (at === undefined) return given;
  const entries = [...said].flatMap(([field, { value, isNew }]) => {
    const last = Object.hasOwn(given, field) ? given[field] : undefined;
    const latest = last !== undefined && Date.parse(last.at) > Date.parse(at) ? last.at : at;
    const hash = hashOfValue(value);
    const kept = isNew || last?.value === hash ? hash : null;
    return last?.at === latest && last.value === kept ? [] : [[field, { at: latest, value: kept }] as const];
  });
  return entries.length === 0 ? given : Object.fromEntries([...Object.entries(given), ...entries]);
}

import { type Flip, recentFlips } from '../core/link/flips.ts';
import type { Version } from '../core/link/link.ts';
import type { Json } from '../core/values/value.ts';
import type { EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';

/** Of one contact, counted over all its records on every connection of the workspace (R25). */
export interface StoredFlips {
  readonly version: Version;
  readonly flips: readonly Flip[];
}
export type KnownFlips = ReadonlyMap<string, StoredFlips>;

/** Asked for only where a field has flipped just now. */
export async function loadFlips({ store }: Context, contactIds: readonly string[]): Promise<KnownFlips> {
  const keys = [...new Set(contactIds)];
  if (keys.length === 0) return new Map();
  const entries = await store.entries({ scope: 'workspace', kind: KIND.flips, keys, limit: keys.length });
  return new Map(entries.map(({ key, version, body }) => [key, { version, flips: (body as unknown as { flips: readonly Flip[] }).flips }]));
}

/** At most so many are kept of one contact. */
const KEPT_MAX = 50;

/** The counter of a contact with what its plan adds; whoever counts at the same time plans again. */
export function flipsEntry(known: KnownFlips, contactId: string, flips: readonly Flip[]): EntryChange[] {
  const [latest] = flips;
  if (latest === undefined) return [];
  const stored = known.get(contactId);
  const earlier = (stored?.flips ?? []).filter((flip) => recentFlips([flip], { field: flip.field, at: latest.at }).length > 0);
  const body = { flips: [...earlier, ...flips].slice(-KEPT_MAX) } as unknown as Json;
  return [{ scope: 'workspace', kind: KIND.flips, key: contactId, expected: stored?.version ?? null, put: { body, contactId } }];
}

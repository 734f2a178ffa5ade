import type { GivenResults } from '../../core/given-results.ts';
import type { Json } from '../../core/value.ts';
import type { ContactRef, Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

/** Which conversation gave each field of a contact its value. */
export interface StoredGiven {
  readonly given: GivenResults;
  readonly entry: Entry | null;
}

const NOTHING: StoredGiven = { given: {}, entry: null };

/** @param contactId - Null: the contact is new, and nobody has given it anything. */
export async function loadGiven({ store }: Context, contactId: string | null): Promise<StoredGiven> {
  if (contactId === null) return NOTHING;
  const [entry] = await store.entries({ scope: 'workspace', kind: KIND.given, contactId, limit: 1 });
  return entry === undefined ? NOTHING : { given: entry.body as unknown as GivenResults, entry };
}

/** What a plan says was given, to be committed with its effects; nothing where it is what was given before. */
export function givenChanges({ given, entry }: StoredGiven, next: GivenResults, contact: ContactRef, id: string): readonly EntryChange[] {
  if (next === given) return [];
  const put = { body: next as unknown as Json, contactId: contact };
  return [{ scope: 'workspace', kind: KIND.given, key: entry?.key ?? id, expected: entry?.version ?? null, put }];
}

import type { Version } from '../../core/link/link.ts';
import type { Json } from '../../core/values/value.ts';
import type { ContactRef, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

/** A contact that was made, or taken, for an operation of the host: the same operation once more is about the same one. */
export interface Made {
  readonly contactId: string | null;
  /** Of what the form gave then. */
  readonly hash: string;
  readonly version: Version;
}

export async function loadMade({ store }: Context, key: string): Promise<Made | null> {
  const [entry] = await store.entries({ scope: 'connection', kind: KIND.made, keys: [key], limit: 1 });
  if (entry === undefined) return null;
  return { contactId: entry.contactId, hash: (entry.body as { readonly hash: string }).hash, version: entry.version };
}

export const madeChange = (key: string, hash: string, contactId: ContactRef, expected: Version | null): EntryChange => {
  const body: Json = { hash };
  return { scope: 'connection', kind: KIND.made, key, expected, put: { body, contactId } };
};

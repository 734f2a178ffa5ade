import type { LinkChange, StoredLink } from '../ports/store.ts';

/** The change that leaves a stored link as it is. */
export function changeOf(link: StoredLink): LinkChange {
  const { version, contactId: _, ...kept } = link;
  return { ...kept, expected: version };
}

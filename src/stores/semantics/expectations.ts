import type { Version } from '../../core/link/link.ts';
import type { EntryChange, LinkChange, RowChange } from '../../ports/store.ts';
import { setsFields } from './check-changeset.ts';

interface Versioned {
  readonly version: Version;
}

/** Whether what a row expects of an existing contact is still so. A contact that is gone has the version `''`. */
export function contactHolds(row: Exclude<RowChange, { kind: 'insert' }>, contact: Versioned | undefined): boolean {
  if (row.expected !== undefined && row.expected !== (contact?.version ?? '')) return false;
  return contact !== undefined || !setsFields(row);
}

/** Whether a contact that is removed has the very links, of this connection or of others, that were looked at. */
export function linksHold(expected: readonly Version[] | undefined, links: readonly Versioned[]): boolean {
  if (expected === undefined) return true;
  const versions = new Set(links.map(({ version }) => version));
  return expected.length === links.length && expected.every((version) => versions.has(version));
}

/** Whether what a link change expects is still so. A new link needs its contact, and no link passes to another contact. */
export function linkHolds(
  change: LinkChange,
  link: (Versioned & { readonly contactId: string }) | undefined,
  contact: { readonly id: string; readonly exists: boolean },
): boolean {
  if (link === undefined) return change.expected === null && contact.exists;
  return change.expected === link.version && link.contactId === contact.id;
}

/** Whether what an entry change expects is still so. */
export function entryHolds({ expected }: EntryChange, entry: Versioned | undefined): boolean {
  return expected === 'any' || expected === (entry?.version ?? null);
}

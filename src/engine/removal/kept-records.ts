import { isLive } from '../../core/link/link.ts';
import type { EntryChange, Row, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

const placeOf = (contactId: string) => ({ scope: 'workspace', kind: KIND.removedWithRecord, key: contactId, expected: 'any' }) as const;

/** Goes with the contact of deleted records: once one of them is there again, a new contact is made of it. */
export const wentWithRecord = (contactId: string): EntryChange => ({ ...placeOf(contactId), put: { body: null, contactId } });

/** Somebody removes the contact, whatever was noted of an earlier one with its id. */
export const wentByHand = (contactId: string): EntryChange => ({ ...placeOf(contactId), put: 'delete' });

/**
 * The rows as they count for who has a record. Whom somebody removed keeps the deleted records, too: they are not seen at the
 * moment, and nobody else's once they are there again (P11). It is told here rather than in the link, which may be another
 * connection's than the one that the contact was removed through. A record that another contact has by now is not kept.
 */
export async function keepingRecords({ store }: Context, rows: readonly Row[]): Promise<readonly Row[]> {
  const left = rows.filter(({ removed, links }) => removed === true && links.some(isDeleted));
  if (left.length === 0) return rows;
  const keys = left.map(({ id }) => id);
  const noted = await store.entries({ scope: 'workspace', kind: KIND.removedWithRecord, keys, limit: keys.length });
  const went = new Set(noted.map(({ key }) => key));
  const keeping = new Set(keys.filter((id) => !went.has(id)));
  const held = new Set(rows.flatMap(({ links }) => links.filter(({ state }) => isLive(state)).map(nameOf)));
  return rows.map((row) => {
    if (row.removed !== true || !keeping.has(row.id)) return row;
    return { ...row, links: row.links.map((link) => (isDeleted(link) && !held.has(nameOf(link)) ? { ...link, state: 'missing' } : link)) };
  });
}

const isDeleted = ({ state, recordId }: StoredLink): boolean => state === 'tombstone' && recordId !== null;
const nameOf = ({ object, recordId }: StoredLink): string => `${object}|${recordId}`;

import { isLive } from '../../core/link/link.ts';
import type { Entry, EntryChange, Row, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import type { LeftRecord } from './left-records.ts';

/** What is noted of a removed contact, for as long as anything of it is kept. */
export interface RemovedNote {
  /** By `onDelete`, with its records: once one of them is there again, a new contact is made of it. */
  readonly withRecord: boolean;
  /** The records that it left, in every CRM: who comes of one of them is the same person. */
  readonly records: readonly LeftRecord[];
}

export function removedEntry(contactId: string, { withRecord, records }: RemovedNote): EntryChange {
  const body = { withRecord, records: records.map((record) => ({ ...record })) };
  return { scope: 'workspace', kind: KIND.removed, key: contactId, expected: 'any', put: { body, contactId } };
}

export const removedNoteOf = ({ body }: Entry): RemovedNote => body as unknown as RemovedNote;

/**
 * The rows as they count for who has a record. Whom somebody removed keeps the deleted records, too: they are not seen at the
 * moment, and nobody else's once they are there again (P11). It is told here rather than in the link, which may be another
 * connection's than the one that the contact was removed through. A record that another contact has by now is not kept.
 */
export async function keepingRecords({ store }: Context, rows: readonly Row[]): Promise<readonly Row[]> {
  const left = rows.filter(({ removed, links }) => removed === true && links.some(isDeleted));
  if (left.length === 0) return rows;
  const keys = left.map(({ id }) => id);
  const noted = await store.entries({ scope: 'workspace', kind: KIND.removed, keys, limit: keys.length });
  const went = new Set(noted.filter((entry) => removedNoteOf(entry).withRecord).map(({ key }) => key));
  const keeping = new Set(keys.filter((id) => !went.has(id)));
  const held = new Set(rows.flatMap(({ links }) => links.filter(({ state }) => isLive(state)).map(nameOf)));
  return rows.map((row) => {
    if (row.removed !== true || !keeping.has(row.id)) return row;
    return { ...row, links: row.links.map((link) => (isDeleted(link) && !held.has(nameOf(link)) ? { ...link, state: 'missing' } : link)) };
  });
}

const isDeleted = ({ state, recordId }: StoredLink): boolean => state === 'tombstone' && recordId !== null;
const nameOf = ({ object, recordId }: StoredLink): string => `${object}|${recordId}`;

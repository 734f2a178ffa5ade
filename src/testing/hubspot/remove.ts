import type { Millis } from '../../core/values/value.ts';
import { linksTo, primaryCompanyOf } from './associations/links.ts';
import { emailsOf, isLive, type StoredRecord } from './database.ts';
import { HubSpotFailure, notFound } from './failure.ts';
import type { Portal } from './portal.ts';

/** Into the bin for 90 days. The stamp of the record does not move; that of contacts whose primary company goes does. */
export function archiveRecord(portal: Portal, record: StoredRecord, at: Millis): void {
  if (!isLive(record)) return;
  const { database, events, schema } = portal;
  const employees =
    record.type.name !== 'companies'
      ? []
      : linksTo(portal, record, schema.find('contacts')!)
          .map(({ toId }) => database.get(toId)!)
          .filter((contact) => primaryCompanyOf(portal, contact) === record.id);
  database.put(record, { archivedAt: at });
  for (const contact of employees) database.put(contact, { modifiedAt: at });
  events.note(record.type, 'deletion', at, { objectId: record.number });
}

/** Out of the bin. @throws HubSpotFailure 409 where another contact has the address meanwhile. */
export function restoreRecord({ database, events }: Portal, record: StoredRecord, at: Millis): void {
  if (record.archivedAt === null || record.mergedInto !== null || record.erased) throw notFound();
  for (const email of record.type.name === 'contacts' ? emailsOf(record.values) : []) {
    const holder = database.holder(record.type, 'email', email);
    if (holder !== undefined) throw new HubSpotFailure(409, `Contact already exists. Existing ID: ${holder.id}`, { category: 'CONFLICT' });
  }
  database.put(record, { archivedAt: null, modifiedAt: at });
  events.note(record.type, 'restore', at, { objectId: record.number });
}

/** Erases a contact for good. No contact may have its addresses again. */
export function eraseRecord({ database, blocked, events }: Portal, record: StoredRecord, at: Millis): void {
  for (const email of emailsOf(record.values)) blocked.add(email);
  database.put(record, { archivedAt: record.archivedAt ?? at, erased: true, values: {}, changes: [] });
  events.note(record.type, 'privacyDeletion', at, { objectId: record.number });
}

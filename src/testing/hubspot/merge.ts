import { moveLinks } from './associations/links.ts';
import { emailsOf, isLive, type StoredRecord, type Values } from './database.ts';
import { HubSpotFailure, invalid, notFound } from './failure.ts';
import { mergeSource, type Portal } from './portal.ts';
import { mergedIdsOf } from './show.ts';

/** More old ids than this and HubSpot merges no further. */
const IDENTITIES_MAX = 250;

/**
 * Merges two records. What is filled on the primary one stays, the other fills its blanks. The survivor has a new id,
 * unless the portal preserves that of the primary record. Source: HubSpot developer docs, "Using object APIs".
 */
export function mergeRecords(portal: Portal, primary: StoredRecord, other: StoredRecord): StoredRecord {
  const { database, events, settings, now } = portal;
  const { type } = primary;
  if (!type.mergeable) throw invalid(`${type.name} can not be merged`);
  if (primary === other) throw invalid('Cannot merge an object with itself');
  if (!isLive(primary) || !isLive(other)) throw notFound();
  const keeps = settings.mergeKeepsPrimaryId === true;
  const at = now();
  const moved = Object.keys(other.values).filter((name) => other.values[name] !== '' && (primary.values[name] ?? '') === '');
  const merged = [...mergedIdsOf(primary.values), ...mergedIdsOf(other.values), ...(keeps ? [] : [primary.id]), other.id];
  if (merged.length > IDENTITIES_MAX) throw new HubSpotFailure(414, 'Cannot have more than 250 identities on a profile');
  const values: Values = {
    ...other.values,
    ...Object.fromEntries(Object.entries(primary.values).filter(([name, value]) => value !== '' || !(name in other.values))),
    hs_merged_object_ids: merged.join(';'),
    ...(type.name === 'contacts' ? contactTraces(primary, other, keeps, at) : {}),
  };
  const createdAt = Math.min(primary.createdAt, other.createdAt);

  const gone = keeps ? [other] : [primary, other];
  for (const record of gone) database.put(record, { mergedInto: '', archivedAt: at }); // frees what is unique before it is taken anew
  const change = { at, source: mergeSource, values };
  const survivor = keeps ? primary : database.insert(type, { values, createdAt, modifiedAt: at, change });
  if (keeps) database.put(primary, { values, createdAt, modifiedAt: at, changes: [...primary.changes, change] });
  for (const record of gone) {
    database.put(record, { mergedInto: survivor.id });
    moveLinks(portal, record, survivor);
  }
  events.note(type, 'merge', at, {
    objectId: primary.number,
    primaryObjectId: primary.number,
    mergedObjectIds: [other.number],
    newObjectId: survivor.number,
    numberOfPropertiesMoved: moved.length,
  });
  return survivor;
}

/** The record that an id stands for now: through all merges. */
export function successorOf({ database }: Portal, record: StoredRecord): StoredRecord {
  let present = record;
  while (present.mergedInto !== null) present = database.get(present.mergedInto)!; // ends: a merge only names a survivor that was live
  return present;
}

function contactTraces(primary: StoredRecord, other: StoredRecord, keeps: boolean, at: number): Values {
  const before = [primary, other].map(({ values }) => values['hs_calculated_merged_vids'] ?? '').filter((text) => text !== '');
  const vids = [...before, ...(keeps ? [] : [`${primary.id}:${at}`]), `${other.id}:${at}`];
  const [main = '', ...more] = [...new Set([...emailsOf(primary.values), ...emailsOf(other.values)])];
  return {
    hs_calculated_merged_vids: vids.join(';'),
    ...(main === '' ? {} : { email: main }),
    ...(more.length === 0 ? {} : { hs_additional_emails: more.join(';') }),
  };
}

import { isLive, type StoredRecord } from '../database.ts';
import { invalid, noSuchId, notFound } from '../failure.ts';
import { isRecordId } from '../ids.ts';
import { successorOf } from '../merge.ts';
import type { Portal } from '../portal.ts';
import type { ObjectType } from '../schema/object-type.ts';

export interface Wanted {
  readonly type: ObjectType;
  /** A record id, or a value of `idProperty`. */
  readonly id: string;
  /** `email`, or another unique property; null for the record id. */
  readonly idProperty: string | null;
  readonly archived: boolean;
}

/** The record that a path names. @throws HubSpotFailure 404; 400 for a property that is not unique. */
export function recordAt(portal: Portal, wanted: Wanted): StoredRecord {
  if (wanted.idProperty === null && !isRecordId(wanted.id)) throw noSuchId(wanted.id);
  const record = findRecord(portal, wanted);
  if (record === undefined) throw notFound();
  return record;
}

/** Undefined where there is none in that state. */
export function findRecord(portal: Portal, { type, id, idProperty, archived }: Wanted): StoredRecord | undefined {
  if (idProperty !== null && idProperty !== 'hs_object_id') {
    assertUniqueProperty(portal, type, idProperty);
    const holder = portal.database.holder(type, idProperty, id);
    return archived ? undefined : holder;
  }
  const named = portal.database.get(id);
  if (named?.type !== type) return undefined;
  const record = named.mergedInto !== null && portal.settings.mergedIdsResolve !== false ? successorOf(portal, named) : named;
  if (archived) return record.archivedAt !== null && record.mergedInto === null && !record.erased ? record : undefined;
  return isLive(record) ? record : undefined;
}

/** @throws HubSpotFailure 400. */
export function assertUniqueProperty({ schema }: Portal, type: ObjectType, name: string): void {
  const property = schema.visible(type, name);
  const isUnique = property?.hasUniqueValue === true || (type.name === 'contacts' && name === 'email');
  if (property === undefined || !isUnique) throw invalid(`${name} is not a unique property of ${type.name}`, { idProperty: [name] });
}

import type { Millis } from '../../core/values/value.ts';
import { addLink, primaryCompanyOf, removeLink } from './associations/links.ts';
import type { AssociationType } from './associations/types.ts';
import type { StoredRecord } from './database.ts';
import { formulaSource, type Portal } from './portal.ts';
import { applyValues } from './save.ts';

const ACTIVITIES = new Set(['calls', 'communications', 'notes']);

/**
 * Ties two records, with what that sets off: a contact's stamp moves with its primary company, and the stamp of
 * whatever an activity is logged on moves with its counts.
 */
export function associate(portal: Portal, from: StoredRecord, to: StoredRecord, type: AssociationType, at: Millis): void {
  const isNew = !portal.database.links(from.id, to.type).has(to.id);
  const contact = [from, to].find((one) => one.type.name === 'contacts');
  const employer = contact && primaryCompanyOf(portal, contact);
  addLink(portal, from, to, type, at);
  noteAssociation(portal, from, to, at, { removed: false, primary: type.label === 'Primary' });
  if (contact !== undefined && primaryCompanyOf(portal, contact) !== employer) portal.database.put(contact, { modifiedAt: at });
  if (!isNew) return;
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const) {
    if (ACTIVITIES.has(one.type.name) && !ACTIVITIES.has(other.type.name)) noteActivity(portal, one, other, at);
  }
}

/** Removes every tie between two records. False: there was none. */
export function dissociate(portal: Portal, from: StoredRecord, to: StoredRecord, at: Millis): boolean {
  if (!removeLink(portal, from, to)) return false;
  noteAssociation(portal, from, to, at, { removed: true, primary: false });
  const contact = [from, to].find(({ type }) => type.name === 'contacts');
  if (contact !== undefined && [from, to].some(({ type }) => type.name === 'companies')) portal.database.put(contact, { modifiedAt: at });
  return true;
}

function noteAssociation(
  { events }: Portal,
  from: StoredRecord,
  to: StoredRecord,
  at: Millis,
  { removed, primary }: { readonly removed: boolean; readonly primary: boolean },
): void {
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const) {
    events.note(one.type, 'associationChange', at, {
      associationType: `${one.type.code}_TO_${other.type.code}`,
      fromObjectId: one.number,
      toObjectId: other.number,
      associationRemoved: removed,
      isPrimaryAssociation: primary,
    });
  }
}

function noteActivity(portal: Portal, activity: StoredRecord, target: StoredRecord, at: Millis): void {
  const count = (name: string): string => String(Number(target.values[name] ?? '0') + 1);
  const day = activity.values['hs_timestamp'] ?? '';
  const contacted = activity.type.name === 'notes' ? {} : { num_contacted_notes: count('num_contacted_notes'), notes_last_contacted: day };
  if (!target.type.properties.has('num_notes')) return;
  applyValues(portal, target, { num_notes: count('num_notes'), notes_last_updated: day, ...contacted }, { at, source: formulaSource });
}

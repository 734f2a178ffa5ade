import type { Millis } from '../../../core/values/value.ts';
import { isLive, type Link, type StoredRecord } from '../database.ts';
import type { Portal } from '../portal.ts';
import type { ObjectType } from '../schema/object-type.ts';
import { type AssociationType, PRIMARY } from './types.ts';

/** Ties of a record to live records of an object, in ascending order of ids. */
export function linksTo({ database }: Portal, from: StoredRecord, to: ObjectType): readonly Link[] {
  const live: { readonly number: number; readonly link: Link }[] = [];
  for (const link of database.links(from.id, to).values()) {
    const target = database.get(link.toId);
    if (target !== undefined && isLive(target)) live.push({ number: target.number, link });
  }
  return live.sort((a, b) => a.number - b.number).map(({ link }) => link);
}

/** The primary company of a record, while it is live. */
export function primaryCompanyOf({ database, schema, types }: Portal, record: StoredRecord): string | undefined {
  const companies = schema.find('companies')!;
  const primary = types.primary(record.type, companies);
  for (const { toId, types: kinds } of database.links(record.id, companies).values()) {
    if (primary === undefined || !kinds.includes(primary)) continue;
    const company = database.get(toId);
    if (company !== undefined && isLive(company)) return toId;
  }
  return undefined;
}

/**
 * Ties two records, in both directions. A labelled tie is a plain one too. The first company of a contact, a deal or a
 * ticket becomes its primary one; a new primary company takes the place of the old one.
 */
export function addLink(portal: Portal, from: StoredRecord, to: StoredRecord, type: AssociationType, at: Millis): void {
  const plain = portal.types.plain(from.type, to.type);
  const kinds = plain === undefined || plain === type ? [type] : [plain, type];
  for (const kind of kinds.filter((each) => !isPrimary(each))) tie(portal, from, to, kind, at); // two at once would be primary
  makePrimary(portal, from, to, type, at);
  if (from.type !== to.type) makePrimary(portal, to, from, portal.types.get(type.inverse) ?? type, at);
}

const isPrimary = ({ category, label }: AssociationType): boolean => category === 'HUBSPOT_DEFINED' && label === PRIMARY;

function makePrimary(portal: Portal, from: StoredRecord, company: StoredRecord, type: AssociationType, at: Millis): void {
  const primary = company.type.name === 'companies' ? portal.types.primary(from.type, company.type) : undefined;
  if (primary === undefined) return;
  const present = primaryCompanyOf(portal, from);
  if (present === company.id || (present !== undefined && type !== primary)) return;
  for (const { toId, types } of [...portal.database.links(from.id, company.type).values()]) {
    const other = portal.database.get(toId);
    // One in the bin loses its place too: taken out again, it is not a second primary company.
    if (other !== undefined && other !== company && types.includes(primary)) untie(portal, from, other, primary);
  }
  tie(portal, from, company, primary, at);
}

function tie({ database, types }: Portal, from: StoredRecord, to: StoredRecord, type: AssociationType, at: Millis): void {
  const one = (source: StoredRecord, target: StoredRecord, kind: AssociationType): void => {
    const present = database.links(source.id, target.type).get(target.id);
    if (present?.types.includes(kind) === true) return;
    database.link(source.id, target.type, target.id, { toId: target.id, at: present?.at ?? at, types: [...(present?.types ?? []), kind] });
  };
  one(from, to, type);
  one(to, from, types.get(type.inverse)!);
}

function untie({ database, types }: Portal, from: StoredRecord, to: StoredRecord, type: AssociationType): void {
  const one = (source: StoredRecord, target: StoredRecord, kind: AssociationType): void => {
    const present = database.links(source.id, target.type).get(target.id);
    if (present === undefined) return;
    const left = present.types.filter((other) => other !== kind);
    database.link(source.id, target.type, target.id, left.length === 0 ? null : { ...present, types: left });
  };
  one(from, to, type);
  one(to, from, types.get(type.inverse)!);
}

/** Removes every tie between two records. False: there was none. */
export function removeLink({ database }: Portal, from: StoredRecord, to: StoredRecord): boolean {
  if (!database.links(from.id, to.type).has(to.id)) return false;
  database.link(from.id, to.type, to.id, null);
  database.link(to.id, from.type, from.id, null);
  return true;
}

/** Moves every tie of one record to another. */
export function moveLinks(portal: Portal, from: StoredRecord, to: StoredRecord): void {
  const { database, schema } = portal;
  for (const type of schema.objects) {
    for (const link of database.links(from.id, type).values()) {
      const other = database.get(link.toId)!;
      removeLink(portal, from, other);
      if (other === to) continue;
      for (const kind of link.types) {
        const hasPrimary = kind === portal.types.primary(to.type, type) && primaryCompanyOf(portal, to) !== undefined;
        if (!hasPrimary) tie(portal, to, other, kind, link.at);
      }
    }
  }
}

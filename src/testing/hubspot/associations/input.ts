import { isLive, type StoredRecord } from '../database.ts';
import { invalid, invalidJson, missingFields } from '../failure.ts';
import { isRecordId } from '../ids.ts';
import type { Portal } from '../portal.ts';
import type { ObjectType } from '../schema/object-type.ts';
import type { AssociationType } from './types.ts';

/** A tie that a request asks for, checked. */
export interface Tie {
  readonly to: StoredRecord;
  readonly type: AssociationType;
}

interface Typed {
  readonly associationCategory?: unknown;
  readonly associationTypeId?: unknown;
}

/** The ties of a record that is about to be created. @throws HubSpotFailure 400. */
export function readTies(portal: Portal, from: ObjectType, raw: unknown): readonly Tie[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw))
    throw invalidJson('Cannot deserialize value of type `java.util.ArrayList` (through reference chain: associations)');
  return (raw as readonly { readonly to?: { readonly id?: unknown } | null; readonly types?: unknown }[]).flatMap((one) => {
    const id = idText(one?.to?.id);
    if (id === null) throw missingFields('to');
    return readTypes(portal, from, null, one.types).map((type) => ({ to: targetOf(portal, portal.schema.named(type.to)!, id), type }));
  });
}

/** The kinds of a tie. @param to - Known where the path names it. @throws HubSpotFailure 400. */
export function readTypes(portal: Portal, from: ObjectType, to: ObjectType | null, raw: unknown): readonly AssociationType[] {
  if (!Array.isArray(raw) || raw.length === 0) throw missingFields('types');
  return (raw as readonly (Typed | null)[]).map((one) => {
    const { associationCategory: category, associationTypeId: id } = one ?? {};
    if (typeof category !== 'string' || typeof id !== 'number') throw missingFields('associationCategory', 'associationTypeId');
    const type = portal.types.get(id);
    if (type === undefined || type.category !== category)
      throw invalid(`No association type with id ${id} and category ${category} exists`);
    const definition = `For definition 0-${id}`;
    if (type.from !== from.name)
      throw invalid(
        `invalid from object type ${from.typeId} for associations to be created. expected: ${portal.schema.named(type.from)!.typeId}. ${definition}`,
      );
    if (to !== null && type.to !== to.name)
      throw invalid(
        `invalid to object type ${to.typeId} for associations to be created. expected: ${portal.schema.named(type.to)!.typeId}. ${definition}`,
      );
    return type;
  });
}

/** The live record that a tie names. @throws HubSpotFailure 400. */
export function targetOf({ database }: Portal, type: ObjectType, id: string): StoredRecord {
  const record = database.get(id);
  if (record?.type === type && isLive(record)) return record;
  throw invalid('One or more associations are invalid', {
    INVALID_OBJECT_IDS: [`${type.code}=${id} is not valid`],
    objectId: [id],
    objectType: [type.code],
  });
}

/** An id of a body, which may be a number. Null where there is none. */
export function idText(raw: unknown): string | null {
  const text = typeof raw === 'number' ? String(raw) : raw;
  return typeof text === 'string' && isRecordId(text) ? text : null;
}

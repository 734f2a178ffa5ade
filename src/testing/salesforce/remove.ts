import { isDeleted, type StoredRecord } from './database.ts';
import { SalesforceFailure } from './failure.ts';
import { isPurged, type Org } from './org.ts';
import { assertUnlocked, type Save, stampOf, stamps } from './save.ts';
import type { Field } from './schema/field.ts';
import type { ObjectSchema } from './schema/schema.ts';

/** Into the recycle bin, with everything that hangs on it: `queryAll` still sees it. */
export function deleteRecord(org: Org, record: StoredRecord, save: Save): void {
  if (isDeleted(record)) throw new SalesforceFailure('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 });
  if (!record.schema.definition.deletable)
    throw new SalesforceFailure('INSUFFICIENT_ACCESS_OR_READONLY', `entity type cannot be deleted: ${record.schema.definition.label}`);
  assertUnlocked(save, 'DELETE', record.schema, record.id);
  const at = stampOf(org, save);
  const bin = (one: StoredRecord): void => {
    org.database.replace(one, { ...one.values, ...stamps(org, at), IsDeleted: true });
    for (const [child] of childrenOf(org, one, ({ cascadeDelete }) => cascadeDelete)) {
      if (isDeleted(child)) continue;
      child.deletedWith = one.id;
      bin(child);
    }
  };
  record.deletedWith = null;
  bin(record);
}

/** Out of the recycle bin, with what the deletion took along. */
export function restoreRecord(org: Org, record: StoredRecord, save: Save): void {
  if (!isDeleted(record) || isPurged(org, record)) throw new SalesforceFailure('UNDELETE_FAILED', 'Entity is not in the recycle bin');
  const at = stampOf(org, save);
  const unbin = (one: StoredRecord): void => {
    one.deletedWith = null;
    org.database.replace(one, { ...one.values, ...stamps(org, at), IsDeleted: false });
    for (const [child] of childrenOf(org, one, ({ cascadeDelete }) => cascadeDelete)) if (child.deletedWith === one.id) unbin(child);
  };
  unbin(record);
}

/** The winner keeps its values and takes over what hung on the loser, which stays in the bin and names its master. */
export function mergeRecords(org: Org, winner: StoredRecord, loser: StoredRecord, save: Save): void {
  if (winner.schema !== loser.schema || !winner.schema.definition.mergeable || winner === loser)
    throw new SalesforceFailure('INVALID_OPERATION', `${loser.id} cannot be merged into ${winner.id}`);
  if (isDeleted(winner) || isDeleted(loser)) throw new SalesforceFailure('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 });
  const at = stampOf(org, save);
  for (const [child, field] of childrenOf(org, loser, ({ name }) => name !== 'MasterRecordId'))
    org.database.replace(child, { ...child.values, ...stamps(org, at), [field.name]: winner.id });
  org.database.replace(loser, { ...loser.values, ...stamps(org, at), IsDeleted: true, MasterRecordId: winner.id });
  org.database.replace(winner, { ...winner.values, ...stamps(org, at) });
}

/** Records that name this one in a lookup, with that lookup. */
function childrenOf({ schema, database }: Org, parent: StoredRecord, wanted: (field: Field) => boolean): [StoredRecord, Field][] {
  const lookups = schema.objects.flatMap((object: ObjectSchema) =>
    object.fields
      .filter((field) => field.type === 'reference' && field.referenceTo.includes(parent.schema.name) && wanted(field))
      .map((field) => [object, field] as const),
  );
  return lookups.flatMap(([object, field]) =>
    [...(database.find(object, field, parent.id) ?? [])].map((child): [StoredRecord, Field] => [child, field]),
  );
}

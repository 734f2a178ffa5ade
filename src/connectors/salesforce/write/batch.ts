import type { Json } from '../../../core/values/value.ts';
import { invariant } from '../../../errors.ts';
import type { Association, Write } from '../../../ports/connector.ts';
import type { WriteTarget } from '../client.ts';
import { encodeValue, keptText } from '../codec.ts';
import { WRITE_BATCH_MAX } from '../limits.ts';
import { isName, objectName } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';

/** Neighbours of one object are written as a chunk; ten chunks a request. Source: REST API guide, sObject Collections. */
const OBJECTS_MAX = 10;

export type Kind = 'create' | 'update' | 'upsert';
export const kindOf = ({ id, uniqueKey }: Write): Kind => (id !== null ? 'update' : uniqueKey ? 'upsert' : 'create');

export const isActivity = (object: string): boolean => object === 'Task' || object === 'Event';

/** Writes that go into one request. */
export interface Part {
  readonly kind: Kind;
  readonly writes: readonly Write[];
}

/** @throws Error, a broken invariant: which writes go together is the engine's to know. */
export function checkBatch(batch: readonly Write[], kind: Kind, max = WRITE_BATCH_MAX): void {
  const { object, uniqueKey } = batch[0]!;
  invariant(batch.length <= max, `a batch has at most ${max} writes`);
  invariant(
    batch.every((write) => kindOf(write) === kind),
    'a batch is all creates, all updates or all upserts',
  );
  invariant(new Set(batch.map((write) => objectName(write.object))).size <= OBJECTS_MAX, `a batch has at most ${OBJECTS_MAX} objects`);
  for (const { object: of, id, values, associations, untie } of batch) {
    invariant(isActivity(of) || !(associations?.length || untie?.length), 'only activities have associations');
    invariant(id !== null || !untie?.length, 'nothing is tied yet to a record that is made');
    invariant(id === null || toId18(id) !== null, 'an update names a record id');
    invariant(Object.keys(values).every(isName), 'a write names fields by their API names');
  }
  const identities = batch.flatMap((write) => (kind === 'create' ? [] : [write.id === null ? write.uniqueKey!.value : toId18(write.id)!]));
  invariant(new Set(identities).size === identities.length, 'a batch names a record once');
  if (kind !== 'upsert') return;
  invariant(isName(uniqueKey!.field), 'an upsert names its key field by its API name');
  invariant(
    batch.every((write) => write.object === object && write.uniqueKey!.field === uniqueKey!.field && isKey(write.uniqueKey!.value)),
    'upserts of one batch share object and key field, and have a key',
  );
}

export function targetOf({ kind, writes }: Part, autoAssign: boolean): WriteTarget {
  const { object, uniqueKey } = writes[0]!;
  const upsert = kind === 'upsert';
  return {
    method: kind === 'create' ? 'POST' : 'PATCH',
    path: upsert ? `/composite/sobjects/${object}/${uniqueKey!.field}` : '/composite/sobjects',
    operation: upsert ? '/composite/sobjects/{object}/{field}' : '/composite/sobjects',
    // Missing it means TRUE: assignment rules would hand the record to another owner.
    headers: { 'sforce-auto-assign': autoAssign ? 'TRUE' : 'FALSE' },
    body: { allOrNone: false, records: writes.map(recordOf) },
  };
}

/** `attributes` comes first: Salesforce refuses an upsert where it does not. */
function recordOf({ object, id, values, uniqueKey, associations = [] }: Write): Json {
  const record: Record<string, Json> = { attributes: { type: object } };
  if (id !== null) record['id'] = toId18(id);
  for (const [name, value] of Object.entries({ ...related(associations), ...values })) record[name] = encodeValue(value);
  if (id === null && uniqueKey) record[uniqueKey.field] = encodeValue(uniqueKey.value);
  return record;
}

/** Salesforce keeps no blanks around a text: of blanks alone nothing is left to be found by, and each upsert makes a record. */
const isKey = (value: string): boolean => keptText(value) !== '';

/** The ties of a task are fields of it: one person and one other record. */
export const related = (associations: readonly Association[]): Record<string, string> =>
  Object.fromEntries(
    associations.map(({ object, id }) => [object === 'Contact' || object === 'Lead' ? 'WhoId' : 'WhatId', toId18(id) ?? id]),
  );

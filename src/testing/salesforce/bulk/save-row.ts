import type { StoredRecord } from '../database.ts';
import { SalesforceFailure } from '../failure.ts';
import { toId18 } from '../ids.ts';
import { type Org, visibleRecord } from '../org.ts';
import { deleteRecord } from '../remove.ts';
import { findByKey } from '../rest/records.ts';
import { insertRecord, type Save, updateRecord } from '../save.ts';
import type { Field } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { valueOfCell } from './cells.ts';

interface RowJob {
  readonly schema: ObjectSchema;
  readonly operation: 'insert' | 'update' | 'upsert' | 'delete';
  readonly key: Field | null;
}

/**
 * Writes one row by the rules that every save has.
 *
 * @throws SalesforceFailure for the first rule that refuses it.
 */
export function saveRow(
  org: Org,
  { schema, operation, key }: RowJob,
  columns: readonly string[],
  row: readonly string[],
  save: Save,
): { readonly id: string; readonly created: boolean } {
  const input: Record<string, unknown> = {};
  for (const [index, name] of columns.entries()) {
    const field = schema.field(name)!;
    const value = valueOfCell(field, row[index]!);
    if (value !== undefined) input[field.name] = value;
  }
  if (operation === 'insert') return { id: insertRecord(org, schema, input, save).id, created: true };
  if (operation === 'upsert') return upsertRow(org, schema, key!, input, save);
  const { Id, ...rest } = input;
  const record = recordOf(org, schema, Id);
  if (operation === 'delete') deleteRecord(org, record, save);
  else updateRecord(org, record, rest, save);
  return { id: record.id, created: false };
}

function upsertRow(org: Org, schema: ObjectSchema, key: Field, input: Readonly<Record<string, unknown>>, save: Save) {
  const { [key.name]: value = null, ...rest } = input;
  if (value === null) throw new SalesforceFailure('MISSING_ARGUMENT', `${key.name} not specified`);
  const [present, ...others] = findByKey(org, schema, key, value);
  if (others.length > 0)
    throw new SalesforceFailure('DUPLICATE_EXTERNAL_ID', `${key.name}: more than one record found for external id field`);
  if (present === undefined && key.type === 'id') throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (present === undefined) return { id: insertRecord(org, schema, input, save).id, created: true };
  updateRecord(org, present, rest, save);
  return { id: present.id, created: false };
}

function recordOf(org: Org, schema: ObjectSchema, given: unknown): StoredRecord {
  if (typeof given !== 'string') throw new SalesforceFailure('MISSING_ARGUMENT', 'Id not specified in an update call');
  const id = toId18(given);
  if (id === null) throw new SalesforceFailure('MALFORMED_ID', `malformed id ${given}`, { fields: ['Id'] });
  if (org.schema.objectOfPrefix(id.slice(0, 3)) !== schema)
    throw new SalesforceFailure('MALFORMED_ID', `${schema.definition.label} ID: id value of incorrect type: ${given}`, { fields: ['Id'] });
  const record = visibleRecord(org, id);
  if (record === undefined) throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  return record;
}

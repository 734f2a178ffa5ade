import { isDeleted, type StoredRecord } from '../database.ts';
import { SalesforceFailure } from '../failure.ts';
import { toId18 } from '../ids.ts';
import { type Org, objectOf, visibleRecord } from '../org.ts';
import { deleteRecord } from '../remove.ts';
import { type Input, insertRecord, updateRecord } from '../save.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { columnsOf } from '../soql/column.ts';
import { projection } from '../soql/projection.ts';
import { bodyList, bodyObject, type DataAnswer, type DataCall, type Endpoint, ok, transaction } from './call.ts';
import { findByKey, keyField } from './records.ts';

const RECORDS_MAX = 200;
const CHUNKS_MAX = 10;

/** What became of one record; a failed one has no id. */
type Result = Readonly<Record<string, unknown>> & { readonly success: boolean };

export const createMany: Endpoint = (call) => {
  const { org } = call.service;
  const { records, allOrNone } = readBody(call);
  return each(call, records, allOrNone, (record) => ({
    id: insertRecord(org, typeOf(org, record), record, call.save).id,
    success: true,
    errors: [],
  }));
};

export const updateMany: Endpoint = (call) => {
  const { org } = call.service;
  const { records, allOrNone } = readBody(call);
  const repeated = duplicates(records.map((record) => idOfUpdate(record)));
  return each(call, records, allOrNone, (record) => {
    const object = typeOf(org, record);
    const given = idIn(record);
    if (given === null) throw new SalesforceFailure('MISSING_ARGUMENT', 'Id not specified in an update call');
    if (repeated.has(idOfUpdate(record))) throw new SalesforceFailure('DUPLICATE_VALUE', `Duplicate id specified: ${given.text}`);
    const found = recordOf(org, given.text, object);
    updateRecord(org, found, without(record, given.key), call.save);
    return { id: found.id, success: true, errors: [] };
  });
};

export const upsertMany: Endpoint = (call) => {
  const { org } = call.service;
  const object = objectOf(org, call.segments[2]!);
  const key = keyField(object, call.segments[3]!);
  const { records, allOrNone } = readBody(call);
  const valueIn = (record: unknown): unknown =>
    isObject(record) ? Object.entries(record).find(([name]) => name.toLowerCase() === key.name.toLowerCase())?.[1] : undefined;
  const repeated = duplicates(records.map(valueIn));
  const upsert = (record: Input): Result => {
    if (typeOf(org, record) !== object) throw new SalesforceFailure('INVALID_TYPE', `The record is no ${object.name}`);
    const value = valueIn(record) ?? null;
    if (value === null) throw new SalesforceFailure('MISSING_ARGUMENT', `${key.name} not specified`);
    if (repeated.has(value)) throw new SalesforceFailure('DUPLICATE_VALUE', `Duplicate external id specified: ${JSON.stringify(value)}`);
    const found = findByKey(org, object, key, value);
    if (found.length > 1)
      throw new SalesforceFailure(
        'DUPLICATE_EXTERNAL_ID',
        `${key.name}: more than one record found for external id field: ${found.map(({ id }) => id).join(', ')}`,
      );
    const [present] = found;
    if (present === undefined && key.type === 'id')
      throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    if (present === undefined) return { id: insertRecord(org, object, record, call.save).id, success: true, errors: [], created: true };
    const rest = Object.fromEntries(Object.entries(record).filter(([name]) => name.toLowerCase() !== key.name.toLowerCase()));
    updateRecord(org, present, rest, call.save);
    return { id: present.id, success: true, errors: [], created: false };
  };
  return each(call, records, allOrNone, upsert, { created: false });
};

export const deleteMany: Endpoint = (call) => {
  const { org } = call.service;
  const ids = (call.query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0) throw new SalesforceFailure('MISSING_ARGUMENT', 'Please specify at least one id');
  assertSize(ids.length);
  return each(call, ids, call.query.get('allOrNone') === 'true', (id) => {
    const record = recordOf(org, id, null);
    deleteRecord(org, record, call.save);
    return { id: record.id, success: true, errors: [] };
  });
};

/** Reads many by id: null for one that is gone or hidden. */
export const readMany: Endpoint = (call) => {
  const { org } = call.service;
  const object = objectOf(org, call.segments[2]!);
  const body: Readonly<Record<string, unknown>> =
    call.method === 'GET' ? { ids: call.query.get('ids')?.split(','), fields: call.query.get('fields')?.split(',') } : bodyObject(call);
  const ids = bodyList(body, 'ids');
  const names = bodyList(body, 'fields').map(String);
  for (const name of names) {
    if (!name.includes('.') && object.field(name) === undefined)
      throw new SalesforceFailure('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
  }
  const columnOf = columnsOf(org, object, names.join(','), null);
  const row = projection(
    org,
    [...new Set(names)].map((name) => columnOf({ names: name.split('.'), at: 0 })),
    call.base,
  );
  const rows = ids.map((given) => {
    const id = typeof given === 'string' ? toId18(given) : null;
    if (id === null) throw new SalesforceFailure('MALFORMED_ID', `malformed id ${String(given)}`);
    const record = visibleRecord(org, id);
    return record?.schema === object && !isDeleted(record) ? row(record) : null;
  });
  return ok(rows);
};

function readBody(call: DataCall): { readonly records: readonly unknown[]; readonly allOrNone: boolean } {
  const body = bodyObject(call);
  const records = bodyList(body, 'records');
  assertSize(records.length);
  const types = records.map((record) =>
    isObject(record) && isObject(record['attributes']) ? String(record['attributes']['type']).toLowerCase() : '',
  );
  const chunks = types.filter((type, index) => index === 0 || type !== types[index - 1]).length;
  if (chunks > CHUNKS_MAX)
    throw new SalesforceFailure('LIMIT_EXCEEDED', `Cannot have more than ${CHUNKS_MAX} chunks in a single operation`);
  return { records, allOrNone: body['allOrNone'] === true };
}

function assertSize(count: number): void {
  if (count > RECORDS_MAX)
    throw new SalesforceFailure('EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${RECORDS_MAX} records into this call`);
}

/** Runs `work` for each item; every item has its result, in order. With `allOrNone` one refusal takes back all. */
function each<T>(
  { service: { org } }: DataCall,
  items: readonly T[],
  allOrNone: boolean,
  work: (item: never) => Result,
  onFailure: Readonly<Record<string, unknown>> = {},
): DataAnswer {
  const savepoint = org.database.savepoint();
  const results = items.map((item): Result => {
    try {
      return transaction(org, () => work(item as never));
    } catch (error) {
      if (error instanceof SalesforceFailure) return { success: false, errors: [error.toResult()], ...onFailure };
      throw error;
    }
  });
  if (!allOrNone || results.every(({ success }) => success)) {
    savepoint.release();
    return ok(results);
  }
  savepoint.rollback();
  const innocent = new SalesforceFailure(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header',
  );
  return ok(results.map((result) => (result.success ? { success: false, errors: [innocent.toResult()], ...onFailure } : result)));
}

/**
 * @throws SalesforceFailure JSON_PARSER_ERROR where `attributes.type` is missing. The real message asks for it before any
 * other member, yet jsforce sends it after the id and is served.
 */
function typeOf(org: Org, record: unknown): ObjectSchema {
  const attributes = isObject(record) ? record['attributes'] : undefined;
  const type = isObject(attributes) ? attributes['type'] : undefined;
  if (typeof type !== 'string')
    throw new SalesforceFailure(
      'JSON_PARSER_ERROR',
      'Nested object for polymorphic foreign key must have an attributes field before any other fields.',
    );
  const object = org.schema.object(type);
  if (object === undefined) throw new SalesforceFailure('INVALID_TYPE', `sObject type '${type}' is not supported.`);
  return object;
}

function recordOf(org: Org, text: string, object: ObjectSchema | null): StoredRecord {
  const id = toId18(text);
  if (id === null) throw new SalesforceFailure('MALFORMED_ID', `malformed id ${text}`, { fields: ['Id'] });
  const record = visibleRecord(org, id);
  if (object !== null && org.schema.objectOfPrefix(id.slice(0, 3)) !== object)
    throw new SalesforceFailure('MALFORMED_ID', `${object.definition.label} ID: id value of incorrect type: ${text}`, { fields: ['Id'] });
  if (record === undefined) throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  return record;
}

function idIn(record: unknown): { readonly key: string; readonly text: string } | null {
  const entry = isObject(record) ? Object.entries(record).find(([name]) => name.toLowerCase() === 'id') : undefined;
  return entry !== undefined && typeof entry[1] === 'string' ? { key: entry[0], text: entry[1] } : null;
}

/** In one form, so that both forms of an id are the same record. */
function idOfUpdate(record: unknown): string | null {
  const text = idIn(record)?.text;
  return text === undefined ? null : (toId18(text) ?? text);
}

function without(record: Input, key: string): Input {
  const { [key]: _, ...rest } = record;
  return rest;
}

function duplicates(values: readonly unknown[]): ReadonlySet<unknown> {
  return new Set(values.filter((value, index) => value !== undefined && value !== null && values.indexOf(value) !== index));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

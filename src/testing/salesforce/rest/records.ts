import { isDeleted, type StoredRecord } from '../database.ts';
import { notFound, SalesforceFailure } from '../failure.ts';
import { toId18 } from '../ids.ts';
import { type Org, objectOf, visibleRecord } from '../org.ts';
import { readValue } from '../read-value.ts';
import { deleteRecord } from '../remove.ts';
import { type Input, insertRecord, updateRecord } from '../save.ts';
import { type Field, isNumber } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { columnsOf } from '../soql/column.ts';
import { projection } from '../soql/projection.ts';
import { bodyObject, type DataAnswer, type DataCall, type Endpoint, noContent, ok, transaction, unlessModified } from './call.ts';

/** Since v46 an upsert says whether it created, also when it did not. */
const UPSERT_TELLS_CREATED = 46;

export const createRecord: Endpoint = (call) => {
  const { org } = call.service;
  const object = objectOf(org, call.segments[1]!);
  const record = transaction(org, () => insertRecord(org, object, bodyObject(call), call.save));
  return created(call, record, {});
};

export const readRecord: Endpoint = (call) => {
  const record = recordAt(call);
  return recordAnswer(call, record);
};

export const patchRecord: Endpoint = (call) => {
  const { org } = call.service;
  const object = objectOf(org, call.segments[1]!);
  const body = bodyObject(call);
  refuseKey(body, 'Id');
  const id = toId18(call.segments[2]!);
  const record = id === null ? undefined : visibleRecord(org, id);
  if (record?.schema !== object) throw notFound(id === null ? missingExternalId(call.segments[2]!) : undefined);
  assertUnmodified(call, record);
  transaction(org, () => updateRecord(org, record, body, call.save));
  return noContent;
};

export const removeRecord: Endpoint = (call) => {
  const { org } = call.service;
  const object = objectOf(org, call.segments[1]!);
  const record = visibleRecord(org, toId18(call.segments[2]!) ?? '');
  if (record?.schema !== object) throw notFound();
  transaction(org, () => deleteRecord(org, record, call.save));
  return noContent;
};

export const readByKey: Endpoint = (call) => {
  const found = matchesOfKey(call);
  if (found.length === 0) throw notFound();
  return found.length === 1 ? recordAnswer(call, found[0]!) : several(call, found);
};

export const removeByKey: Endpoint = (call) => {
  const { org } = call.service;
  const found = matchesOfKey(call);
  if (found.length === 0) throw notFound();
  if (found.length > 1) return several(call, found);
  transaction(org, () => deleteRecord(org, found[0]!, call.save));
  return noContent;
};

/** Creates, updates, or writes nothing where the key fits several records. */
export const upsertRecord: Endpoint = (call) => {
  const { org } = call.service;
  const object = objectOf(org, call.segments[1]!);
  const key = keyField(object, call.segments[2]!);
  const body = bodyObject(call);
  refuseKey(body, key.name);
  const found = matchesOfKey(call);
  if (found.length > 1) return several(call, found);
  const [record] = found;
  if (record !== undefined) {
    assertUnmodified(call, record);
    transaction(org, () => updateRecord(org, record, body, call.save));
    return call.version < UPSERT_TELLS_CREATED ? noContent : ok({ id: record.id, success: true, errors: [], created: false });
  }
  if (call.query.get('updateOnly') === 'true' || key.type === 'id') throw notFound();
  const added = transaction(org, () => insertRecord(org, object, { ...body, [key.name]: keyValue(key, call.segments[3]!) }, call.save));
  return created(call, added, call.version < UPSERT_TELLS_CREATED ? {} : { created: true });
};

/** The field that an upsert may find by. @throws SalesforceFailure NOT_FOUND. */
export function keyField(object: ObjectSchema, name: string): Field {
  const field = object.field(name);
  if (field === undefined || !(field.externalId || field.idLookup)) throw notFound(missingExternalId(name));
  return field;
}

/** Live records whose key has the value of the path. */
export function matchesOfKey({ service: { org }, segments }: DataCall): readonly StoredRecord[] {
  const object = objectOf(org, segments[1]!);
  const key = keyField(object, segments[2]!);
  return findByKey(org, object, key, keyValue(key, segments[3]!));
}

export function findByKey(org: Org, object: ObjectSchema, key: Field, raw: unknown): readonly StoredRecord[] {
  const value = readValue(key.type === 'id' ? { ...key, referenceTo: [object.name] } : key, raw, org.schema);
  if (value === null) return [];
  const records =
    org.database.find(object, key, value) ?? [...org.database.all(object.name)].filter(({ values }) => values[key.name] === value);
  return [...records].filter((record) => record.shared && !isDeleted(record));
}

/** A path is text; a numeric key is compared as a number. */
const keyValue = (key: Field, text: string): string | number => (isNumber(key) && text.trim() !== '' ? Number(text) : text);

const missingExternalId = (name: string): string => `Provided external ID field does not exist or is not accessible: ${name}`;

function recordAt({ service: { org }, segments }: DataCall): StoredRecord {
  const object = objectOf(org, segments[1]!);
  const id = toId18(segments[2]!);
  if (id === null) throw notFound(missingExternalId(segments[2]!));
  const record = visibleRecord(org, id);
  if (record?.schema !== object || isDeleted(record)) throw notFound();
  return record;
}

function recordAnswer(call: DataCall, record: StoredRecord): DataAnswer {
  const { org } = call.service;
  const asked = call.query.get('fields');
  const names = asked === null ? record.schema.visibleFields().map(({ name }) => name) : asked.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!name.includes('.') && record.schema.field(name) === undefined)
      throw new SalesforceFailure('INVALID_FIELD', `No such column '${name}' on sobject of type ${record.schema.name}`);
  }
  const columnOf = columnsOf(org, record.schema, names.join(','), null);
  const columns = [...new Set(names)].map((name) => columnOf({ names: name.split('.'), at: 0 }));
  const at = record.values['SystemModstamp'] as number;
  const headers = {
    'last-modified': new Date(at).toUTCString(),
    ...(record.schema.name === 'Account' ? { etag: `"${at.toString(36)}"` } : {}),
  };
  return unlessModified(call, at, ok(projection(org, columns, call.base)(record), headers));
}

function assertUnmodified({ headers }: DataCall, { values }: StoredRecord): void {
  const since = headers.get('if-unmodified-since');
  if (since !== null && (values['SystemModstamp'] as number) > Date.parse(since))
    throw new SalesforceFailure('PRECONDITION_FAILED', 'The resource has been modified since the given time', { status: 412 });
}

function refuseKey(body: Input, key: string): void {
  if (Object.keys(body).some((name) => name.toLowerCase() === key.toLowerCase()))
    throw new SalesforceFailure('INVALID_FIELD', `The ${key} field should not be specified in the sobject data.`);
}

const urlOf = ({ base }: DataCall, { schema, id }: StoredRecord): string => `${base}/sobjects/${schema.name}/${id}`;

const created = (call: DataCall, record: StoredRecord, more: Readonly<Record<string, unknown>>): DataAnswer => ({
  status: 201,
  body: { id: record.id, success: true, errors: [], ...more },
  headers: { location: urlOf(call, record) },
});

/** More than one record has the key: their URLs, and nothing is done. */
const several = (call: DataCall, found: readonly StoredRecord[]): DataAnswer => ({
  status: 300,
  body: found.map((record) => urlOf(call, record)),
});

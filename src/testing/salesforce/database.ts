import { compareIds, idOf } from './ids.ts';
import type { Field } from './schema/field.ts';
import type { ObjectSchema } from './schema/schema.ts';

/** The parts of an address, as the API shows the whole. */
export type Address = Readonly<Record<string, string | null>>;
/** A value as it is kept: a datetime in milliseconds, a date as `YYYY-MM-DD`. */
export type Stored = string | number | boolean | null | Address;
/** By API name; an absent field is null. */
export type Values = Readonly<Record<string, Stored>>;

export interface StoredRecord {
  readonly id: string;
  readonly schema: ObjectSchema;
  values: Values;
  /** Where it comes in a result without ORDER BY: neither the order of ids nor that of creation. */
  readonly place: number;
  /** When it came to be in this database, in milliseconds: what the search index lags behind. */
  readonly insertedAt: number;
  /** False: the connected user may not see it. */
  shared: boolean;
  /** The record whose deletion took this one along: its restoration brings it back. */
  deletedWith: string | null;
}

export interface Database {
  /** An id that no record has had. */
  nextId(schema: ObjectSchema): string;
  insert(schema: ObjectSchema, id: string, values: Values, at: number): StoredRecord;
  replace(record: StoredRecord, values: Values): void;
  /** By its 18-character id, deleted ones too. */
  get(id: string): StoredRecord | undefined;
  all(object: string): Iterable<StoredRecord>;
  count(object: string): number;
  /** Records with this value in an indexed field, deleted ones too; undefined where the field has no index. */
  find(schema: ObjectSchema, field: Field, value: Stored): Iterable<StoredRecord> | undefined;
  /** Everything after it can be taken back. Savepoints nest. */
  savepoint(): { rollback(): void; release(): void };
}

type Index = Map<Stored, Set<StoredRecord>>;

export function createDatabase(): Database {
  const byId = new Map<string, StoredRecord>();
  const byObject = new Map<string, Set<StoredRecord>>();
  const indexes = new Map<string, Index>();
  const sequences = new Map<string, number>();
  const journal: (() => void)[] = [];
  let savepoints = 0;

  const recordsOf = (object: string): Set<StoredRecord> => byObject.get(object) ?? new Set();
  const indexOf = (schema: ObjectSchema, field: Field): Index => {
    const name = `${schema.name}.${field.name}`;
    let index = indexes.get(name);
    if (index === undefined) {
      index = new Map();
      indexes.set(name, index);
    }
    return index;
  };
  const reindex = (record: StoredRecord, before: Values | null, after: Values | null): void => {
    for (const field of record.schema.fields) {
      if (!isIndexed(field)) continue;
      const [old, next] = [keyOf(field, before?.[field.name] ?? null), keyOf(field, after?.[field.name] ?? null)];
      if (old === next) continue;
      const index = indexOf(record.schema, field);
      if (old !== null) index.get(old)?.delete(record);
      if (next === null) continue;
      const bucket = index.get(next);
      if (bucket === undefined) index.set(next, new Set([record]));
      else bucket.add(record);
    }
  };
  const put = (record: StoredRecord, values: Values): void => {
    reindex(record, record.values, values);
    record.values = values;
  };

  return {
    nextId(schema) {
      const sequence = (sequences.get(schema.name) ?? 0) + 1;
      sequences.set(schema.name, sequence);
      return idOf(schema.definition.keyPrefix, sequence);
    },
    insert(schema, id, values, at) {
      const place = Math.imul(byId.size + 1, 2_654_435_761) >>> 0;
      const record: StoredRecord = { id, schema, values, place, insertedAt: at, shared: true, deletedWith: null };
      byId.set(id, record);
      const siblings = recordsOf(schema.name);
      byObject.set(schema.name, siblings.add(record));
      reindex(record, null, values);
      if (savepoints > 0) {
        journal.push(() => {
          reindex(record, record.values, null);
          byId.delete(id);
          siblings.delete(record);
        });
      }
      return record;
    },
    replace(record, values) {
      const before = record.values;
      put(record, values);
      if (savepoints > 0) journal.push(() => put(record, before));
    },
    get: (id) => byId.get(id),
    all: (object) => recordsOf(object),
    count: (object) => recordsOf(object).size,
    find(schema, field, value) {
      if (field.type === 'id') {
        const record = typeof value === 'string' ? byId.get(value) : undefined;
        return record?.schema === schema ? [record] : [];
      }
      if (!isIndexed(field) || value === null) return undefined;
      return indexOf(schema, field).get(keyOf(field, value)) ?? [];
    },
    savepoint() {
      savepoints += 1;
      const start = journal.length;
      let open = true;
      const close = (): void => {
        if (open) savepoints -= 1;
        open = false;
        if (savepoints === 0) journal.length = 0;
      };
      return {
        rollback() {
          while (journal.length > start) journal.pop()!();
          close();
        },
        release: close,
      };
    },
  };
}

const isIndexed = ({ type, name, externalId, unique, idLookup, referenceTo }: Field): boolean =>
  type !== 'id' && (externalId || unique || idLookup || name === 'CallObject' || (type === 'reference' && !referenceTo.includes('User')));

const keyOf = ({ caseSensitive, type }: Field, value: Stored): Stored =>
  typeof value === 'string' && !caseSensitive && type !== 'reference' ? value.toLowerCase() : value;

/** Order of a result without ORDER BY, and of rows that ORDER BY leaves equal. */
export const byPlace = (a: StoredRecord, b: StoredRecord): number => a.place - b.place || compareIds(a.id, b.id);

export const isDeleted = ({ values }: StoredRecord): boolean => values['IsDeleted'] === true;

import type { Millis } from '../../core/values/value.ts';
import { SortedKeys } from '../../stores/memory/sorted-keys.ts';
import type { AssociationType } from './associations/types.ts';
import { recordIdOf, sortKeyOf } from './ids.ts';
import type { ObjectType } from './schema/object-type.ts';

/** Values as they go over the wire, by property. Absent: never set. Empty: cleared. */
export type Values = Readonly<Record<string, string>>;

/** Who changed something, as the history of a property tells it. */
export interface Source {
  readonly sourceType: 'INTEGRATION' | 'CRM_UI' | 'CALCULATED' | 'AUTOMATION_PLATFORM' | 'MERGE_OBJECTS';
  readonly sourceId: string;
}

export interface Change {
  readonly at: Millis;
  readonly source: Source;
  readonly values: Values;
}

/** A record as the search index will show it from a time on. */
export interface Snapshot {
  readonly visibleAt: Millis;
  readonly values: Values;
  readonly modifiedAt: Millis;
  readonly archived: boolean;
}

export interface StoredRecord {
  readonly id: string;
  /** The id as a number: every id is a safe integer. */
  readonly number: number;
  readonly type: ObjectType;
  /** Records of the portal in the order of their creation. */
  readonly sequence: number;
  values: Values;
  createdAt: Millis;
  modifiedAt: Millis;
  archivedAt: Millis | null;
  /** The record that took this one over. */
  mergedInto: string | null;
  /** Erased for good, with its values. */
  erased: boolean;
  /** Oldest first. */
  changes: readonly Change[];
  /** Oldest first; empty where the index does not lag. */
  snapshots: readonly Snapshot[];
}

/** A tie to another record, with all its kinds. */
export interface Link {
  readonly toId: string;
  readonly at: Millis;
  readonly types: readonly AssociationType[];
}

export type RecordChange = Partial<Omit<StoredRecord, 'id' | 'number' | 'type' | 'sequence'>>;

export interface NewRecord {
  readonly values: Values;
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
  readonly change: Change;
  /** Reserved before. Default: the next one. */
  readonly sequence?: number;
}

export interface Database {
  /** The place of a record that is inserted later, and with it the id. */
  reserve(): number;
  insert(type: ObjectType, record: NewRecord): StoredRecord;
  /** Puts members of a record; indexes follow. */
  put(record: StoredRecord, change: RecordChange): void;
  /** By id; archived, merged and erased ones too. */
  get(id: string): StoredRecord | undefined;
  /** Every record of the object, whatever became of it, in the order of creation. */
  all(type: ObjectType): Iterable<StoredRecord>;
  /** Live or archived records from `from` on, in ascending order of ids. */
  inOrder(type: ObjectType, archived: boolean, from: string | null): Iterable<StoredRecord>;
  /** The live record that has this value in a unique property. */
  holder(type: ObjectType, property: string, value: string): StoredRecord | undefined;
  links(fromId: string, toType: ObjectType): ReadonlyMap<string, Link>;
  /** Null removes the link. One direction only. */
  link(fromId: string, toType: ObjectType, toId: string, link: Link | null): void;
  /** Everything after it can be taken back. Savepoints nest. */
  savepoint(): { rollback(): void; release(): void };
  /** Runs when the present savepoint is rolled back. */
  onRollback(undo: () => void): void;
}

/** @param lag - How long the search index does not show a change, in milliseconds. */
export function createDatabase(now: () => Millis, lag: Millis): Database {
  const byId = new Map<string, StoredRecord>();
  const byType = new Map<ObjectType, Set<StoredRecord>>();
  const orders = new Map<ObjectType, { readonly live: SortedKeys; readonly archived: SortedKeys }>();
  const holders = new Map<string, StoredRecord>();
  const linksOf = new Map<string, Map<string, Link>>();
  const journal: (() => void)[] = [];
  let savepoints = 0;
  let sequences = 0;
  const reserve = (): number => {
    sequences += 1;
    return sequences;
  };

  const onRollback = (undo: () => void): void => {
    if (savepoints > 0) journal.push(undo);
  };
  const orderOf = (type: ObjectType): { readonly live: SortedKeys; readonly archived: SortedKeys } => {
    let order = orders.get(type);
    if (order === undefined) {
      order = { live: new SortedKeys(), archived: new SortedKeys() };
      orders.set(type, order);
    }
    return order;
  };
  /** Takes a record out of the indexes, or into them. */
  const index = (record: StoredRecord, add: boolean): void => {
    const { type, id, archivedAt, mergedInto, erased } = record;
    if (mergedInto !== null || erased) return;
    const order = archivedAt === null ? orderOf(type).live : orderOf(type).archived;
    if (add) order.add(sortKeyOf(id));
    else order.delete(sortKeyOf(id));
    if (archivedAt !== null) return;
    for (const key of uniqueKeysOf(record)) {
      if (add) holders.set(key, record);
      else if (holders.get(key) === record) holders.delete(key);
    }
  };
  const assign = (record: StoredRecord, change: RecordChange): void => {
    const reindexed = 'values' in change || 'archivedAt' in change || 'mergedInto' in change || 'erased' in change;
    if (reindexed) index(record, false);
    Object.assign(record, change);
    if (reindexed) index(record, true);
  };
  /** What the index shows from now on, until this change reaches it. */
  const snapshotsWith = (record: StoredRecord): readonly Snapshot[] => {
    const at = now();
    const { values, modifiedAt } = record;
    const current = record.snapshots.findLastIndex(({ visibleAt }) => visibleAt <= at);
    return [...record.snapshots.slice(Math.max(0, current)), { visibleAt: at + lag, values, modifiedAt, archived: !isLive(record) }];
  };

  return {
    reserve,
    insert(type, { values, createdAt, modifiedAt, change, sequence = reserve() }) {
      const id = recordIdOf(sequence);
      const record: StoredRecord = {
        id,
        number: Number(id),
        type,
        sequence,
        values,
        createdAt,
        modifiedAt,
        archivedAt: null,
        mergedInto: null,
        erased: false,
        changes: [change],
        snapshots: lag === 0 ? [] : [{ visibleAt: now() + lag, values, modifiedAt, archived: false }],
      };
      byId.set(id, record);
      const siblings = byType.get(type) ?? new Set();
      byType.set(type, siblings.add(record));
      index(record, true);
      onRollback(() => {
        index(record, false);
        byId.delete(id);
        siblings.delete(record);
      });
      return record;
    },
    put(record, change) {
      const before: RecordChange = Object.fromEntries(Object.keys(change).map((name) => [name, record[name as keyof RecordChange]]));
      const { snapshots } = record;
      assign(record, change);
      if (lag > 0) record.snapshots = snapshotsWith(record);
      onRollback(() => assign(record, { ...before, snapshots }));
    },
    get: (id) => byId.get(id),
    all: (type) => byType.get(type) ?? [],
    *inOrder(type, archived, from) {
      const { live, archived: gone } = orderOf(type);
      const start = from === null ? null : sortKeyOf(String(Number(from) - 1));
      for (const key of (archived ? gone : live).ascending(start)) yield byId.get(String(Number(key)))!;
    },
    holder: (type, property, value) => holders.get(uniqueKey(type, property, value)),
    links: (fromId, toType) => linksOf.get(`${fromId}>${toType.name}`) ?? NO_LINKS,
    link(fromId, toType, toId, link) {
      const key = `${fromId}>${toType.name}`;
      const links = linksOf.get(key) ?? new Map<string, Link>();
      const before = links.get(toId);
      linksOf.set(key, links);
      const set = (value: Link | null | undefined): void => {
        if (value === null || value === undefined) links.delete(toId);
        else links.set(toId, value);
      };
      set(link);
      onRollback(() => set(before));
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
    onRollback,
  };
}

const NO_LINKS: ReadonlyMap<string, Link> = new Map();

const uniqueKey = (type: ObjectType, property: string, value: string): string => `${type.name}.${property}=${value.toLowerCase()}`;

/** The unique values of a record. The further addresses of a contact are as taken as its main one. */
function uniqueKeysOf({ type, values }: StoredRecord): readonly string[] {
  const keys: string[] = [];
  if (type.name === 'contacts') {
    for (const email of emailsOf(values)) keys.push(uniqueKey(type, 'email', email));
  }
  for (const name of uniqueNamesOf(type)) {
    const value = values[name];
    if (value !== undefined && value !== '') keys.push(uniqueKey(type, name, value));
  }
  return keys;
}

/** Every address of a contact. */
export function emailsOf(values: Values): readonly string[] {
  const more = values['hs_additional_emails'];
  const main = values['email'] ?? '';
  if (more === undefined || more === '') return main === '' ? [] : [main];
  return [main, ...more.split(';')].filter((email) => email !== '');
}

const uniqueNames = new WeakMap<ObjectType, { readonly size: number; readonly names: readonly string[] }>();

/** Kept, since every write asks: properties are added and not made unique later. */
function uniqueNamesOf(type: ObjectType): readonly string[] {
  const kept = uniqueNames.get(type);
  if (kept?.size === type.properties.size) return kept.names;
  const names = [...type.properties.values()].filter(({ hasUniqueValue }) => hasUniqueValue).map(({ name }) => name);
  uniqueNames.set(type, { size: type.properties.size, names });
  return names;
}

/** Neither archived nor merged away nor erased. */
export const isLive = ({ archivedAt, mergedInto, erased }: StoredRecord): boolean => archivedAt === null && mergedInto === null && !erased;

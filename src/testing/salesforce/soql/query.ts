import { byPlace, type Stored, type StoredRecord } from '../database.ts';
import { compareIds } from '../ids.ts';
import { isPurged, type Org } from '../org.ts';
import { isLongText } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { type Column, columnsOf, invalidField, invalidType } from './column.ts';
import { candidatesOf, compileCondition } from './condition.ts';
import { parseQuery } from './parse.ts';
import { projection, type Row } from './projection.ts';
import type { Ordering, Path, Query } from './syntax.ts';

/** What a query found, before it is cut into pages. */
export interface Found {
  /** For `SELECT COUNT()`: no rows, only their number. */
  readonly countOnly: boolean;
  readonly records: readonly StoredRecord[];
  /** A long text was selected: Salesforce sends smaller pages. */
  readonly hasLongText: boolean;
  /** The row as it is now: a cursor remembers ids, not values. */
  row(record: StoredRecord): Row;
}

/**
 * Runs one SOQL query.
 *
 * @param options.all - `queryAll`: archived records too, and deleted and merged ones that are in the recycle bin.
 * @param options.base - `/services/data/v66.0`, for the URLs in rows.
 * @throws SalesforceFailure as the service would answer.
 */
export function runQuery(org: Org, text: string, options: { readonly all: boolean; readonly base: string }): Found {
  const query = parseQuery(text);
  const object = org.schema.object(query.from.text);
  if (object === undefined) throw invalidType(text, query.from.at, query.from.text);
  const columnOf = columnsOf(org, object, text, query.alias);
  const columns = query.select === 'count' ? [] : selectedColumns(text, query.select, columnOf);
  const compare = compileOrder(text, query.orderBy, columnOf);
  const seen = (record: StoredRecord): boolean =>
    record.shared && (options.all ? !isPurged(org, record) : record.values['IsDeleted'] !== true && record.values['IsArchived'] !== true);

  const records = matching(org, object, text, query, columnOf).filter(seen);
  if (query.select !== 'count') records.sort((a, b) => compare(a, b) || byPlace(a, b));
  const end = query.limit === null ? records.length : query.offset + query.limit;
  return {
    countOnly: query.select === 'count',
    records: query.offset === 0 && end >= records.length ? records : records.slice(query.offset, end),
    hasLongText: columns.some(({ field }) => isLongText(field)),
    row: projection(org, columns, options.base),
  };
}

function matching(org: Org, object: ObjectSchema, text: string, { where }: Query, columnOf: (path: Path) => Column): StoredRecord[] {
  if (where === null) return [...org.database.all(object.name)];
  const context = { org, object, text, columnOf };
  const filter = compileCondition(context, where);
  const records: StoredRecord[] = [];
  for (const record of candidatesOf(context, where) ?? org.database.all(object.name)) if (filter(record)) records.push(record);
  return records;
}

export function selectedColumns(text: string, paths: readonly Path[], columnOf: (path: Path) => Column): readonly Column[] {
  const columns = new Map<string, Column>();
  for (const path of paths) {
    const column = columnOf(path);
    const name = column.names.join('.');
    if (columns.has(name)) throw invalidField(text, path.at, `duplicate field selected: ${column.field.name}`);
    columns.set(name, column);
  }
  return [...columns.values()];
}

export type Comparator = (a: StoredRecord, b: StoredRecord) => number;

export function compileOrder(text: string, orderBy: readonly Ordering[], columnOf: (path: Path) => Column): Comparator {
  const comparators = orderBy.map(({ path, descending, nullsLast }): Comparator => {
    const { field, read } = columnOf(path);
    if (!field.sortable) throw invalidField(text, path.at, `field '${field.name}' can not be sorted in a query call`);
    const compare =
      field.type === 'id' || field.type === 'reference' ? (a: Stored, b: Stored) => compareIds(textOf(a), textOf(b)) : compareValues;
    const nulls = nullsLast ? 1 : -1; // blanks come first, whatever the direction, unless asked otherwise
    return (first, second) => {
      const [a, b] = [read(first), read(second)];
      if (a === null || b === null) return a === b ? 0 : a === null ? nulls : -nulls;
      return descending ? compare(b, a) : compare(a, b);
    };
  });
  return (a, b) => {
    for (const comparator of comparators) {
      const order = comparator(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareValues(a: Stored, b: Stored): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = [textOf(a).toLowerCase(), textOf(b).toLowerCase()];
  return first < second ? -1 : first > second ? 1 : 0;
}

const textOf = (value: Stored): string => (typeof value === 'object' ? '' : String(value));

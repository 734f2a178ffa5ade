import { byPlace, type StoredRecord } from '../database.ts';
import { isPurged, type Org } from '../org.ts';
import { isLongText } from '../schema/field.ts';
import { compileChildren } from './children.ts';
import { columnsOf, invalidType } from './column.ts';
import { candidatesOf, compileCondition } from './condition.ts';
import type { ConditionContext } from './condition-context.ts';
import { checkJoins } from './join.ts';
import { compileOrder } from './order.ts';
import { parseQuery } from './parse.ts';
import { projection, type Row } from './projection.ts';
import { selectedColumns } from './selected-columns.ts';
import type { Query } from './syntax.ts';

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

  const children = query.children.map((child) => compileChildren({ org, object, text, base: options.base, seen }, child));
  const repeated = children.find(({ name }, index) => children.findIndex((other) => other.name === name) !== index);
  if (repeated !== undefined) throw invalidType(text, 0, repeated.name);
  const records = matching({ org, object, text, columnOf, isOuter: true, seen }, query).filter(seen);
  const ownRow = projection(org, columns, options.base);
  if (query.select !== 'count') records.sort((a, b) => compare(a, b) || byPlace(a, b));
  const end = query.limit === null ? records.length : query.offset + query.limit;
  return {
    countOnly: query.select === 'count',
    records: query.offset === 0 && end >= records.length ? records : records.slice(query.offset, end),
    hasLongText: columns.some(({ field }) => isLongText(field)) || children.some(({ hasLongText }) => hasLongText),
    row: (record) => ({ ...ownRow(record), ...Object.fromEntries(children.map((child) => [child.name, child.resultOf(record)])) }),
  };
}

function matching(context: ConditionContext, { where }: Query): StoredRecord[] {
  const { org, object, text } = context;
  if (where === null) return [...org.database.all(object.name)];
  checkJoins(text, where);
  const filter = compileCondition(context, where);
  const records: StoredRecord[] = [];
  for (const record of candidatesOf(context, where) ?? org.database.all(object.name)) if (filter(record)) records.push(record);
  return records;
}

import { SalesforceFailure } from '../failure.ts';
import type { Org } from '../org.ts';
import { type Column, columnsOf, invalidType } from '../soql/column.ts';
import { parseQuery } from '../soql/parse.ts';
import { runQuery } from '../soql/query.ts';
import { selectedColumns } from '../soql/selected-columns.ts';
import type { BulkJobs } from './bulk-jobs.ts';
import { cellOf } from './cells.ts';
import type { Table } from './csv.ts';
import { hasEnded, type QueryJob } from './job.ts';

/** Objects that the Bulk API does not query. */
const NOT_IN_BULK = new Set(['TaskStatus']);

/**
 * The object and columns of a query that a job may run.
 *
 * @throws SalesforceFailure for SOQL that REST refuses too, and for what the Bulk API can't do.
 */
export function checkQuery(org: Org, soql: string): { readonly object: string; readonly columns: readonly Column[] } {
  const query = parseQuery(soql);
  const object = org.schema.object(query.from.text);
  if (object === undefined) throw invalidType(soql, query.from.at, query.from.text);
  if (NOT_IN_BULK.has(object.name))
    throw new SalesforceFailure('INVALIDENTITY', `Entity '${object.name}' is not supported by the Bulk API.`);
  if (query.select === 'count') throw new SalesforceFailure('API_ERROR', 'Aggregate queries are not supported in Bulk Query');
  if (query.children.length > 0) throw new SalesforceFailure('API_ERROR', 'Nested queries are not supported in Bulk Query');
  if (query.offset > 0) throw new SalesforceFailure('API_ERROR', 'OFFSET is not supported in Bulk Query');
  const columns = selectedColumns(soql, query.select, columnsOf(org, object, soql, query.alias));
  if (columns.some(({ field }) => field.type === 'address'))
    throw new SalesforceFailure('API_ERROR', 'Selecting compound data not supported in Bulk Query');
  runQuery(org, soql, { all: false, base: '' }); // conditions are checked before the job is made
  return { object: object.name, columns };
}

/** The query runs halfway through the job: what changes before that is in its result, what changes later is not. */
export function scheduleQuery(org: Org, bulk: BulkJobs, job: QueryJob): void {
  const start = bulk.now();
  bulk.later.at(start + bulk.jobMs / 2, () => {
    if (hasEnded(job)) return;
    job.state = 'InProgress';
    try {
      job.table = resultOf(org, job);
    } catch (error) {
      if (!(error instanceof SalesforceFailure)) throw error;
      job.state = 'Failed'; // a query job does not say why
    }
  });
  bulk.later.at(start + bulk.jobMs, () => {
    if (job.state === 'InProgress') job.state = 'JobComplete';
  });
}

function resultOf(org: Org, { soql, operation }: QueryJob): Table {
  const { columns } = checkQuery(org, soql);
  const { records } = runQuery(org, soql, { all: operation === 'queryAll', base: '' });
  return {
    columns: columns.map(({ names }) => names.join('.')),
    rows: records.map((record) => columns.map(({ field, read }) => cellOf(field, read(record)))),
  };
}

/** A page of the result, and the locator of the next one. */
export function resultPage(
  { table }: QueryJob,
  { locator, size }: { readonly locator: string | null; readonly size: number },
): { readonly page: Table; readonly next: string } {
  const { columns, rows } = table!;
  const start = locator === null ? 0 : startOf(locator);
  if (start === null || (start > 0 && start >= rows.length)) throw new SalesforceFailure('INVALID_QUERY_LOCATOR', 'invalid query locator');
  const end = start + size;
  return { page: { columns, rows: rows.slice(start, end) }, next: end >= rows.length ? 'null' : `MT${end.toString(36)}A` };
}

const startOf = (locator: string): number | null => {
  const [, digits] = /^MT([0-9a-z]+)A$/.exec(locator) ?? [];
  return digits === undefined ? null : Number.parseInt(digits, 36);
};

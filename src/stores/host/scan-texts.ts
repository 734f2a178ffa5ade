import type { ScanQuery } from '../../ports/store.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import type { SqlValue } from '../sql/dialect.ts';
import { invalidTable } from './check-row.ts';
import type { ContactColumns } from './contact-table.ts';

/** A name of the host's as it stands in a statement: nothing in it has a meaning. */
export function quoted(name: string): string {
  if (typeof name !== 'string' || name === '' || name.includes('\0'))
    throw invalidTable('A table or a column has no usable name.', 'Name the table and each of its columns as the database has them.');
  return `"${name.replaceAll('"', '""')}"`;
}

export const tableOf = ({ schema, table }: Pick<ContactColumns, 'schema' | 'table'>): string =>
  schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;

/** How scans speak to one database. */
export interface ScanWords {
  /** The value of a number, from 1. */
  readonly value: (number: number) => string;
  readonly text: (expression: string) => string;
  /** Same id: what an index on the host's id serves. `link` is one of ours, as text. */
  readonly isId: (column: string, link: string) => string;
  /** Our table of links. */
  readonly links: string;
}

type Want = Exclude<ScanQuery['want'], 'linked'>;

export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/**
 * Ids of the host's contacts in the order of code points, looked at beside our links. `pending` without a version column
 * gives every contact with an active link: `seen` and `due` say what is known of it without the version.
 */
export function scanStatement(
  columns: ContactColumns,
  words: ScanWords,
  { workspace, connection }: BoundScope,
  query: ScanQuery & { readonly want: Want },
): Statement {
  const values: SqlValue[] = [];
  const bind = (value: SqlValue) => words.value(values.push(value));
  const column = (name: string) => `c.${quoted(name)}`;
  const id = words.text(column(columns.id));
  const from = tableOf(columns);
  const isOurs = `${words.text(column(columns.workspace))} = ${bind(workspace)}`;
  const isOfObject = () => `l.workspace = ${bind(workspace)} and l.connection = ${bind(connection)} and l.object = ${bind(query.object)}`;
  const inOrder = (name: string) =>
    `${query.after === null ? '' : `and ${name} > ${bind(query.after)}`} order by ${name} limit ${bind(query.limit)}`;
  if (query.want === 'pending') {
    const isDue = () => `(l.plan <> ${bind(query.plan)} or (l.due_at is not null and l.due_at <= ${bind(query.now)}))`;
    const isMoved =
      columns.version === undefined ? 'true' : `l.seen is null or ${words.text('l.seen')} <> ${words.text(column(columns.version))}`;
    const text = `select l.contact_id as id, l.seen as seen, case when ${isDue()} then 1 else 0 end as due
      from ${words.links} l join ${from} c on ${isOurs} and ${words.isId(column(columns.id), 'l.contact_id')}
      where ${isOfObject()} and l.entity = 'contact' and l.state = 'active' and (${isMoved} or ${isDue()}) ${inOrder('l.contact_id')}`;
    return { text, values };
  }
  const isLinked = () => `exists (select 1 from ${words.links} l where ${isOfObject()} and l.contact_id = ${id})`;
  const text = `select ${id} as id from ${from} c where ${isOurs} ${query.want === 'unlinked' ? `and not ${isLinked()}` : ''} ${inOrder(id)}`;
  return { text, values };
}

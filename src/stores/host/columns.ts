import type { PostgresClient } from '../postgres/postgres-pool.ts';
import { invalidTable } from './check-row.ts';
import { tableOf } from './scan-texts.ts';

/** A table of contacts whose columns are told, and not reached by code of the host. Names as the database has them. */
export interface ContactsTable {
  readonly table: string;
  /** Its schema, where that is not the one in which the connection looks first. */
  readonly schema?: string;
  readonly id: string;
  /** The column of the tenant. */
  readonly workspace: string;
  /** A column of a counter, a time or a UUID, which every write of a contact changes, yours too; or `xmin`, which does by itself. */
  readonly version: string;
  /** The column of each field that has one. */
  readonly columns: Readonly<Record<string, string>>;
  /** A `jsonb` column for all other fields. */
  readonly json?: string;
}

/** A column as the database describes it. */
export interface Column {
  readonly type: string;
  readonly isNotNull: boolean;
  /** SQL of its default; null: it has none. */
  readonly fallback: string | null;
}

/** The columns of the table, by name. */
export async function readColumns(client: PostgresClient, table: ContactsTable): Promise<ReadonlyMap<string, Column>> {
  const text = `select a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as not_null,
      case when a.attidentity <> '' then format('nextval(%L)', pg_get_serial_sequence($1, a.attname))
        else pg_get_expr(d.adbin, d.adrelid) end as fallback
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = to_regclass($1) and not a.attisdropped and (a.attnum > 0 or a.attname = 'xmin')`;
  const { rows } = await client.query(text, [tableOf(table)]);
  const columns = new Map(
    (rows as { name: string; type: string; not_null: boolean; fallback: string | null }[]).map(({ name, type, not_null, fallback }) => [
      name,
      { type, isNotNull: not_null, fallback },
    ]),
  );
  const { id, workspace, version, json } = table;
  for (const name of [id, workspace, version, ...Object.values(table.columns), ...(json === undefined ? [] : [json])])
    if (!columns.has(name))
      throw invalidTable(
        `The table of contacts has no column ${JSON.stringify(name)}, or is not there.`,
        'Name the table and its columns as the database has them, upper and lower case included.',
      );
  if (json !== undefined && columns.get(json)?.type !== 'jsonb')
    throw invalidTable('The column of the other fields is not of the type jsonb.', 'Name a jsonb column in `json`, or leave it out.');
  return columns;
}

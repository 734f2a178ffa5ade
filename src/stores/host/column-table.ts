import { EMAIL } from '../../core/link/key-text.ts';
import type { Fields } from '../../core/values/value.ts';
import type { PostgresClient } from '../postgres/postgres-pool.ts';
import { escapeJson, unescapeJson } from '../sql/escape-json.ts';
import type { ListedTable } from '../sql/postgres-list-words.ts';
import { invalidTable } from './check-row.ts';
import { type Column, type ContactsTable, readColumns } from './columns.ts';
import type { ContactRow, ContactTable } from './contact-table.ts';
import { quoted, tableOf } from './scan-texts.ts';

const NUMBERS = ['smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric'];
/** How a write changes the version, by the type of its column. */
const NEXT: Readonly<Record<string, (column: string) => string>> = {
  smallint: (column) => `${column} + 1`,
  integer: (column) => `${column} + 1`,
  bigint: (column) => `${column} + 1`,
  uuid: () => 'gen_random_uuid()',
  'timestamp with time zone': () => 'clock_timestamp()',
  'timestamp without time zone': () => 'clock_timestamp()',
};

/** A column as the JSON of a field's value. */
function toJson(column: string, { type }: Column): string {
  if (type === 'boolean' || NUMBERS.includes(type)) return `to_jsonb(${column})`;
  if (type === 'date') return `to_jsonb(to_char(${column}, 'YYYY-MM-DD'))`;
  const time = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
  if (type === 'timestamp with time zone') return `to_jsonb(to_char(${column} at time zone 'UTC', ${time}))`;
  if (type === 'timestamp without time zone') return `to_jsonb(to_char(${column}, ${time}))`;
  return `to_jsonb(${column}::text)`;
}

/** A text of SQL. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Functions of PostgreSQL take 100 values at most: two for a field. */
const FIELDS_MAX = 50;

interface Texts {
  readonly find: string;
  readonly byIds: string;
  readonly byField: (field: string) => string;
  readonly insert: string;
  readonly update: string;
  readonly delete: string;
}

function textsOf(table: ContactsTable, columns: ReadonlyMap<string, Column>): Texts {
  const from = tableOf(table);
  const named = (name: string) => `c.${quoted(name)}`;
  const column = (name: string) => columns.get(name) as Column;
  const fields = Object.entries(table.columns);
  const parts: string[] = [];
  for (let start = 0; start < fields.length; start += FIELDS_MAX) {
    const pairs = fields.slice(start, start + FIELDS_MAX).map(([field, name]) => `${literal(field)}, ${toJson(named(name), column(name))}`);
    parts.push(`jsonb_build_object(${pairs.join(', ')})`);
  }
  if (table.json !== undefined) parts.unshift(`coalesce(${named(table.json)}, '{}')`);
  const all = parts.length === 0 ? `'{}'::jsonb` : parts.join(' || ');
  const find = `select ${named(table.id)}::text as id, ${named(table.version)}::text as version, (${all})::text as fields
    from ${from} c where ${named(table.workspace)}::text = $1`;

  const { type: idType, fallback: madeId } = column(table.id);
  const isText = idType === 'text' || idType === 'character varying';
  const listed = 'array(select jsonb_array_elements_text($2::jsonb))';
  const isOneOf = isText ? `${named(table.id)} = any(${listed})` : `${named(table.id)} = any(${listed}::${idType}[])`;
  if (madeId === null && !isText)
    throw invalidTable(
      'The column of ids has no default, and is no text.',
      'Give it a default, such as `gen_random_uuid()`, or let it be text.',
    );

  const isCounted = table.version !== 'xmin';
  const next = NEXT[column(table.version).type];
  if (isCounted && next === undefined)
    throw invalidTable(
      'The column of the version is no number, time or UUID.',
      'Name a column of an integer, a timestamp or a UUID, or `xmin`.',
    );

  /** The value of a field in the row `r`, where null means the default for a column that takes no null. */
  const given = (field: string, name: string) => {
    const { type, isNotNull, fallback } = column(name);
    const value = `(r -> 'columns' ->> ${literal(field)})::${type}`;
    return isNotNull && fallback !== null ? `coalesce(${value}, ${fallback})` : value;
  };
  const rest = `r -> 'rest'`;
  const inserted = [
    [quoted(table.id), 'made.id'],
    [quoted(table.workspace), `$1::${column(table.workspace).type}`],
    ...fields.map(([field, name]) => [quoted(name), given(field, name)]),
    ...(table.json === undefined ? [] : [[quoted(table.json), rest]]),
    ...(isCounted && column(table.version).fallback === null
      ? [[quoted(table.version), NUMBERS.includes(column(table.version).type) ? '1' : next!('')]]
      : []),
  ];
  const set = [
    ...fields.map(
      ([field, name]) =>
        `${quoted(name)} = case when r -> 'columns' ? ${literal(field)} then ${given(field, name)} else ${named(name)} end`,
    ),
    ...(table.json === undefined ? [] : [`${quoted(table.json)} = coalesce(${named(table.json)}, '{}') || (${rest})`]),
    ...(isCounted ? [`${quoted(table.version)} = ${next!(named(table.version))}`] : []),
  ];
  return {
    find,
    byIds: `${find} and ${isOneOf}`,
    byField(field) {
      const name = Object.hasOwn(table.columns, field) ? table.columns[field] : undefined;
      // In lower case, or as it is: each by an index of its own, where the host has both.
      if (name !== undefined && field === EMAIL)
        return `${find} and (${named(name)}::text = any(${listed})
          or lower(${named(name)}::text) = any(array(select lower(jsonb_array_elements_text($2::jsonb)))))`;
      if (name !== undefined) return `${find} and ${named(name)}::text = any(${listed})`;
      if (table.json === undefined) return `${find} and $2::text is null`;
      if (field === EMAIL)
        return `${find} and lower(${named(table.json)} ->> 'email') = any(array(select lower(jsonb_array_elements_text($2::jsonb))))`;
      return `${find} and ${named(table.json)} -> ${literal(field)} = any(array(select jsonb_array_elements($2::jsonb)))`;
    },
    insert: `with made as materialized (
        select ${madeId ?? `(r ->> 'id')`} as id, r, n from jsonb_array_elements($2::jsonb) with ordinality as given (r, n)
      ), written as (
        insert into ${from} (${inserted.map(([name]) => name).join(', ')}) overriding system value
        select ${inserted.map(([, value]) => value).join(', ')} from made order by n
      ) select id::text as id from made order by n`,
    update: `update ${from} c set ${set.join(', ')} from jsonb_array_elements($2::jsonb) r
      where ${named(table.workspace)}::text = $1 and ${named(table.id)} = (r ->> 'id')::${idType} and ${named(table.version)}::text = r ->> 'version'
      returning ${named(table.id)}::text as id`,
    delete: `delete from ${from} c where ${named(table.workspace)}::text = $1 and ${isOneOf}`,
  };
}

/** How lists look at the table: by its columns, and by its jsonb column for all other fields. */
export async function listedColumns(client: PostgresClient, table: ContactsTable): Promise<ListedTable> {
  const columns = await readColumns(client, table);
  const named = (name: string) => `c.${quoted(name)}`;
  return {
    field(field, bind) {
      const name = Object.hasOwn(table.columns, field) ? table.columns[field] : undefined;
      if (name !== undefined) return `(${toJson(named(name), columns.get(name) as Column)})`;
      return table.json === undefined ? 'null::jsonb' : `(${named(table.json)} -> ${bind(field)}::text)`;
    },
    id: `(${named(table.id)}::text collate "C")`,
    from: (bind, { workspace }) => `from ${tableOf(table)} c where ${named(table.workspace)}::text = ${bind(workspace)}`,
  };
}

/** A table of contacts of PostgreSQL that needs no code: names of columns are enough. */
export function columnTable(table: ContactsTable): ContactTable<PostgresClient> {
  let known: Texts | null = null;
  const textsFor = async (client: PostgresClient): Promise<Texts> => {
    known ??= textsOf(table, await readColumns(client, table));
    return known;
  };
  const rowsOf = async (client: PostgresClient, text: string, values: string[]) => (await client.query(text, values)).rows;
  const idsOf = (rows: readonly unknown[]) => rows.map((row) => (row as { readonly id: string }).id);
  const toRow = (row: unknown): ContactRow => {
    const { id, version, fields } = row as { readonly id: string; readonly version: string; readonly fields: string };
    return { id, version, fields: JSON.parse(unescapeJson(fields)) as Fields };
  };
  const split = (fields: Fields) => {
    const all = Object.entries(fields);
    const isColumn = ([field]: (typeof all)[number]) => Object.hasOwn(table.columns, field);
    const rest = all.filter((one) => !isColumn(one));
    if (rest[0] !== undefined && table.json === undefined)
      throw invalidTable(
        `The field \`${rest[0][0]}\` has no column.`,
        'Name a column for it in `columns`, or a jsonb column for all others in `json`.',
      );
    return { columns: Object.fromEntries(all.filter(isColumn)), rest: Object.fromEntries(rest) };
  };
  return {
    columns: table,
    async find(client, { workspace, ids, field, values }) {
      const texts = await textsFor(client);
      const text = ids !== undefined ? texts.byIds : texts.byField(field);
      const list = JSON.stringify(ids ?? values);
      return (await rowsOf(client, text, [workspace, ids === undefined ? escapeJson(list) : list])).map(toRow);
    },
    async insert(client, { workspace, rows }) {
      const { insert } = await textsFor(client);
      const list = rows.map(({ suggestedId, fields }) => ({ id: suggestedId, ...split(fields) }));
      return idsOf(await rowsOf(client, insert, [workspace, escapeJson(JSON.stringify(list))]));
    },
    async update(client, { workspace, rows }) {
      const { update } = await textsFor(client);
      const list = rows.map(({ id, expectedVersion, fields }) => ({ id, version: expectedVersion, ...split(fields) }));
      return idsOf(await rowsOf(client, update, [workspace, escapeJson(JSON.stringify(list))]));
    },
    async delete(client, { workspace, ids }) {
      await client.query((await textsFor(client)).delete, [workspace, JSON.stringify(ids)]);
    },
  };
}

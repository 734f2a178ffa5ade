import type { Query } from '../sql/dialect.ts';
import { invalidTable } from './check-row.ts';
import type { ContactColumns } from './contact-table.ts';
import { type ScanWords, tableOf } from './scan-texts.ts';

/** What the database knows of the host's column of ids. */
export interface IdColumn {
  /** Whether it may spell an id so: no other text is one, and may be given to a statement. */
  readonly spells: (id: string) => boolean;
  readonly words: ScanWords;
}

interface IdType {
  readonly spelling: RegExp;
  /** One of our texts that is spelled so, to be compared; null where the type has no such value. */
  readonly value: (link: string) => string;
  /** The largest of an integer; the smallest is one further from zero. */
  readonly max?: bigint;
}

const BIGINT_MAX = 9_223_372_036_854_775_807n;

const integer = (max: bigint): IdType => ({
  spelling: /^(0|-?[1-9][0-9]{0,18})$/,
  value: (link) => `case when ${link}::numeric between ${-BIGINT_MAX - 1n} and ${BIGINT_MAX} then ${link}::bigint end`,
  max,
});
const TYPES: Readonly<Record<string, IdType>> = {
  smallint: integer(32_767n),
  integer: integer(2_147_483_647n),
  bigint: integer(BIGINT_MAX),
  uuid: { spelling: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, value: (link) => `${link}::uuid` },
};

function isSpelled(id: string, { spelling, max }: IdType): boolean {
  if (!spelling.test(id)) return false;
  return max === undefined || (BigInt(id) <= max && BigInt(id) >= -max - 1n);
}

/**
 * SQLite gives text that is compared with a column the column's own affinity, so that one comparison serves ids of any type.
 *
 * Source: SQLite documentation, Datatypes In SQLite, Type Conversions Prior To Comparison.
 */
export const sqliteIds: IdColumn = {
  spells: () => true,
  words: {
    value: (number) => `?${number}`,
    text: (expression) => `cast(${expression} as text)`,
    isId: (column, link) => `${column} = ${link}`,
    links: 'crm_sync_links',
  },
};

/** @param schema - Of our own tables, quoted and with its dot. */
export async function postgresIds<Transaction>(
  transaction: Transaction,
  query: Query<Transaction>,
  columns: ContactColumns,
  schema: string,
): Promise<IdColumn> {
  const text = `select format_type(a.atttypid, null) as type, quote_ident(n.nspname) || '.' || quote_ident(o.collname) as collation
    from pg_attribute a left join pg_collation o on o.oid = a.attcollation left join pg_namespace n on n.oid = o.collnamespace
    where a.attrelid = to_regclass($1::text) and a.attname = $2::text and not a.attisdropped`;
  const [column] = await query(transaction, text, [tableOf(columns), columns.id]);
  if (column === undefined)
    throw invalidTable(
      'The database has no such table of contacts, or the table has no such column of ids.',
      'Name table, schema and id as the database has them, upper and lower case included.',
    );
  const name = String(column['type']);
  const known = TYPES[name];
  const isText = name === 'text' || name === 'character varying';
  // compared in the column's own type and collation, for only then its index is of use
  const isId = (id: string, link: string) => {
    if (known !== undefined) return `${id} = case when ${link} ~ '${known.spelling.source}' then ${known.value(link)} end`;
    return isText ? `${id} = ${link} collate ${String(column['collation'])}` : `${id}::text collate "C" = ${link}`;
  };
  return {
    spells: (id) => known === undefined || isSpelled(id, known),
    words: {
      value: (number) => `$${number}`,
      text: (expression) => `${expression}::text collate "C"`,
      isId,
      links: `${schema}crm_sync_links`,
    },
  };
}

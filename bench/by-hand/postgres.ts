import { readPages } from '../crm/read-pages.ts';
import { openSchema } from '../stores.ts';
import { COLUMNS, toRow } from './row.ts';

const TYPES = COLUMNS.map((column) => (column === 'score' ? 'double precision' : column === 'do_not_call' ? 'integer' : 'text'));
const upsert = (schema: string, source: string) => `insert into ${schema}.contacts (${COLUMNS.join(', ')}) ${source}
  on conflict (record_id) do update set ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

/** The same two loops on PostgreSQL: a statement for each row, which is a transaction; or one for a page, with an array a column. */
export async function pullIntoPostgres(url: string, total: number, transaction: 'row' | 'page'): Promise<void> {
  const { pool, schema, close } = await openSchema();
  await pool.query(`create table ${schema}.contacts (${COLUMNS.map((name, index) => `${name} ${TYPES[index]}`).join(', ')},
    primary key (record_id)); create index on ${schema}.contacts (phone_number)`);
  const one = upsert(schema, `values (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})`);
  const page = upsert(schema, `select * from unnest(${TYPES.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`);
  for await (const { records } of readPages(url, total)) {
    const rows = records.map(toRow);
    if (transaction === 'page')
      await pool.query(
        page,
        COLUMNS.map((_, index) => rows.map((row) => row[index])),
      );
    else for (const row of rows) await pool.query(one, row);
  }
  await close();
}

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readPages } from '../crm/read-pages.ts';
import { temporaryFolder } from '../stores.ts';
import { COLUMNS, toRow } from './row.ts';

const UPSERT = `insert into contacts (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})
  on conflict (record_id) do update set ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

/** The loop that one writes first (a row, a transaction), and the one that one writes then (a page, a transaction). */
export async function pullIntoSqlite(url: string, total: number, transaction: 'row' | 'page'): Promise<void> {
  const database = new DatabaseSync(join(temporaryFolder(), 'contacts.db'));
  database.exec('pragma journal_mode = wal; pragma synchronous = full'); // as durable as ours
  database.exec(`create table contacts (${COLUMNS.join(', ')}, primary key (record_id))`);
  database.exec('create index contacts_phone_number on contacts (phone_number)');
  const upsert = database.prepare(UPSERT);
  for await (const { records } of readPages(url, total)) {
    if (transaction === 'page') database.exec('begin immediate');
    for (const record of records) upsert.run(...toRow(record));
    if (transaction === 'page') database.exec('commit');
  }
  database.close();
}

import { describe, it } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import type { Entity } from '../../src/core/link.ts';
import type { Fields } from '../../src/core/value.ts';
import type { ContactTable, Kept, StoredContact } from '../../src/stores/sql/contact-table.ts';
import type { SqlRow } from '../../src/stores/sql/dialect.ts';
import { sqlStore } from '../../src/stores/sql/sql-store.ts';
import { sqliteDialect } from '../../src/stores/sql/sqlite-dialect.ts';
import { SqliteConnection } from '../../src/stores/sqlite/sqlite-connection.ts';
import { openDatabase } from '../../src/stores/sqlite/sqlite-database.ts';
import { contactStoreContract, type StoreCapability } from '../../src/testing/contracts/contact-store.ts';

/** A host's table: its own ids, a short name column, a boolean that can't be null, a check, and no version column. */
const PEOPLE = `create table people (
  id integer primary key autoincrement, tenant text not null, kind text not null, given_name text,
  opted_out integer not null default 0, score real check (score is null or score <> -1), other text not null
)`;

const toContact = (row: SqlRow): StoredContact => {
  const fields = {
    ...(JSON.parse(row['other'] as string) as Fields),
    first_name: row['given_name'] as string | null,
    do_not_call: row['opted_out'] === 1,
    score: row['score'] as number | null,
  };
  return { id: String(row['id']), entity: row['kind'] as Entity, fields, version: hashOf(fields) };
};

const toColumns = ({ first_name = null, do_not_call = null, score = null, ...other }: Fields) => [
  typeof first_name === 'string' ? first_name.slice(0, 20) : null,
  do_not_call === true ? 1 : 0,
  score as number | null,
  JSON.stringify(other),
];

const find: ContactTable<SqliteConnection>['find'] = async (connection, workspace, by) => {
  if ('ids' in by) {
    const text = 'select * from people where tenant = ?1 and cast(id as text) in (select value from json_each(?2))';
    return (await connection.query(text, [workspace, JSON.stringify(by.ids)])).map(toContact);
  }
  const all = (await connection.query('select * from people where tenant = ?1 and kind = ?2', [workspace, by.entity])).map(toContact);
  return all.filter(({ fields }) => Object.hasOwn(fields, by.field) && by.values.includes(fields[by.field] as string));
};

async function write(connection: SqliteConnection, text: string, values: readonly (string | number | null)[], set: Fields): Promise<Kept> {
  try {
    const contact = toContact((await connection.query(text, values))[0]!);
    const stored = Object.fromEntries(Object.keys(set).map((name) => [name, contact.fields[name] ?? null]));
    return { status: 'done', id: contact.id, version: contact.version, stored };
  } catch (error) {
    if (!String(error).includes('CHECK constraint failed')) throw error;
    return { status: 'refused', code: 'check_failed', message: 'The table refuses this score.' };
  }
}

const people: ContactTable<SqliteConnection> = {
  find,
  async scan(connection, { workspace, connection: name }, { want, object, entity, limit, after }) {
    const linked = `exists (select 1 from crm_sync_links l where l.workspace = p.tenant and l.connection = ?3
      and l.contact_id = cast(p.id as text) and l.object = ?4)`;
    const condition = want === 'all' ? 'true or ?3 or ?4' : want === 'pending' ? linked : `not ${linked}`;
    const text = `select cast(id as text) as id from people p where tenant = ?1 and kind = ?2 and (${condition})
      and (?5 is null or cast(id as text) > ?5) order by cast(id as text) limit ?6`;
    return (await connection.query(text, [workspace, entity, name, object, after, limit])).map((row) => row['id'] as string);
  },
  async insert(connection, workspace, rows) {
    const text = 'insert into people (tenant, kind, given_name, opted_out, score, other) values (?1, ?2, ?3, ?4, ?5, ?6) returning *';
    const kept: Kept[] = [];
    for (const { entity, set } of rows) kept.push(await write(connection, text, [workspace, entity, ...toColumns(set)], set));
    return kept;
  },
  async update(connection, _workspace, rows) {
    const text = 'update people set given_name = ?1, opted_out = ?2, score = ?3, other = ?4 where id = ?5 returning *';
    const kept: Kept[] = [];
    for (const { contact, set } of rows)
      kept.push(await write(connection, text, [...toColumns({ ...contact.fields, ...set }), Number(contact.id)], set));
    return kept;
  },
  async delete(connection, workspace, ids) {
    const text = 'delete from people where tenant = ?1 and cast(id as text) in (select value from json_each(?2))';
    await connection.query(text, [workspace, JSON.stringify(ids)]);
  },
};

/** Our links and entries beside the host's table, in one transaction. */
function makeHostStore() {
  const connection = new SqliteConnection({
    owned: true,
    busyTimeoutMs: 0,
    sleep: async () => undefined,
    async open() {
      const database = await openDatabase(':memory:');
      database.exec(PEOPLE);
      return database;
    },
  });
  const store = sqlStore<SqliteConnection>({
    dialect: sqliteDialect,
    transaction: (mode, work) => connection.transaction(mode, work),
    query: (transaction, text, values) => transaction.query(text, values),
    write: (transaction, text, values, rows) => transaction.write(text, values, rows),
    contacts: people,
  });
  return { store, poison: { score: -1 } };
}

const CAPABILITIES: Record<StoreCapability, boolean> = {
  clock: false,
  suggestedIds: false,
  anyFields: true,
  refusesRows: true,
  freshVersions: false,
  exactScans: false,
};

describe("sqlStore over a host's own table keeps the contract of a contact store", () => {
  const cases = contactStoreContract.filter(({ requires }) => requires === undefined || CAPABILITIES[requires]);
  it.each(cases)('$id $rule', ({ check }) => check(makeHostStore));
});

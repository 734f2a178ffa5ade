import { DatabaseSync } from 'node:sqlite';
import { type ContactRow, type ContactTable, hostStore, type SqlRow } from 'crm-sync-engine/stores/host';
import { contactStoreContract, type StoreCapability } from 'crm-sync-engine/testing';
import { describe, it } from 'vitest';
import { hashOf } from '../../src/core/base/hash.ts';
import type { Fields } from '../../src/core/values/value.ts';

/** A host's table: a short name column, a boolean that can't be null, a check, and the other fields as JSON. */
const COLUMNS = `tenant text not null, phone text, given_name text, opted_out integer not null default 0,
  score real check (score is null or score <> -1), other text not null`;

interface Host {
  /** Of the id and the version. */
  readonly columns: string;
  readonly makesIds: boolean;
  readonly hasVersion: boolean;
  readonly removesNone?: true;
}

const HOSTS: Readonly<Record<string, Host>> = {
  'its own ids and a version column': {
    columns: 'id integer primary key autoincrement, version integer not null',
    makesIds: true,
    hasVersion: true,
  },
  'our ids and versions made of the rows': { columns: 'id text not null', makesIds: false, hasVersion: false },
  'rows that we may not remove': {
    columns: 'id text not null, version integer not null',
    makesIds: false,
    hasVersion: true,
    removesNone: true,
  },
};

const toFields = (row: SqlRow): Fields => ({
  ...(JSON.parse(row['other'] as string) as Fields),
  phone_number: row['phone'] as string | null,
  first_name: row['given_name'] as string | null,
  do_not_call: row['opted_out'] === 1,
  score: row['score'] as number | null,
});

function toColumns({ phone_number = null, first_name = null, do_not_call = null, score = null, ...other }: Fields) {
  const name = typeof first_name === 'string' ? first_name.slice(0, 20) : null;
  return [phone_number, name, do_not_call === true ? 1 : 0, score, JSON.stringify(other)] as (string | number | null)[];
}

function tableOf({ hasVersion, makesIds, removesNone }: Host): ContactTable<DatabaseSync> {
  const toRow = (row: SqlRow): ContactRow => {
    const fields = toFields(row);
    return { id: String(row['id']), version: hasVersion ? String(row['version']) : hashOf(fields), fields };
  };
  const all = (database: DatabaseSync, text: string, ...values: (string | number | null)[]) =>
    (database.prepare(text).all(...values) as SqlRow[]).map(toRow);
  const find: ContactTable<DatabaseSync>['find'] = async (database, { workspace, ids, field, values }) => {
    if (ids !== undefined)
      return all(
        database,
        'select * from people where tenant = ? and id in (select value from json_each(?))',
        workspace,
        JSON.stringify(ids),
      );
    const asCompared = (value: unknown) => (field === 'email' ? String(value).toLowerCase() : value);
    const wanted = values.map(asCompared);
    return all(database, 'select * from people where tenant = ?', workspace).filter(({ fields }) =>
      wanted.includes(asCompared(fields[field])),
    );
  };
  return {
    columns: { table: 'people', id: 'id', workspace: 'tenant', ...(hasVersion && { version: 'version' }) },
    find,
    async insert(database, { workspace, rows }) {
      const names = `tenant, phone, given_name, opted_out, score, other${makesIds ? '' : ', id'}${hasVersion ? ', version' : ''}`;
      const marks = names.replaceAll(/\w+/g, '?');
      return rows.map(({ suggestedId, fields }) => {
        const values = [workspace, ...toColumns(fields), ...(makesIds ? [] : [suggestedId]), ...(hasVersion ? [1] : [])];
        const [row] = database.prepare(`insert into people (${names}) values (${marks}) returning id`).all(...values);
        return String(row?.['id']);
      });
    },
    async update(database, { workspace, rows }) {
      const written: string[] = [];
      for (const { id, expectedVersion, before, fields } of rows) {
        const [now] = await find(database, { workspace, ids: [id] });
        if (now?.version !== expectedVersion) continue;
        database
          .prepare(
            `update people set phone = ?, given_name = ?, opted_out = ?, score = ?, other = ?${hasVersion ? ', version = version + 1' : ''} where tenant = ? and id = ?`,
          )
          .run(...toColumns({ ...before, ...fields }), workspace, id);
        written.push(id);
      }
      return written;
    },
    ...(removesNone !== true && {
      async delete(database, { workspace, ids }) {
        database
          .prepare('delete from people where tenant = ? and id in (select value from json_each(?))')
          .run(workspace, JSON.stringify(ids));
      },
    }),
  };
}

/** Our links and entries beside the host's table, in one transaction of the host's. */
async function makeHostStore(host: Host) {
  const database = new DatabaseSync(':memory:');
  database.exec(`create table people (${host.columns}, ${COLUMNS}${host.makesIds ? '' : ', primary key (tenant, id)'})`);
  const store = hostStore<DatabaseSync>({
    dialect: 'sqlite',
    async transaction(work, mode) {
      database.exec(mode === 'write' ? 'begin immediate' : 'begin');
      try {
        const result = await work(database);
        database.exec('commit');
        return result;
      } catch (error) {
        database.exec('rollback');
        throw error;
      }
    },
    query: (inside, text, values) => inside.prepare(text).all(...values) as SqlRow[],
    contacts: tableOf(host),
  });
  await store.migrate();
  return { store, poison: { score: -1 } };
}

describe.each(Object.entries(HOSTS))('hostStore over a table with %s keeps the contract of a contact store', (_, host) => {
  const capabilities: ReadonlySet<StoreCapability> = new Set([
    'anyFields',
    'refusesRows',
    'exactScans', // not fresh versions: a counter begins anew when a row does
    ...(host.makesIds ? [] : (['suggestedIds'] as const)),
    ...(host.removesNone === true ? [] : (['removals'] as const)),
  ]);
  const cases = contactStoreContract.filter(({ requires }) => requires.every((one) => capabilities.has(one)));
  it.each(cases)('$id $rule', ({ check }) => check(() => makeHostStore(host)));
});

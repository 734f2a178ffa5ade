import { DatabaseSync } from 'node:sqlite';
import type { BoundStore, RowChange } from 'crm-sync-engine';
import { type ContactRow, type ContactTable, hostStore, type SqlRow } from 'crm-sync-engine/stores/host';
import { describe, expect, it } from 'vitest';
import { sqliteMigrations } from '../../../../src/stores/sql/sqlite-migrations.ts';

const SCOPE = { workspace: 'acme', connection: 'c' };

/** A small table with every kind of constraint, and methods that a test may replace. */
async function opened(change: Partial<ContactTable<DatabaseSync>> = {}, columns: Partial<ContactTable<DatabaseSync>['columns']> = {}) {
  const database = new DatabaseSync(':memory:');
  database.exec(`create table people (id integer primary key, tenant text not null, version integer not null default 1, phone text unique,
    name text not null, score real check (score <> -1))`);
  const toRow = (row: SqlRow): ContactRow => ({
    id: String(row['id']),
    version: String(row['version']),
    fields: { phone_number: row['phone'] as string | null, first_name: row['name'] as string, score: row['score'] as number | null },
  });
  const contacts: ContactTable<DatabaseSync> = {
    columns: { table: 'people', id: 'id', workspace: 'tenant', version: 'version', ...columns },
    async find(inside, { workspace, ids, values = [] }) {
      const [where, list] = ids === undefined ? ['phone', values] : ['id', ids];
      const text = `select * from people where tenant = ? and ${where} in (select value from json_each(?))`;
      return (inside.prepare(text).all(workspace, JSON.stringify(list)) as SqlRow[]).map(toRow);
    },
    async insert(inside, { workspace, rows }) {
      const text = 'insert into people (tenant, phone, name, score) values (?, ?, ?, ?) returning id';
      return rows.map(({ fields }) => {
        const values = [fields['phone_number'] ?? null, fields['first_name'] ?? null, fields['score'] ?? null] as (
          | string
          | number
          | null
        )[];
        return String(inside.prepare(text).get(workspace, ...values)?.['id']);
      });
    },
    async update(inside, { workspace, rows }) {
      return rows.flatMap(({ id, expectedVersion, fields, before }) => {
        const all = { ...before, ...fields };
        const values = [all['phone_number'] ?? null, all['first_name'] ?? null, all['score'] ?? null] as (string | number | null)[];
        const { changes } = inside
          .prepare('update people set phone = ?, name = ?, score = ?, version = version + 1 where tenant = ? and id = ? and version = ?')
          .run(...values, workspace, id, Number(expectedVersion));
        return changes === 1 ? [id] : [];
      });
    },
    ...change,
  };
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
    contacts,
    sleep: async () => undefined,
  });
  await store.migrate();
  return { database, store, bound: store.bind(SCOPE) };
}

const newRow = (set: Record<string, string | number | null>, id = 'suggested'): RowChange => ({
  kind: 'insert',
  entity: 'contact',
  suggestedId: id,
  set,
});
const insert = (bound: BoundStore, ...rows: RowChange[]) => bound.commit({ rows, entries: [] });
const all = { entity: 'contact', object: '', want: 'all', plan: '', now: 0, after: null, limit: 10 } as const;

describe('hostStore', () => {
  it('names each row that the table refuses, by column or constraint and never by value', async () => {
    const { bound } = await opened();
    await insert(bound, newRow({ first_name: 'Ann', phone_number: '+1' }));
    const answer = await insert(
      bound,
      newRow({ first_name: 'Bea' }, 'a'),
      newRow({ first_name: null }, 'b'),
      newRow({ first_name: 'Secret', score: -1 }, 'c'),
      newRow({ first_name: 'Secret', phone_number: '+1' }, 'd'),
    );
    expect(answer).toEqual({
      status: 'refused',
      rows: [
        { index: 1, code: 'not_null_violation', message: expect.stringContaining('(people.name)') },
        { index: 2, code: 'check_violation', message: expect.stringContaining('(score <> -1)') },
        { index: 3, code: 'unique_violation', message: expect.stringContaining('(people.phone)') },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain('Secret');
    expect(await bound.scan(all)).toHaveLength(1);
  });

  it('names the later of two rows that are at odds with each other', async () => {
    const { bound } = await opened();
    const [a, b] = ['a', 'b'].map((id) => newRow({ first_name: id, phone_number: '+1' }, id)) as [RowChange, RowChange];
    const named = { index: 1, code: 'unique_violation', message: expect.any(String) };
    expect(await insert(bound, a, b)).toEqual({ status: 'refused', rows: [named] });
  });

  it('names none where the table takes each row alone but not all of them', async () => {
    let number = 0;
    const { bound, database } = await opened({
      async insert(inside, { rows }) {
        if (rows.length > 1) throw Object.assign(new Error('CHECK constraint failed: quota'), { errcode: 275 });
        inside.prepare("insert into people (tenant, name) values ('acme', 'x')").run();
        number += 1;
        return [String(number)];
      },
    });
    expect(await insert(bound, newRow({ first_name: 'x' }, 'a'), newRow({ first_name: 'x' }, 'b'))).toEqual({
      status: 'refused',
      rows: [],
    });
    expect(database.prepare('select * from people').all()).toEqual([]);
  });

  it('loads again where a row has another version by the time it is written', async () => {
    const { bound, database } = await opened();
    const committed = await insert(bound, newRow({ first_name: 'Ann' }));
    const [id = ''] = committed.status === 'done' ? committed.ids : [];
    database.exec("update people set name = 'Anna', version = version + 1");
    const rows: RowChange[] = [{ kind: 'update', contactId: id, expected: '1', set: { first_name: 'Bea' } }];
    expect(await bound.commit({ rows, entries: [] })).toEqual({ status: 'moved' });
    expect((await bound.load({ ids: [id] }))[0]?.fields['first_name']).toBe('Anna');
  });

  it('removes nothing through a table without `delete`, and says what to do', async () => {
    const { bound } = await opened();
    const committed = await insert(bound, newRow({ first_name: 'Ann' }));
    const [id = ''] = committed.status === 'done' ? committed.ids : [];
    await expect(bound.commit({ rows: [{ kind: 'erase', contactId: id }], entries: [] })).rejects.toMatchObject({
      code: 'contacts_not_removable',
      category: 'configuration',
    });
    expect(await bound.scan(all)).toHaveLength(1);
  });

  it('forgets what is its own of a contact that the host has removed already', async () => {
    const { bound, database } = await opened();
    const committed = await insert(bound, newRow({ first_name: 'Ann' }));
    const [id = ''] = committed.status === 'done' ? committed.ids : [];
    database.exec('delete from people');
    expect(await bound.commit({ rows: [{ kind: 'erase', contactId: id }], entries: [] })).toMatchObject({ status: 'done' });
  });

  it.each([
    ['a date that is no text', { id: '1', version: '1', fields: { born: new Date() as never } }, 'born'],
    ['a missing version', { id: '1', version: undefined as never, fields: {} }, 'version'],
    ['an id that is no text', { id: 1 as never, version: '1', fields: {} }, 'id'],
  ])('refuses %s from `find`, without its value', async (_, row, names) => {
    const { bound } = await opened({ find: async () => [row] });
    const error = await bound.load({ ids: ['1'] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_contact_table', category: 'configuration', message: expect.stringContaining(names) });
  });

  it('refuses ids of `insert` that are fewer than the rows, or that `find` does not know', async () => {
    const few = await opened({ insert: async () => [] });
    await expect(insert(few.bound, newRow({ first_name: 'A' }))).rejects.toMatchObject({ code: 'invalid_contact_table' });
    const wrong = await opened({ insert: async () => ['77'] });
    await expect(insert(wrong.bound, newRow({ first_name: 'A' }))).rejects.toMatchObject({ code: 'invalid_contact_table' });
  });

  it.each([{ table: 'pe"ople' }, { table: 'people', version: 'vers ion' }, { table: 'nobody' }])(
    'a column or table of the name %o is looked up as it is, and is an error of the store where it is not there',
    async (columns) => {
      const { bound } = await opened({}, columns);
      await expect(bound.scan({ ...all, want: 'pending' })).rejects.toMatchObject({ category: 'store', code: 'store_failed' });
    },
  );

  it('refuses a name that can be none', async () => {
    const { bound } = await opened({}, { table: '' });
    await expect(bound.scan(all)).rejects.toMatchObject({ code: 'invalid_contact_table' });
  });

  it('keeps companies, which the host has no table for', async () => {
    const { bound } = await opened();
    const company: RowChange = { kind: 'insert', entity: 'company', suggestedId: 'company', set: { name: 'Acme' } };
    const committed = await insert(bound, company, newRow({ first_name: 'Ann' }));
    expect(committed).toMatchObject({ status: 'done', ids: ['company', '1'] });
    expect(await bound.load({ ids: ['company', '1'] })).toMatchObject([
      { entity: 'contact' },
      { entity: 'company', fields: { name: 'Acme' } },
    ]);
  });

  it('runs again what met a lock, and tells of one that stays', async () => {
    const { store } = await opened({
      async find() {
        throw Object.assign(new Error('database is locked'), { errcode: 5 });
      },
    });
    await expect(store.bind(SCOPE).load({ ids: ['1'] })).rejects.toMatchObject({ code: 'store_busy', retryable: true });
  });

  it('makes its tables once', async () => {
    const { store, database } = await opened();
    await store.migrate();
    expect(database.prepare('select count(*) as steps from crm_sync_migrations').get()).toMatchObject({ steps: sqliteMigrations.length });
    database.exec('insert into crm_sync_migrations (version) values (99)');
    await expect(store.migrate()).rejects.toMatchObject({ code: 'store_too_new' });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Committed, ContactStore, RowChange } from '../../../../src/ports/store.ts';
import { sqliteMigrations } from '../../../../src/stores/sql/sqlite-migrations.ts';
import { migrate } from '../../../../src/stores/sqlite/migrate.ts';
import { type SqliteStore, sqliteStore } from '../../../../src/stores/sqlite.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crm-sync-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'contacts.db');
const bind = (store: ContactStore) => store.bind({ workspace: 'w', connection: 'c' });
const row = (suggestedId: string): RowChange => ({ kind: 'insert', entity: 'contact', suggestedId, set: { first_name: 'Ann' } });
const insert = (store: ContactStore, id: string) => bind(store).commit({ rows: [row(id)], entries: [] });
const ids = async (store: ContactStore) =>
  (await bind(store).scan({ entity: 'contact', object: '', want: 'all', plan: '', now: 0, after: null, limit: 1000 })).map(({ id }) => id);
const failing = (code: string, retryable = false) => expect.objectContaining({ name: 'CrmSyncError', category: 'store', code, retryable });

/** As the first version of the tables has them. */
const WRITTEN_BEFORE = `
  insert into crm_sync_contacts (workspace, id, entity, version, fields)
    select 'w', value, 'contact', 'v', '{}' from json_each('["due","edited","never","planned","settled"]');
  insert into crm_sync_links (workspace, connection, id, object, contact_id, entity, state, seen, plan, due_at, synced_at, version, body)
    select 'w', 'c', column1, 'Contact', column1, 'contact', 'active', column2, column3, column4, 1, 'v', '{}' from (values
      ('due', 'v', 'p', 5), ('edited', 'u', 'p', null), ('gone', 'v', 'p', null), ('never', null, 'p', null), ('planned', 'v', 'q', null),
      ('settled', 'v', 'p', 15))`;

describe('a file', () => {
  it('keeps what was committed for the next store that opens it', async () => {
    {
      await using store = sqliteStore({ file: file() });
      await insert(store, 'c1');
    }
    await using store = sqliteStore({ file: file() });
    expect(await ids(store)).toEqual(['c1']);
  });

  it('is opened by the first call and not before', async () => {
    const store = sqliteStore({ file: join(folder, 'absent', 'contacts.db') });
    await expect(ids(store)).rejects.toEqual(failing('store_not_opened'));
    store.close();
  });

  it('of an older version keeps what is in it, and what is pending of it is still known', async () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, sqliteMigrations.slice(0, 1));
    database.exec(WRITTEN_BEFORE);
    await using store = sqliteStore({ database });
    const scan = { entity: 'contact', object: 'Contact', plan: 'p', now: 10, after: null, limit: 9 } as const;
    const linked = await bind(store).scan({ ...scan, want: 'linked' });
    expect(linked.map(({ id }) => id)).toEqual(['due', 'edited', 'gone', 'never', 'planned', 'settled']);
    expect((await bind(store).scan({ ...scan, want: 'pending' })).map(({ id }) => id)).toEqual(['due', 'edited', 'never', 'planned']);
    database.close();
  });

  it('that is no database is refused with a remedy', async () => {
    writeFileSync(file(), 'first_name,last_name\n'.repeat(100));
    await using store = sqliteStore({ file: file() });
    await expect(ids(store)).rejects.toEqual(failing('store_corrupt'));
  });

  it('is journalled ahead, and synchronised at every commit', async () => {
    await using store = sqliteStore({ file: file() });
    await insert(store, 'c1');
    const database = new DatabaseSync(file());
    expect(database.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    database.close();
  });
});

describe('several stores on one file', () => {
  it('in one process wait for each other without blocking the event loop', async () => {
    await using a = sqliteStore({ file: file() });
    await using b = sqliteStore({ file: file() });
    const inserts = Array.from({ length: 40 }, (_, index) => insert(index % 2 === 0 ? a : b, `c${index}`));
    expect((await Promise.all(inserts)).map(({ status }) => status)).toEqual(inserts.map(() => 'done'));
    expect(await ids(a)).toHaveLength(40);
    expect(await ids(b)).toHaveLength(40);
  });

  it('are told that it is busy, retryable, when a writer does not end, and go on when it does', async () => {
    const pauses: number[] = [];
    const sleep = async (ms: number) => {
      pauses.push(ms);
    };
    await using store = sqliteStore({ file: file(), busyTimeoutMs: 200, sleep });
    await insert(store, 'c1');
    const other = new DatabaseSync(file());
    other.exec('begin immediate');
    await expect(insert(store, 'c2')).rejects.toEqual(failing('store_busy', true));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 50, 50, 50]);
    expect(await ids(store)).toEqual(['c1']); // readers wait for no writer
    other.exec('rollback');
    other.close();
    expect(await insert(store, 'c2')).toMatchObject({ status: 'done' });
  });
});

describe('one store', () => {
  it('runs its calls one after the other: no call sees half a commit', async () => {
    await using store = sqliteStore({ file: file() });
    const bound = bind(store);
    const entries = (index: number) => [{ scope: 'workspace', kind: 'k', key: `${index}`, expected: null, put: { body: null } }] as const;
    const seen: (readonly [number, number])[] = [];
    const look = async () => {
      const [rows, marks] = await Promise.all([ids(store), bound.entries({ scope: 'workspace', kind: 'k', limit: 100 })]);
      seen.push([rows.length, marks.length]);
    };
    const work = Array.from({ length: 20 }, (_, index) => [bound.commit({ rows: [row(`c${index}`)], entries: entries(index) }), look()]);
    await Promise.all(work.flat());
    expect(seen.every(([rows, marks]) => rows === marks)).toBe(true);
    expect(seen.at(-1)).toEqual([20, 20]);
  });

  it('ends every call after close, and close waits only with `await using`', async () => {
    const store = sqliteStore({ file: file() });
    const first = insert(store, 'c1');
    const second = insert(store, 'c2');
    await store[Symbol.asyncDispose]();
    expect([(await first).status, (await second).status]).toEqual(['done', 'done']);
    await expect(ids(store)).rejects.toEqual(failing('store_closed'));
    store.close();
  });
});

describe('closing a store in the middle of a commit', () => {
  /** Closes a store after so many turns of the event loop's microtasks; what its commit answered or threw. */
  async function cut(store: SqliteStore, turns: number): Promise<unknown> {
    const committed = insert(store, 'c2').catch((error: unknown) => error);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    store.close();
    return committed;
  }

  it('rolls it back, at whatever moment', async () => {
    const database = new DatabaseSync(file());
    const after = sqliteStore({ database });
    await insert(after, 'c1');
    let turns = 0;
    for (let committed: unknown; ; turns++) {
      committed = await cut(sqliteStore({ database }), turns);
      database.exec('begin; rollback'); // no transaction was left open
      if ((committed as Committed).status === 'done') break;
      expect(committed).toEqual(failing('store_closed'));
      expect(await ids(after)).toEqual(['c1']);
    }
    expect(turns).toBeGreaterThan(5);
    expect(await ids(after)).toEqual(['c1', 'c2']);
    database.close();
    await expect(ids(after)).rejects.toEqual(failing('store_closed'));
  });

  it('closes the file of a store that opened it', async () => {
    for (let turns = 0; turns < 8; turns++) expect(await cut(sqliteStore({ file: file() }), turns)).toEqual(failing('store_closed'));
    await using again = sqliteStore({ file: file() });
    expect(await ids(again)).toEqual([]);
  });
});

describe("a database of the host's", () => {
  it('is used with its own tables beside ours, and stays open', async () => {
    const database = new DatabaseSync(':memory:');
    database.exec('create table orders (id integer primary key); pragma user_version = 7');
    const store = sqliteStore({ database });
    await insert(store, 'c1');
    store.close();
    expect(database.prepare('select count(*) as n from crm_sync_contacts').get()).toMatchObject({ n: 1 });
    expect(database.prepare('pragma user_version').get()).toMatchObject({ user_version: 7 });
    database.close();
  });

  it("that is inside the host's transaction is refused, and the host's transaction goes on", async () => {
    const database = new DatabaseSync(':memory:');
    const store = sqliteStore({ database });
    await insert(store, 'c1');
    database.exec('create table orders (id integer primary key); begin; insert into orders values (1)');
    await expect(insert(store, 'c2')).rejects.toEqual(failing('store_in_transaction', true));
    database.exec('commit');
    expect(database.prepare('select count(*) as n from orders').get()).toMatchObject({ n: 1 });
    expect(await ids(store)).toEqual(['c1']);
    database.close();
  });
});

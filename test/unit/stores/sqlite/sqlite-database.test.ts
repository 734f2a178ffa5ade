import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { CrmSyncError } from '../../../../src/errors.ts';
import { sqliteMigrations } from '../../../../src/stores/sql/sqlite-migrations.ts';
import { migrate } from '../../../../src/stores/sqlite/migrate.ts';
import { openDatabase } from '../../../../src/stores/sqlite/sqlite-database.ts';
import { isBusy, storeError } from '../../../../src/stores/sqlite/sqlite-errors.ts';

const versions = (database: DatabaseSync) =>
  database
    .prepare('select version from crm_sync_migrations order by version')
    .all()
    .map((row) => row['version']);

describe('migrations', () => {
  it('are numbered from one without a gap', () => {
    expect(sqliteMigrations.map(({ version }) => version)).toEqual(sqliteMigrations.map((_, index) => index + 1));
  });

  it('are taken once, and later ones on top of those that were taken', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database);
    migrate(database);
    expect(versions(database)).toEqual(sqliteMigrations.map(({ version }) => version));
    const next = { version: sqliteMigrations.length + 1, statements: ['alter table crm_sync_entries add column more text'] };
    migrate(database, [...sqliteMigrations, next]);
    migrate(database, [...sqliteMigrations, next]);
    expect(versions(database).at(-1)).toBe(next.version);
    database.close();
  });

  it('of a newer version of the package are refused with a remedy, and nothing is touched', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database);
    database.exec('insert into crm_sync_migrations (version) values (999)');
    expect(() => migrate(database)).toThrow(
      expect.objectContaining({ code: 'store_too_new', category: 'store', remedy: expect.stringContaining('Update') }),
    );
    database.exec('begin; commit'); // no transaction was left open
    database.close();
  });

  it('that fail leave no half of a step behind', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database);
    const broken = { version: 999, statements: ['create table half (id integer)', 'no such statement'] };
    expect(() => migrate(database, [...sqliteMigrations, broken])).toThrow();
    expect(database.prepare("select name from sqlite_schema where name = 'half'").all()).toEqual([]);
    expect(versions(database)).not.toContain(999);
    database.close();
  });
});

describe('opening', () => {
  it('says what to do where Node has no SQLite', async () => {
    const missing = async () => {
      throw Object.assign(new Error('No such built-in module: node:sqlite'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
    };
    await expect(openDatabase(':memory:', missing)).rejects.toEqual(
      expect.objectContaining({ code: 'sqlite_missing', category: 'configuration', remedy: expect.stringContaining('22.13') }),
    );
  });
});

/** Extended result codes and what they become. Source: SQLite documentation, Result and Error Codes. */
const CODES: Readonly<Record<number, readonly [code: string, retryable: boolean]>> = {
  5: ['store_busy', true],
  6: ['store_busy', true],
  261: ['store_busy', true], // SQLITE_BUSY_RECOVERY
  517: ['store_busy', true], // SQLITE_BUSY_SNAPSHOT
  8: ['store_read_only', false],
  1032: ['store_read_only', false], // SQLITE_READONLY_DBMOVED
  10: ['store_io', true],
  11: ['store_corrupt', false],
  26: ['store_corrupt', false],
  13: ['store_full', true],
  14: ['store_not_opened', false],
  1: ['store_failed', false],
  787: ['store_failed', false], // SQLITE_CONSTRAINT_FOREIGNKEY
};

describe('errors of SQLite become ours', () => {
  it.each(Object.entries(CODES))('%s', (errcode, [code, retryable]) => {
    const error = Object.assign(new Error('as SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode: Number(errcode) });
    expect(storeError(error)).toMatchObject({ category: 'store', code, retryable, cause: error });
    expect(isBusy(error)).toBe(code === 'store_busy');
  });

  it('and any other error stays what it is', () => {
    const own = new CrmSyncError('x', { code: 'x', category: 'conflict', remedy: 'x' });
    for (const error of [own, new TypeError('x'), 'x', null]) {
      expect(storeError(error)).toBe(error);
      expect(isBusy(error)).toBe(false);
    }
  });
});

import type { Migration } from '../sql/migration.ts';
import { MIGRATIONS_TABLE, sqliteMigrations } from '../sql/sqlite-migrations.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { storeTooNew } from './sqlite-errors.ts';

const versionOf = (database: SqliteDatabase): number => {
  const [row] = database.prepare('select max(version) as version from crm_sync_migrations').all();
  return (row as { readonly version: number | null }).version ?? 0;
};

const hasMigrations = (database: SqliteDatabase): boolean =>
  database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'crm_sync_migrations'").all().length > 0;

/**
 * Takes the steps that the database lacks, each of them once, whichever process comes first.
 *
 * @throws CrmSyncError of category `store`, code `store_too_new`, where a newer version of the package was here.
 */
export function migrate(database: SqliteDatabase, migrations: readonly Migration[] = sqliteMigrations): void {
  const newest = migrations.at(-1)!.version;
  if (hasMigrations(database) && versionOf(database) === newest) return;
  database.exec('begin immediate');
  try {
    database.exec(MIGRATIONS_TABLE);
    const version = versionOf(database);
    if (version > newest) throw storeTooNew(version, newest);
    for (const migration of migrations.filter((step) => step.version > version)) {
      for (const statement of migration.statements) database.exec(statement);
      database.prepare('insert into crm_sync_migrations (version) values (?)').all(migration.version);
    }
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrate, migrations, postgresStore } from '../../src/stores/postgres.ts';
import { type OpenSchema, openSchema, poolOf } from './open-schema.ts';

const open: OpenSchema[] = [];
let schema: OpenSchema;
beforeEach(async () => {
  schema = await openSchema(inject('postgresUrl'), { migrated: false });
  open.push(schema);
});
afterAll(async () => {
  for (const each of open) await each[Symbol.asyncDispose]();
});

const tables = async (name = schema.name): Promise<readonly string[]> => {
  const text = 'select tablename from pg_tables where schemaname = $1 order by tablename';
  return (await schema.pool.query<{ tablename: string }>(text, [name])).rows.map(({ tablename }) => tablename);
};
const OURS = ['crm_sync_contacts', 'crm_sync_entries', 'crm_sync_links', 'crm_sync_migrations', 'crm_sync_unseen'];
/** As the first version of the tables has them. */
const WRITTEN_BEFORE = `
  insert into crm_sync_contacts (workspace, id, entity, version, fields) select 'w', id, 'contact', 'v', '{}'
    from unnest(array['due', 'edited', 'never', 'planned', 'settled']) id;
  insert into crm_sync_links (workspace, connection, id, object, contact_id, entity, state, seen, plan, due_at, synced_at, version, body)
    select 'w', 'c', id, 'Contact', id, 'contact', 'active', seen, plan, due_at, 1, 'v', '{}' from (values
      ('due', 'v', 'p', 5), ('edited', 'u', 'p', null), ('gone', 'v', 'p', null), ('never', null, 'p', null), ('planned', 'v', 'q', null),
      ('settled', 'v', 'p', 15)) link (id, seen, plan, due_at)`;
const keep = (options: Parameters<typeof postgresStore>[0]) =>
  postgresStore(options)
    .bind({ workspace: 'w', connection: 'c' })
    .commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'c1', set: { first_name: 'Ann' } }], entries: [] });

describe('migrate', () => {
  it('makes the tables once, also where several processes start at once, and keeps what is in them', async () => {
    const pools = Array.from({ length: 6 }, () => poolOf(schema.url));
    await Promise.all(pools.map((pool) => migrate(pool)));
    expect(await tables()).toEqual(OURS);
    expect(await keep({ pool: schema.pool })).toMatchObject({ status: 'done' });
    await migrate(schema.pool);
    const steps = migrations().map(({ version }) => ({ version }));
    expect((await schema.pool.query('select version from crm_sync_migrations order by version')).rows).toEqual(steps);
    expect((await schema.pool.query('select id from crm_sync_contacts')).rows).toEqual([{ id: 'c1' }]);
    await Promise.all(pools.map((pool) => pool.end()));
  });

  it('keeps what an older version wrote, and still knows what is pending of it', async () => {
    for (const statement of migrations()[0]!.statements) await schema.pool.query(statement);
    await schema.pool.query(WRITTEN_BEFORE);
    await migrate(schema.pool);
    const store = postgresStore({ pool: schema.pool }).bind({ workspace: 'w', connection: 'c' });
    const scan = { entity: 'contact', object: 'Contact', plan: 'p', now: 10, after: null, limit: 9 } as const;
    expect((await store.scan({ ...scan, want: 'linked' })).map(({ id, version }) => [id, version])).toEqual([
      ['due', 'v'],
      ['edited', 'v'],
      ['gone', ''],
      ['never', 'v'],
      ['planned', 'v'],
      ['settled', 'v'],
    ]);
    expect((await store.scan({ ...scan, want: 'pending' })).map(({ id }) => id)).toEqual(['due', 'edited', 'never', 'planned']);
  });

  it('refuses a database of a newer version, and leaves it as it is', async () => {
    await migrate(schema.pool);
    await schema.pool.query('insert into crm_sync_migrations (version) values (999)');
    await expect(migrate(schema.pool)).rejects.toMatchObject({ code: 'store_too_new', category: 'store', retryable: false });
  });

  it('makes all of it or nothing', async () => {
    await schema.pool.query('create table crm_sync_entries (mine text)');
    await expect(migrate(schema.pool)).rejects.toMatchObject({ code: 'store_failed', category: 'store' });
    expect(await tables()).toEqual(['crm_sync_entries']);
  });

  it('puts the tables into a schema of any name, which it makes where it is absent', async () => {
    const name = `crm "sync" ${randomUUID()}`;
    await migrate(schema.pool, { schema: name });
    await migrate(schema.pool, { schema: name });
    expect(await tables(name)).toEqual(OURS);
    expect(await tables()).toEqual([]);
    expect(await keep({ pool: schema.pool, schema: name })).toMatchObject({ status: 'done' });
    await expect(keep({ pool: schema.pool })).rejects.toMatchObject({ code: 'store_not_migrated' });
    await schema.pool.query(`drop schema "${name.replaceAll('"', '""')}" cascade`);
  });

  it('refuses a schema without a name', async () => {
    await expect(migrate(schema.pool, { schema: '' })).rejects.toMatchObject({ code: 'invalid_schema_name', category: 'configuration' });
  });
});

describe('migrations', () => {
  it('run by a tool of the host make the same tables, and `migrate` knows them as taken', async () => {
    for (const { statements } of migrations()) for (const statement of statements) await schema.pool.query(statement);
    await migrate(schema.pool);
    expect(await tables()).toEqual(OURS);
    expect(await keep({ pool: schema.pool })).toMatchObject({ status: 'done' });
  });

  it('are numbered from one without a gap, and each notes itself', () => {
    for (const [index, { version, statements }] of migrations({ schema: 'crm' }).entries()) {
      expect(version).toBe(index + 1);
      expect(statements.at(-1)).toBe(`insert into "crm".crm_sync_migrations (version) values (${version})`);
    }
  });
});

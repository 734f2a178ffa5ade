import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BoundStore } from '../../src/ports/store.ts';
import { type PostgresPool, postgresStore } from '../../src/stores/postgres.ts';
import { holdCommit } from './hold.ts';
import { type OpenSchema, openSchema, poolOf } from './open-schema.ts';

let schema: OpenSchema;
beforeAll(async () => {
  schema = await openSchema(inject('postgresUrl'));
});
afterAll(() => schema[Symbol.asyncDispose]());

const pauses: number[] = [];
const sleep = async (ms: number) => void pauses.push(ms);
const bind = (pool: PostgresPool, workspace = schema.name): BoundStore =>
  postgresStore({ pool, sleep }).bind({ workspace, connection: 'c' });
const insert = (bound: BoundStore, id: string, first_name = 'Ann') =>
  bound.commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: id, set: { first_name } }], entries: [] });
const failing = (code: string, retryable: boolean) => ({ name: 'CrmSyncError', category: 'store', code, retryable });
const withSettings = (settings: string): string => {
  const url = new URL(schema.url);
  url.searchParams.set('options', `-c search_path=${schema.name} ${settings}`);
  return url.href;
};

describe('a failure of the database says what it is and what to do', () => {
  it('tables that are not there', async () => {
    await using bare = await openSchema(inject('postgresUrl'), { migrated: false });
    const failure = await insert(bind(bare.pool), 'c1').catch((error: unknown) => error);
    expect(failure).toMatchObject(failing('store_not_migrated', false));
    expect(failure).toMatchObject({ remedy: expect.stringContaining('migrate(pool)') });
  });

  it('a server that is not there', async () => {
    const pool = poolOf('postgres://nobody@127.0.0.1:1/nothing');
    await expect(insert(bind(pool), 'c1')).rejects.toMatchObject(failing('store_unreachable', true));
    await pool.end();
  });

  it('a connection that is lost in the middle of a commit: nothing is applied, and the next call takes another one', async () => {
    const pool = poolOf(schema.url, { max: 1 });
    const held = holdCommit(pool);
    const committing = insert(bind(held.pool), 'lost').catch((error: unknown) => error);
    await schema.pool.query('select pg_terminate_backend($1)', [(await held.reached).pid]);
    held.letGo();
    expect(await committing).toMatchObject(failing('store_unreachable', true));
    expect(await bind(pool).load({ ids: ['lost'] })).toEqual([]);
    expect(await insert(bind(pool), 'lost')).toMatchObject({ status: 'done' });
    await pool.end();
  });

  it('a host that fell silent in the middle of a commit keeps its workspace for a minute and no longer', async () => {
    const held = holdCommit(schema.pool);
    const committing = insert(bind(held.pool), 'silent');
    expect((await held.reached).silence).toBe('1min');
    held.letGo();
    expect(await committing).toMatchObject({ status: 'done' });
  });

  it('a statement or a lock that takes too long', async () => {
    const held = holdCommit(schema.pool);
    const committing = insert(bind(held.pool), 'slow');
    await held.reached;
    for (const [settings, code] of [
      ['-c statement_timeout=30', 'store_timeout'],
      ['-c lock_timeout=30', 'store_busy'],
    ] as const) {
      const pool = poolOf(withSettings(settings));
      await expect(insert(bind(pool), 'waits')).rejects.toMatchObject(failing(code, true));
      await pool.end();
    }
    held.letGo();
    expect(await committing).toMatchObject({ status: 'done' });
  });

  it('a pool without a free connection', async () => {
    const pool = poolOf(schema.url, { max: 1 });
    const client = await pool.connect();
    Object.assign(pool.options, { connectionTimeoutMillis: 30 }); // from now on: to connect may take longer
    await expect(insert(bind(pool), 'c1')).rejects.toMatchObject(failing('store_no_connection', true));
    client.release();
    await pool.end();
    await expect(insert(bind(pool), 'c1')).rejects.toMatchObject(failing('store_closed', false));
  });

  it('an id that PostgreSQL can not keep', async () => {
    await expect(bind(schema.pool).load({ ids: ['a\0b'] })).rejects.toMatchObject(failing('store_invalid_text', false));
  });
});

describe('a transaction that the database could not serialise', () => {
  /** A trigger that fails as the database does, so many times: what a sequence gave is not taken back. */
  const stumble = (times: number) => `
    drop sequence if exists stumbles; create sequence stumbles;
    create or replace function stumble() returns trigger language plpgsql as $$ begin
      if new.fields ->> 'first_name' = 'Stumble' and nextval('stumbles') <= ${times} then
        raise exception 'could not serialize access for Stumble' using errcode = '40001';
      end if; return new; end $$;
    create or replace trigger stumble before insert on crm_sync_contacts for each row execute function stumble()`;

  it('runs again, and is done', async () => {
    await schema.pool.query(stumble(4));
    pauses.length = 0;
    expect(await insert(bind(schema.pool), 'again', 'Stumble')).toMatchObject({ status: 'done' });
    expect(pauses).toEqual([5, 20, 80, 320]);
  });

  it('is told of after a few times, without the values that the database quotes', async () => {
    await schema.pool.query(stumble(5));
    await expect(insert(bind(schema.pool), 'never', 'Stumble')).rejects.toMatchObject(failing('store_busy', true));
    expect(await insert(bind(schema.pool), 'never', 'Stumble')).toMatchObject({ status: 'done' });
  });
});

describe('what the database says of a row', () => {
  it('reaches no error: neither its text nor its cause holds a value', async () => {
    await schema.pool.query("alter table crm_sync_contacts add constraint no_secret check (fields ->> 'first_name' <> 'Secret')");
    const failure = await insert(bind(schema.pool), 'private', 'Secret').catch((error: unknown) => error);
    expect(failure).toMatchObject({ ...failing('store_failed', false), cause: { code: '23514', constraint: 'no_secret' } });
    const told: unknown[] = [];
    for (let error: unknown = failure; error instanceof Error; error = error.cause)
      told.push(error.message, error.stack, ...Object.values(error));
    expect(JSON.stringify(told)).not.toContain('Secret');
  });
});

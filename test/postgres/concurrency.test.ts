import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BoundStore, Changeset, EntryChange } from '../../src/ports/store.ts';
import { type PostgresPool, postgresStore } from '../../src/stores/postgres.ts';
import { holdCommit, untilOneWaits } from './hold.ts';
import { type OpenSchema, openSchema, poolOf } from './open-schema.ts';

let schema: OpenSchema;
beforeAll(async () => {
  schema = await openSchema(inject('postgresUrl'));
});
afterAll(() => schema[Symbol.asyncDispose]());

let workspaces = 0;
/** A name that no other test, and no other run on the server, has a lock of. */
const newWorkspace = () => `${schema.name}-${++workspaces}`;
const bind = (pool: PostgresPool, workspace: string): BoundStore => postgresStore({ pool }).bind({ workspace, connection: 'c' });
const put = (key: string, contactId: string | null = null): EntryChange => ({
  scope: 'workspace',
  kind: 'k',
  key,
  expected: null,
  put: { body: null, contactId },
});
const absent = (key: string): EntryChange => ({ scope: 'workspace', kind: 'k', key, expected: null });
const person = (id: string) => ({ kind: 'insert', entity: 'contact', suggestedId: id, set: { score: 0 } }) as const;
const commit = (bound: BoundStore, changes: Partial<Changeset>) => bound.commit({ rows: [], entries: [], ...changes });

/** Lets `second` begin while `first` is about to commit; what became of both. */
async function inTheWay(workspace: string, first: Partial<Changeset>, second: Partial<Changeset>) {
  const held = holdCommit(schema.pool);
  const one = commit(bind(held.pool, workspace), first);
  await held.reached;
  const two = commit(bind(schema.pool, workspace), second);
  await untilOneWaits(schema.pool, workspace);
  held.letGo();
  return [(await one).status, (await two).status];
}

describe('many that write one workspace at once', () => {
  it('lose no change of each other, whatever connection they come by', async () => {
    const workspace = newWorkspace();
    await commit(bind(schema.pool, workspace), { rows: [person('c1')] });
    const pools = Array.from({ length: 4 }, () => poolOf(schema.url, { max: 3 }));
    const addOne = async (bound: BoundStore) => {
      for (;;) {
        const [row] = await bound.load({ ids: ['c1'] });
        const set = { score: Number(row!.fields['score']) + 1 };
        const { status } = await commit(bound, { rows: [{ kind: 'update', contactId: 'c1', expected: row!.version, set }] });
        if (status === 'done') return;
      }
    };
    // two stores per pool: stores that are not one object can only meet in the database
    const clients = pools.flatMap((pool) => [bind(pool, workspace), bind(pool, workspace)]);
    await Promise.all(
      clients.map(async (bound) => {
        for (let time = 0; time < 5; time += 1) await addOne(bound);
      }),
    );
    const [row] = await bind(schema.pool, workspace).load({ ids: ['c1'] });
    expect(row?.fields['score']).toBe(40);
    await Promise.all(pools.map((pool) => pool.end()));
  });

  it('of two that each expect what the other puts to be absent, one is moved', async () => {
    expect(await inTheWay(newWorkspace(), { entries: [put('a'), absent('b')] }, { entries: [put('b'), absent('a')] })).toEqual([
      'done',
      'moved',
    ]);
  });

  it('of two that insert one contact, or link one record, one is moved', async () => {
    expect(await inTheWay(newWorkspace(), { rows: [person('c1')] }, { rows: [person('c1')] })).toEqual(['done', 'moved']);
    const link = { object: 'Contact', recordId: 'r1', state: 'active', seen: 'after', plan: 'p', dueAt: null, syncedAt: 0 } as const;
    const linked = (id: string) => ({
      rows: [{ ...person(id), links: [{ ...link, id, expected: null, body: { agreed: {}, sent: null, held: {}, note: null } as never }] }],
    });
    expect(await inTheWay(newWorkspace(), linked('c1'), linked('c2'))).toEqual(['done', 'moved']);
  });

  it('an erased contact leaves nothing that was just being put about it', async () => {
    const workspace = newWorkspace();
    const bound = bind(schema.pool, workspace);
    await commit(bound, { rows: [person('c1')] });
    const erase = { rows: [{ kind: 'erase', contactId: 'c1' }] } as const;
    expect(await inTheWay(workspace, { entries: [put('about', 'c1'), put('other', 'c2')] }, erase)).toEqual(['done', 'done']);
    expect((await bound.entries({ scope: 'workspace', kind: 'k', limit: 9 })).map(({ key }) => key)).toEqual(['other']);
  });

  it('see each other also where the database has another isolation level by default', async () => {
    const url = new URL(schema.url);
    url.searchParams.set('options', String.raw`-c search_path=${schema.name} -c default_transaction_isolation=repeatable\ read`);
    const pool = poolOf(url.href);
    const workspace = newWorkspace();
    const held = holdCommit(pool);
    const one = commit(bind(held.pool, workspace), { entries: [put('a')] });
    await held.reached;
    const two = commit(bind(pool, workspace), { entries: [put('b'), absent('a')] });
    await untilOneWaits(schema.pool, workspace);
    held.letGo();
    expect([(await one).status, (await two).status]).toEqual(['done', 'moved']);
    await pool.end();
  });

  it('need no more than one connection', async () => {
    const pool = poolOf(schema.url, { max: 1 });
    const bound = bind(pool, newWorkspace());
    const committed = await Promise.all(Array.from({ length: 20 }, (_, index) => commit(bound, { entries: [put(`key-${index}`)] })));
    expect(committed.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'done'));
    await pool.end();
  });
});

describe('while a commit of one workspace is under way', () => {
  it('another workspace is written, and readers see the state before it', async () => {
    const workspace = newWorkspace();
    const held = holdCommit(schema.pool);
    const committing = commit(bind(held.pool, workspace), { rows: [person('c1')] });
    await held.reached;
    expect((await commit(bind(schema.pool, newWorkspace()), { rows: [person('c1')] })).status).toBe('done');
    expect(await bind(schema.pool, workspace).load({ ids: ['c1'] })).toEqual([]);
    held.letGo();
    expect((await committing).status).toBe('done');
    expect(await bind(schema.pool, workspace).load({ ids: ['c1'] })).toHaveLength(1);
  });

  it('leases go by the clock of the database', async () => {
    const bound = bind(schema.pool, newWorkspace());
    const before = Date.now();
    const lease = await bound.lease({ name: 'pull', ttlMs: 60_000, holder: 'a' });
    expect(lease).toMatchObject({ held: true });
    expect(Math.abs(lease.now - before)).toBeLessThan(60_000);
    expect(Number.isInteger(lease.now)).toBe(true);
    expect(await bound.lease({ name: 'pull', ttlMs: 60_000, holder: 'b' })).toMatchObject({ held: false, holder: 'a' });
  });
});

import type { RowChange } from 'crm-sync-engine';
import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { EMPTY_BODY } from '../../src/core/link/link.ts';
import { contactStoreContract, type StoreCapability } from '../../src/testing/contracts/contact-store.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

const OTHER = `phone text, "given name" text, opted_out boolean not null default false, score double precision check (score <> -1),
  attributes jsonb not null default '{}'`;
const columns = { phone_number: 'phone', first_name: 'given name', do_not_call: 'opted_out', score: 'score' };
const common = { workspace: 'org', columns, json: 'attributes' };

/** Tables as hosts have them: whose ids, which version. */
const TABLES = {
  'UUIDs and a counter': {
    made: `create table "P""1" (id uuid primary key default gen_random_uuid(), org text not null, n integer not null default 1, ${OTHER})`,
    contacts: { table: 'P"1', id: 'id', version: 'n', ...common },
    suggestedIds: false,
  },
  'numbers and xmin': {
    made: `create table p2 (id bigint generated always as identity primary key, org text not null, ${OTHER})`,
    contacts: { table: 'p2', id: 'id', version: 'xmin', ...common },
    suggestedIds: false,
  },
  'our ids and a time': {
    made: `create table p3 (id text, org text not null, changed timestamptz not null default now(), ${OTHER}, primary key (org, id))`,
    contacts: { table: 'p3', id: 'id', version: 'changed', ...common },
    suggestedIds: true,
  },
} as const;

describe.each(Object.entries(TABLES))(
  'postgresStore over a table with %s keeps the contract of a contact store',
  (_, { made, contacts, suggestedIds }) => {
    let schema: OpenSchema;
    beforeAll(async () => {
      schema = await openSchema(inject('postgresUrl'));
      await schema.pool.query(made);
    });
    afterAll(() => schema[Symbol.asyncDispose]());

    async function makeStore() {
      const tables = ['crm_sync_contacts', 'crm_sync_links', 'crm_sync_entries', `"${contacts.table.replaceAll('"', '""')}"`];
      await schema.pool.query(tables.map((table) => `delete from ${table}`).join(';'));
      return { store: postgresStore({ pool: schema.pool, contacts }), poison: { score: -1 } };
    }

    const capabilities: ReadonlySet<StoreCapability> = new Set([
      'anyFields',
      'removals',
      'refusesRows',
      'exactScans',
      ...(suggestedIds ? (['suggestedIds'] as const) : []),
    ]);
    const cases = contactStoreContract.filter(({ requires }) => requires.every((one) => capabilities.has(one)));
    it.each(cases)('$id $rule', ({ check }) => check(makeStore));
  },
);

describe('a table that can not hold contacts', () => {
  it.each([
    ['that is not there', { table: 'nobody' }, 'no such table'],
    ['without such a column', { columns: { phone_number: 'fone' } }, '"fone"'],
    ['whose version is a text', { version: 'org' }, 'version'],
    ['whose json is none', { json: 'phone' }, 'jsonb'],
  ])('is refused: one %s', async (_, change, named) => {
    await using schema = await openSchema(inject('postgresUrl'));
    await schema.pool.query(TABLES['our ids and a time'].made);
    const store = postgresStore({ pool: schema.pool, contacts: { ...TABLES['our ids and a time'].contacts, ...change } });
    const error = await store
      .bind({ workspace: 'acme', connection: 'c' })
      .load({ ids: ['a'] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ category: 'configuration', code: 'invalid_contact_table' });
    expect(JSON.stringify(error)).toContain(named.replaceAll('"', '\\"'));
  });

  it('knows ids up to the largest of their type, and takes none beyond it for an id', async () => {
    await using schema = await openSchema(inject('postgresUrl'));
    const { made, contacts } = TABLES['numbers and xmin'];
    await schema.pool.query(made);
    const ids = ['1234567890123456789', '9223372036854775807'];
    const text = `insert into p2 (id, org, phone) overriding system value values ($1, 'acme', '+14155550100'), ($2, 'acme', null)`;
    await schema.pool.query(text, ids);
    const bound = postgresStore({ pool: schema.pool, contacts }).bind({ workspace: 'acme', connection: 'c' });
    const load = async (...of: string[]) => (await bound.load({ ids: of })).map(({ id }) => id);
    expect(await load(...ids, '9223372036854775808', '-9223372036854775809', '12345678901234567890')).toEqual(ids);
    expect(await bound.load({ keys: { entity: 'contact', field: 'phone_number', values: ['+14155550100'] } })).toMatchObject([
      { id: ids[0] },
    ]);
    const link = {
      object: 'Contact',
      recordId: 'r',
      state: 'active',
      seen: null,
      plan: 'p',
      dueAt: null,
      syncedAt: 0,
      body: EMPTY_BODY,
    } as const;
    const rows = [...ids, '9223372036854775808'].map((contactId): RowChange => ({ kind: 'delete', contactId, links: [] }));
    const [row] = await bound.load({ ids: ids.slice(1) });
    const linked: RowChange = { kind: 'update', contactId: ids[1]!, expected: row!.version, links: [{ ...link, id: 'l', expected: null }] };
    expect(await bound.commit({ rows: [linked], entries: [] })).toMatchObject({ status: 'done' });
    const scan = { entity: 'contact', object: 'Contact', plan: 'p', now: 0, after: null, limit: 9 } as const;
    expect(await bound.scan({ ...scan, want: 'pending' })).toMatchObject([{ id: ids[1] }]);
    await schema.pool.query(`update crm_sync_links set contact_id = '9223372036854775808'`); // of another table, once
    expect(await bound.scan({ ...scan, want: 'pending' })).toEqual([]);
    expect(await bound.commit({ rows, entries: [] })).toMatchObject({ status: 'done' });
    expect(await load(...ids)).toEqual([]);
  });

  it('refuses a field without a column, by its name', async () => {
    await using schema = await openSchema(inject('postgresUrl'));
    await schema.pool.query(TABLES['our ids and a time'].made);
    const { json: _, ...contacts } = TABLES['our ids and a time'].contacts;
    const bound = postgresStore({ pool: schema.pool, contacts }).bind({ workspace: 'acme', connection: 'c' });
    const row = { kind: 'insert', entity: 'contact', suggestedId: 'a', set: { nickname: 'Al' } } as const;
    await expect(bound.commit({ rows: [row], entries: [] })).rejects.toMatchObject({
      code: 'invalid_contact_table',
      message: expect.stringContaining('nickname'),
    });
  });
});

import { CrmSyncError } from 'crm-sync-engine';
import { appendMerger } from 'crm-sync-engine/mergers';
import { migrate } from 'crm-sync-engine/stores/postgres';
import type { fakeHubSpot } from 'crm-sync-engine/testing';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type EngineFor, enginesOf } from '../../examples/multi-tenant/engines.ts';
import { settingsApp } from '../../examples/multi-tenant/settings.ts';
import { TABLES } from '../../examples/multi-tenant/tables.ts';
import { makeQueues, startWorker, syncAll } from '../../examples/multi-tenant/worker.ts';
import { manyAccounts } from './many-accounts.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

const COUNT = 500;
const SCHEMA = { fields: { email: { type: 'string' } } };
const MAPPINGS = {
  salesforce: {
    crmObject: 'Contact',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'inbound' },
      { crm: 'Email', field: 'email', direction: 'outbound' },
    ],
  },
  hubspot: {
    crmObject: 'contacts',
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'firstname', field: 'first_name', direction: 'inbound' },
      { crm: 'lastname', field: 'last_name', direction: 'inbound' },
      { crm: 'email', field: 'email', direction: 'outbound' },
    ],
  },
} as const;

describe(`a product with ${COUNT} connections`, () => {
  const crms = manyAccounts(COUNT);
  let schema: OpenSchema;
  let engineFor: EngineFor;
  const bosses: PgBoss[] = [];

  beforeAll(async () => {
    schema = await openSchema(inject('postgresUrl'), { migrated: false });
    const { pool } = schema;
    await migrate(pool);
    await pool.query(TABLES);
    const rows = crms.accounts.map(({ id, crm, account, tokens }, index) => ({
      id,
      workspace: `customer-${index}`,
      crm,
      crm_account: account,
      schema: SCHEMA,
      settings: { defaultCountry: 'US' },
      tokens,
    }));
    await pool.query(
      `insert into crm_connections (id, workspace, crm, crm_account, schema, settings, tokens)
       select id, workspace, crm, crm_account, schema, settings, tokens from jsonb_populate_recordset(null::crm_connections, $1)`,
      [JSON.stringify(rows)],
    );
    const mappings = crms.accounts.map(({ id, crm }) => ({ connection: id, object: MAPPINGS[crm].crmObject, mapping: MAPPINGS[crm] }));
    await pool.query('insert into crm_mappings select * from jsonb_populate_recordset(null::crm_mappings, $1)', [JSON.stringify(mappings)]);
    engineFor = enginesOf({ pool, apps: crms.apps, merger: appendMerger() });
  });
  const stopAll = async () => {
    await Promise.all(bosses.splice(0).map((boss) => boss.stop({ graceful: false, close: true })));
    await schema.pool.query('delete from job'); // what was waiting is nobody's now
  };
  afterAll(async () => {
    await stopAll();
    await schema[Symbol.asyncDispose]();
  });

  /** A process of its own would be the same: it shares nothing with the others but the database. */
  async function startProcess(options: { readonly timeLimitMs?: number; readonly engineFor?: EngineFor } = {}): Promise<PgBoss> {
    const boss = new PgBoss({ connectionString: schema.url, schema: schema.name, max: 4 });
    boss.on('error', () => undefined);
    bosses.push(boss);
    await boss.start();
    await makeQueues(boss);
    await boss.unschedule('crm-sync-tick'); // the tests tick themselves
    await startWorker(boss, { pool: schema.pool, engineFor, concurrency: 16, ...options });
    return boss;
  }
  const until = <T>(look: () => Promise<T>, timeout = 120_000) => vi.waitFor(look, { timeout, interval: 200 });
  const count = async (text: string): Promise<number> => Number((await schema.pool.query(text)).rows[0]?.count);

  it('syncs all of them with two workers, each contact once, and keeps every rotated token', async () => {
    const [boss] = await Promise.all([startProcess(), startProcess()]);
    await syncAll(boss as PgBoss, schema.pool);
    await syncAll(boss as PgBoss, schema.pool); // a tick that comes too early adds no second job
    await until(async () => expect(await count('select count(distinct workspace) from crm_sync_links')).toBe(COUNT));
    await until(async () => expect(await count('select count(*) from crm_sync_links')).toBe(2 * COUNT));
    expect(await count('select count(*) from crm_sync_contacts')).toBe(2 * COUNT);
    expect(await count("select count(*) from crm_connections where tokens ->> 'accessToken' = 'none.yet'")).toBe(0);
    expect(await count('select count(*) from crm_connections where problem is not null')).toBe(0);
    await stopAll();
  }, 240_000);

  const problemOf = async (id: string) =>
    (await schema.pool.query('select problem from crm_connections where id = $1', [id])).rows[0]?.problem;
  const runsOf = async (id: string) => (await (await engineFor(id)).runs.list()).filter(({ flow }) => flow === 'sync');
  const account = (index: number) => crms.accounts[index] as (typeof crms.accounts)[number];

  it('goes on at once with a run that ended for lack of time', async () => {
    const { id, fake } = account(0);
    fake.add('Contact', { FirstName: 'Carol', LastName: 'Late', Phone: '+14155550125' });
    let jobs = 0;
    const hurried: EngineFor = async (connection) => {
      const engine = await engineFor(connection);
      const sync = engine.sync.bind(engine);
      engine.sync = (options) => {
        jobs += 1;
        return sync({ ...options, ...(jobs === 1 && { timeLimitMs: 0 }) });
      };
      return engine;
    };
    const boss = await startProcess({ engineFor: hurried });
    await boss.send('crm-sync', { connection: id }, { singletonKey: id });
    await until(async () => expect((await runsOf(id)).slice(0, 2).map(({ status }) => status)).toEqual(['done', 'paused']));
    const [last, before] = await runsOf(id);
    expect(last?.continues).toBe(before?.id);
    expect((await (await engineFor(id)).contacts.byPhone('+14155550125')).contact?.fields).toMatchObject({ first_name: 'Carol' });
    await stopAll();
  });

  it('comes again when a failure may pass, and keeps one that does not for the customer to see', async () => {
    const { id, fake } = account(1);
    const told: string[] = [];
    const busy: EngineFor = async (connection) => {
      if (connection === id) told.push(connection);
      if (connection !== id || told.length > 1) return engineFor(connection);
      const wait = { code: 'rate_limited', category: 'rate_limit', retryable: true, retryAfterMs: 1200, remedy: 'Wait.' } as const;
      throw new CrmSyncError('The CRM asks to wait.', wait);
    };
    const boss = await startProcess({ engineFor: busy });
    const runs = (await runsOf(id)).length;
    await boss.send('crm-sync', { connection: id }, { singletonKey: id });
    await until(async () =>
      expect(await count(`select count(*) from job where name = 'crm-sync' and start_after > created_on + interval '1 second'`)).toBe(1),
    );
    await until(async () => expect(await runsOf(id)).toHaveLength(runs + 1));
    expect(await problemOf(id)).toBeNull();

    fake.oauth.revoke();
    (fake as ReturnType<typeof fakeHubSpot>).expireTokens();
    await boss.send('crm-sync', { connection: id }, { singletonKey: id });
    await until(async () => expect(await problemOf(id)).toMatchObject({ category: 'authentication', remedy: expect.any(String) }));
    expect(JSON.stringify(await problemOf(id))).not.toContain('~'); // no token in it
    await stopAll();
  }, 60_000);

  it('has a settings screen: fields, the form of a mapping, all problems at once, a test sync of ten', async () => {
    const { id, fake } = account(2);
    for (let index = 0; index < 15; index += 1) fake.add('Contact', { LastName: `New ${index}`, Phone: `+1415555${2000 + index}` });
    const app = settingsApp({ pool: schema.pool, engineFor });
    const fields = (await (await app.request(`/connections/${id}/fields/Contact`)).json()) as { name: string }[];
    expect(fields.map(({ name }) => name)).toContain('Phone');
    expect(await (await app.request(`/connections/${id}/mapping-schema`)).json()).toMatchObject({ type: 'object' });

    const put = (mapping: unknown) =>
      app.request(`/connections/${id}/mappings/Contact`, {
        method: 'PUT',
        body: JSON.stringify(mapping),
        headers: { 'content-type': 'application/json' },
      });
    const refused = await put({
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'Emial', field: 'email', direction: 'both' },
        { crm: 'LastName', field: 'nickname', direction: 'inbound' },
      ],
    });
    expect(refused.status).toBe(422);
    expect(
      ((await refused.json()) as { issues: { path: unknown[]; code: string }[] }).issues.map(({ path, code }) => [path, code]),
    ).toEqual([
      [['fields', 2, 'field'], 'unknown_field'],
      [['fields', 1, 'crm'], 'unknown_crm_field'],
    ]);
    expect((await put('nonsense')).status).toBe(422);

    const contacts = await count("select count(*) from crm_sync_contacts where workspace = 'customer-2'");
    const { crmObject: _, ...mapping } = MAPPINGS.salesforce;
    const taken = await put({ ...mapping, fields: [...mapping.fields.slice(0, 3), { crm: 'Email', field: 'email', direction: 'both' }] });
    expect(taken.status).toBe(200);
    expect((await taken.json()) as object).toMatchObject({ counts: { processed: 10 } });
    expect(await count("select count(*) from crm_sync_contacts where workspace = 'customer-2'")).toBe(contacts);
    const { rows } = await schema.pool.query('select mapping from crm_mappings where connection = $1', [id]);
    expect(rows).toMatchObject([{ mapping: { crmObject: 'Contact', fields: [{}, {}, {}, { direction: 'both' }] } }]);

    const unknown = await app.request('/connections/nobody/fields/Contact');
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'unknown_connection' }]);
  });
});

/**
 * A product whose customers connect their own CRMs, in one process and in small: two connections, a queue, a worker and the
 * settings screen. `node examples/multi-tenant/main.ts`; it starts a PostgreSQL of its own, or takes DATABASE_URL.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { onEvents } from 'crm-sync-engine';
import { createHubSpotApp } from 'crm-sync-engine/hubspot';
import { appendMerger } from 'crm-sync-engine/mergers';
import { createSalesforceApp } from 'crm-sync-engine/salesforce';
import { migrate } from 'crm-sync-engine/stores/postgres';
import { fakeHubSpot, fakeSalesforce } from 'crm-sync-engine/testing';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { postgresUrl } from '../postgres-url.ts';
import { enginesOf } from './engines.ts';
import { settingsApp } from './settings.ts';
import { TABLES } from './tables.ts';
import { makeQueues, startWorker, syncAll } from './worker.ts';

const { url, stop } = await postgresUrl();
const pool = new pg.Pool({ connectionString: url });
let isEnding = false; // pg calls a pool ended before its connections are closed
const onLost = (error: Error) => {
  if (!isEnding) console.error(error.message);
};
pool.on('error', onLost);
await migrate(pool);
await pool.query(TABLES);

// The two CRMs, in memory. Your own apps have a client id, a secret and no `fetch`.
const org = fakeSalesforce();
org.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123' });
const portal = fakeHubSpot();
portal.add('contacts', { firstname: 'Bob', lastname: 'Jones', phone: '(415) 555-0124' });
const appOf = (crm: typeof org | typeof portal) => {
  const { clientId, clientSecret } = crm.oauth;
  return { clientId, clientSecret, redirectUri: 'https://app.example.com/oauth/callback', fetch: crm.fetch };
};

const finished = new Set<string>();
const engineFor = enginesOf({
  pool,
  apps: { salesforce: createSalesforceApp(appOf(org)), hubspot: createHubSpotApp(appOf(portal)) },
  merger: appendMerger(),
  observer: onEvents({
    'run.finished': ({ connection, result: { status, counts } }) => {
      console.log(`${connection}: ${status}, ${counts.created} created`);
      finished.add(connection);
    },
    'record.failed': ({ connection, recordId, error }) => console.warn(connection, recordId, error.code, error.remedy),
  }),
});

// What an OAuth callback writes: see `app.exchangeCode`.
const connect = (id: string, crm: string, account: string, tokens: object, names: readonly [string, string, string]) => {
  const [object, phone, firstName] = names;
  const fields = [
    { crm: phone, field: 'phone_number', direction: 'inbound' },
    { crm: firstName, field: 'first_name', direction: 'inbound' },
  ];
  const schema = { fields: { email: { type: 'string' } } };
  return pool.query(
    `with made as (insert into crm_connections (id, workspace, crm, crm_account, schema, settings, tokens)
       values ($1, $1, $2, $3, $4, '{"defaultCountry":"US"}', $5) on conflict (id) do update set tokens = excluded.tokens returning id)
     insert into crm_mappings (connection, object, mapping) select id, $6, $7 from made on conflict do nothing`,
    [id, crm, account, schema, tokens, object, { crmObject: object, fields }],
  );
};
const orgTokens = { accessToken: 'old', refreshToken: org.oauth.refreshToken, instanceUrl: org.instanceUrl, account: org.orgId };
await connect('acme', 'salesforce', org.orgId, orgTokens, ['Contact', 'Phone', 'FirstName']);
const portalTokens = { accessToken: 'old', refreshToken: portal.oauth.refreshToken, expiresAt: new Date(0).toISOString() };
await connect('globex', 'hubspot', String(portal.portalId), portalTokens, ['contacts', 'phone', 'firstname']);

const boss = new PgBoss(url);
boss.on('error', onLost);
await boss.start();
await makeQueues(boss);
await startWorker(boss, { pool, engineFor });
await syncAll(boss, pool); // as every five minutes from now on
while (finished.size < 2) await pause(100);

const settings = settingsApp({ pool, engineFor });
const mapping = { fields: [{ crm: 'Fone', field: 'phone_number', direction: 'inbound' }] };
const answer = await settings.request('/connections/acme/mappings/Contact', { method: 'PUT', body: JSON.stringify(mapping) });
const { issues } = (await answer.json()) as { issues: { remedy: string }[] };
console.log(answer.status, issues[0]?.remedy);

await boss.stop();
await pool.end();
isEnding = true;
await stop();

/**
 * A desk at which calls are logged: the page asks what a log needs, and shows the activity as the CRM has it. Salesforce and
 * HubSpot are in memory.
 *
 *   npm run log-form, or node examples/log-form/main.ts [port]
 */
import { CrmSyncError } from 'crm-sync-engine';
import { logFormApp } from './app.ts';
import { hubspotDesk } from './hubspot.ts';
import { salesforceDesk } from './salesforce.ts';
import { serve } from './serve.ts';

const desks = new Map([
  ['hubspot', { title: 'HubSpot', desk: await hubspotDesk() }],
  ['salesforce', { title: 'Salesforce', desk: await salesforceDesk() }],
]);

const app = logFormApp(async (connection) => {
  const desk = desks.get(connection)?.desk;
  if (desk !== undefined) return desk;
  throw new CrmSyncError('There is no such connection.', { code: 'unknown_connection', category: 'not_found', remedy: 'Connect the CRM.' });
}).get('/connections', (c) => c.json([...desks].map(([id, { title }]) => ({ id, title }))));

const { url, close } = await serve(app.fetch, Number(process.argv[2] ?? 0));
console.log(`Log calls at ${url} until Ctrl-C.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());

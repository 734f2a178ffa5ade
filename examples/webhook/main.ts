/**
 * A webhook of Retell, taken by Hono: the real one, a forged one, a redelivery, and one while the CRM is away.
 * `node examples/webhook/main.ts`; the CRM and the webhooks are in memory.
 */
import { CrmSyncEngine, CrmSyncError, defineAnalysis, defineContactSchema } from 'crm-sync-engine';
import { signRetell } from 'crm-sync-engine/conversations';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { webhookApp } from './app.ts';

const API_KEY = 'key_of_your_account';
const schema = defineContactSchema({ last_outcome: { type: 'string' }, lead_status: { type: 'enum', options: ['New', 'Qualified'] } });
const org = fakeSalesforce({ fields: { Contact: { Lead_Status__c: { type: 'picklist', options: ['New', 'Qualified'] } } } });
org.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', Lead_Status__c: 'New' });

const engine = new CrmSyncEngine({
  workspace: 'acme',
  connection: 'acme-salesforce',
  schema,
  store: memoryStore(),
  connector: salesforce(org.options),
  mappings: [
    {
      crmObject: 'Contact',
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'Lead_Status__c', field: 'lead_status', direction: 'both' },
      ],
    },
  ],
  analysis: defineAnalysis(schema, [
    { from: 'lead_qualification_status', field: 'lead_status', mode: 'overwrite' },
    { from: '$outcome', field: 'last_outcome', mode: 'overwrite' },
  ]),
  activities: { call: true },
  defaultCountry: 'US',
});
await engine.pull();

const app = webhookApp({
  retellApiKey: API_KEY,
  engineFor: async (connection) => {
    if (connection === 'acme-salesforce') return engine;
    throw new CrmSyncError('There is no such connection.', {
      code: 'unknown_connection',
      category: 'not_found',
      remedy: 'Connect the CRM.',
    });
  },
});

/** What Retell sends once a call is analysed. */
const analysed = (id: string) =>
  JSON.stringify({
    event: 'call_analyzed',
    call: {
      call_id: id,
      call_type: 'phone_call',
      direction: 'inbound',
      from_number: '+14155550123',
      to_number: '+14155550199',
      start_timestamp: Date.now() - 125_400,
      end_timestamp: Date.now(),
      duration_ms: 125_400,
      disconnection_reason: 'user_hangup',
      call_analysis: { call_summary: 'Wants a demo.', custom_analysis_data: { lead_qualification_status: 'Qualified' } },
    },
  });

async function deliver(title: string, body: string, apiKey = API_KEY, connection = 'acme-salesforce'): Promise<void> {
  const headers = { 'x-retell-signature': await signRetell(body, { apiKey, at: Date.now() }) };
  const response = await app.request(`/hooks/retell/${connection}`, { method: 'POST', body, headers });
  const { contact: _, remedy: __, ...answer } = (await response.json()) as Record<string, unknown>;
  console.log(`${title}: ${response.status} ${JSON.stringify(answer)}`);
}

const call = analysed('call_1');
await deliver('analysed', call);
await deliver('delivered again', call);
await deliver('forged', call, 'another key');
await deliver('started', JSON.stringify({ event: 'call_started', call: { call_id: 'call_2' } }));
await deliver('of nobody', call, API_KEY, 'globex');

await engine.pause('the token was revoked');
await deliver('while the CRM is away', analysed('call_3'));
await engine.resume();
await engine.retryPending();
console.log(`in Salesforce: ${org.list('Task').length} calls, ${String(org.list('Contact')[0]?.fields['Lead_Status__c'])}`);

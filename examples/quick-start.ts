/**
 * Import a contact from Salesforce, edit it here, and send the edit back. Nothing to sign up for: the CRM is the fake.
 *
 *   node examples/quick-start.ts               keeps the contacts in memory
 *   node examples/quick-start.ts contacts.db   keeps them in that file
 */
import { CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { fakeSalesforce } from 'crm-sync-engine/testing';

const crm = fakeSalesforce(); // swap these two lines for salesforce({ auth: clientCredentials({ … }) })
const connector = salesforce(crm.options); // when you have an org
crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', LeadSource: 'Web' });

const schema = defineContactSchema({
  lead_source: { type: 'enum', options: ['Web', 'Phone', 'Partner'] },
  email: { type: 'string' },
});

await using store = sqliteStore({ file: process.argv[2] ?? ':memory:' });
const engine = new CrmSyncEngine({
  workspace: 'acme',
  connection: 'acme-salesforce',
  schema,
  store,
  connector,
  defaultCountry: 'US', // for numbers without a country, such as (415) 555-0123
  mappings: [
    {
      crmObject: 'Contact',
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
        { crm: 'LastName', field: 'last_name', direction: 'inbound' },
        { crm: 'LeadSource', field: 'lead_source', direction: 'both', conflict: 'newest' },
        { crm: 'Email', field: 'email', direction: 'both' },
      ],
    },
  ],
});

const run = await engine.pull();
console.log(run.status, run.counts); // done { processed: 1, created: 1, … }

const { contact: alice } = await engine.contacts.byPhone('+14155550123'); // and `others`, where a number is shared
if (alice) {
  console.log(alice.fields.first_name, alice.fields.lead_source); // Alice Web      ('Web' | 'Phone' | 'Partner' | null)
  await engine.contacts.update(alice.id, { email: 'alice@example.com' }, { by: 'quick-start' });
}
await engine.push();
console.log(crm.list('Contact')[0]?.fields['Email']); // alice@example.com

/**
 * Only the functions that decide, inside sync code that somebody has already: their own client, their own table. No engine,
 * no store. Here the client is jsforce, talking to the fake over HTTP.
 *
 *   node examples/pure-functions.ts
 */
import {
  type CrmRecord,
  coerceValue,
  compileMapping,
  defineContactSchema,
  defineMapping,
  planInbound,
  resolveUpdate,
} from 'crm-sync-engine';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import jsforce from 'jsforce';

const schema = defineContactSchema({ lead_status: { type: 'enum', options: ['New', 'Qualified'] }, score: { type: 'number' } });
const mapping = compileMapping(
  schema,
  defineMapping(schema, {
    crmObject: 'Contact',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'Score__c', field: 'score', direction: 'inbound' },
      { crm: 'Lead_Status__c', field: 'lead_status', direction: 'inbound' },
    ],
  }),
  { defaultCountry: 'US' },
);

// Somebody's existing sync: their own query, their own table.
const crm = fakeSalesforce({ fields: { Contact: { Score__c: { type: 'double' }, Lead_Status__c: { type: 'string' } } } });
crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0123', Score__c: 87, Lead_Status__c: 'qualified' });
crm.add('Contact', { LastName: 'Jones', Phone: '(415) 555-0124', Score__c: 12, Lead_Status__c: 'New' });
crm.add('Contact', { LastName: 'Brown', Phone: '(415) 555-0125', Score__c: 40, Lead_Status__c: 'Lukewarm' });
await using org = await crm.listen();
const client = new jsforce.Connection({
  loginUrl: org.url,
  oauth2: { loginUrl: org.url, clientId: crm.oauth.clientId, clientSecret: crm.oauth.clientSecret },
});
await client.authorize({ grant_type: 'client_credentials' });

type Person = { readonly id: string; fields: Record<string, string | number | boolean | null> };
const people: Person[] = [{ id: 'person-1', fields: { phone_number: '+14155550123', score: 80, lead_status: 'Qualified' } }];
const db = {
  people: async () => people,
  insert: async (fields: Person['fields']) => void people.push({ id: `person-${people.length + 1}`, fields }),
  async update(id: string, fields: Person['fields']) {
    for (const person of people) if (person.id === id) person.fields = { ...person.fields, ...fields };
  },
};

const { records } = await client.query(`select Id, ${mapping.crmFields.join(', ')} from Contact order by LastName`);
const plan = planInbound({
  mapping,
  records: records.map((row): CrmRecord => ({ id: String(row['Id']), object: 'Contact', fields: row })),
  contacts: await db.people(),
  now: new Date(),
}); // no links: matched by phone, values compared with what is there
for (const { fields } of plan.creates) await db.insert(fields);
for (const { contactId, fields, changes } of plan.updates) {
  console.log(contactId, changes.map(({ field, before, after, reason }) => `${field}: ${before} → ${after} (${reason})`).join(', '));
  await db.update(contactId, fields);
}
for (const { recordId, field, code, remedy } of plan.refused) console.warn(recordId, field, code, remedy);
console.table(people.map(({ id, fields: { phone_number, score, lead_status } }) => ({ id, phone_number, score, lead_status })));

// One value, one decision.
const status = coerceValue('qualified', schema.fields.lead_status);
if (status.ok) {
  // status.value: 'New' | 'Qualified' | null
  const decision = resolveUpdate({ mode: 'fill_if_empty', existing: 'New', incoming: status.value });
  if (decision.action === 'set') console.log('write', decision.value);
  if (decision.action === 'keep') console.log('leave', decision.reason); // already_filled
}

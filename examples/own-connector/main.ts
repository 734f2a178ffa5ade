/**
 * Pull people from Roster, edit one here, send the edit back. Nothing to sign up for: Roster is in memory.
 *
 *   node examples/own-connector/main.ts
 */
import { CrmSyncEngine, defineContactSchema, isCrmSyncError, type Mapping } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { roster } from './roster.ts';
import { rosterServer } from './roster-server.ts';

const crm = rosterServer({ key: 'roster-key', now: Date.now }); // leave `fetch` out below when you have an account
const connector = roster({ key: 'roster-key', fetch: crm.fetch });
const alice = crm.add({ full_name: 'Alice Smith', phone: '+14155550123', stage: 'new', score: 7 });

const schema = defineContactSchema({
  full_name: { type: 'string' },
  stage: { type: 'enum', options: ['new', 'working', 'won'] },
  employer: { type: 'string' },
});
const people: Mapping<typeof schema> = {
  crmObject: 'people',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'full_name', field: 'full_name', direction: 'inbound' },
    { crm: 'stage', field: 'stage', direction: 'both' },
  ],
};
const engineWith = (mapping: Mapping<typeof schema>) =>
  new CrmSyncEngine({ workspace: 'acme', connection: 'acme-roster', schema, store: memoryStore(), connector, mappings: [mapping] });

const engine = engineWith(people);
const pulled = await engine.pull();
console.log(pulled.status, pulled.counts.created); // done 1

const { contact } = await engine.contacts.byPhone('+14155550123');
console.log(contact?.fields.full_name, contact?.fields.stage); // Alice Smith new
await engine.contacts.update(contact?.id ?? '', { stage: 'won' }, { by: 'example' });
await engine.push();
console.log(crm.people()[0]?.['stage'], (await engine.pull({ records: [{ object: 'people', id: alice }] })).counts.unchanged); // won 1

try {
  engineWith({ ...people, fields: [...people.fields, { crm: 'company.name', field: 'employer', direction: 'inbound' }] });
} catch (error) {
  console.log(isCrmSyncError(error) && error.code, isCrmSyncError(error) && error.issues[0]?.path.join('.')); // capability_missing mappings.0.fields.3.crm
}

import { CrmSyncEngine, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { expect, it } from 'vitest';

const HOUR = 3_600_000;
const schema = defineContactSchema({ notes: { type: 'string' } });
const mapping = defineMapping(schema, {
  crmObject: 'contacts',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'message', field: 'notes', direction: 'outbound' },
  ],
});

// The write is told of the merge, so that the pull no longer finds the record handing over.
it('a merge that a push is told of hands the contact to the record that is left, whatever its number', async () => {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock });
  let number = 0;
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-hubspot',
    schema,
    mappings: [mapping],
    defaultCountry: 'US',
    store: memoryStore({ clock }),
    connector: hubspot({ ...crm.options, clock }),
    clock,
    ids: () => {
      number += 1;
      return `id-${String(number).padStart(6, '0')}`;
    },
  });
  const { id: loser } = crm.add('contacts', { phone: '(415) 555-0120' });
  await engine.pull();
  const [contact] = await engine.contacts.list();
  clock.advance(HOUR);
  const { id: winner } = crm.add('contacts', { phone: '(415) 555-0129' });
  const left = crm.merge(winner, loser).id;
  await engine.contacts.update(contact?.id ?? '', { notes: 'Called.' }, { by: 'test' });
  await engine.push();
  expect((await engine.contacts.list())[0]?.links).toMatchObject([{ recordId: loser, state: 'superseded' }]);
  clock.advance(HOUR);
  await engine.pull();
  await engine.push();
  expect(await engine.contacts.list()).toMatchObject([
    { id: contact?.id, fields: { phone_number: '+14155550129' }, links: [{ recordId: loser }, { recordId: left, state: 'active' }] },
  ]);
  expect(crm.record(left).properties).toMatchObject({ message: 'Called.' });
});

// Salesforce refuses the write of a deleted record and says nothing of a merge; a full read then goes on behind it.
it('a merge that a push took for a deletion is followed, although only a full read comes after it', async () => {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({ clock });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    mappings: [
      defineMapping(schema, {
        crmObject: 'Contact',
        fields: [
          { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'Description', field: 'notes', direction: 'outbound' },
        ],
      }),
    ],
    defaultCountry: 'US',
    store: memoryStore({ clock }),
    connector: salesforce({ ...crm.options, clock }),
    clock,
  });
  const { id: loser } = crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0120' });
  await engine.pull();
  const [contact] = await engine.contacts.list();
  clock.advance(HOUR);
  const { id: winner } = crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0129' });
  crm.merge(winner, loser);
  await engine.contacts.update(contact?.id ?? '', { notes: 'Called.' }, { by: 'test' });
  await engine.push();
  expect((await engine.contacts.list())[0]?.links).toMatchObject([{ recordId: loser, state: 'tombstone' }]);
  clock.advance(HOUR);
  await engine.pull({ full: true });
  await engine.push();
  const [kept] = await engine.contacts.list();
  expect(kept).toMatchObject({ id: contact?.id, fields: { phone_number: '+14155550129' } });
  expect(kept?.links).toMatchObject([
    { recordId: loser, state: 'superseded' },
    { recordId: winner, state: 'active' },
  ]);
  expect(crm.record(winner).fields).toMatchObject({ Description: 'Called.' });
});

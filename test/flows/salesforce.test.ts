import { CrmSyncEngine, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { fakeSalesforce, manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { callsOf, deployment } from './support.ts';

describe('a record that Salesforce no longer shows to the connected user', () => {
  it('no longer shown: missing, no tombstone; nothing is sent until it shows again', async () => {
    const { crm, engine } = deployment();
    const { id } = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123' });
    await engine.pull();
    crm.unshare(id);
    await engine.pull({ records: [{ object: 'Contact', id }] });
    const [contact] = await engine.contacts.list();
    expect(contact?.links).toMatchObject([{ state: 'missing' }]);
    await engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
    expect(await callsOf(crm, () => engine.push())).toEqual([]);
    crm.share(id);
    await engine.pull({ records: [{ object: 'Contact', id }] });
    await engine.push();
    expect(crm.record(id).fields['Notes__c']).toBe('Called.');
  });
});

it('a time is kept in whole seconds there, and comes back as no change (P4)', async () => {
  const schema = defineContactSchema({ met_at: { type: 'datetime' } });
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({ clock, fields: { Contact: { Met__c: { type: 'datetime' } } } });
  const mapping = defineMapping(schema, {
    crmObject: 'Contact',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'Met__c', field: 'met_at', direction: 'both' },
    ],
  });
  const connector = salesforce({ ...crm.options, clock });
  const store = memoryStore({ clock });
  const engine = new CrmSyncEngine({
    ...{ workspace: 'acme', connection: 'acme-salesforce', schema, connector, store, clock },
    mappings: [mapping],
    defaultCountry: 'US',
  });
  const { id } = crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0123' });
  await engine.pull();
  const [contact] = await engine.contacts.list();
  await engine.contacts.update(contact!.id, { met_at: '2026-01-05T08:30:00.123Z' }, { by: 'test' });
  await engine.push();
  expect(crm.record(id).fields['Met__c']).toBe('2026-01-05T08:30:00.000+0000');
  clock.advance(60_000);
  expect((await engine.pull()).counts).toMatchObject({ processed: 1, unchanged: 1 });
  expect((await engine.contacts.list())[0]?.fields.met_at).toBe('2026-01-05T08:30:00.123Z');
  expect(await callsOf(crm, () => engine.push())).toEqual([]);
});

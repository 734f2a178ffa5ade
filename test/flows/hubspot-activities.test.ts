import { CrmSyncEngine, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { conversation, type FakeHubSpotOptions, fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;
/** The longest that a write may still take effect. */
const SETTLED_MS = 12 * MINUTE;
const schema = defineContactSchema({ company_name: { type: 'string' } });
const mapping = defineMapping(schema, {
  crmObject: 'contacts',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'company.name', field: 'company_name', direction: 'inbound' },
  ],
});

async function aliceKnown(portal: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock, ...portal });
  const store = memoryStore({ clock });
  const engineAs = (chatAs?: 'note' | 'communication') =>
    new CrmSyncEngine({
      workspace: 'acme',
      connection: 'acme-hubspot',
      schema,
      mappings: [mapping],
      activities: { call: true, sms: true, chat: true },
      defaultCountry: 'US',
      store,
      connector: hubspot({ ...crm.options, clock, ...(chatAs !== undefined && { chatAs }) }),
      clock,
    });
  const engine = engineAs();
  const alice = crm.add('contacts', { firstname: 'Alice', phone: '(415) 555-0123' }).id;
  const acme = crm.add('companies', { name: 'Acme' }).id;
  crm.associate(alice, acme, 'Primary');
  clock.advance(15 * MINUTE); // behind the overlap
  await engine.pull();
  clock.advance(30 * MINUTE);
  return { clock, crm, engine, engineAs, alice, acme };
}
const OBJECTS = { call: 'calls', sms: 'communications', chat: 'notes' } as const;
const CHANNELS = Object.keys(OBJECTS) as (keyof typeof OBJECTS)[];

describe.each(CHANNELS)('an activity of the channel %s on HubSpot', (channel) => {
  const object = OBJECTS[channel];

  it('is tied to the contact, its company and the deal that the host names, and once only', async () => {
    const { crm, engine, alice, acme } = await aliceKnown();
    const deal = crm.add('deals', { dealname: 'Big' }).id;
    const talk = conversation({ id: 'c-1', channel });
    const associations = [{ object: 'deals', id: deal }];
    expect(await engine.logActivity(talk, { associations })).toMatchObject({ status: 'done', record: { object } });
    expect(await engine.logActivity(talk, { associations })).toMatchObject({ status: 'unchanged' });
    expect(crm.list(object).map((one) => one.associations)).toEqual([{ contacts: [alice], companies: [acme], deals: [deal] }]);
  });

  it.each([
    ['was made', { what: 'lost_ack' }],
    ['is made minutes later', { what: 'lost_ack', afterMs: MINUTE }],
    ['was answered by a gateway', { what: 'gateway_timeout' }],
    ['was answered in half', { what: 'broken_json' }],
    ['was never made', { what: 'network' }],
  ] as const)('whose answer was lost and that %s: exactly one after redelivery and retries (P5)', async (_, fault) => {
    const { clock, crm, engine } = await aliceKnown({ indexLagMs: 30_000 });
    const talk = conversation({ id: 'c-1', channel });
    crm.fault({ on: `create ${object}`, ...fault });
    expect((await engine.handleConversation(talk)).steps.activity).toMatchObject({ status: 'pending' });
    expect((await engine.handleConversation(talk)).steps.activity).toMatchObject({ status: 'pending', reason: 'write_in_flight' });
    clock.advance(SETTLED_MS);
    await engine.retryPending();
    expect(crm.list(object)).toHaveLength(1);
    expect((await engine.handleConversation(talk)).steps.activity).toMatchObject({
      status: 'unchanged',
      record: { object, id: crm.list(object)[0]?.id },
    });
    expect(crm.calls.counts[`create ${object}`]).toBe(fault.what === 'network' ? 2 : 1);
  });
});

describe.each(CHANNELS)('a later delivery of the channel %s', (channel) => {
  const object = OBJECTS[channel];
  const body = { call: 'hs_call_body', sms: 'hs_communication_body', chat: 'hs_note_body' }[channel];

  it('updates the activity, and leaves what it is tied to as people have it', async () => {
    const { clock, crm, engine, alice, acme } = await aliceKnown();
    const talk = conversation({ id: 'c-1', channel, summary: 'Asked for a demo.' });
    await engine.handleConversation(talk);
    const [logged] = crm.list(object);
    crm.dissociate(logged!.id, acme);
    clock.advance(MINUTE);
    expect((await engine.handleConversation({ ...talk, summary: 'Asked for a demo on Tuesday.' })).steps.activity.status).toBe('done');
    const [updated, ...others] = crm.list(object);
    expect(others).toEqual([]);
    expect(updated!.properties[body]).toContain('demo on Tuesday');
    expect(updated!.associations).toEqual({ contacts: [alice] });
  });

  it('keeps what a person has written since', async () => {
    const { clock, crm, engine } = await aliceKnown();
    const talk = conversation({ id: 'c-1', channel, summary: 'Asked for a demo.' });
    await engine.handleConversation(talk);
    crm.edit(crm.list(object)[0]!.id, { [body]: 'Written by hand.' });
    clock.advance(MINUTE);
    const { activity } = (await engine.handleConversation({ ...talk, summary: 'Asked for a demo on Tuesday.' })).steps;
    expect(activity).toMatchObject({ status: 'unchanged', reason: 'edited_in_crm' });
    expect(crm.list(object).map(({ properties }) => properties[body])).toEqual(['Written by hand.']);
  });
});

describe('a company that was renamed in HubSpot', () => {
  it('changes the contact that is mapped to its name, and the next pull finds nothing to do', async () => {
    const { clock, crm, engine, acme } = await aliceKnown();
    crm.edit(acme, { name: 'Acme Corp' });
    clock.advance(MINUTE);
    expect((await engine.pull()).counts).toMatchObject({ updated: 1, failed: 0 });
    const { contact } = await engine.contacts.byPhone('+14155550123');
    expect(contact?.fields.company_name).toBe('Acme Corp');
    clock.advance(MINUTE);
    expect((await engine.pull()).counts).toMatchObject({ updated: 0, failed: 0 });
  });

  it('reaches nobody by our own logging, which moves the stamps of contact and company', async () => {
    const { clock, crm, engine } = await aliceKnown();
    await engine.logActivity(conversation({ id: 'c-1' }));
    clock.advance(20 * MINUTE);
    const before = crm.calls.length;
    expect((await engine.pull()).counts).toMatchObject({ updated: 0, failed: 0 });
    const reads = crm.calls.slice(before).map(({ operation }) => operation);
    // The contact itself has changed, and is read for that; once more for its company it is not.
    expect(reads.filter((operation) => operation === 'read contacts')).toHaveLength(1);
  });
});

it.each([
  ['note', 'communication', 'notes'],
  ['communication', 'note', 'communications'],
] as const)('a chat that was logged as a %s stays one when chats are logged as a %s since', async (before, since, object) => {
  const { crm, clock, engineAs } = await aliceKnown();
  const talk = conversation({ id: 'c-1', channel: 'chat', summary: 'Wants a demo.' });
  expect(await engineAs(before).logActivity(talk)).toMatchObject({ status: 'done', record: { object } });
  clock.advance(MINUTE);
  const later = { ...talk, summary: 'Wants two demos.' };
  expect(await engineAs(since).logActivity(later)).toMatchObject({ status: 'done', record: { object } });
  expect([...crm.list('notes'), ...crm.list('communications')]).toHaveLength(1);
  expect(JSON.stringify(crm.list(object))).toContain('Wants two demos.');
});

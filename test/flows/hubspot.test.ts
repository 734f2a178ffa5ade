import { hubspot, hubspotWebhook } from 'crm-sync-engine/hubspot';
import { conversation, type FakeHubSpotOptions, fakeHubSpot, manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { callsOf, engineFor } from './support.ts';
import { hubspotCrm } from './world-hubspot.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const { connection, mapping } = hubspotCrm;
const PROPERTIES = {
  contacts: {
    hs_lead_status: { type: 'enumeration', options: ['New', 'Working', 'Qualified'] },
    conversation_notes: { type: 'string', fieldType: 'textarea' },
  },
} as const;

/** HubSpot as only HubSpot is: what the other CRM knows nothing like. */
function deployment(portal: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock, properties: PROPERTIES, ...portal });
  const connectorOf = () => hubspot({ ...crm.options, clock });
  const there = engineFor({ connection, clock, connectorOf, mapping }, {});
  const webhook = hubspotWebhook({ clientSecret: crm.oauth.clientSecret, clock });
  return {
    crm,
    ...there,
    /** Pulls the records that the portal's next webhook names. */
    pullAnnounced: async () => {
      const delivery = await webhook(await crm.webhook());
      return there.engine.pull({ records: delivery.kind === 'records' ? delivery.records : [] });
    },
  };
}

const add = ({ crm }: ReturnType<typeof deployment>, index: number) =>
  crm.add('contacts', { firstname: `First${index}`, lastname: 'Smith', phone: `(415) 555-012${index}`, hs_lead_status: 'New' }).id;

async function imported(count: number, portal: FakeHubSpotOptions = {}) {
  const there = deployment(portal);
  const ids = Array.from({ length: count }, (_, index) => add(there, index));
  await there.engine.pull();
  await there.crm.webhook(); // told and done with
  there.clock.advance(HOUR);
  const contact = async (last: number) => (await there.engine.contacts.byPhone(`+1415555012${last}`)).contact;
  return { ...there, ids: ids as [string, string], contact };
}

describe('a search index that lags (facts: about 30 s)', () => {
  it('an edit that the index shows late is found by a later pull, and not lost behind the checkpoint', async () => {
    const there = await imported(1, { indexLagMs: 30_000 });
    await there.engine.pull();
    there.clock.advance(HOUR);
    there.crm.edit(there.ids[0], { firstname: 'Ann' });
    there.clock.advance(5_000);
    expect(await there.engine.pull()).toMatchObject({ counts: { processed: 0 } });
    there.clock.advance(MINUTE);
    expect(await there.engine.pull()).toMatchObject({ counts: { updated: 1 } });
    expect((await there.contact(0))?.fields.first_name).toBe('Ann');
  });

  it('our own write is not taken for an edit when the index shows it, however late', async () => {
    const there = await imported(1, { indexLagMs: 30_000 });
    const { id = '' } = (await there.contact(0)) ?? {};
    await there.engine.contacts.update(id, { lead_status: 'Qualified' }, { by: 'test' });
    await there.engine.push();
    await there.engine.contacts.update(id, { lead_status: 'Working' }, { by: 'test' });
    for (let seconds = 0; seconds < 60; seconds += 10) {
      there.clock.advance(10_000);
      expect(await there.engine.pull()).toMatchObject({ counts: { updated: 0 }, conflicts: 0 });
    }
    await there.engine.push();
    expect(there.crm.record(there.ids[0]).properties['hs_lead_status']).toBe('Working');
  });

  it('an edit after our write, while the index still shows neither, is taken over and not undone', async () => {
    const there = await imported(1, { indexLagMs: 30_000 });
    const { id = '' } = (await there.contact(0)) ?? {};
    await there.engine.contacts.update(id, { lead_status: 'Qualified' }, { by: 'test' });
    await there.engine.push();
    there.clock.advance(10_000);
    there.crm.edit(there.ids[0], { hs_lead_status: 'Working' });
    for (let times = 0; times < 6; times += 1) {
      there.clock.advance(10_000);
      await there.engine.sync();
    }
    expect((await there.contact(0))?.fields.lead_status).toBe('Working');
    expect(there.crm.record(there.ids[0]).properties['hs_lead_status']).toBe('Working');
  });

  it('numbers that HubSpot works out later, which moves the stamp, change nothing here', async () => {
    const there = await imported(2, { indexLagMs: 30_000, calculationLagMs: 20_000 });
    const before = await there.engine.contacts.list();
    there.clock.advance(MINUTE);
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 0, updated: 0 } });
    expect(await there.engine.contacts.list()).toEqual(before);
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });

  it('a call whose answer was lost is found on the contact, though no search shows it yet', async () => {
    const there = await imported(1, { indexLagMs: HOUR });
    const call = conversation({ id: 'call-1', phone: '+14155550120', summary: 'Wants a demo.' });
    there.crm.fault({ on: 'create calls', what: 'lost_ack' });
    expect(await there.engine.handleConversation(call)).toMatchObject({ complete: false });
    there.clock.advance(10 * MINUTE);
    await there.engine.retryPending();
    expect(there.crm.list('calls')).toHaveLength(1);
    expect(await there.engine.handleConversation(call)).toMatchObject({ complete: true });
  });
});

describe('deletions, which no read of changes shows', () => {
  it('a webhook tells: a tombstone, and the restored record is its contact’s again', async () => {
    const there = await imported(2);
    there.crm.remove(there.ids[0]);
    there.clock.advance(MINUTE);
    expect(await there.engine.pull()).toMatchObject({ counts: { updated: 0 } });
    expect(await there.pullAnnounced()).toMatchObject({ counts: { processed: 1, updated: 1 } });
    expect((await there.contact(0))?.links).toMatchObject([{ state: 'tombstone' }]);
    there.crm.restore(there.ids[0]);
    await there.pullAnnounced();
    expect((await there.contact(0))?.links).toMatchObject([{ state: 'active' }]);
  });

  it('erased for good: missing, for HubSpot gives no evidence; nothing is sent, and the contact stays', async () => {
    const there = await imported(1);
    there.crm.erase(there.ids[0]);
    await there.pullAnnounced();
    const contact = await there.contact(0);
    expect(contact?.links).toMatchObject([{ state: 'missing' }]);
    await there.engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });
});

describe.each([
  ['a record with a new id', {}],
  ['the primary record, where the portal keeps its id', { mergeKeepsPrimaryId: true }],
  ['a record with a new id, and the old ids are answered with 404', { mergedIdsResolve: false }],
] as const)('a merge of two linked records that leaves %s', (_, portal) => {
  it.each(['changes', 'a webhook', 'a write'])(
    'told by %s: the contact with its number goes on with it, the other one stays as it is',
    async (told) => {
      const there = await imported(2, portal);
      const before = (await there.contact(0))?.fields;
      if (told === 'a write')
        for (const { id } of await there.engine.contacts.list())
          await there.engine.contacts.update(id, { interaction_summary: `Called ${id}.` }, { by: 'test' });
      const [other, primary] = there.ids;
      const left = there.crm.merge(primary, other);
      there.clock.advance(MINUTE);
      if (told === 'a write') await there.engine.push();
      if (told === 'a webhook') await there.pullAnnounced();
      await there.engine.pull();
      const live = async (last: number) =>
        (await there.contact(last))?.links.flatMap(({ state, recordId }) => (state === 'active' ? [recordId] : []));
      expect([await live(0), await live(1)]).toEqual([[], [left.id]]);
      expect((await there.contact(0))?.fields).toMatchObject({ first_name: before?.first_name, phone_number: before?.phone_number });
      await there.engine.contacts.update((await there.contact(1))?.id ?? '', { interaction_summary: 'Called again.' }, { by: 'test' });
      await there.engine.push();
      expect(there.crm.record(left.id).properties['conversation_notes']).toBe('Called again.');
      expect(await there.engine.contacts.list()).toHaveLength(2);
    },
  );
});

import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/core/base/hash.ts';
import { dumpOf } from './harness.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NUMBER = '+14155550123';

describe.each(WORLDS)('whose activity it is on $name', (world) => {
  type Options = Parameters<typeof world.deployment>[0];
  const { mapping } = world;
  const talk = conversation({ id: 'call-1', summary: 'Wants a demo.' });

  /** Two contacts with one number; the first `linked` of them have a record. */
  async function twins(linked: 0 | 1 | 2, options: Options) {
    const there = world.deployment(options);
    const people = ['Alice', 'Alan'].map((firstName) => ({ firstName, lastName: 'Smith', status: 'New' }));
    const records = people.slice(0, linked).map((person, index) => there.crm.add({ ...person, phone: `(415) 555-013${index}` }).id);
    await there.engine.pull();
    there.clock.advance(HOUR);
    const store = there.store.bind(there.scope);
    const ids = (await there.engine.contacts.list()).map(({ id }) => id);
    // The host's own program, which lets several people share a number.
    const shared = (await store.load({ ids })).map(({ id, version }) => ({
      kind: 'update' as const,
      contactId: id,
      expected: version,
      set: { phone_number: NUMBER },
    }));
    const insert = (id: string) => ({
      kind: 'insert' as const,
      entity: 'contact' as const,
      suggestedId: id,
      set: { phone_number: NUMBER, first_name: id },
    });
    const rows = people.slice(linked).map((_, index) => insert(`unlinked-${index}`));
    await store.commit({ rows: [...shared, ...rows], entries: [] });
    return { ...there, records };
  }
  const logged = ({ crm }: Awaited<ReturnType<typeof twins>>) =>
    crm.loggedCalls().map(({ contactIds, subject }) => ({ contactIds, subject }));

  it.each([0, 1, 2] as const)('nobody’s by default, where several have the number and %i of them a record', async (linked) => {
    const there = await twins(linked, {});
    const { steps, complete } = await there.engine.handleConversation(talk);
    expect(steps.activity).toMatchObject({ status: 'skipped', reason: 'ambiguous', contactId: null });
    expect([logged(there), complete]).toEqual([[], true]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 0],
  ] as const)('that of the only one who has a record, where the settings say so: of %i there is %i', async (linked, activities) => {
    const there = await twins(linked, { severalContacts: 'only_linked' });
    const { steps } = await there.engine.handleConversation(talk);
    expect(steps.analysis).toMatchObject({ status: 'skipped', reason: 'ambiguous' });
    expect(steps.activity).toMatchObject(activities === 1 ? { status: 'done' } : { status: 'skipped', reason: 'ambiguous' });
    expect(logged(there)).toEqual(activities === 1 ? [{ contactIds: there.records, subject: 'Inbound call, Alice Smith' }] : []);
  });

  it('one of all who have a record, where the settings say so and the CRM has such activities', async () => {
    const there = await twins(2, { severalContacts: 'all' });
    const { steps } = await there.engine.handleConversation(talk);
    if (world.name === 'Salesforce') {
      expect(steps.activity).toMatchObject({ status: 'skipped', reason: 'ambiguous' });
      expect(logged(there)).toEqual([]);
      return;
    }
    expect(steps.activity).toMatchObject({ status: 'done', contactId: null });
    expect(logged(there)).toEqual([{ contactIds: expect.arrayContaining([...there.records]), subject: `Inbound call from ${NUMBER}` }]);
    there.clock.advance(60_000);
    await there.engine.handleConversation({ ...talk, summary: 'Wants two.' });
    expect(there.crm.loggedCalls()).toMatchObject([{ body: expect.stringContaining('Wants two.') }]);
  });

  it('keeps nothing of what it is made of once one of its people is erased, and is not logged again for the others (R21)', async () => {
    if (world.name === 'Salesforce') return; // no activity of several people there
    const there = await twins(2, { severalContacts: 'all' });
    await there.engine.handleConversation(talk);
    const entries = async () => (await dumpOf(there.store, there.scope)).entries;
    expect((await entries())['activity']?.[0]?.body).toMatchObject({ written: { hs_call_from_number: hashOf(NUMBER) } });
    const [contact] = await there.engine.contacts.list();
    await there.engine.contacts.erase(contact?.id ?? '');
    const left = await entries();
    expect(left['activity']).toMatchObject([{ body: { written: {} } }]);
    expect(JSON.stringify(left['activity'])).not.toContain(hashOf(NUMBER));
    expect(JSON.stringify(left)).not.toContain(contact?.id);
    there.clock.advance(60_000);
    expect((await there.engine.handleConversation(talk)).steps.activity.status).toBe('unchanged');
    const later = await there.engine.handleConversation({ ...talk, summary: 'Wants two.' });
    expect(later.steps.activity).toMatchObject({ status: 'unchanged', reason: 'edited_in_crm' });
    expect(there.crm.loggedCalls()).toHaveLength(1);
  });

  const creating = {
    unknownCaller: 'create',
    mappings: [{ ...mapping, create: { idField: world.idField, defaults: { [world.names.lastName]: 'Unknown' } }, fields: mapping.fields }],
  } as const satisfies Options;

  it('is left out by default for a contact without a record', async () => {
    const { engine, crm } = world.deployment(creating);
    const { steps, complete } = await engine.handleConversation(talk);
    expect(steps).toMatchObject({ push: { reason: 'no_link' }, activity: { status: 'skipped', reason: 'no_link' } });
    expect([complete, crm.list(), crm.loggedCalls()]).toEqual([true, [], []]);
  });

  it('is logged on the record that is made for it, once, where the settings say so', async () => {
    const { engine, crm, clock } = world.deployment({ ...creating, unlinkedContact: 'create' });
    const { steps, complete } = await engine.handleConversation({ ...talk, startedAt: new Date(clock.now()).toISOString() });
    expect(steps).toMatchObject({ push: { status: 'done' }, activity: { status: 'done' } });
    expect(complete).toBe(true);
    expect(crm.loggedCalls().map(({ contactIds }) => contactIds)).toEqual([crm.list().map(({ id }) => id)]);
    expect(crm.list()).toHaveLength(1);
  });

  it('waits for a record whose making is not settled, and is logged once on the one that there is', async () => {
    const { engine, crm, clock } = world.deployment({ ...creating, unlinkedContact: 'create' });
    crm.fault({ on: world.name === 'Salesforce' ? 'upsert' : 'create', what: 'lost_ack' });
    const first = await engine
      .handleConversation({ ...talk, startedAt: new Date(clock.now()).toISOString() })
      .catch((error: unknown) => error);
    for (let times = 0; times < 4; times += 1) {
      clock.advance(HOUR);
      await engine.retryPending();
    }
    expect(crm.list()).toHaveLength(1);
    expect(crm.loggedCalls().map(({ contactIds }) => contactIds)).toEqual([crm.list().map(({ id }) => id)]);
    expect(first).toMatchObject({ complete: false });
  });

  it('is left out for a contact whose record was deleted: it gets no other one, and nothing waits', async () => {
    const { engine, crm, clock } = world.deployment({ ...creating, unlinkedContact: 'create' });
    const { id } = crm.add({ firstName: 'Alice', lastName: 'Smith', phone: NUMBER, status: 'New' });
    await engine.pull();
    crm.remove(id);
    clock.advance(HOUR);
    await engine.pull({ full: true });
    const { steps, complete } = await engine.handleConversation({ ...talk, startedAt: new Date(clock.now()).toISOString() });
    expect(steps).toMatchObject({ push: { status: 'skipped', reason: 'no_link' }, activity: { status: 'skipped', reason: 'no_link' } });
    expect([complete, crm.list()]).toEqual([true, []]);
  });

  it('waits until there is a record, where the settings say so, and thirty days at most', async () => {
    for (const comes of [true, false]) {
      const { engine, crm, clock } = world.deployment({ unknownCaller: 'create', unlinkedContact: 'wait' });
      const begun = { ...talk, startedAt: new Date(clock.now()).toISOString() };
      const { steps, complete } = await engine.handleConversation(begun);
      expect(steps.activity).toMatchObject({ status: 'pending', reason: 'no_link' });
      expect(complete).toBe(false);
      clock.advance(2 * DAY);
      if (comes) {
        crm.add({ firstName: 'Alice', lastName: 'Smith', phone: NUMBER, status: 'New' });
        clock.advance(HOUR);
        await engine.pull();
      }
      await engine.retryPending();
      expect(crm.loggedCalls()).toHaveLength(comes ? 1 : 0);
      clock.advance(31 * DAY);
      await engine.retryPending();
      const { activity } = (await engine.handleConversation(begun)).steps;
      expect(activity).toMatchObject(comes ? { status: 'unchanged' } : { status: 'skipped', reason: 'no_link' });
    }
  });

  it('is nobody’s for an internal call, and the contact’s where the settings say so', async () => {
    for (const internalCalls of ['skip', 'log'] as const) {
      const { engine, crm, clock } = world.deployment({ internalCalls });
      crm.add({ firstName: 'Alice', lastName: 'Smith', phone: NUMBER, status: 'New' });
      await engine.pull();
      clock.advance(HOUR);
      const { activity } = (await engine.handleConversation({ ...talk, agent: talk.contact })).steps;
      expect(activity).toMatchObject(internalCalls === 'log' ? { status: 'done' } : { status: 'skipped', reason: 'internal_call' });
    }
  });
});

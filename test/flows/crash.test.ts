import { appendMerger, conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, contentsOf, Died, dying, storeAround } from './harness.ts';
import { type Deployment, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  type Engine = Deployment['engine'];

  interface Scenario {
    /** What was there before the process that dies was started. */
    readonly prepare: (there: Deployment) => Promise<void>;
    /** What the process was doing. */
    readonly work: (engine: Engine) => Promise<unknown>;
    /** What the host does anyway, sooner or later. */
    readonly finish: (there: Deployment, engine: Engine) => Promise<void>;
    /** What an undisturbed process leaves: contacts, logged in the CRM, live links. */
    readonly leaves: { readonly contacts: number; readonly logged: number; readonly active: number };
  }

  const call = conversation({
    id: 'call-1',
    analysis: { lead_qualification_status: 'Qualified', customer_notes: 'Wants a demo.', email: 'alice@example.com' },
  });

  const PEOPLE = [
    { firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' },
    { firstName: 'Bob', lastName: 'Jones', phone: '(415) 555-0124', status: 'Working' },
    { firstName: 'Cid', lastName: 'Brown', phone: '(415) 555-0125' },
    { firstName: 'Twin', lastName: 'Brown', phone: '(415) 555-0125' },
    { firstName: 'Eve', lastName: 'White', phone: '(415) 555-0126', email: 'eve@example.com' },
  ];

  async function imported(there: Deployment): Promise<void> {
    for (const person of PEOPLE) there.crm.add(person);
    await there.engine.pull();
    there.clock.advance(3_600_000);
  }

  const SCENARIOS: Readonly<Record<string, Scenario>> = {
    'the first pull': {
      leaves: { contacts: 4, logged: 0, active: 4 },
      prepare: async ({ crm }) => {
        for (const person of PEOPLE) crm.add(person);
      },
      work: (engine) => engine.pull(),
      finish: async (_, engine) => void (await engine.pull()),
    },
    'a pull of changes, deletions and merges': {
      leaves: { contacts: 5, logged: 0, active: world.showsDeletions ? 4 : 5 },
      async prepare(there) {
        await imported(there);
        const { crm, clock } = there;
        const [alice, bob, cid, twin, eve] = crm.list().map(({ id }) => id) as [string, string, string, string, string];
        crm.edit(alice, { firstName: 'Alicia', status: 'Working' });
        crm.remove(bob);
        crm.merge(cid, twin); // the contact is linked to the loser
        crm.edit(eve, { phone: '(415) 555-0129' });
        crm.add({ firstName: 'Fay', lastName: 'Green', phone: '(415) 555-0126' });
        clock.advance(60_000);
      },
      work: (engine) => engine.pull(),
      finish: async (_, engine) => void (await engine.pull()),
    },
    'a push of both kinds of fields': {
      leaves: { contacts: 4, logged: 0, active: 4 },
      async prepare(there) {
        await imported(there);
        for (const { id, fields } of await there.engine.contacts.list())
          await there.engine.contacts.update(
            id,
            { interaction_summary: `Called ${fields.first_name}.`, lead_status: 'Qualified' },
            { by: 'test' },
          );
      },
      work: (engine) => engine.push(),
      async finish({ clock }, engine) {
        await engine.push();
        clock.advance(900_000); // what may have been sent is settled by then
        await engine.push();
        await engine.pull();
      },
    },
    'handling a conversation': {
      leaves: { contacts: 4, logged: 2, active: 4 },
      async prepare(there) {
        await imported(there);
        await there.engine.handleConversation(conversation({ id: 'call-0', analysis: { customer_notes: 'Asked about prices.' } }));
        there.clock.advance(3_600_000);
      },
      work: (engine) => engine.handleConversation(call),
      async finish({ clock }, engine) {
        await engine.handleConversation(call); // the webhook is delivered again
        for (let times = 0; times < 3; times += 1) {
          clock.advance(1_800_000);
          await engine.sync();
        }
      },
    },
    'an unknown caller': {
      leaves: { contacts: 5, logged: 0, active: 4 },
      prepare: imported,
      work: (engine) => engine.handleConversation({ ...call, contact: { kind: 'phone', phone: '+14155550177' } }),
      async finish({ clock }, engine) {
        await engine.handleConversation({ ...call, contact: { kind: 'phone', phone: '+14155550177' } });
        clock.advance(1_800_000);
        await engine.sync();
      },
    },
    'a sync': {
      leaves: { contacts: 4, logged: 0, active: 4 },
      async prepare(there) {
        await imported(there);
        const { crm, clock, engine } = there;
        const { contact } = await engine.contacts.byPhone('+14155550123');
        await engine.contacts.update(contact?.id ?? '', { lead_status: 'Qualified', email: 'alice@example.com' }, { by: 'test' });
        crm.edit(crm.list()[1]?.id ?? '', { firstName: 'Robert' });
        clock.advance(60_000);
      },
      work: (engine) => engine.sync(),
      async finish({ clock }, engine) {
        clock.advance(900_000);
        await engine.sync();
        clock.advance(900_000);
        await engine.sync();
      },
    },
  };

  /** What the host and the CRM's users see at the end. */
  async function endOf({ store, scope, crm }: Deployment) {
    const logged = crm.loggedCalls().map(({ subject, body, contactIds, key }) => ({ subject, body, contactIds, key }));
    const records = crm.list().map(({ fields }) => fields);
    return { ...(await contentsOf(store, scope)), records, logged };
  }

  async function undisturbed({ prepare, work, finish }: Scenario) {
    const there = deployment(OPTIONS, ORG);
    await prepare(there);
    await work(there.engineOf());
    there.clock.advance(200_000);
    await finish(there, there.engineOf());
    return endOf(there);
  }

  const ORG = { pageSizeMax: 2 };
  const OPTIONS = { unknownCaller: 'create', merger: appendMerger() } as const;

  describe.each(Object.entries(SCENARIOS))('a process that dies during %s', (_, scenario) => {
    it.each(['before', 'after'] as const)(
      'at any call, %s it took effect: what was begun is finished, and nothing is done twice (P1, P5)',
      async (moment) => {
        const expected = await undisturbed(scenario);
        const active = expected.contacts.flatMap(({ links }) => links.filter(({ state }) => state === 'active'));
        expect({ contacts: expected.contacts.length, logged: expected.logged.length, active: active.length }).toEqual(scenario.leaves);
        expect(expected.queues).toMatchObject({ recheck: [], conversation: [], merge: [] });
        let deaths = 0;
        for (let at = 1; ; at += 1) {
          const there = deployment(OPTIONS, ORG);
          await scenario.prepare(there);
          const process = dying(at, moment);
          const doomed = there.engineOf({
            store: storeAround(there.store, process.around),
            connector: connectorAround(there.connectorOf(), process.around),
          });
          const died = await scenario.work(doomed).then(
            () => false,
            (error) => error instanceof Died,
          );
          if (!died && !process.isDead()) break;
          deaths += 1;
          there.clock.advance(200_000); // its lease has run out
          await scenario.finish(there, there.engineOf());
          expect(await endOf(there), `died at call ${at}`).toEqual(expected);
        }
        expect(deaths).toBeGreaterThan(10);
      },
    );
  });
});

import type { ContactStore } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { type Around, connectorAround, contentsOf, storeAround, takingTurns, withoutLeases } from './harness.ts';
import { type Deployment, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  type Engine = Deployment['engine'];

  /** `TURNS_SEED=…` repeats one order of turns. The first CRM goes through most orders: the engine is the same on the others. */
  const SEEDS =
    process.env['TURNS_SEED'] === undefined
      ? Array.from({ length: world === WORLDS[0] ? 25 : 10 }, (_, seed) => seed + 1)
      : [Number(process.env['TURNS_SEED'])];

  const LEASES: Readonly<Record<string, (store: ContactStore) => ContactStore>> = {
    'with leases': (store) => store,
    'with leases switched off': withoutLeases,
  };

  const people = (crm: Deployment['crm']) =>
    Array.from({ length: 6 }, (_, index) =>
      crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `(415) 555-012${index % 5}`, status: 'New' }),
    );

  /** Two processes on one store and one CRM, each of their calls a turn. */
  async function twoWorkers(
    there: Deployment,
    seed: number,
    adapt: (store: ContactStore) => ContactStore,
    ...works: readonly ((engine: Engine) => Promise<unknown>)[]
  ) {
    const turns = takingTurns(seed);
    const worker = () =>
      there.engineOf({
        store: storeAround(adapt(there.store), turns.around),
        connector: connectorAround(there.connectorOf(), turns.around),
      });
    const ended = await turns.run(...works.map((work) => () => work(worker())));
    const failures = ended.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    // A run that another one overtook says so and can be repeated; nothing else may go wrong.
    for (const failure of failures)
      expect(failure).toMatchObject({ code: expect.stringMatching(/^(checkpoint_moved|lease_lost)$/), retryable: true });
    return ended;
  }

  /** What host and CRM hold once a single worker has had the last word. */
  async function settled(there: Deployment) {
    there.clock.advance(1_800_000);
    await there.engine.sync();
    there.clock.advance(1_800_000);
    await there.engine.sync();
    return contentsOf(there.store, there.scope);
  }

  describe.each(Object.entries(LEASES))('two workers at once, %s (R9)', (_, adapt) => {
    it.each(SEEDS)('two pulls: no contact and no link twice (turns %i)', async (seed) => {
      const alone = deployment({}, { pageSizeMax: 2 });
      people(alone.crm);
      await alone.engine.pull();
      const there = deployment({}, { pageSizeMax: 2 });
      people(there.crm);
      await twoWorkers(
        there,
        seed,
        adapt,
        (engine) => engine.pull(),
        (engine) => engine.pull(),
      );
      expect(await settled(there)).toEqual(await settled(alone));
      expect(await there.engine.contacts.list()).toHaveLength(5);
    });

    it.each(SEEDS)('a pull and two conversations of an unknown caller: one contact (turns %i)', async (seed) => {
      const there = deployment({ unknownCaller: 'create' }, { pageSizeMax: 2 });
      people(there.crm);
      const call = (id: string) => conversation({ id, phone: '+14155550123', analysis: { customer_notes: `Note of ${id}.` } });
      await twoWorkers(
        there,
        seed,
        adapt,
        (engine) => engine.pull(),
        (engine) => engine.handleConversation(call('call-1')),
        (engine) => engine.handleConversation(call('call-2')),
      );
      await settled(there);
      expect(await there.engine.contacts.list()).toHaveLength(5);
      const { contact, others } = await there.engine.contacts.byPhone('+14155550123');
      expect(others).toEqual([]);
      expect(contact?.links).toHaveLength(1);
      expect(contact?.fields.interaction_summary).toContain('Note of call-1.');
      expect(contact?.fields.interaction_summary).toContain('Note of call-2.');
    });

    it.each(SEEDS)('two pushes: every edit arrives, none is sent back in time (turns %i)', async (seed) => {
      const there = deployment();
      people(there.crm);
      await there.engine.pull();
      there.clock.advance(3_600_000);
      const contacts = await there.engine.contacts.list();
      for (const { id } of contacts)
        await there.engine.contacts.update(id, { lead_status: 'Working', interaction_summary: 'One.' }, { by: 'test' });
      await twoWorkers(
        there,
        seed,
        adapt,
        (engine) => engine.push(),
        (engine) => engine.push(),
        async (engine) => {
          for (const { id } of contacts.slice(0, 3)) await engine.contacts.update(id, { interaction_summary: 'Two.' }, { by: 'test' });
        },
      );
      await settled(there);
      for (const { id, links, fields } of await there.engine.contacts.list()) {
        const expected = contacts.slice(0, 3).some((contact) => contact.id === id) ? 'Two.' : 'One.';
        expect(fields).toMatchObject({ lead_status: 'Working', interaction_summary: expected });
        expect(there.crm.record(links[0]?.recordId ?? '').fields).toMatchObject({ status: 'Working', notes: expected });
      }
    });

    it.each(SEEDS)('a pull and a push with edits on both sides: none is lost (turns %i)', async (seed) => {
      const there = deployment();
      people(there.crm);
      await there.engine.pull();
      there.clock.advance(3_600_000);
      const { contact } = await there.engine.contacts.byPhone('+14155550120');
      const recordId = contact?.links[0]?.recordId ?? '';
      await there.engine.contacts.update(contact?.id ?? '', { email: 'alice@example.com' }, { by: 'test' });
      there.crm.edit(recordId, { firstName: 'Alicia' });
      await twoWorkers(
        there,
        seed,
        adapt,
        (engine) => engine.pull(),
        (engine) => engine.push(),
        async (engine) => {
          there.crm.edit(recordId, { status: 'Qualified' });
          await engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Edited here.' }, { by: 'test' });
        },
      );
      await settled(there);
      const expected = { first_name: 'Alicia', email: 'alice@example.com', lead_status: 'Qualified', interaction_summary: 'Edited here.' };
      expect((await there.engine.contacts.get(contact?.id ?? ''))?.fields).toMatchObject(expected);
      expect(there.crm.record(recordId).fields).toMatchObject({
        firstName: 'Alicia',
        email: 'alice@example.com',
        status: 'Qualified',
        notes: 'Edited here.',
      });
    });

    it.each(SEEDS)('one conversation delivered to two workers: one activity, one analysis, one merge (turns %i)', async (seed) => {
      const there = deployment();
      people(there.crm);
      await there.engine.pull();
      await there.engine.handleConversation(conversation({ id: 'call-0', phone: '+14155550121', analysis: { customer_notes: 'Asked.' } }));
      there.clock.advance(3_600_000);
      const call = conversation({
        id: 'call-1',
        phone: '+14155550121',
        analysis: { lead_qualification_status: 'Qualified', customer_notes: 'Wants a demo.' },
      });
      await twoWorkers(
        there,
        seed,
        adapt,
        (engine) => engine.handleConversation(call),
        (engine) => engine.handleConversation(call),
      );
      await settled(there);
      expect(there.crm.loggedCalls().filter(({ key }) => key === 'test:call-1')).toHaveLength(1);
      const { contact } = await there.engine.contacts.byPhone('+14155550121');
      expect(contact?.fields.lead_status).toBe('Qualified');
      expect(contact?.fields.interaction_summary?.match(/Wants a demo/g)).toHaveLength(1);
      const { id, links } = contact ?? {};
      expect(there.crm.record(links?.[0]?.recordId ?? '').fields).toMatchObject({
        status: 'Qualified',
        notes: contact?.fields.interaction_summary,
      });
      const explained = await there.engine.contacts.explain(id ?? '', 'lead_status');
      expect(explained.filter(({ source }) => source.flow === 'analysis')).toHaveLength(1);
      expect((await contentsOf(there.store, there.scope)).queues).toMatchObject({ conversation: [], merge: [] });
    });

    it.each(SEEDS)(
      'two conversations of one contact: both count, each once, and the later one has the last word (turns %i)',
      async (seed) => {
        const there = deployment();
        people(there.crm);
        await there.engine.pull();
        there.clock.advance(24 * 3_600_000);
        const call = (id: string, startedAt: string, status: string) =>
          conversation({
            id,
            startedAt,
            phone: '+14155550121',
            analysis: { lead_qualification_status: status, customer_notes: `Note of ${id}.`, email: `${id}@example.com` },
          });
        const morning = call('morning', '2026-01-05T10:00:00.000Z', 'Working');
        const evening = call('evening', '2026-01-05T18:00:00.000Z', 'Qualified');
        await twoWorkers(
          there,
          seed,
          adapt,
          (engine) => engine.handleConversation(evening),
          (engine) => engine.handleConversation(morning),
        );
        await settled(there);
        const { contact } = await there.engine.contacts.byPhone('+14155550121');
        expect(contact?.fields).toMatchObject({ lead_status: 'Qualified', email: expect.stringMatching(/^(morning|evening)@/) });
        for (const id of ['morning', 'evening'])
          expect(String(contact?.fields.interaction_summary).split(`Note of ${id}.`)).toHaveLength(2);
        expect(there.crm.record(contact?.links[0]?.recordId ?? '').fields).toMatchObject({
          status: 'Qualified',
          notes: contact?.fields.interaction_summary,
        });
        expect(
          there.crm
            .loggedCalls()
            .map(({ key }) => key)
            .toSorted(),
        ).toEqual(['test:evening', 'test:morning']);
      },
    );
  });

  /** Runs a flow during whose n-th call, before it is made, another process does all of its work. */
  async function interruptedAt(
    there: Deployment,
    at: number,
    work: (engine: Engine) => Promise<unknown>,
    other: (engine: Engine) => Promise<unknown>,
  ) {
    let calls = 0;
    const around: Around = async (_, call) => {
      calls += 1;
      if (calls === at) await other(there.engineOf());
      return call();
    };
    const engine = there.engineOf({ store: storeAround(there.store, around), connector: connectorAround(there.connectorOf(), around) });
    const error = await work(engine).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error !== null) expect(error).toMatchObject({ code: expect.stringMatching(/^(checkpoint_moved|lease_lost|match_key_taken)$/) });
    return calls >= at;
  }

  describe('another process that does all its work between any two calls', () => {
    const call = conversation({
      id: 'call-1',
      phone: '+14155550120',
      analysis: { lead_qualification_status: 'Qualified', email: 'zero@example.com' },
    });
    const imported = async (there: Deployment) => {
      people(there.crm);
      await there.engine.pull();
      there.clock.advance(3_600_000);
    };
    const OTHERS: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
      'a conversation of an unknown caller': (engine) => engine.handleConversation(call),
      'a pull': (engine) => engine.pull(),
      'a push': (engine) => engine.push(),
      'an edit of a number': async (engine) => {
        const { contact } = await engine.contacts.byPhone('+14155550121');
        if (contact !== null) await engine.contacts.update(contact.id, { phone_number: '+14155550199' }, { by: 'other' });
      },
    };
    const WORKS: Readonly<Record<string, { prepare?: (there: Deployment) => Promise<void>; work: (engine: Engine) => Promise<unknown> }>> =
      {
        'the first pull': {
          prepare: async ({ crm }) => void people(crm),
          work: (engine) => engine.pull(),
        },
        'a conversation': { prepare: imported, work: (engine) => engine.handleConversation(call) },
        'a conversation of an unknown caller': {
          prepare: async ({ crm }) => void people(crm),
          work: (engine) => engine.handleConversation({ ...call, id: 'call-2', analysis: { customer_notes: 'Wants a demo.' } }),
        },
        'an edit of a number': {
          prepare: imported,
          work: async (engine) => {
            const { contact } = await engine.contacts.byPhone('+14155550122');
            await engine.contacts.update(contact?.id ?? '', { phone_number: '+14155550199' }, { by: 'test' });
          },
        },
      };
    const pairs = Object.entries(WORKS).flatMap(([work, flow]) =>
      Object.entries(OTHERS).map(([name, other]) => ({ title: work, name, ...flow, other })),
    );

    it.each(pairs)('$title, interrupted by $name: no number, record or activity twice (R19, P5)', async ({ prepare, work, other }) => {
      for (let at = 1; ; at += 1) {
        const there = deployment({ unknownCaller: 'create' }, { pageSizeMax: 3 });
        await prepare?.(there);
        if (!(await interruptedAt(there, at, work, other))) break;
        await settled(there);
        await there.engine.pull();
        const contacts = await there.engine.contacts.list();
        const numbers = contacts.map(({ fields }) => fields.phone_number);
        expect(new Set(numbers).size, `interrupted at call ${at}`).toBe(numbers.length);
        const records = contacts.flatMap(({ links }) => links.flatMap(({ recordId, state }) => (state === 'active' ? [recordId] : [])));
        expect(new Set(records).size).toBe(records.length);
        const logged = there.crm.loggedCalls().map(({ key }) => key);
        expect(new Set(logged).size).toBe(logged.length);
      }
    });
  });
});

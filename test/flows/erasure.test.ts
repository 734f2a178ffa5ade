import { appendMerger } from 'crm-sync-engine/mergers';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, dumpOf, entriesOf, storeAround, takingTurns } from './harness.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;
const PERSONAL = ['Zaphod', 'Beeblebrox', '4155550', '415) 555', 'zaphod@', 'improbable', 'towel', 'Magrathea'];
/** Everything that is kept under a scope, as text. */
const textOf = async (...dump: Parameters<typeof dumpOf>) => JSON.stringify(await dumpOf(...dump));

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, object } = world;

  async function zaphod(options: Parameters<typeof deployment>[0] = {}) {
    const there = deployment({ unknownCaller: 'create', ...options });
    const record = there.crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0100', email: 'zaphod@example.com' });
    const other = there.crm.add({ firstName: 'Trillian', lastName: 'Astra', phone: '(212) 555-0199' });
    await there.engine.pull();
    const idOf = async () => (await there.engine.contacts.byPhone('+14155550100')).contact?.id;
    return { ...there, record, other, id: (await idOf()) ?? '', idOf };
  }
  const call = (id: string, analysis: object = {}) =>
    conversation({ id, phone: '+14155550100', summary: 'Of Magrathea.', transcript: 'An improbable towel.', analysis: analysis as never });

  describe('contacts.erase (R21)', () => {
    it('leaves no value of the person anywhere in the store, and names the records that are left in the CRM', async () => {
      const there = await zaphod({ merger: { specVersion: 1, merge: () => Promise.reject(new Error('no')) } });
      const { engine, crm, store, scope } = there;
      await engine.contacts.update(there.id, { interaction_summary: 'Has a towel.' }, { by: 'Marvin' });
      await engine.handleConversation(call('call-1', { customer_notes: 'Magrathea' }));
      crm.fault({ on: 'log', what: 'lost_ack' });
      await engine.handleConversation(call('call-2', { customer_notes: 'improbable' }));
      crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0100' }); // waits: the number is taken
      there.clock.advance(HOUR);
      expect((await engine.pull({ full: true })).skips).toMatchObject({ ambiguous: 1 });
      expect(await textOf(store, scope)).toMatch(new RegExp(PERSONAL.map((text) => text.replace(')', '\\)')).join('|')));

      const { records } = await engine.contacts.erase(there.id);
      expect(records).toEqual([{ connection: scope.connection, object, recordId: there.record.id }]);
      const text = await textOf(store, scope);
      expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
      expect(text).not.toContain(there.id);
      expect(await engine.contacts.explain(there.id)).toEqual([]);
      expect(there.events.of('contact.erased')).toMatchObject([{ contactId: there.id }]);
      expect(crm.record(there.record.id).fields.firstName).toBe('Zaphod');
    });

    describe('of somebody who was removed before', () => {
      it('and came back with the record, leaves nothing of who they were', async () => {
        const there = await zaphod({ onDelete: 'delete' });
        await there.engine.contacts.update(there.id, { interaction_summary: 'Has a towel.' }, { by: 'Marvin' });
        there.crm.remove(there.record.id);
        await world.hearOfDeletion(there.engine, there.record.id);
        there.clock.advance(HOUR);
        there.crm.restore(there.record.id);
        there.clock.advance(HOUR);
        await there.engine.pull({ full: true });
        await expectNothingLeft(there);
      });

      it('and was restored by hand, leaves nothing of who they were', async () => {
        const there = await zaphod();
        await there.engine.contacts.update(there.id, { interaction_summary: 'Has a towel.' }, { by: 'Marvin' });
        await there.engine.contacts.remove(there.id, { by: 'Marvin' });
        await there.engine.contacts.restore(there.id, { by: 'Marvin' });
        await there.engine.pull();
        await expectNothingLeft(there);
      });

      async function expectNothingLeft(there: Awaited<ReturnType<typeof zaphod>>) {
        const id = (await there.idOf()) ?? '';
        expect(id).not.toBe(there.id);
        expect(await textOf(there.store, there.scope)).toContain(there.id);
        const { records } = await there.engine.contacts.erase(id);
        expect(records).toEqual([{ connection: there.scope.connection, object, recordId: there.record.id }]);
        const text = await textOf(there.store, there.scope);
        expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
        expect([id, there.id].filter((one) => text.includes(one))).toEqual([]);
        expect(there.events.of('contact.erased')).toMatchObject([{ contactId: id }, { contactId: there.id }]);
        expect(await there.engine.contacts.get((await there.engine.contacts.byPhone('+12125550199')).contact?.id ?? '')).not.toBeNull();
      }
    });

    it('keeps the person from being made again: by a pull, by a call, by a new record with the number, under an old number', async () => {
      const there = await zaphod();
      await there.engine.contacts.update(there.id, { phone_number: '+14155550107' }, { by: 'test' });
      await there.engine.contacts.erase(there.id);
      there.clock.advance(HOUR);
      there.crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0107' });
      there.crm.edit(there.record.id, { phone: '(415) 555-0188' }); // the very record, though nobody was erased under this number
      const run = await there.engine.pull({ full: true });
      expect(run.skips).toMatchObject({ erased: 2 });
      const result = await there.engine.handleConversation(call('call-1'));
      expect(result.steps.analysis).toMatchObject({ status: 'skipped', reason: 'erased', remedy: expect.stringContaining('unsuppress') });
      expect(result.complete).toBe(true);
      expect((await there.engine.contacts.list()).map(({ fields }) => fields.first_name)).toEqual(['Trillian']);
      const text = await textOf(there.store, there.scope);
      expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
    });

    it('leaves the conversations of somebody else with the number alone', async () => {
      const there = await zaphod({ merger: { specVersion: 1, merge: () => Promise.reject(new Error('no')) } });
      const bound = there.store.bind(there.scope);
      const set = { phone_number: '+14155550100', email: 'zaphod@example.com', interaction_summary: 'Old.' };
      await bound.commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'trisha', set }], entries: [] });
      const begun = await there.engine.handleConversation(call('call-1', { customer_notes: 'New.' }), { contactId: 'trisha' });
      expect(begun.complete).toBe(false);
      await there.engine.contacts.erase(there.id);
      expect(await entriesOf(bound, 'connection', 'conversation')).toMatchObject([{ contactId: 'trisha' }]);
      there.clock.advance(48 * HOUR);
      await there.engineOf({ merger: appendMerger() }).retryPending();
      const trisha = await there.engine.contacts.get('trisha');
      expect(trisha?.fields.interaction_summary).toContain('New.');
      expect(await entriesOf(bound, 'connection', 'conversation')).toEqual([]);
    });

    it('makes no record in the CRM of somebody with the number who was put into the table since', async () => {
      const there = await zaphod();
      await there.engine.contacts.erase(there.id);
      const set = { phone_number: '+14155550100', first_name: 'Zaphod', last_name: 'Beeblebrox' };
      await there.store
        .bind(there.scope)
        .commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'host-1', set }], entries: [] });
      const run = await there.engine.push({ createMissing: true });
      expect(run).toMatchObject({ counts: { created: 0 }, skips: { erased: 1 } });
      expect(there.crm.list()).toHaveLength(2);
    });

    it('gives the record to nobody else, whatever number it gets in the CRM', async () => {
      const there = await zaphod();
      const id = 'host-1';
      const set = { phone_number: '+14155550177', first_name: 'Arthur', last_name: 'Dent' };
      await there.store.bind(there.scope).commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: id, set }], entries: [] });
      await there.engine.contacts.erase(there.id);
      there.crm.edit(there.record.id, { phone: '(415) 555-0177' });
      there.clock.advance(HOUR);
      const run = await there.engine.push({ createMissing: true });
      expect(run).toMatchObject({ counts: { created: 0 }, skips: { erased: 1 } });
      expect((await there.engine.contacts.get(id))?.links).toEqual([]);
    });

    it('gives the record to nobody whose own was lost on the way, whatever number it gets in the CRM (R4)', async () => {
      const there = await zaphod();
      const set = { phone_number: '+14155550177', first_name: 'Arthur', last_name: 'Dent' };
      const row = { kind: 'insert', entity: 'contact', suggestedId: 'host-1', set } as const;
      await there.store.bind(there.scope).commit({ rows: [row], entries: [] });
      await there.engine.contacts.erase(there.id);
      there.crm.fault({ on: 'create', what: 'network' });
      await there.engine.push({ createMissing: true });
      expect((await there.engine.contacts.get('host-1'))?.links).toMatchObject([{ state: 'creating' }]);
      there.crm.edit(there.record.id, { phone: '(415) 555-0177' });
      for (let hours = 0; hours < 3; hours += 1) {
        there.clock.advance(HOUR);
        await there.engine.push({ createMissing: true });
      }
      expect((await there.engine.contacts.get('host-1'))?.links).toEqual([]);
    });

    it('leaves out a record that was said to be somebody else’s', async () => {
      const there = await zaphod();
      const { object } = world;
      await there.engine.contacts.unlink(there.id, { object, recordId: there.record.id });
      there.crm.edit(there.record.id, { phone: '(415) 555-0177' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect((await there.engine.contacts.erase(there.id)).records).toEqual([]);
      const find = async () => (await there.engine.contacts.byPhone('+14155550177')).contact;
      const { id } = (await find()) ?? {};
      await there.store.bind(there.scope).commit({ rows: [{ kind: 'erase', contactId: id ?? '' }], entries: [] }); // by nobody's wish
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
      expect((await find())?.links).toMatchObject([{ recordId: there.record.id }]);
    });

    it('finds nothing of the person with a contact that gave the record up', async () => {
      const there = await zaphod();
      there.crm.edit(there.record.id, { firstName: 'Ford', email: 'ford@example.com' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      await there.engine.contacts.update(there.id, { first_name: 'Zaphod', email: 'zaphod@example.com' }, { by: 'Marvin' });
      await there.engine.contacts.unlink(there.id, { object, recordId: there.record.id });
      const [link] = (await there.store.bind(there.scope).load({ ids: [there.id] }))[0]?.links ?? [];
      expect(link).toMatchObject({ state: 'declined', body: { sent: [], held: {}, modifiedAt: null } });
      expect(JSON.stringify(link)).not.toMatch(/Ford|ford@/);
      expect(JSON.stringify(link)).toContain('Beeblebrox'); // as the contact has it, from there
    });

    it('can be asked for twice, for a contact that was never there, and for one that the host has removed already', async () => {
      const there = await zaphod();
      await there.engine.contacts.erase(there.id);
      expect(await there.engine.contacts.erase(there.id)).toEqual({ records: [] });
      expect(await there.engine.contacts.erase('nobody')).toEqual({ records: [] });
      const removed = await zaphod();
      await removed.store.bind(removed.scope).commit({ rows: [{ kind: 'delete', contactId: removed.id }], entries: [] });
      const { records } = await removed.engine.contacts.erase(removed.id);
      expect(records).toMatchObject([{ recordId: removed.record.id }]);
      removed.clock.advance(HOUR);
      expect((await removed.engine.pull({ full: true })).skips).toMatchObject({ erased: 1 });
      expect(await removed.idOf()).toBeUndefined();
    });

    it('is lifted by whoever names the person: the next pull brings the record', async () => {
      const there = await zaphod();
      await there.engine.contacts.erase(there.id);
      const records = [{ object, id: there.record.id }];
      expect(
        await there.engine.contacts.unsuppress({ keys: { phone_number: '(415) 555-0100', email: 'zaphod@example.com' }, records }),
      ).toBe(3);
      expect(await there.engine.contacts.unsuppress({ records })).toBe(0);
      await there.engine.pull();
      expect(await there.idOf()).toEqual(expect.any(String));
    });

    it('makes nobody where the key is not the one that they were erased with, and says so', async () => {
      for (const [erasing, looking] of [
        ['a key from the host', undefined],
        ['a key from the host', 'another key'],
        [undefined, 'a key from the host'],
      ]) {
        const there = await zaphod(erasing === undefined ? {} : { erasureKey: erasing });
        await there.engine.contacts.erase(there.id);
        there.clock.advance(HOUR);
        const wrong = there.engineOf({ erasureKey: looking as string }); // undefined: not given
        const refusal = { code: 'erasure_key_differs', remedy: expect.stringContaining('erasureKey') };
        await expect(wrong.pull({ full: true })).rejects.toMatchObject(refusal);
        await expect(wrong.contacts.erase(there.id)).rejects.toMatchObject(refusal);
        await expect(wrong.contacts.unsuppress({ keys: { phone_number: '+14155550100' } })).rejects.toMatchObject(refusal);
        expect(await there.idOf()).toBeUndefined();
        expect((await there.engine.pull({ full: true })).skips).toMatchObject({ erased: 1 });
      }
    });

    it('takes a key of the host’s own, which is then not in the store', async () => {
      const there = await zaphod({ erasureKey: 'a key from the host' });
      await there.engine.contacts.erase(there.id);
      expect(await textOf(there.store, there.scope)).not.toContain('a key from the host');
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).skips).toMatchObject({ erased: 1 });
    });
  });

  describe('an erasure at the same time as', () => {
    it.each([1, 2, 3, 4, 5, 6])('a pull of a record with the number leaves nobody (order %i)', async (seed) => {
      const turns = takingTurns(seed);
      const there = await zaphod();
      there.crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0101' });
      await there.engine.contacts.update(there.id, { phone_number: '+14155550101' }, { by: 'test' });
      there.clock.advance(HOUR);
      const engine = there.engineOf({ store: storeAround(there.store, turns.around) });
      const results = await turns.run<unknown>(
        () => engine.pull({ full: true }),
        () => engine.contacts.erase(there.id),
      );
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect((await there.engine.contacts.list()).map(({ fields }) => fields.first_name)).toEqual(['Trillian']);
      await there.engine.pull({ full: true });
      const text = await textOf(there.store, there.scope);
      expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
    });

    it('knows the record that a contact gets at any moment of it: nobody is made of that again', async () => {
      for (let at = 1; ; at += 1) {
        const there = deployment({ unknownCaller: 'create' });
        const { engine, crm, clock, store } = there;
        await engine.handleConversation(call('call-1'));
        const id = (await engine.contacts.byPhone('+14155550100')).contact?.id ?? '';
        // As the record has it: the pull that links the two changes nothing of the contact, which so keeps its version.
        await engine.contacts.update(id, { first_name: 'Zaphod', last_name: 'Beeblebrox' }, { by: 'test' });
        const record = crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0100' });
        let calls = 0;
        const watched = storeAround(store, async (_, work) => {
          calls += 1;
          if (calls === at) await engine.pull();
          return work();
        });
        await there.engineOf({ store: watched, unknownCaller: 'create' }).contacts.erase(id);
        if (calls < at) break;
        // With another number, only the record itself tells whose it was.
        crm.edit(record.id, { phone: '(415) 555-0177' });
        clock.advance(HOUR);
        await engine.pull({ full: true });
        const isLinked = (await engine.contacts.byPhone('+14155550177')).contact !== null;
        expect([at, isLinked]).toEqual([at, false]);
      }
    });

    it('a pull that has met the contact already leaves no note that another record waits for it', async () => {
      const there = await zaphod();
      there.crm.add({ firstName: 'Gag', lastName: 'Halfrunt', phone: '(415) 555-0100' });
      there.clock.advance(HOUR);
      let isNext = true;
      const store = storeAround(there.store, async (name, work) => {
        const answer = await work();
        if (name === 'load' && isNext) {
          isNext = false;
          await there.engine.contacts.erase(there.id);
        }
        return answer;
      });
      expect((await there.engineOf({ store }).pull({ full: true })).skips).toMatchObject({ erased: 2 });
      expect(isNext).toBe(false);
      expect(await textOf(there.store, there.scope)).not.toContain(there.id);
    });

    it.each([1, 2, 3, 4, 5, 6, 7, 8])('a call of the person leaves nobody, and nothing of the call (order %i)', async (seed) => {
      const turns = takingTurns(seed);
      const there = await zaphod();
      const engine = there.engineOf({ store: storeAround(there.store, turns.around) });
      await turns.run<unknown>(
        () => engine.handleConversation(call('call-1', { customer_notes: 'Magrathea', lead_qualification_status: 'Working' })),
        () => engine.contacts.erase(there.id),
      );
      there.clock.advance(48 * HOUR);
      await there.engine.retryPending();
      const text = await textOf(there.store, there.scope);
      expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
      expect(text).not.toContain(there.id);
    });

    it('a write in flight: its acknowledgement brings nothing back', async () => {
      const there = await zaphod();
      await there.engine.contacts.update(there.id, { interaction_summary: 'Has a towel.' }, { by: 'Marvin' });
      const connector = connectorAround(there.connectorOf(), async (name, work) => {
        const answer = await work();
        if (name === 'write') await there.engine.contacts.erase(there.id);
        return answer;
      });
      expect((await there.engineOf({ connector }).push()).status).toBe('done');
      const text = await textOf(there.store, there.scope);
      expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
      expect(text).not.toContain(`"contactId":"${there.id}"`);
    });
  });
});

describe('a person with records in two CRMs', () => {
  it('is erased through one connection and made again by none', async () => {
    const [first, second] = WORLDS.map((world) => world);
    if (first === undefined || second === undefined) throw new Error('two CRMs');
    const a = first.deployment();
    const numbers = Array.from({ length: 1_000 }, (_, index) => `b-${index}`);
    const b = second.deployment({ store: a.store, ids: () => numbers.shift() ?? '' });
    const person = { firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0100' };
    const records = [a.crm.add(person), b.crm.add(person)];
    await a.engine.pull();
    await b.engine.pull();
    const [contact, ...others] = await a.engine.contacts.list();
    expect(others).toEqual([]);
    const erased = await a.engine.contacts.erase(contact?.id ?? '');
    expect(erased.records.map(({ recordId }) => recordId)).toEqual(records.map(({ id }) => id));
    for (const there of [a, b]) {
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).skips).toMatchObject({ erased: 1 });
      const text = await textOf(a.store, there.scope);
      expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
      expect(text).not.toContain(contact?.id);
    }
    b.crm.edit(records[1]?.id ?? '', { phone: '(415) 555-0155' });
    b.clock.advance(HOUR);
    await b.engine.pull({ full: true });
    expect(await a.engine.contacts.list()).toEqual([]);
  });
});

it('leaves no value in the tables of an SQLite store', async () => {
  const [world] = WORLDS;
  const store = sqliteStore({ file: ':memory:' });
  const there = world!.deployment({ store });
  there.crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0100', email: 'zaphod@example.com' });
  await there.engine.pull();
  const [contact] = await there.engine.contacts.list();
  await there.engine.contacts.erase(contact?.id ?? '');
  const text = await textOf(store, there.scope);
  expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
  store.close();
});

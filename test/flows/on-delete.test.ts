import { describe, expect, it } from 'vitest';
import { type Around, connectorAround, entriesOf, storeAround, withoutLeases } from './harness.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, object } = world;

  async function alice(options: Parameters<typeof deployment>[0] = {}) {
    const there = deployment(options);
    const record = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0100' });
    await there.engine.pull();
    const find = async () => (await there.engine.contacts.byPhone('+14155550100')).contact;
    const id = (await find())?.id ?? '';
    there.clock.advance(HOUR);
    const remove = async () => {
      there.crm.remove(record.id);
      const run = await world.hearOfDeletion(there.engine, record.id);
      there.clock.advance(HOUR);
      return run;
    };
    const restore = async () => {
      there.crm.restore(record.id);
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
    };
    const told = async () =>
      (await entriesOf(there.store.bind(there.scope), 'workspace', 'history')).flatMap(
        ({ body }) => (body as { event?: string }).event ?? [],
      );
    return { ...there, record, find, id, remove, restore, told };
  }

  describe('a record that is deleted in the CRM', () => {
    it('leaves its contact, unless the connection asks for more; the history says so', async () => {
      const there = await alice();
      await there.remove();
      expect(await there.find()).toMatchObject({ id: there.id, links: [{ state: 'tombstone' }] });
      expect(await there.told()).toEqual(['record_deleted']);
    });

    it('sets a flag where that is asked for, which is taken back with the record', async () => {
      const there = await alice({ onDelete: { flag: 'do_not_call' } });
      await there.remove();
      expect(await there.find()).toMatchObject({ id: there.id, fields: { do_not_call: true }, links: [{ state: 'tombstone' }] });
      expect(await there.engine.contacts.explain(there.id, 'do_not_call')).toMatchObject([
        { before: false, after: true, rule: 'onDelete' },
      ]);
      await there.restore();
      expect(await there.find()).toMatchObject({ id: there.id, fields: { do_not_call: false }, links: [{ state: 'active' }] });
      expect(await there.told()).toEqual(['record_deleted', 'record_restored']);
    });

    it('takes its contact along where that is asked for; with the record a new one comes back', async () => {
      const there = await alice({ onDelete: 'delete' });
      await there.remove();
      expect(await there.engine.contacts.get(there.id)).toBeNull();
      expect(await there.find()).toBeNull();
      await there.engine.pull({ full: true });
      expect(await there.find()).toBeNull();
      await there.restore();
      expect(await there.find()).toMatchObject({ fields: { first_name: 'Alice' }, links: [{ state: 'active' }] });
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).counts).toMatchObject({ created: 0, unchanged: 1 });
    });

    it('is met by a push: the contact goes with the next pull', async () => {
      const there = await alice({ onDelete: 'delete' });
      await there.engine.contacts.update(there.id, { interaction_summary: 'Called.' }, { by: 'test' });
      there.crm.remove(there.record.id);
      await there.engine.push();
      expect((await there.find())?.links).toMatchObject([{ state: 'tombstone' }]);
      await there.engine.pull();
      expect(await there.find()).toBeNull();
    });

    it('is met by a push, and is there again for somebody else in the middle of the next pull: the contact stays', async () => {
      const kept: boolean[] = [];
      for (let at = 1; ; at += 1) {
        const there = await alice({ onDelete: 'delete' });
        await there.engine.contacts.update(there.id, { interaction_summary: 'Called.' }, { by: 'test' });
        there.crm.remove(there.record.id);
        await there.engine.push();
        let calls = 0;
        let isBack = false;
        const around: Around = async (_, call) => {
          calls += 1;
          if (calls !== at) return call();
          await there.restore();
          isBack = (await there.engine.contacts.get(there.id))?.links[0]?.state === 'active';
          return call();
        };
        const store = storeAround(withoutLeases(there.store), around);
        const pull = there.engineOf({ store, onDelete: 'delete', connector: connectorAround(there.connectorOf(), around) }).pull();
        await pull.catch(({ code }) => expect(code).toBe('checkpoint_moved'));
        if (calls < at) break;
        if (isBack) kept.push((await there.engine.contacts.get(there.id)) !== null);
      }
      expect(kept.length).toBeGreaterThan(5);
      expect(kept).not.toContain(false);
    });

    it('takes no contacts along where too many would go', async () => {
      const there = deployment({ onDelete: 'delete' });
      const ids = Array.from({ length: 40 }, (_, index) => there.crm.add({ lastName: 'Smith', phone: `+1415555${2_000 + index}` }).id);
      await there.engine.pull();
      there.clock.advance(HOUR);
      for (const id of ids.slice(0, 30)) there.crm.remove(id);
      await expect(there.engine.pull({ full: true })).rejects.toMatchObject({ code: 'mass_deletion', at: { object } });
      expect(await there.engine.contacts.list()).toHaveLength(40);
      await there.engine.pull({ full: true, allowDeletions: true });
      expect(await there.engine.contacts.list()).toHaveLength(10);
    });
  });
});

describe('a contact with records in two CRMs (R25)', () => {
  it('stays until the last of them is deleted', async () => {
    const [first, second] = WORLDS;
    if (first === undefined || second === undefined) throw new Error('two CRMs');
    const a = first.deployment({ onDelete: 'delete' });
    const numbers = Array.from({ length: 1_000 }, (_, index) => `b-${index}`);
    const b = second.deployment({ store: a.store, onDelete: 'delete', ids: () => numbers.shift() ?? '' });
    const person = { firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0100' };
    const records = [a.crm.add(person), b.crm.add(person)];
    await a.engine.pull();
    await b.engine.pull();
    for (const there of [a, b]) there.clock.advance(HOUR);
    a.crm.remove(records[0]?.id ?? '');
    await first.hearOfDeletion(a.engine, records[0]?.id ?? '');
    expect(await a.engine.contacts.list()).toMatchObject([{ links: [{ state: 'tombstone' }] }]);
    b.crm.remove(records[1]?.id ?? '');
    await second.hearOfDeletion(b.engine, records[1]?.id ?? '');
    expect(await a.engine.contacts.list()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;
const PEOPLE = 60;

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, names, mapping, object } = world;

  /** 60 people, of whom every third is not `Web`. */
  async function imported() {
    const there = deployment();
    const ids = Array.from({ length: PEOPLE }, (_, index) => {
      const source = index % 3 === 0 ? 'Phone' : 'Web';
      return there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `+1415555${1_000 + index}`, source }).id;
    });
    const filtered = (source: string) => there.engineOf({ mappings: [{ ...mapping, filter: { field: names.source, eq: source } }] });
    const states = async () => {
      const rows = await there.store.bind(there.scope).load({ records: { object, ids } });
      const all = rows.flatMap(({ links }) => links.map(({ state }) => state));
      return { active: all.filter((state) => state === 'active').length, left: all.filter((state) => state === 'left_filter').length };
    };
    const later = () => there.clock.advance(HOUR);
    return { ...there, ids, filtered, states, later };
  }

  describe('records that leave the filter because the mapping has another one (R16)', () => {
    it('are let go of, and nothing is sent until they match again', async () => {
      const { crm, engine, ids, filtered, states, later } = await imported();
      await engine.pull();
      expect(await states()).toEqual({ active: 60, left: 0 });
      later();
      await filtered('Web').pull();
      expect(await states()).toEqual({ active: 40, left: 20 });
      const { contact } = await engine.contacts.byPhone('+14155551000');
      await engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
      expect(world.writesOf(await callsOf(crm, () => filtered('Web').push()))).toEqual([]);

      later();
      await filtered('Phone').pull();
      expect(await states()).toEqual({ active: 20, left: 40 });
      await filtered('Phone').push();
      expect(crm.record(ids[0] as string).fields.notes).toBe('Called.');
      later();
      await engine.pull();
      expect(await states()).toEqual({ active: 60, left: 0 });
    });

    it('are found by any full read, also those that left it unseen', async () => {
      const { crm, ids, filtered, states, later } = await imported();
      await filtered('Web').pull();
      later();
      crm.edit(ids[1] as string, { source: 'Phone' });
      crm.edit(ids[0] as string, { source: 'Web' });
      later();
      await filtered('Web').pull({ full: true });
      expect(await states()).toEqual({ active: 40, left: 1 });
      later();
      crm.edit(ids[1] as string, { source: 'Web' });
      later();
      await filtered('Web').pull({ full: true });
      expect(await states()).toEqual({ active: 41, left: 0 });
    });
  });

  it('one that left it is told apart from one that is gone: only that one is flagged, unlinked and told as deleted', async () => {
    const there = await imported();
    const { crm, ids, later } = there;
    const filter = { field: names.source, eq: 'Web' };
    const engine = there.engineOf({ mappings: [{ ...mapping, filter }], onDelete: { flag: 'do_not_call' } });
    await engine.pull();
    later();
    const [left, gone] = [ids[1] as string, ids[2] as string];
    crm.edit(left, { source: 'Phone' });
    crm.remove(gone);
    later();
    await engine.pull({ full: true });
    const of = async (index: number) => (await engine.contacts.byPhone(`+1415555${1_000 + index}`)).contact;
    expect(await of(1)).toMatchObject({ fields: { do_not_call: null }, links: [{ recordId: left, state: 'left_filter' }] });
    expect(await of(2)).toMatchObject({ fields: { do_not_call: true }, links: [{ recordId: gone, state: 'tombstone' }] });
    const states = there.events.of('link.changed').filter(({ recordId }) => recordId === left || recordId === gone);
    expect(states.map(({ recordId, state }) => [recordId, state]).toSorted()).toEqual(
      [
        [gone, 'tombstone'],
        [left, 'left_filter'],
      ].toSorted(),
    );
    const removals = (await engine.contacts.list({ where: { field: `$link.${object}`, eq: 'tombstone' } })).map(({ id }) => id);
    expect(removals).toEqual([(await of(2))?.id]);
  });

  it('a mapping without a filter is not verified by id for having changed', async () => {
    const { crm, engine, engineOf, later } = await imported();
    await engine.pull();
    later();
    const fewer = { ...mapping, fields: mapping.fields.filter(({ field }) => field !== 'first_name') };
    const fetches = (await callsOf(crm, () => engineOf({ mappings: [fewer] }).pull())).filter((call) => /batch\/read|composite/.test(call));
    expect(fetches).toEqual([]);
  });
});

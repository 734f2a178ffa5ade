import { describe, expect, it } from 'vitest';
import { type Around, connectorAround, storeAround, takingTurns, withoutLeases } from './harness.ts';
import { byPhone, scenesIn } from './scenes.ts';
import { type Deployment, WORLDS } from './world.ts';

const HOUR = 3_600_000;
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1);
const NUMBER = '+14155550120';

describe.each(WORLDS)('on $name, with leases switched off (R9, R19)', (world) => {
  const { object } = world;
  const { people } = scenesIn(world);
  type Engine = Deployment['engine'];

  async function atOnce(there: Deployment, seed: number, ...works: readonly ((engine: Engine) => Promise<unknown>)[]) {
    const turns = takingTurns(seed);
    const engine = () =>
      there.engineOf({
        store: storeAround(withoutLeases(there.store), turns.around),
        connector: connectorAround(there.connectorOf(), turns.around),
      });
    const ended = await turns.run(...works.map((work) => () => work(engine())));
    return ended.flatMap((result) => (result.status === 'rejected' ? [(result.reason as { readonly code?: string }).code] : []));
  }

  /** First0 is known. Twin, who has the same number, was made long before anybody reads it: no overlap brings it again. */
  async function twinIsNew() {
    const there = people(1);
    await there.engine.pull();
    const contactId = (await byPhone(there, 0))?.id ?? '';
    there.clock.advance(HOUR);
    const twin = there.crm.add({ firstName: 'Twin', lastName: 'Jones', phone: NUMBER }).id;
    there.clock.advance(HOUR);
    return { ...there, twin, first: there.ids[0] as string, contactId };
  }

  const settle = async ({ clock, engine }: Deployment) => {
    for (let more = 0; more < 3; more += 1) {
      clock.advance(HOUR);
      await engine.pull();
    }
  };
  const live = async ({ engine }: Deployment) =>
    (await engine.contacts.list())
      .flatMap(({ links, id }) => links.flatMap(({ recordId, state }) => (state === 'active' ? [`${recordId} of ${id}`] : [])))
      .sort();

  it('a number that is given up between any two calls of the pull that is about to wait for it is not missed', async () => {
    for (let at = 1; ; at += 1) {
      const there = await twinIsNew();
      let calls = 0;
      const around: Around = async (_, call) => {
        calls += 1;
        if (calls === at) await there.engine.contacts.update(there.contactId, { phone_number: '+14155550199' }, { by: 'test' });
        return call();
      };
      const store = storeAround(withoutLeases(there.store), around);
      await there.engineOf({ store, connector: connectorAround(there.connectorOf(), around) }).pull();
      if (calls < at) break;
      await settle(there);
      expect([at, await there.engine.contacts.ambiguous()]).toEqual([at, []]);
      expect((await there.engine.contacts.byPhone(NUMBER)).contact?.links).toMatchObject([{ recordId: there.twin, state: 'active' }]);
    }
  });

  it.each(SEEDS)('a record that is linked by two people at once has one contact (turns %i)', async (seed) => {
    const there = await twinIsNew();
    await there.engine.pull();
    const failed = await atOnce(
      there,
      seed,
      (engine) => engine.contacts.link(null, { object, recordId: there.twin }),
      (engine) => engine.contacts.link(null, { object, recordId: there.twin }),
      (engine) => engine.pull({ full: true }),
    );
    for (const code of failed) expect(code).toBe('record_taken');
    await settle(there);
    expect(await there.engine.contacts.list()).toHaveLength(2);
    expect((await live(there)).map((link) => link.split(' ')[0])).toEqual([there.first, there.twin].sort());
  });

  it.each(SEEDS)('a record that is taken from its contact while it is pulled goes to nobody twice (turns %i)', async (seed) => {
    const there = await twinIsNew();
    await there.engine.pull();
    there.crm.edit(there.first, { lastName: 'Baker' });
    await atOnce(
      there,
      seed,
      (engine) => engine.contacts.unlink(there.contactId, { object, recordId: there.first }),
      (engine) => engine.pull(),
      (engine) => engine.pull({ full: true }),
    );
    await settle(there);
    expect(await live(there)).toEqual([`${there.twin} of ${there.contactId}`]);
    expect(await there.engine.contacts.ambiguous()).toMatchObject([{ recordId: there.first }]);
  });

  it.each(SEEDS)('two that pull a record which was made again link it once, to its old contact (turns %i)', async (seed) => {
    const there = people(1);
    await there.engine.pull();
    const contactId = (await byPhone(there, 0))?.id ?? '';
    there.clock.advance(HOUR);
    there.crm.remove(there.ids[0] as string);
    await world.hearOfDeletion(there.engine, there.ids[0] as string);
    const { id } = there.crm.add({ firstName: 'First0', lastName: 'Smith', phone: NUMBER });
    there.clock.advance(HOUR);
    await atOnce(
      there,
      seed,
      (engine) => engine.pull(),
      (engine) => engine.pull(),
    );
    await settle(there);
    expect(await live(there)).toEqual([`${id} of ${contactId}`]);
    expect(await there.engine.contacts.list()).toHaveLength(1);
  });
});

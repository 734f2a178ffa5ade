import { defineMapping } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { entriesOf } from './harness.ts';
import { callsOf, schema } from './support.ts';
import { WORLDS, type World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const mappingOf = ({ object, names }: World) =>
  defineMapping(schema, {
    crmObject: object,
    fields: [
      { crm: names.phone, field: 'phone_number', direction: 'inbound' },
      { crm: names.status, field: 'lead_status', direction: 'both' },
      { crm: names.firstName, field: 'first_name', direction: 'both' },
    ],
  });

/** Alice, whose status an automation of the CRM puts back to New after every change. */
async function automated(world: World) {
  const there = world.deployment({ mappings: [mappingOf(world)] });
  const { id: recordId } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', status: 'New' });
  await there.engine.pull();
  const id = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
  const inCrm = () => there.crm.record(recordId).fields.status;
  /** Somebody here sets it, it is sent, and the automation undoes it. */
  const round = async (status: 'Working' | 'Qualified' = 'Working', automation: string | null = 'New') => {
    there.clock.advance(MINUTE);
    await there.engine.contacts.update(id, { lead_status: status }, { by: 'test' });
    there.clock.advance(MINUTE);
    const calls = await callsOf(there.crm, () => there.engine.push());
    const sent = world.writesOf(calls).length;
    there.clock.advance(MINUTE);
    if (automation !== null && inCrm() !== automation) there.crm.edit(recordId, { status: automation });
    there.clock.advance(MINUTE);
    return { sent, run: await there.engine.pull() };
  };
  const status = async () => (await there.engine.contacts.get(id))?.fields.lead_status;
  return { ...there, id, recordId, inCrm, round, status };
}

describe.each(WORLDS)('a field that an automation of $name rewrites (P4)', (world) => {
  it('is sent to no more, and is told of wherever somebody looks', async () => {
    const there = await automated(world);
    const rounds = [];
    for (let turn = 0; turn < 6; turn += 1) rounds.push(await there.round());
    expect(rounds.map(({ sent }) => sent)).toEqual([1, 1, 1, 1, 0, 0]);
    expect(rounds.map(({ run }) => run.notes.map(({ code }) => code))).toEqual([[], [], [], ['field_rewritten'], [], []]);
    expect(there.inCrm()).toBe('New');
    expect(await there.status()).toBe('Working'); // what somebody wants here is kept
    expect(there.events.of('conflict')).toMatchObject([{ field: 'lead_status', winner: null, reason: 'rewritten' }]);
    expect((await there.engine.status()).conflicts).toEqual({ open: 1, rewritten: 1 });
    const findings = await there.engine.check();
    expect(findings.filter(({ code }) => code === 'field_rewritten')).toMatchObject([
      { level: 'warning', who: 'crm_admin', at: { object: world.object, field: world.names.status } },
    ]);
    expect(await there.engine.conflicts.list({ open: true })).toMatchObject([
      { contactId: there.id, field: 'lead_status', local: 'Working', remote: 'New', open: 'rewritten' },
    ]);
  });

  it('is still read, and keeps no other field from being sent', async () => {
    const there = await automated(world);
    for (let turn = 0; turn < 4; turn += 1) await there.round();
    there.crm.edit(there.recordId, { status: 'Qualified' });
    there.clock.advance(MINUTE);
    await there.engine.pull();
    expect(await there.status()).toBe('Qualified');
    await there.engine.contacts.update(there.id, { first_name: 'Alicia', lead_status: 'Working' }, { by: 'test' });
    there.clock.advance(MINUTE);
    await there.engine.push();
    expect(there.crm.record(there.recordId).fields).toMatchObject({ firstName: 'Alicia', status: 'Qualified' });
  });

  it.each([
    ['local', 'Working'],
    ['crm', 'New'],
    [{ value: 'Qualified' }, 'Qualified'],
  ] as const)('is let go by the host: %j', async (answer, value) => {
    const there = await automated(world);
    for (let turn = 0; turn < 5; turn += 1) await there.round();
    const [conflict] = await there.engine.conflicts.list({ open: true });
    await there.engine.conflicts.resolve(conflict?.id ?? '', answer, { by: 'Bea' });
    there.clock.advance(MINUTE);
    await there.engine.push();
    expect([await there.status(), there.inCrm()]).toEqual([value, value]);
    expect((await there.engine.status()).conflicts).toEqual({ open: 0, rewritten: 0 });
  });

  it('is stopped at once where it was let go and the automation is still there', async () => {
    const there = await automated(world);
    for (let turn = 0; turn < 5; turn += 1) await there.round();
    const [conflict] = await there.engine.conflicts.list({ open: true });
    await there.engine.conflicts.resolve(conflict?.id ?? '', 'crm', { by: 'Bea' });
    const rounds = [await there.round(), await there.round(), await there.round()];
    expect(rounds.map(({ sent }) => sent)).toEqual([1, 0, 0]);
  });

  it('is tried again by itself after a day', async () => {
    const there = await automated(world);
    for (let turn = 0; turn < 5; turn += 1) await there.round();
    expect(there.inCrm()).toBe('New');
    there.clock.advance(25 * HOUR);
    await there.engine.push();
    expect(there.inCrm()).toBe('Working');
    expect(await there.engine.conflicts.list()).toMatchObject([{ open: null, reason: 'left_alone' }]);
  });

  it('is not one that people edit back and forth, nor one whose values are new each time', async () => {
    const there = await automated(world);
    for (let turn = 0; turn < 8; turn += 1) {
      there.clock.advance(10 * MINUTE);
      there.crm.edit(there.recordId, { status: turn % 2 === 0 ? 'Working' : 'New' });
      there.clock.advance(MINUTE);
      await there.engine.pull();
      await there.engine.push();
    }
    expect(await entriesOf(there.store.bind(there.scope), 'workspace', 'flips')).toEqual([]);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      there.clock.advance(MINUTE);
      await there.engine.contacts.update(there.id, { first_name: name }, { by: 'test' });
      there.clock.advance(MINUTE);
      await there.engine.push();
      expect(there.crm.record(there.recordId).fields.firstName).toBe(name);
      there.crm.edit(there.recordId, { firstName: 'Alice' });
      there.clock.advance(MINUTE);
      await there.engine.pull();
    }
    expect((await there.engine.status()).conflicts).toEqual({ open: 0, rewritten: 0 });
  });

  it('costs nothing where nothing is put back', async () => {
    const there = await automated(world);
    await there.round('Working', null);
    await there.round('Qualified', null);
    expect(await entriesOf(there.store.bind(there.scope), 'workspace', 'flips')).toEqual([]);
  });
});

describe('two CRMs that each insist on their own value (R25)', () => {
  it('do not write to each other for ever: their flips are counted together', async () => {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const store = memoryStore({ clock });
    const sides = WORLDS.map((world, index) => {
      const there = world.deployment({ mappings: [mappingOf(world)], clock, store, propagate: true });
      const wanted = index === 0 ? 'New' : 'Qualified';
      const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', status: wanted });
      return { ...there, world, wanted, id };
    });
    let writes = 0;
    const turn = async (there: (typeof sides)[number]) => {
      const move = () => {
        clock.advance(5 * MINUTE);
        there.clock.set(clock.now());
      };
      move();
      writes += there.world.writesOf(await callsOf(there.crm, () => there.engine.push())).length;
      move();
      if (there.crm.record(there.id).fields.status !== there.wanted) there.crm.edit(there.id, { status: there.wanted });
      move();
      await there.engine.pull();
    };
    for (let round = 0; round < 20; round += 1) for (const there of sides) await turn(there);
    expect(writes).toBeGreaterThan(2);
    expect(writes).toBeLessThanOrEqual(6);
    expect((await Promise.all(sides.map(({ engine }) => engine.status()))).some(({ conflicts }) => conflicts.rewritten > 0)).toBe(true);
  });
});

import type { Segment } from 'crm-sync-engine';
import { conversation, memoryStore } from 'crm-sync-engine/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { connectorAround, storeAround, takingTurns } from '../flows/harness.ts';
import { byPhone, scenesIn } from '../flows/scenes.ts';
import type { schema } from '../flows/support.ts';
import { WORLDS, type World } from '../flows/world.ts';
import { openPeopleTable, type PeopleTable, storeOnItsClock } from './people-table.ts';

const HOUR = 3_600_000;

let table: PeopleTable;
beforeAll(async () => {
  table = await openPeopleTable(inject('postgresUrl'));
});
afterAll(() => table[Symbol.asyncDispose]());
beforeEach(() => table.clear());

type StoreOf = PeopleTable['onPostgres'];
const inMemory: StoreOf = (clock) => memoryStore({ clock });

const call = (id: string, last: number, status: string) =>
  conversation({ id, phone: `+1415555012${last}`, analysis: { lead_qualification_status: status } });

/** Four contacts in the CRM, none of them read, and segments of every kind: by a field, by links, by conversations. */
function segmented(world: World, storeOf: StoreOf) {
  const segments: readonly Segment<typeof schema>[] = [
    { name: 'qualified', where: { field: 'lead_status', eq: 'Qualified' }, watch: ['email'] },
    { name: 'linked', where: { field: `$link.${world.object}`, eq: 'active' } },
    { name: 'talked', where: { field: '$conversations', gt: 0 } },
  ];
  const { store, runOn } = storeOnItsClock(storeOf);
  const there = scenesIn(world).people(4, {}, { segments, unknownCaller: 'create', store });
  runOn(there.clock);
  /** What is told until it is acknowledged, by the last digit of the number. */
  const told = async () => {
    const events = await there.engine.segments.events();
    const everybody = await there.engine.contacts.list();
    const lastOf = (id: string) => everybody.find((contact) => contact.id === id)?.fields.phone_number?.at(-1) ?? 'gone';
    await there.engine.segments.acknowledge(events.map(({ id }) => id));
    const changed = (changes: (typeof events)[number]['changes']) =>
      changes.map(({ field, before, after }) => ` ${field}: ${before} → ${after}`);
    return events
      .map(({ type, segment, contactId, reason, changes }) => `${type} ${segment} ${lastOf(contactId)} ${reason}${changed(changes)}`)
      .toSorted();
  };
  return { ...there, told };
}

/** Everything that brings somebody into a segment, or out of it, and what was told of each. */
async function walkThrough(world: World, storeOf: StoreOf) {
  const there = segmented(world, storeOf);
  const { engine, crm, clock, ids } = there;
  const all: (readonly string[])[] = [];
  const tell = async () => all.push(await there.told());
  const pull = async () => {
    clock.advance(HOUR);
    await engine.pull();
    await tell();
  };
  crm.edit(ids[0]!, { status: 'Qualified' });
  await pull();
  clock.advance(HOUR);
  crm.edit(ids[0]!, { status: 'Working' });
  crm.edit(ids[1]!, { status: 'Qualified' });
  await pull();
  await engine.handleConversation(call('call-2', 2, 'Qualified'));
  await engine.handleConversation(call('call-2', 2, 'Qualified'));
  await engine.handleConversation(call('call-9', 9, 'Qualified'));
  await tell();
  const edited = await byPhone(there, 1);
  await engine.contacts.update(edited!.id, { email: 'one@example.com' }, { by: 'ann' });
  await tell();
  clock.advance(HOUR);
  crm.remove(ids[3]!);
  await world.hearOfDeletion(engine, ids[3]!);
  await tell();
  await engine.contacts.remove(edited!.id, { by: 'ann' });
  await tell();
  await engine.contacts.erase((await byPhone(there, 2))!.id);
  await engine.segments.compare();
  await tell();
  return all;
}

describe.each(WORLDS)('segments in PostgreSQL, on $name', (world) => {
  const TOLD = [
    [],
    ['entered qualified 1 null', 'left qualified 0 no_match'],
    ['entered qualified 2 null', 'entered qualified 9 null', 'entered talked 2 null', 'entered talked 9 null'],
    ['changed qualified 1 null email: null → one@example.com'],
    ['left linked 3 no_match'],
    ['left linked gone contact_removed', 'left qualified gone contact_removed'],
    [],
  ];

  it('tell of people as they do in memory, of each once, until it is acknowledged', async () => {
    expect(await walkThrough(world, inMemory)).toEqual(TOLD);
    expect(await walkThrough(world, table.onPostgres)).toEqual(TOLD);
  });

  it('do so of contacts in a table of the host, which makes its own ids', async () => {
    expect(await walkThrough(world, table.inTheirTable)).toEqual(TOLD);
  });

  it.each([1, 2])('tell each event once where two workers find the same changes, in the order of seed %i', async (seed) => {
    const there = segmented(world, table.onPostgres);
    await there.engine.pull();
    there.clock.advance(HOUR);
    for (const id of there.ids.slice(0, 3)) there.crm.edit(id, { status: 'Qualified' });
    there.clock.advance(HOUR);
    const turns = takingTurns(seed);
    const worker = () =>
      there.engineOf({ store: storeAround(there.store, turns.around), connector: connectorAround(there.connectorOf(), turns.around) });
    const [one, other] = [worker(), worker()];
    await turns.run<unknown>(
      () => one.pull(),
      () => other.handleConversation(call('call-2', 2, 'Qualified')),
      () => other.segments.compare(),
    );
    there.clock.advance(HOUR);
    await there.engine.sync();
    expect(await there.told()).toEqual([
      'entered qualified 0 null',
      'entered qualified 1 null',
      'entered qualified 2 null',
      'entered talked 2 null',
    ]);
  });
});

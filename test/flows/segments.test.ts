import {
  type ContactStore,
  CrmSyncEngine,
  defineContactSchema,
  type EngineOptions,
  type RowChange,
  type Segment,
  type SegmentEvent,
} from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { appendMerger, conversation, fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { completeFields } from '../../src/core/schema/schema.ts';
import { type Around, connectorAround, Died, dumpOf, dying, storeAround, takingTurns } from './harness.ts';
import { byPhone, scenesIn } from './scenes.ts';
import { schema } from './support.ts';
import { type Deployment, WORLDS } from './world.ts';

const HOUR = 3_600_000;

type Told = readonly [type: string, segment: string, who: string, ...changes: unknown[]];

describe.each(WORLDS)('on $name', (world) => {
  const { people, aliceKnown } = scenesIn(world);

  const QUALIFIED = { name: 'qualified', where: { field: 'lead_status', eq: 'Qualified' }, watch: ['email'] } as const;
  const LINKED: Segment<typeof schema> = { name: 'linked', where: { field: `$link.${world.object}`, eq: 'active' } };
  const TALKED = { name: 'talked', where: { field: '$conversations', gt: 0 } } as const;

  const told = async ({ store, scope, engine }: Pick<Deployment, 'store' | 'scope' | 'engine'>): Promise<readonly Told[]> => {
    const events = await engine.segments.events({ limit: 1_000 });
    const rows = (await dumpOf(store, scope)).rows;
    const nameOf = (id: string) => String(rows.find((row) => row.id === id)?.fields['first_name'] ?? id);
    return events.map(({ type, segment, contactId, changes }) => [type, segment, nameOf(contactId), ...changes]);
  };
  const call = (id: string, last: number, status: string, more = {}) =>
    conversation({ id, phone: `+1415555012${last}`, analysis: { lead_qualification_status: status, ...more } });

  describe('segments', () => {
    it('nobody of the first read is told, and whoever enters, changes or leaves afterwards is, once, until it is acknowledged', async () => {
      const there = people(4, {}, { segments: [QUALIFIED, TALKED] });
      there.crm.edit(there.ids[0] as string, { status: 'Qualified' });
      await there.engine.pull();
      expect(await told(there)).toEqual([]);

      there.clock.advance(HOUR);
      there.crm.edit(there.ids[0] as string, { status: 'Working' });
      there.crm.edit(there.ids[1] as string, { status: 'Qualified' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect((await told(there)).toSorted()).toEqual([
        ['entered', 'qualified', 'First1'],
        ['left', 'qualified', 'First0'],
      ]);
      await there.engine.handleConversation(call('call-2', 2, 'Qualified', { email: 'two@example.com' }));
      await there.engine.handleConversation(call('call-2', 2, 'Qualified', { email: 'two@example.com' }));
      const contact = await byPhone(there, 1);
      await there.engine.contacts.update(contact?.id ?? '', { email: 'one@example.com' }, { by: 'test' });
      there.clock.advance(HOUR);
      await there.engine.sync();
      const events = await there.engine.segments.events();
      expect((await told(there)).slice(2)).toEqual([
        ['entered', 'qualified', 'First2'],
        ['entered', 'talked', 'First2'],
        ['changed', 'qualified', 'First1', { field: 'email', before: null, after: 'one@example.com' }],
      ]);
      expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toSorted());
      expect(events.at(-1)).toMatchObject({ contactId: contact?.id, at: expect.stringMatching(/^2026-01-05T.*Z$/), reason: null });
      expect(there.events.of('segment.entered')).toHaveLength(3);
      expect(there.events.of('segment.changed')).toMatchObject([{ id: events.at(-1)?.id, fields: ['email'] }]);

      // read by pages, twice the same
      const [first, second] = events.map(({ id }) => id) as [string, string];
      expect(await there.engine.segments.events({ limit: 1 })).toEqual([events[0]]);
      expect(await there.engine.segments.events({ after: first, limit: 1 })).toEqual([events[1]]);
      expect(await there.engine.segments.events({ segment: 'talked' })).toHaveLength(1);
      expect(await there.engine.segments.acknowledge([first, second, first, 'nothing'])).toBe(2);
      expect(await there.engine.segments.acknowledge([first])).toBe(0);
      expect(await there.engine.segments.events()).toEqual(events.slice(2));
      there.clock.advance(HOUR);
      await there.engine.sync();
      expect(await there.engine.segments.events()).toEqual(events.slice(2));
      there.clock.advance(HOUR);
      expect(await there.engine.segments.prune({ olderThan: new Date(there.clock.now()) })).toBe(3);
      expect(await there.engine.segments.events()).toEqual([]);
    });

    it('`initial` tells those of the first read, too', async () => {
      const there = people(2, {}, { segments: [{ ...QUALIFIED, initial: true }, TALKED] });
      there.crm.edit(there.ids[0] as string, { status: 'Qualified' });
      await there.engine.pull();
      expect(await told(there)).toEqual([['entered', 'qualified', 'First0']]);
    });

    it('a first read that takes several runs is one: a contact that it brings late is not told either', async () => {
      const there = people(6, {}, { segments: [QUALIFIED] });
      for (const id of there.ids) there.crm.edit(id, { status: 'Qualified' });
      const cut = new AbortController();
      const cutting: Around = async (name, work) => {
        const answer = await work();
        if (name === 'commit' && (await there.engine.contacts.list()).length >= 2) cut.abort();
        return answer;
      };
      const first = there.engineOf({ store: storeAround(there.store, cutting) });
      expect(await first.pull({ signal: cut.signal })).toMatchObject({ status: 'paused' });
      await there.engine.segments.compare(); // whatever the host does meanwhile
      there.clock.advance(HOUR);
      expect(await there.engine.pull()).toMatchObject({ status: 'done' });
      expect(await there.engine.contacts.list()).toHaveLength(6);
      expect(await told(there)).toEqual([]);
      there.clock.advance(HOUR);
      there.crm.add({ firstName: 'Late', lastName: 'Smith', phone: '(415) 555-0129', status: 'Qualified' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await told(there)).toEqual([['entered', 'qualified', 'Late']]);
    });

    it('nor is who is here already when a first read links them, in however many runs', async () => {
      const there = people(6, {}, { segments: [QUALIFIED, LINKED] });
      const bound = there.store.bind(there.scope);
      const host = there.ids.map((_, index): RowChange => {
        const set = { ...completeFields(schema, {}), phone_number: `+1415555012${index}` };
        return { kind: 'insert', entity: 'contact', suggestedId: `host-${index}`, set };
      });
      await bound.commit({ rows: host, entries: [] });
      for (const id of there.ids) there.crm.edit(id, { status: 'Qualified' });
      const cut = new AbortController();
      const linked = () => there.engine.contacts.list({ where: LINKED.where });
      const cutting: Around = async (name, work) => {
        const answer = await work();
        if (name === 'commit' && (await linked()).length >= 2) cut.abort();
        return answer;
      };
      const first = there.engineOf({ store: storeAround(there.store, cutting) });
      expect(await first.pull({ signal: cut.signal })).toMatchObject({ status: 'paused' });
      await there.engine.segments.compare();
      there.clock.advance(HOUR);
      expect(await there.engine.pull()).toMatchObject({ status: 'done', counts: { created: 0 } });
      expect(await linked()).toHaveLength(6);
      expect(await told(there)).toEqual([]);
      await there.engine.contacts.update('host-5', { lead_status: 'New' }, { by: 'test' });
      await there.engine.contacts.update('host-5', { lead_status: 'Qualified' }, { by: 'test' });
      expect(await told(there)).toEqual([
        ['left', 'qualified', 'First5'],
        ['entered', 'qualified', 'First5'],
      ]);
    });

    it('a segment that is new, or that others are in now, begins anew without a word', async () => {
      const there = people(2, {}, { segments: [QUALIFIED] });
      there.crm.edit(there.ids[0] as string, { status: 'Qualified' });
      await there.engine.pull();
      const other = { name: 'new', where: { field: 'lead_status', eq: 'New' } } as const;
      const moved = there.engineOf({ segments: [{ ...QUALIFIED, where: { field: 'lead_status', in: ['Qualified', 'New'] } }, other] });
      there.clock.advance(HOUR);
      await moved.pull();
      expect(await told(there)).toEqual([]);
      const contact = await byPhone(there, 1);
      await moved.contacts.update(contact?.id ?? '', { lead_status: 'Working' }, { by: 'test' });
      expect((await told(there)).toSorted()).toEqual([
        ['left', 'new', 'First1'],
        ['left', 'qualified', 'First1'],
      ]);
    });

    it('a record that leaves the filter leaves the segment of those that have one, which is no deletion', async () => {
      const filter = { field: world.names.source, eq: 'Web' };
      const there = people(2, {}, { segments: [LINKED], mappings: [{ ...world.mapping, filter }] });
      for (const id of there.ids) there.crm.edit(id, { source: 'Web' });
      await there.engine.pull();
      there.clock.advance(HOUR);
      there.crm.edit(there.ids[0] as string, { source: 'Phone' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await told(there)).toEqual([['left', 'linked', 'First0']]);
      there.clock.advance(HOUR);
      there.crm.edit(there.ids[0] as string, { source: 'Web' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect((await told(there)).slice(1)).toEqual([['entered', 'linked', 'First0']]);
      const [{ reason } = {}] = await there.engine.segments.events();
      expect(reason).toBe('no_match');
    });

    it('a record that is made for a contact is there at once', async () => {
      const there = people(1, {}, { segments: [LINKED], unknownCaller: 'create', unlinkedContact: 'create' });
      await there.engine.pull();
      const mapping = { ...world.mapping, create: { defaults: { [world.names.lastName]: 'Unknown' } } };
      there.clock.advance(HOUR);
      await there.engineOf({ mappings: [mapping] }).handleConversation(call('call-9', 9, 'New'));
      expect((await told(there)).map(([type, segment]) => [type, segment])).toEqual([['entered', 'linked']]);
    });

    it('whoever is removed leaves, and of whom is erased nothing is left', async () => {
      const there = await aliceKnown({ segments: [QUALIFIED] });
      await there.edit({ lead_status: 'Qualified' });
      await there.engine.contacts.remove(there.contactId, { by: 'test' });
      const events = await there.engine.segments.events();
      expect(events.map(({ type, reason }) => [type, reason])).toEqual([
        ['entered', null],
        ['left', 'contact_removed'],
      ]);
      await there.engine.contacts.erase(there.contactId);
      expect(await there.engine.segments.events()).toEqual([]);
      const { entries } = await dumpOf(there.store, there.scope);
      expect(entries['membership']).toEqual([]);
      await there.engine.segments.compare();
      expect(await there.engine.segments.events()).toEqual([]);
    });

    it('what another connection or the host itself has written is found when everybody is compared', async () => {
      const there = people(2, {}, { segments: [QUALIFIED] });
      await there.engine.pull();
      const elsewhere = there.engineOf({ segments: [], connection: 'acme-other', mappings: [] });
      const contact = await byPhone(there, 1);
      await elsewhere.contacts.update(contact?.id ?? '', { lead_status: 'Qualified' }, { by: 'test' });
      expect(await told(there)).toEqual([]);
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await told(there)).toEqual([['entered', 'qualified', 'First1']]);
      await elsewhere.contacts.remove(contact?.id ?? '', { by: 'test' });
      expect(await there.engine.segments.compare()).toEqual({ ended: 'done', events: 1 });
      expect((await there.engine.segments.events()).at(-1)).toMatchObject({ type: 'left', reason: 'contact_removed' });
    });

    it('a table that makes its own ids is told of by them, from the very commit that makes the contact', async () => {
      const own: (store: ContactStore) => ContactStore = (store) => ({
        specVersion: 1,
        bind(scope) {
          const bound = store.bind(scope);
          const named = (row: RowChange): RowChange => (row.kind === 'insert' ? { ...row, suggestedId: `own-${row.suggestedId}` } : row);
          return { ...bound, commit: ({ rows, entries }) => bound.commit({ rows: rows.map(named), entries }) };
        },
      });
      const there = people(0, {}, { segments: [TALKED, QUALIFIED], unknownCaller: 'create' });
      await there.engine.pull();
      const engine = there.engineOf({ store: own(there.store) });
      await engine.handleConversation(call('call-9', 9, 'Qualified'));
      const { contact } = await engine.contacts.byPhone('+14155550129');
      expect(contact?.id).toMatch(/^own-/);
      await engine.contacts.update(contact?.id ?? '', { lead_status: 'New' }, { by: 'test' });
      await engine.segments.compare();
      expect((await engine.segments.events()).map(({ type, segment, contactId }) => [type, segment, contactId])).toEqual([
        ['entered', 'talked', contact?.id],
        ['entered', 'qualified', contact?.id],
        ['left', 'qualified', contact?.id],
      ]);
    });

    it('a worker with the segment as it was tells nothing of it once others were compared with what it is', async () => {
      const there = await aliceKnown({ segments: [QUALIFIED] });
      const moved = there.engineOf({ segments: [{ ...QUALIFIED, where: { field: 'lead_status', eq: 'Working' } }] });
      let isFirst = true;
      const meanwhile: Around = async (name, work) => {
        if (name === 'commit' && isFirst) {
          isFirst = false;
          await moved.segments.compare();
        }
        return work();
      };
      const old = there.engineOf({ store: storeAround(there.store, meanwhile) });
      await old.contacts.update(there.contactId, { lead_status: 'Qualified' }, { by: 'test' });
      expect(await there.fields()).toMatchObject({ lead_status: 'Qualified' });
      expect(await told(there)).toEqual([]);
    });

    it('whoever is erased while everybody is compared leaves nothing behind', async () => {
      const there = await aliceKnown({ segments: [QUALIFIED] });
      const elsewhere = there.engineOf({ segments: [], connection: 'acme-other', mappings: [] });
      await elsewhere.contacts.update(there.contactId, { lead_status: 'Qualified' }, { by: 'test' });
      let isFirst = true;
      const meanwhile: Around = async (name, work) => {
        if (name === 'commit' && isFirst) {
          isFirst = false;
          await elsewhere.contacts.erase(there.contactId);
        }
        return work();
      };
      const engine = there.engineOf({ store: storeAround(there.store, meanwhile) });
      expect(await engine.segments.compare()).toEqual({ ended: 'done', events: 0 });
      expect(isFirst).toBe(false);
      expect(await there.engine.segments.events()).toEqual([]);
      expect((await dumpOf(there.store, there.scope)).entries['membership']).toEqual([]);
    });

    it('another account begins anew without a word', async () => {
      const there = people(2, {}, { segments: [LINKED, QUALIFIED] });
      there.crm.edit(there.ids[0] as string, { status: 'Qualified' });
      await there.engine.pull();
      await there.engine.relink();
      expect(await told(there)).toEqual([]);
    });

    it('a host that acknowledges nothing loses nothing: with ten thousand events the comparison waits, and then goes on', async () => {
      const there = people(2, {}, { segments: [QUALIFIED] });
      await there.engine.pull();
      const bound = there.store.bind(there.scope);
      const event = (index: number) => `2026-01-05T09:30:00.000Z/${String(index).padStart(8, '0')}/x`;
      const body = { segment: 'qualified', type: 'entered', at: '2026-01-05T09:30:00.000Z', reason: null, changes: [] };
      const entries = Array.from({ length: 10_000 }, (_, index) => ({
        scope: 'connection' as const,
        kind: 'segment_event',
        key: event(index),
        expected: null,
        put: { body },
      }));
      await bound.commit({ rows: [], entries });
      there.clock.advance(HOUR);
      expect((await there.engine.pull()).notes).toMatchObject([{ code: 'segments_full' }]);
      const contact = await byPhone(there, 1);
      await there.engine.contacts.update(contact?.id ?? '', { lead_status: 'Qualified' }, { by: 'test' });
      const waiting = await there.engine.segments.events({ limit: 20_000 });
      expect(waiting).toHaveLength(10_000);
      expect(await there.engine.segments.acknowledge(waiting.map(({ id }) => id))).toBe(10_000);
      there.clock.advance(HOUR);
      expect((await there.engine.pull()).notes).toEqual([]);
      expect(await told(there)).toEqual([['entered', 'qualified', 'First1']]);
    });

    it('an engine without segments asks its store for nothing and commits nothing more', async () => {
      const seen: string[] = [];
      const watching: Around = (name, work) => {
        seen.push(name);
        return work();
      };
      const there = people(4);
      const plain = there.engineOf({ store: storeAround(there.store, watching) });
      await plain.pull();
      await plain.handleConversation(call('call-2', 2, 'Qualified'));
      const without = seen.splice(0);
      const dump = await dumpOf(there.store, there.scope);
      expect([dump.entries['segments'], dump.entries['membership'], dump.entries['segment_event']]).toEqual([[], [], []]);

      const other = people(4);
      const empty = other.engineOf({ segments: [], store: storeAround(other.store, watching) });
      await empty.pull();
      await empty.handleConversation(call('call-2', 2, 'Qualified'));
      expect(seen.splice(0)).toEqual(without);

      // and with one, an idle pull commits nothing more either
      const commitsOf = async (engine: Deployment['engine']) => {
        other.clock.advance(HOUR);
        await engine.pull();
        other.clock.advance(HOUR);
        seen.splice(0);
        await engine.pull();
        return seen.splice(0).filter((name) => name === 'commit').length;
      };
      const segmented = other.engineOf({ segments: [QUALIFIED], store: storeAround(other.store, watching) });
      expect(await commitsOf(segmented)).toBe(await commitsOf(empty));
    });
  });

  describe('segments and processes that die or work side by side', () => {
    const SEGMENTS: Partial<EngineOptions<typeof schema>> = {
      segments: [QUALIFIED, LINKED, TALKED],
      unknownCaller: 'create',
      merger: appendMerger(),
    };

    /** Known people of whom one is in the segment, and then changes in the CRM. */
    async function prepared() {
      const there = people(4, {}, SEGMENTS);
      there.crm.edit(there.ids[0] as string, { status: 'Qualified' });
      await there.engine.pull();
      there.clock.advance(HOUR);
      there.crm.edit(there.ids[0] as string, { email: 'zero@example.com' });
      there.crm.edit(there.ids[1] as string, { status: 'Qualified' });
      there.crm.edit(there.ids[2] as string, { status: 'Qualified' });
      there.crm.add({ firstName: 'New', lastName: 'Smith', phone: '(415) 555-0128', status: 'Qualified' });
      there.clock.advance(HOUR);
      return there;
    }
    const WORKS: Readonly<Record<string, (engine: Deployment['engine']) => Promise<unknown>>> = {
      'a pull': (engine) => engine.pull(),
      'a conversation': (engine) => engine.handleConversation(call('call-3', 3, 'Qualified')),
      'an unknown caller': (engine) => engine.handleConversation(call('call-7', 7, 'Qualified')),
    };
    const settled = async (there: Deployment) => {
      there.clock.advance(1_800_000);
      await there.engine.sync();
      return (await told(there)).map((event) => JSON.stringify(event)).toSorted();
    };

    it.each(Object.entries(WORKS))('%s that dies at any call loses no event and doubles none', async (_, work) => {
      const alone = await prepared();
      await work(alone.engine);
      await work(alone.engine);
      const expected = (await settled(alone)).map((event) => event.replace(/id-\d+/, 'id'));
      expect(expected.length).toBeGreaterThanOrEqual(2);
      for (const moment of ['before', 'after'] as const)
        for (let at = 1; ; at += 1) {
          const there = await prepared();
          const process = dying(at, moment);
          const doomed = there.engineOf({
            store: storeAround(there.store, process.around),
            connector: connectorAround(there.connectorOf(), process.around),
          });
          const died = await work(doomed).then(
            () => false,
            (error) => error instanceof Died,
          );
          if (!died && !process.isDead()) break;
          there.clock.advance(200_000);
          await work(there.engineOf());
          expect(
            (await settled(there)).map((event) => event.replace(/id-\d+/, 'id')),
            `died at call ${at}`,
          ).toEqual(expected);
        }
    });

    const SEEDS = Array.from({ length: world === WORLDS[0] ? 12 : 4 }, (_, seed) => seed + 1);

    it.each(SEEDS)('two workers tell each event once (turns %i)', async (seed) => {
      const alone = await prepared();
      await alone.engine.pull();
      await alone.engine.handleConversation(call('call-3', 3, 'Qualified'));
      const expected = await settled(alone);
      const there = await prepared();
      const turns = takingTurns(seed);
      const worker = () =>
        there.engineOf({
          store: storeAround(there.store, turns.around),
          connector: connectorAround(there.connectorOf(), turns.around),
        });
      const edit = async (engine: Deployment['engine']) => {
        await engine.handleConversation(call('call-3', 3, 'Qualified'));
        await engine.segments.compare();
      };
      const pull = async (engine: Deployment['engine']) => void (await engine.pull());
      await turns.run(
        () => pull(worker()),
        () => edit(worker()),
      );
      await there.engine.handleConversation(call('call-3', 3, 'Qualified'));
      expect(await settled(there)).toEqual(expected);
    });

    it.each(SEEDS)('two workers that find the same change of somebody else tell it once (turns %i)', async (seed) => {
      const there = people(4, {}, SEGMENTS);
      await there.engine.pull();
      const elsewhere = there.engineOf({ segments: [], connection: 'acme-other', mappings: [] });
      const change = async (last: number, lead_status: 'Qualified' | 'New') =>
        elsewhere.contacts.update((await byPhone(there, last))?.id ?? '', { lead_status }, { by: 'test' });
      for (const last of [0, 1, 2]) await change(last, 'Qualified');
      const turns = takingTurns(seed);
      const worker = () => there.engineOf({ store: storeAround(there.store, turns.around) });
      await turns.run(
        async () => void (await worker().segments.compare()),
        async () => void (await worker().segments.compare()),
        async () => void (await change(2, 'New')),
      );
      await there.engine.segments.compare();
      const of = async (who: string) =>
        (await told(there)).filter(([, segment, name]) => segment === 'qualified' && name === who).map(([type]) => type);
      expect(await of('First0')).toEqual(['entered']);
      expect(await of('First1')).toEqual(['entered']);
      // both is told, or neither: it had left before anybody looked
      expect([[], ['entered', 'left']]).toContainEqual(await of('First2'));
    });
  });
});

it('who joins a list in the CRM enters, though the record was not touched; who leaves it leaves', async () => {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock });
  const [ann, bea] = ['Ann', 'Bea'].map((firstname, index) => crm.add('contacts', { firstname, phone: `+1415555010${index}` }).id);
  const list = crm.addList({ name: 'VIP', members: [ann as string] });
  const plain = defineContactSchema({});
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-hubspot',
    schema: plain,
    mappings: [
      {
        crmObject: 'contacts',
        filter: { field: `lists.list_${list}`, eq: true },
        fields: [
          { crm: 'phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'firstname', field: 'first_name', direction: 'inbound' },
        ],
      },
    ],
    segments: [{ name: 'vip', where: { field: '$link.contacts', eq: 'active' } }],
    store: memoryStore({ clock }),
    connector: hubspot({ ...crm.options, clock }),
    clock,
  });
  const later = () => clock.advance(HOUR);
  const told = async () => {
    const events: readonly SegmentEvent[] = await engine.segments.events();
    await engine.segments.acknowledge(events.map(({ id }) => id));
    return Promise.all(events.map(async ({ type, contactId }) => [type, (await engine.contacts.get(contactId))?.fields.first_name]));
  };
  later();
  await engine.pull();
  expect(await told()).toEqual([]);
  later();
  crm.changeList(list, { add: [bea as string] });
  await engine.pull();
  expect(await told()).toEqual([['entered', 'Bea']]);
  later();
  crm.changeList(list, { remove: [ann as string] });
  later();
  await engine.pull();
  expect(await told()).toEqual([['left', 'Ann']]);
  later();
  crm.changeList(list, { add: [ann as string] });
  later();
  await engine.pull();
  expect(await told()).toEqual([['entered', 'Ann']]);
});

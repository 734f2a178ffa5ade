import assert from 'node:assert/strict';
import {
  acknowledge,
  changeLink,
  idsOf,
  insert,
  insertLinked,
  loadOne,
  mustCommit,
  mustMove,
  newLink,
  newRow,
  observe,
  open,
  type StoreCase,
  update,
} from './kit.ts';

export const links: readonly StoreCase[] = [
  {
    id: 'CS-38',
    rule: 'a second live link of a record is moved, in a later commit and in the same one',
    async check(make) {
      const { here } = await open(make);
      const [holder, other] = await insertLinked(here, ['r1', 'r2']);
      const ids = [holder!.id, other!.id, 'new'];
      const before = await observe(here, ids);
      await mustMove(here, { rows: [newRow({ id: 'new', links: [newLink('r1', { id: 'l2' })] })] });
      await mustMove(here, { rows: [update(other!, {}, [changeLink(other!, { recordId: 'r1', state: 'missing' })])] });
      const twice = ['a', 'b'].map((id) => newRow({ id, links: [newLink('r3', { id, state: 'creating' })] }));
      await mustMove(here, { rows: twice });
      assert.deepEqual(await observe(here, ids), before);
      assert.deepEqual(await here.load({ records: { object: 'Contact', ids: ['r3'] } }), []);
    },
  },
  {
    id: 'CS-39',
    rule: 'a second live link of a contact and object is moved, in a later commit and in the same one',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustMove(here, { rows: [update(row!, {}, [newLink('r2')])] });
      await mustMove(here, { rows: [update(row!, {}, [newLink(null, { state: 'creating' })])] });
      await mustMove(here, { rows: [newRow({ id: 'new', links: [newLink('r3'), newLink('r4')] })] });
      assert.deepEqual(await here.load({ records: { object: 'Contact', ids: ['r2', 'r3', 'r4'] } }), []);
      assert.deepEqual(await loadOne(here, row!.id), row);
    },
  },
  {
    id: 'CS-40',
    rule: 'a link that is not live takes no place, and neither does one without a record take a record',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      const past = ['tombstone', 'superseded', 'declined'] as const;
      const rest = past.map((state) => newLink('r1', { id: `old-${state}`, state }));
      await mustCommit(here, {
        rows: [update(row!, {}, rest), newRow({ id: 'b', links: [newLink('r1', { id: 'old-b', state: 'tombstone' })] })],
      });
      assert.equal((await loadOne(here, row!.id)).links.length, 4);
      const creating = ['c', 'd'].map((id) => newRow({ id, links: [newLink(null, { id: `creating-${id}`, state: 'creating' })] }));
      await mustCommit(here, { rows: creating });
    },
  },
  {
    id: 'CS-41',
    rule: 'one commit can pass a record on to another contact, or swap two, in any order of its rows',
    async check(make) {
      const { here } = await open(make);
      const [a, b] = await insertLinked(here, ['r1', 'r2']);
      const swap = [update(a!, {}, [changeLink(a!, { recordId: 'r2' })]), update(b!, {}, [changeLink(b!, { recordId: 'r1' })])];
      await mustCommit(here, { rows: swap });
      const recordOf = async (id: string) => (await loadOne(here, id)).links.map(({ recordId, state }) => [recordId, state]);
      assert.deepEqual(await recordOf(a!.id), [['r2', 'active']]);
      const a2 = await loadOne(here, a!.id);
      const taken = newRow({ id: 'c', links: [newLink('r2', { id: 'c' })] });
      const { ids } = await mustCommit(here, { rows: [taken, acknowledge(a2, [changeLink(a2, { state: 'superseded' })])] });
      assert.deepEqual(await recordOf(ids[0]!), [['r2', 'active']]);
      const a3 = await loadOne(here, a!.id);
      const renewed = [newLink('r5', { id: 'e' }), changeLink(a3, { state: 'tombstone' })];
      await mustCommit(here, { rows: [update(a3, {}, renewed)] });
    },
  },
  {
    id: 'CS-93',
    rule: 'one commit can erase a contact and give its record to another, in any order of its rows',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      const heir = newRow({ id: 'd', links: [newLink('r1', { id: 'd' })] });
      const { ids } = await mustCommit(here, { rows: [heir, { kind: 'erase', contactId: row!.id }] });
      const found = await here.load({ records: { object: 'Contact', ids: ['r1'] } });
      assert.deepEqual(
        found.map(({ id }) => id),
        [ids[0]],
      );
    },
  },
  {
    id: 'CS-42',
    rule: 'a link stays with its contact: its id can be used neither for a new link nor on another contact',
    async check(make) {
      const { here } = await open(make);
      const [a, b] = await insertLinked(here, ['r1', 'r2']);
      const ids = [a!.id, b!.id];
      const before = await observe(here, ids);
      const { id } = a!.links[0]!;
      await mustMove(here, { rows: [update(b!, {}, [newLink('r3', { id, object: 'Lead' })])] });
      await mustMove(here, { rows: [update(a!, {}, [newLink('r3', { id, object: 'Lead' })])] });
      await mustMove(here, { rows: [update(b!, {}, [changeLink(a!, { state: 'tombstone' })])] });
      await mustMove(here, { rows: [update(b!, {}, [changeLink(b!, { id: 'unknown' })])] });
      assert.deepEqual(await observe(here, ids), before);
    },
  },
  {
    id: 'CS-43',
    rule: 'the same record id of another object is another record',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { rows: [update(row!, {}, [newLink('r1', { object: 'Lead' })])] });
      const other = await insert(here, { id: 'other', links: [newLink('r1', { object: 'Account' })] });
      assert.deepEqual(idsOf(await here.load({ records: { object: 'Account', ids: ['r1'] } })), [other.id]);
      assert.deepEqual(idsOf(await here.load({ records: { object: 'Lead', ids: ['r1'] } })), [row!.id]);
    },
  },
  {
    id: 'CS-86',
    rule: 'a link that is removed leaves no trace: its contact is unlinked again, and its record is free',
    async check(make) {
      const { here } = await open(make);
      const [a, b] = await insertLinked(here, ['r1', 'r2']);
      await mustMove(here, { rows: [acknowledge(a!, [{ ...changeLink(a!), expected: 'another', remove: true }])] });
      assert.deepEqual(await loadOne(here, a!.id), a);
      await mustCommit(here, { rows: [acknowledge(a!, [{ ...changeLink(a!), remove: true }])] });
      assert.deepEqual(await loadOne(here, a!.id), { ...a!, links: [] });
      assert.deepEqual(await here.load({ records: { object: 'Contact', ids: ['r1'] } }), []);
      const unlinked = await here.scan({ entity: 'contact', object: 'Contact', want: 'unlinked', plan: '', now: 0, after: null, limit: 9 });
      assert.ok(idsOf(unlinked).includes(a!.id));
      const [link] = b!.links;
      const takesOver = update(a!, {}, [newLink('r2', { id: link!.id === 'taken-over' ? 'taken' : 'taken-over' })]);
      await mustCommit(here, { rows: [takesOver, update(b!, {}, [{ ...changeLink(b!), remove: true }])] });
      assert.deepEqual(idsOf(await here.load({ records: { object: 'Contact', ids: ['r2'] } })), [a!.id]);
    },
  },
];

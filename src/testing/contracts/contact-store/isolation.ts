import assert from 'node:assert/strict';
import {
  changeLink,
  HERE,
  idsOf,
  insert,
  insertLinked,
  loadOne,
  marker,
  markerKeys,
  mustCommit,
  mustMove,
  newLink,
  newRow,
  open,
  type StoreCase,
  scanIds,
  update,
} from './kit.ts';

const checkpoint = { scope: 'connection', kind: 'checkpoint', key: 'Contact', expected: null, put: { body: null } } as const;
const checkpoints = { scope: 'connection', kind: 'checkpoint', limit: 10 } as const;

export const isolation: readonly StoreCase[] = [
  {
    id: 'CS-56',
    rule: 'nothing of a workspace is visible in another, and nothing there can be changed from here',
    async check(make) {
      const { here, otherWorkspace } = await open(make);
      const row = await insert(here, { set: { email: 'ann@example.com' }, links: [newLink('r1')] });
      await mustCommit(here, { entries: [marker('m', { put: { body: null, contactId: row.id } }), checkpoint] });
      const found = await otherWorkspace.load({
        ids: [row.id],
        records: { object: 'Contact', ids: ['r1'] },
        keys: { entity: 'contact', field: 'email', values: ['ann@example.com'] },
      });
      assert.deepEqual(found, []);
      for (const want of ['pending', 'unlinked', 'linked', 'all'] as const)
        assert.deepEqual(await scanIds(otherWorkspace, want, { plan: 'other' }), []);
      assert.deepEqual([...(await markerKeys(otherWorkspace)), ...(await otherWorkspace.entries(checkpoints))], []);
      await mustMove(otherWorkspace, { rows: [update(row, { first_name: 'Bea' })] });
      await mustCommit(otherWorkspace, {
        rows: [{ kind: 'erase', contactId: row.id }],
        entries: [marker('m', { expected: 'any', put: 'delete' })],
      });
      assert.deepEqual(await loadOne(here, row.id), row);
      assert.deepEqual(await markerKeys(here), ['m']);
    },
  },
  {
    id: 'CS-57',
    rule: 'ids, records and keys that are taken in one workspace are free in another',
    requires: ['suggestedIds', 'removals'],
    async check(make) {
      const { here, otherWorkspace } = await open(make);
      const rows = (first_name: string) => [newRow({ id: 'same', set: { first_name }, links: [newLink('r1')] })];
      await mustCommit(here, { rows: rows('Ann'), entries: [marker('m'), checkpoint] });
      await mustCommit(otherWorkspace, { rows: rows('Bea'), entries: [marker('m'), checkpoint] });
      await mustCommit(otherWorkspace, { rows: [update(await loadOne(otherWorkspace, 'same'), { first_name: 'Cid' })] });
      await mustCommit(otherWorkspace, { rows: [{ kind: 'delete', contactId: 'same' }] });
      assert.equal((await loadOne(here, 'same')).fields['first_name'], 'Ann');
    },
  },
  {
    id: 'CS-58',
    rule: 'links and connection entries belong to their connection; the same record id there is another record',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { entries: [checkpoint] });
      assert.deepEqual((await loadOne(otherConnection, row!.id)).links, []);
      assert.deepEqual(await otherConnection.load({ records: { object: 'Contact', ids: ['r1'] } }), []);
      assert.deepEqual(await scanIds(otherConnection, 'linked'), []);
      assert.deepEqual(await scanIds(otherConnection, 'unlinked'), [row!.id]);
      assert.deepEqual(await otherConnection.entries(checkpoints), []);
      const { ids } = await mustCommit(otherConnection, { rows: [newRow({ id: 'other', links: [newLink('r1')] })], entries: [checkpoint] });
      assert.deepEqual(idsOf(await otherConnection.load({ records: { object: 'Contact', ids: ['r1'] } })), ids);
      const there = await loadOne(otherConnection, ids[0]!);
      await mustCommit(otherConnection, { rows: [update(there, {}, [changeLink(there, { plan: 'there' })])] });
      assert.deepEqual(await loadOne(here, row!.id), row);
    },
  },
  {
    id: 'CS-59',
    rule: 'contacts and workspace entries are seen and changed from every connection of the workspace',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const row = await insert(here, { set: { first_name: 'Ann' } });
      await mustCommit(here, { entries: [marker('m')] });
      assert.deepEqual(await loadOne(otherConnection, row.id), row);
      await mustMove(otherConnection, { entries: [marker('m')] });
      await mustCommit(otherConnection, {
        rows: [update(row, { first_name: 'Bea' })],
        entries: [marker('m', { expected: 'any', put: 'delete' })],
      });
      assert.equal((await loadOne(here, row.id)).fields['first_name'], 'Bea');
      assert.deepEqual(await markerKeys(here), []);
      await mustMove(here, { rows: [update(row, { first_name: 'Cid' })] });
    },
  },
  {
    id: 'CS-60',
    rule: 'a commit is seen by every store bound to the same scope, also by one that was bound before',
    async check(make) {
      const { here, store } = await open(make);
      const twin = store.bind(HERE);
      assert.deepEqual(await twin.load({ ids: ['contact-1'] }), []);
      const row = await insert(here, { links: [newLink('r1')] });
      assert.deepEqual(await loadOne(twin, row.id), row);
      await mustCommit(twin, { rows: [update(row, {}, [changeLink(row, { plan: 'plan-2' })])] });
      assert.equal((await loadOne(here, row.id)).links[0]!.plan, 'plan-2');
    },
  },
];

import assert from 'node:assert/strict';
import type { RowChange } from '../../../ports/store.ts';
import {
  acknowledge,
  changeLink,
  commit,
  idsOf,
  insert,
  insertLinked,
  loadOne,
  marker,
  markerKeys,
  markers,
  mustCommit,
  mustMove,
  newLink,
  newRow,
  observe,
  open,
  type StoreCase,
  scanIds,
  update,
} from './kit.ts';

const remove = (kind: 'delete' | 'erase', contactId: string, expected?: string): RowChange =>
  expected === undefined ? { kind, contactId } : { kind, contactId, expected };

/** An entry of the connection about a contact. */
const activity = (key: string, contactId: string) =>
  ({ scope: 'connection', kind: 'activity', key, expected: null, put: { body: null, contactId } }) as const;
const activities = { scope: 'connection', kind: 'activity', limit: 100 } as const;

export const removals: readonly StoreCase[] = [
  {
    id: 'CS-44',
    rule: 'delete removes the contact and keeps its links and entries: the row is found removed, by id, record and scan',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { entries: [marker('about', { put: { body: null, contactId: row!.id } })] });
      await mustCommit(here, { rows: [remove('delete', row!.id, row!.version)] });
      const removed = { id: row!.id, entity: 'contact', fields: {}, version: '', links: row!.links, removed: true };
      assert.deepEqual(await here.load({ ids: [row!.id] }), [removed]);
      assert.deepEqual(await here.load({ records: { object: 'Contact', ids: ['r1'] } }), [removed]);
      assert.deepEqual(await scanIds(here, 'linked'), [row!.id]);
      assert.deepEqual(await scanIds(here, 'linked', { entity: 'company' }), []);
      assert.deepEqual(await markerKeys(here, { contactId: row!.id }), ['about']);
    },
  },
  {
    id: 'CS-45',
    rule: 'a removed contact is found by no match key and in no scan but the one for links',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const set = { email: 'ann@example.com' };
      const linked = await insert(here, { id: 'a', set, links: [newLink('r1', { seen: null, dueAt: 0, plan: 'old' })] });
      const alone = await insert(here, { id: 'b', set });
      await mustCommit(here, { rows: [remove('delete', linked.id), remove('delete', alone.id)] });
      assert.deepEqual(await here.load({ keys: { entity: 'contact', field: 'email', values: ['ann@example.com'] } }), []);
      for (const want of ['pending', 'unlinked', 'all'] as const) assert.deepEqual(await scanIds(here, want), [], want);
      assert.deepEqual(await scanIds(here, 'unlinked', { object: 'Lead' }), []);
      assert.deepEqual(await here.load({ ids: [alone.id] }), []);
    },
  },
  {
    id: 'CS-46',
    rule: 'links of a removed contact can be changed, in the commit that removes it and in a later one',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, {
        rows: [
          { kind: 'delete', contactId: row!.id, expected: row!.version, links: [changeLink(row!, { state: 'tombstone', seen: 'after' })] },
        ],
      });
      const removed = await loadOne(here, row!.id);
      assert.deepEqual(
        removed.links.map(({ state, seen }) => [state, seen]),
        [['tombstone', null]],
      );
      await mustCommit(here, { rows: [update(removed, {}, [changeLink(removed, { plan: 'plan-2', seen: 'after' })])] });
      const again = await loadOne(here, row!.id);
      assert.deepEqual(
        again.links.map(({ plan, seen }) => [plan, seen]),
        [['plan-2', null]],
      );
      await mustCommit(here, { rows: [acknowledge(again, [changeLink(again, { plan: 'plan-3' })])] });
      assert.equal((await loadOne(here, row!.id)).links[0]!.plan, 'plan-3');
    },
  },
  {
    id: 'CS-47',
    rule: 'delete and erase that expect another version are moved',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { rows: [update(row!, { first_name: 'Ann' })] });
      const before = await observe(here, [row!.id]);
      for (const kind of ['delete', 'erase'] as const)
        for (const expected of [row!.version, ''])
          await mustMove(here, { rows: [remove(kind, row!.id, expected)], entries: [marker('m')] });
      assert.deepEqual(await observe(here, [row!.id]), before);
    },
  },
  {
    id: 'CS-48',
    rule: 'erase removes the contact, its links on every connection, and every entry of the workspace about it',
    requires: 'removals',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(otherConnection, {
        rows: [update(row!, {}, [newLink('r1', { id: 'there' })])],
        entries: [activity('there', row!.id)],
      });
      await mustCommit(here, { entries: [activity('here', row!.id), marker('shared', { put: { body: null, contactId: row!.id } })] });
      await mustCommit(here, { rows: [remove('erase', row!.id, row!.version)] });
      for (const bound of [here, otherConnection]) {
        assert.deepEqual(await bound.load({ ids: [row!.id], records: { object: 'Contact', ids: ['r1'] } }), []);
        assert.deepEqual(await scanIds(bound, 'linked'), []);
        assert.deepEqual(await bound.entries(activities), []);
        assert.deepEqual(await markerKeys(bound), []);
      }
    },
  },
  {
    id: 'CS-49',
    rule: 'erase removes a contact that was removed before, and what was left of it',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { rows: [remove('delete', row!.id)], entries: [activity('a', row!.id)] });
      await mustCommit(here, { rows: [remove('erase', row!.id, '')] });
      assert.deepEqual(await here.load({ ids: [row!.id] }), []);
      assert.deepEqual(await here.entries(activities), []);
    },
  },
  {
    id: 'CS-50',
    rule: 'erase leaves other contacts, their links and entries, and entries about nobody, alone',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row, other] = await insertLinked(here, ['r1', 'r2']);
      await mustCommit(here, {
        entries: [marker('other', { put: { body: null, contactId: other!.id } }), marker('nobody'), activity('other', other!.id)],
      });
      const before = await observe(here, [other!.id]);
      await mustCommit(here, { rows: [remove('erase', row!.id)] });
      assert.deepEqual(await observe(here, [other!.id]), before);
      assert.equal((await here.entries(activities)).length, 1);
    },
  },
  {
    id: 'CS-51',
    rule: 'a commit that was planned before an erase applies nothing after it: no field, no link, no late entry',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { rows: [remove('erase', row!.id)] });
      const late = [activity('late', row!.id), marker('late', { put: { body: null, contactId: row!.id } })];
      await mustMove(here, { rows: [update(row!, { first_name: 'Ann' })], entries: late });
      await mustMove(here, { rows: [{ kind: 'update', contactId: row!.id, expected: row!.version }], entries: late });
      await mustMove(here, { rows: [update(row!, {}, [newLink('r1', { id: 'late' })])], entries: late });
      await mustMove(here, { rows: [acknowledge(row!, [changeLink(row!)])], entries: late });
      assert.deepEqual(await here.load({ ids: [row!.id], records: { object: 'Contact', ids: ['r1'] } }), []);
      assert.deepEqual([...(await here.entries(activities)), ...(await here.entries(markers()))], []);
    },
  },
  {
    id: 'CS-52',
    rule: 'of an erase and an edit at once, the contact is gone in either order and nothing of it is left',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      const edit = { rows: [update(row!, { first_name: 'Ann' })], entries: [activity('edit', row!.id)] };
      const [erased] = await Promise.all([commit(here, { rows: [remove('erase', row!.id)] }), commit(here, edit)]);
      assert.equal(erased.status, 'done');
      assert.deepEqual(await here.load({ ids: [row!.id] }), []);
      assert.deepEqual(await here.entries(activities), []);
    },
  },
  {
    id: 'CS-53',
    rule: 'erase takes what its own commit puts about the contact, and leaves what it puts about nobody',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here);
      await mustCommit(here, {
        rows: [remove('erase', row.id)],
        entries: [
          marker('by id', { put: { body: null, contactId: row.id } }),
          marker('by row', { put: { body: null, contactId: { row: 0 } } }),
          marker('suppression'),
        ],
      });
      assert.deepEqual(await markerKeys(here), ['suppression']);
    },
  },
  {
    id: 'CS-54',
    rule: 'delete and erase of a contact that is gone are done',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      for (const kind of ['delete', 'erase'] as const) {
        const row = await insert(here, { id: kind });
        for (const _ of [1, 2]) assert.deepEqual((await mustCommit(here, { rows: [remove(kind, row.id)], entries: [] })).ids, [row.id]);
        await mustMove(here, { rows: [remove(kind, row.id, row.version)] });
      }
    },
  },
  {
    id: 'CS-87',
    rule: 'where it is asked for, a row tells its links of other connections, which are not its links here; in other rows nothing tells of them',
    async check(make) {
      const { here, otherConnection, otherWorkspace } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(otherConnection, {
        rows: [update(row!, {}, [newLink('x1'), newLink('x2', { object: 'Lead', state: 'tombstone' })])],
      });
      if ((await otherWorkspace.load({ ids: [row!.id] })).length === 0)
        await insert(otherWorkspace, { id: row!.id, links: [newLink('x1')] });
      assert.equal((await loadOne(here, row!.id)).elsewhere, undefined);
      const there = await otherConnection.load({ ids: [row!.id] });
      const [found] = await here.load({ records: { object: 'Contact', ids: ['r1'] }, elsewhere: true });
      assert.deepEqual(found!.links, row!.links);
      assert.deepEqual(
        found!.elsewhere,
        there[0]!.links.map((link) => ({ ...link, connection: 'acme-hubspot' })),
      );
    },
  },
  {
    id: 'CS-94',
    rule: 'a removed contact that has a link of another connection only is found where these are asked for, and nowhere else',
    requires: 'removals',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const lone = await insert(here, { id: 'lone' });
      await mustCommit(otherConnection, { rows: [update(lone, {}, [newLink('x3')])] });
      await mustCommit(here, { rows: [remove('delete', lone.id)] });
      const [removed] = await here.load({ ids: [lone.id], elsewhere: true });
      assert.deepEqual([removed?.removed, removed?.links, removed?.elsewhere?.map(({ recordId }) => recordId)], [true, [], ['x3']]);
      assert.deepEqual(await here.load({ ids: [lone.id] }), []);
    },
  },
  {
    id: 'CS-88',
    rule: 'a removal that expects the links elsewhere passes only while they are the very ones that were looked at',
    requires: 'removals',
    async check(make) {
      for (const kind of ['delete', 'erase'] as const) {
        const { here, otherConnection } = await open(make);
        const row = await insert(here, { id: kind });
        const versions = async () =>
          ((await here.load({ ids: [row.id], elsewhere: true }))[0]?.elsewhere ?? []).map(({ version }) => version);
        const none = await versions();
        await mustCommit(otherConnection, { rows: [update(row, {}, [newLink('x1')])] });
        await mustMove(here, { rows: [{ kind, contactId: row.id, expected: row.version, elsewhere: none }] });
        const one = await versions();
        const [there] = await otherConnection.load({ ids: [row.id] });
        await mustCommit(otherConnection, { rows: [acknowledge(there!, [changeLink(there!, { plan: 'plan-2' })])] });
        await mustMove(here, { rows: [{ kind, contactId: row.id, expected: row.version, elsewhere: one }] });
        assert.deepEqual((await loadOne(here, row.id)).version, row.version);
        await mustCommit(here, { rows: [{ kind, contactId: row.id, expected: row.version, elsewhere: await versions() }] });
        assert.deepEqual(await here.load({ ids: [row.id] }), []);
      }
    },
  },
  {
    id: 'CS-92',
    rule: 'a removal that expects the links of its own connection passes only while they are the very ones that were looked at',
    requires: 'removals',
    async check(make) {
      for (const kind of ['delete', 'erase'] as const) {
        const { here } = await open(make);
        const row = await insert(here, { id: kind });
        const versions = async () => (await loadOne(here, row.id)).links.map(({ version }) => version);
        const none = await versions();
        await mustCommit(here, { rows: [update(row, {}, [newLink('x1')])] });
        await mustMove(here, { rows: [{ kind, contactId: row.id, expected: row.version, here: none }] });
        const one = await versions();
        const there = await loadOne(here, row.id);
        await mustCommit(here, { rows: [acknowledge(there, [changeLink(there, { plan: 'plan-2' })])] });
        await mustMove(here, { rows: [{ kind, contactId: row.id, expected: row.version, here: one }] });
        assert.deepEqual((await loadOne(here, row.id)).version, row.version);
        await mustCommit(here, { rows: [{ kind, contactId: row.id, expected: row.version, here: await versions() }] });
      }
    },
  },
  {
    id: 'CS-55',
    rule: 'a contact that is inserted again under its id has the links that were left',
    requires: ['suggestedIds', 'removals'],
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { rows: [remove('delete', row!.id)] });
      await mustCommit(here, { rows: [newRow({ id: row!.id, set: { first_name: 'Ann' } })] });
      const again = await loadOne(here, row!.id);
      assert.equal(again.removed, undefined);
      assert.deepEqual(again.links, row!.links);
      assert.deepEqual(idsOf(await here.load({ records: { object: 'Contact', ids: ['r1'] } })), [row!.id]);
      assert.ok((await scanIds(here, 'pending')).includes(row!.id));
    },
  },
];

import assert from 'node:assert/strict';
import type { Changeset, Row } from '../../../ports/store.ts';
import {
  acknowledge,
  changeLink,
  commit,
  insert,
  insertLinked,
  loadOne,
  marker,
  markerKeys,
  markers,
  markerVersion,
  mustCommit,
  mustMove,
  newLink,
  newRow,
  observe,
  open,
  pick,
  type StoreCase,
  update,
} from './kit.ts';

/** A good change of everything: another contact, another link, another entry. */
const companions = (other: Row): Changeset => ({
  rows: [update(other, { first_name: 'Changed' }, [changeLink(other, { plan: 'changed' })]), newRow({ id: 'new', links: [newLink('r9')] })],
  entries: [marker('companion')],
});

export const commits: readonly StoreCase[] = [
  {
    id: 'CS-20',
    rule: 'a commit answers the ids of its rows in order, and an entry may refer to a row that it inserts',
    async check(make) {
      const { here } = await open(make);
      const old = await insert(here, { id: 'old' });
      const committed = await mustCommit(here, {
        rows: [
          newRow({ id: 'a', set: { first_name: 'Ann' } }),
          update(old, { first_name: 'Bea' }),
          newRow({ id: 'c', set: { first_name: 'Cid' } }),
        ],
        entries: [marker('m', { put: { body: null, contactId: { row: 2 } } })],
      });
      const names = await Promise.all(committed.ids.map(async (id) => (await loadOne(here, id)).fields['first_name']));
      assert.deepEqual(names, ['Ann', 'Bea', 'Cid']);
      const [entry] = await here.entries(markers());
      assert.equal(entry?.contactId, committed.ids[2]);
    },
  },
  {
    id: 'CS-21',
    rule: 'rows, links and entries appear together, links and entries under the version that the commit answers',
    async check(make) {
      const { here } = await open(make);
      const { ids, version } = await mustCommit(here, { rows: [newRow({ links: [newLink('r1')] })], entries: [marker('m')] });
      const row = await loadOne(here, ids[0]!);
      assert.deepEqual(
        row.links.map((link) => link.version),
        [version],
      );
      assert.equal(await markerVersion(here, 'm'), version);
    },
  },
  {
    id: 'CS-22',
    rule: 'a contact that is not at the expected version moves the commit, and nothing of it is applied',
    async check(make) {
      const { here } = await open(make);
      const [stale, other] = await insertLinked(here, ['r1', 'r2']);
      await mustCommit(here, { rows: [update(stale!, { first_name: 'Ann' })] });
      const ids = [stale!.id, other!.id, 'new'];
      const before = await observe(here, ids);
      const { rows, entries } = companions(other!);
      await mustMove(here, { rows: [...rows, update(stale!, { first_name: 'Bea' })], entries });
      await mustMove(here, { rows: [...rows, { kind: 'update', contactId: stale!.id, expected: stale!.version }], entries });
      assert.deepEqual(await observe(here, ids), before);
    },
  },
  {
    id: 'CS-23',
    rule: 'a link that is not at the expected version moves the commit, and nothing of it is applied',
    async check(make) {
      const { here } = await open(make);
      const [stale, other] = await insertLinked(here, ['r1', 'r2']);
      await mustCommit(here, { rows: [update(stale!, {}, [changeLink(stale!, { plan: 'plan-2' })])] });
      const ids = [stale!.id, other!.id, 'new'];
      const before = await observe(here, ids);
      const { rows, entries } = companions(other!);
      await mustMove(here, { rows: [...rows, update(stale!, { first_name: 'Bea' }, [changeLink(stale!)])], entries });
      assert.deepEqual(await observe(here, ids), before);
    },
  },
  {
    id: 'CS-24',
    rule: 'an entry that is not as expected moves the commit, and nothing of it is applied',
    async check(make) {
      const { here } = await open(make);
      const [other] = await insertLinked(here, ['r2']);
      await mustCommit(here, { entries: [marker('taken')] });
      const stale = await markerVersion(here, 'taken');
      await mustCommit(here, { entries: [marker('taken', { expected: stale, put: { body: 2 } })] });
      const ids = [other!.id, 'new'];
      const before = await observe(here, ids);
      const { rows, entries } = companions(other!);
      const refused = [
        marker('taken'),
        marker('taken', { expected: stale }),
        marker('taken', { expected: stale, put: 'delete' }),
        marker('absent', { expected: stale }),
        { scope: 'workspace', kind: 'marker', key: 'taken', expected: null },
      ] as const;
      for (const entry of refused) await mustMove(here, { rows, entries: [...entries, entry] });
      assert.deepEqual(await observe(here, ids), before);
    },
  },
  {
    id: 'CS-25',
    rule: 'a commit that is sent again, because its answer was lost, is moved and changes nothing',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      const changesets: readonly Partial<Changeset>[] = [
        { rows: [update(row!, { first_name: 'Ann' }, [changeLink(row!, { plan: 'plan-2' })])] },
        { rows: [newRow({ id: 'new', links: [newLink('r2')] })], entries: [marker('claim')] },
        { entries: [marker('alone')] },
      ];
      for (const changes of changesets) {
        const { ids } = await mustCommit(here, changes);
        const before = await observe(here, [row!.id, ...ids]);
        await mustMove(here, changes);
        assert.deepEqual(await observe(here, [row!.id, ...ids]), before);
      }
    },
  },
  {
    id: 'CS-26',
    rule: 'of two writers that loaded the same version, one commits and the other changes nothing',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const row = await insert(here, { set: { first_name: 'Ann' } });
      const outcomes = await Promise.all([
        commit(here, { rows: [update(row, { first_name: 'Bea' })], entries: [marker('from Bea')] }),
        commit(otherConnection, { rows: [update(row, { first_name: 'Cid' })], entries: [marker('from Cid')] }),
      ]);
      assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['done', 'moved']);
      const winner = outcomes[0].status === 'done' ? 'Bea' : 'Cid';
      assert.equal((await loadOne(here, row.id)).fields['first_name'], winner);
      assert.deepEqual(await markerKeys(here), [`from ${winner}`]);
    },
  },
  {
    id: 'CS-27',
    rule: 'of two inserts that claim the same match key by an entry, one commits and the other inserts nothing',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const claiming = (id: string, first_name: string) => ({
        rows: [newRow({ id, set: { first_name, phone_number: '+14155550100' } })],
        entries: [marker('phone:+14155550100', { put: { body: null, contactId: { row: 0 } } })],
      });
      const outcomes = await Promise.all([commit(here, claiming('a', 'Ann')), commit(otherConnection, claiming('b', 'Bea'))]);
      assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['done', 'moved']);
      const found = await here.load({ keys: { entity: 'contact', field: 'phone_number', values: ['+14155550100'] } });
      assert.equal(found.length, 1);
    },
  },
  {
    id: 'CS-28',
    rule: 'an insert of an id that is taken is moved',
    requires: 'suggestedIds',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here, { id: 'a', set: { first_name: 'Ann' } });
      await mustMove(here, { rows: [newRow({ id: 'b' }), newRow({ id: 'a', set: { first_name: 'Bea' } })], entries: [marker('m')] });
      assert.deepEqual(await here.load({ ids: ['a', 'b'] }), [row]);
      assert.deepEqual(await markerKeys(here), []);
    },
  },
  {
    id: 'CS-29',
    rule: 'an empty commit is done, and so is one that only checks; neither changes anything',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      await mustCommit(here, { entries: [marker('m')] });
      const before = await observe(here, [row!.id]);
      assert.deepEqual((await mustCommit(here, {})).ids, []);
      const expected = await markerVersion(here, 'm');
      await mustCommit(here, {
        rows: [{ kind: 'update', contactId: row!.id, expected: row!.version }],
        entries: [
          { scope: 'workspace', kind: 'marker', key: 'm', expected },
          { scope: 'workspace', kind: 'marker', key: 'absent', expected: null },
        ],
      });
      assert.deepEqual(await observe(here, [row!.id]), before);
    },
  },
  {
    id: 'CS-30',
    rule: 'another value of any field gives a contact a new version; a commit that sets no field keeps it',
    async check(make) {
      const { here } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      const seen = new Set([row!.version]);
      for (const set of [{ first_name: 'Ann' }, { notes: 'Called.' }, { score: 1 }, { do_not_call: true }, { first_name: null }]) {
        await mustCommit(here, { rows: [update(await loadOne(here, row!.id), set)] });
        seen.add((await loadOne(here, row!.id)).version);
      }
      assert.equal(seen.size, 6);
      const last = await loadOne(here, row!.id);
      await mustCommit(here, { rows: [update(last, {}, [changeLink(last, { plan: 'plan-2' })])] });
      assert.equal((await loadOne(here, row!.id)).version, last.version);
    },
  },
  {
    id: 'CS-31',
    rule: 'the version of a link changes whenever the link does, and only then',
    async check(make) {
      const { here } = await open(make);
      const links = [newLink('r1', { id: 'a' }), newLink('r2', { id: 'b', object: 'Lead' })];
      const row = await insert(here, { links });
      await mustCommit(here, { rows: [update(row, { first_name: 'Ann' })] });
      const edited = await loadOne(here, row.id);
      assert.deepEqual(edited.links, row.links);
      await mustCommit(here, { rows: [update(edited, {}, [changeLink(edited)])] });
      const { links: after } = await loadOne(here, row.id);
      assert.notEqual(after[0]!.version, row.links[0]!.version);
      assert.deepEqual(after[1], row.links[1]);
    },
  },
  {
    id: 'CS-32',
    rule: 'the version of an entry never comes back, not even after a delete',
    async check(make) {
      const { here } = await open(make);
      const seen = new Set<string>();
      for (let round = 1; round <= 5; round++) {
        await mustCommit(here, { entries: [marker('m')] });
        const expected = await markerVersion(here, 'm');
        await mustCommit(here, { entries: [marker('m', { expected })] });
        seen.add(expected).add(await markerVersion(here, 'm'));
        assert.equal(seen.size, 2 * round);
        await mustCommit(here, { entries: [marker('m', { expected: await markerVersion(here, 'm'), put: 'delete' })] });
      }
    },
  },
  {
    id: 'CS-33',
    rule: 'the version of a contact never comes back: not with the values it had, not when it is removed and inserted again',
    requires: ['freshVersions', 'removals'],
    async check(make) {
      const { here } = await open(make);
      const seen = new Set<string>();
      for (const [round, kind] of (['delete', 'erase', 'delete'] as const).entries()) {
        const row = await insert(here, { set: { first_name: 'Ann' } });
        await mustCommit(here, { rows: [update(row, { first_name: 'Ann' })] });
        const again = await loadOne(here, row.id);
        seen.add(row.version).add(again.version);
        assert.equal(seen.size, 2 * (round + 1));
        await mustCommit(here, { rows: [{ kind, contactId: row.id, expected: again.version }] });
      }
    },
  },
  {
    id: 'CS-34',
    rule: '`seen: after` is the version that the contact has after the commit',
    async check(make) {
      const { here } = await open(make);
      const [inserted] = await insertLinked(here, ['r1']);
      assert.equal(inserted!.links[0]!.seen, inserted!.version);
      await mustCommit(here, { rows: [update(inserted!, { first_name: 'Ann' }, [changeLink(inserted!, { seen: 'after' })])] });
      const edited = await loadOne(here, inserted!.id);
      assert.equal(edited.links[0]!.seen, edited.version);
      assert.notEqual(edited.version, inserted!.version);
      await mustCommit(here, { rows: [update(edited, {}, [changeLink(edited, { seen: null })])] });
      const unseen = await loadOne(here, edited.id);
      await mustCommit(here, { rows: [acknowledge(unseen, [changeLink(unseen, { seen: 'after' })])] });
      assert.equal((await loadOne(here, edited.id)).links[0]!.seen, edited.version);
    },
  },
  {
    id: 'CS-35',
    rule: 'an acknowledgement that expects only its link passes while the contact moves, and leaves the contact as it is',
    async check(make) {
      const { here } = await open(make);
      const [loaded] = await insertLinked(here, ['r1']);
      await mustCommit(here, { rows: [update(loaded!, { first_name: 'Ann' })] });
      const edited = await loadOne(here, loaded!.id);
      await mustCommit(here, { rows: [acknowledge(loaded!, [changeLink(loaded!, { syncedAt: 600_000 })])] });
      const after = await loadOne(here, loaded!.id);
      assert.deepEqual(pick(after, ['first_name']), { first_name: 'Ann' });
      assert.equal(after.version, edited.version);
      assert.equal(after.links[0]!.syncedAt, 600_000);
      await mustMove(here, { rows: [acknowledge(loaded!, [changeLink(loaded!, { syncedAt: 700_000 })])] });
    },
  },
  {
    id: 'CS-36',
    rule: 'a change of a contact that is not there is moved',
    requires: 'removals',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here);
      await mustCommit(here, { rows: [{ kind: 'delete', contactId: row.id }] });
      await mustMove(here, { rows: [update(row, { first_name: 'Ann' })], entries: [marker('m')] });
      await mustMove(here, { rows: [update(row, {}, [newLink('r1')])], entries: [marker('m')] });
      await mustMove(here, { rows: [update({ ...row, version: '' }, { first_name: 'Ann' })], entries: [marker('m')] });
      assert.deepEqual(await here.load({ ids: [row.id] }), []);
      assert.deepEqual(await markerKeys(here), []);
    },
  },
  {
    id: 'CS-37',
    rule: 'a refused row is named by its index, and nothing of the commit is applied',
    requires: 'refusesRows',
    async check(make) {
      const { here, poison } = await open(make);
      assert.ok(poison, 'capability `refusesRows` comes with fields that the table refuses');
      const old = await insert(here, { id: 'old', set: { first_name: 'Ann' } });
      const good = newRow({ id: 'good', set: { phone_number: '+14155550100' } });
      const changesets = [
        { rows: [good, newRow({ id: 'bad', set: poison })], index: 1 },
        { rows: [update(old, poison), good], index: 0 },
      ];
      for (const { rows, index } of changesets) {
        const committed = await commit(here, { rows, entries: [marker('m')] });
        assert.equal(committed.status, 'refused');
        if (committed.status !== 'refused') continue;
        if (committed.rows.length > 0)
          assert.deepEqual(
            committed.rows.map((row) => row.index),
            [index],
          );
        for (const row of committed.rows) assert.ok(row.code !== '' && row.message !== '');
      }
      assert.deepEqual(await loadOne(here, old.id), old);
      assert.deepEqual(await here.load({ keys: { entity: 'contact', field: 'phone_number', values: ['+14155550100'] } }), []);
      assert.deepEqual(await markerKeys(here), []);
    },
  },
];

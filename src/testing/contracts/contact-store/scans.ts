import assert from 'node:assert/strict';
import type { LinkState } from '../../../core/link/link.ts';
import type { BoundStore, LinkChange, Row, ScanQuery } from '../../../ports/store.ts';
import {
  acknowledge,
  changeLink,
  idsOf,
  insert,
  insertLinked,
  loadOne,
  mustCommit,
  NOW,
  newLink,
  newRow,
  open,
  pages,
  type StoreCase,
  scanFor,
  scanIds,
  update,
} from './kit.ts';

/** Links that have something left to send, by why. */
const PENDING: Readonly<Record<string, Partial<LinkChange>>> = {
  'never looked at': { seen: null },
  'seen at another version': { seen: 'another version' },
  'planned otherwise': { plan: 'another plan' },
  'due now': { dueAt: NOW },
  'long due': { dueAt: 1 },
};
const INACTIVE: Record<Exclude<LinkState, 'active'>, true> = {
  creating: true,
  ambiguous: true,
  missing: true,
  left_filter: true,
  tombstone: true,
  superseded: true,
  declined: true,
};

/** One contact for each way to be linked; ids by name of the way. */
async function insertWays(here: BoundStore, ways: Readonly<Record<string, Partial<LinkChange>>>): Promise<ReadonlyMap<string, string>> {
  const names = Object.keys(ways);
  const rows = names.map((name) => newRow({ id: `c ${name}`, links: [newLink(name, ways[name])] }));
  const { ids } = await mustCommit(here, { rows });
  return new Map(names.map((name, index) => [name, ids[index]!]));
}

/** Contacts of every sort, of which a part is wanted. */
async function insertMany(here: BoundStore, count: number) {
  const rows = Array.from({ length: count }, (_, index) =>
    newRow({ id: `c-${String(index).padStart(3, '0')}`, links: index % 2 === 0 ? [newLink(`r${index}`, { seen: null })] : [] }),
  );
  return (await mustCommit(here, { rows })).ids;
}

export const scans: readonly StoreCase[] = [
  {
    id: 'CS-61',
    rule: 'pending finds an active link that was not seen at the version of the contact, was planned otherwise, or is due',
    async check(make) {
      const { here } = await open(make);
      const ways = await insertWays(here, PENDING);
      const found = await scanIds(here, 'pending');
      for (const [way, id] of ways) assert.ok(found.includes(id), way);
    },
  },
  {
    id: 'CS-62',
    rule: 'pending leaves out what is settled, not due yet, not active, or linked to another object only',
    requires: 'exactScans',
    async check(make) {
      const { here } = await open(make);
      const inactive = Object.keys(INACTIVE).map((state) => [state, { state: state as LinkState, seen: null, dueAt: 1 }] as const);
      const lead = { object: 'Lead', seen: null };
      const ways = { settled: {}, later: { dueAt: NOW + 1 }, lead, pending: { seen: null }, ...Object.fromEntries(inactive) };
      const ids = await insertWays(here, ways);
      await insert(here, { id: 'unlinked' });
      assert.deepEqual(await scanIds(here, 'pending'), [ids.get('pending')]);
    },
  },
  {
    id: 'CS-63',
    rule: 'an edit while a request is under way stays pending, whichever of the two is stored first',
    async check(make) {
      const { here } = await open(make);
      const [first, second] = await insertLinked(here, ['r1', 'r2']);
      await mustCommit(here, { rows: [update(first!, { first_name: 'Ann' })] });
      await mustCommit(here, { rows: [acknowledge(first!, [changeLink(first!, { seen: first!.version })])] });
      await mustCommit(here, { rows: [acknowledge(second!, [changeLink(second!, { seen: second!.version })])] });
      await mustCommit(here, { rows: [update(second!, { first_name: 'Bea' })] });
      const found = await scanIds(here, 'pending');
      assert.ok(found.includes(first!.id) && found.includes(second!.id));
    },
  },
  {
    id: 'CS-64',
    rule: 'pending forgets a contact once its version was seen, and finds it again after the next edit',
    requires: 'exactScans',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const [row] = await insertLinked(here, ['r1']);
      assert.deepEqual(await scanIds(here, 'pending'), []);
      await mustCommit(otherConnection, { rows: [update(row!, { first_name: 'Ann' })] });
      assert.deepEqual(await scanIds(here, 'pending'), [row!.id]);
      const edited = await loadOne(here, row!.id);
      await mustCommit(here, { rows: [acknowledge(edited, [changeLink(edited, { seen: edited.version })])] });
      assert.deepEqual(await scanIds(here, 'pending'), []);
    },
  },
  {
    id: 'CS-65',
    rule: 'unlinked finds contacts without any link of the object on this connection',
    async check(make) {
      const { here, otherConnection } = await open(make);
      const none = await insert(here, { id: 'none' });
      const lead = await insert(here, { id: 'lead', links: [newLink('r1', { object: 'Lead' })] });
      const elsewhere = await insert(otherConnection, { id: 'elsewhere', links: [newLink('r1')] });
      const found = await scanIds(here, 'unlinked');
      for (const row of [none, lead, elsewhere]) assert.ok(found.includes(row.id));
    },
  },
  {
    id: 'CS-66',
    rule: 'unlinked leaves out a contact with a link of the object in any state',
    requires: 'exactScans',
    async check(make) {
      const { here } = await open(make);
      await insertWays(here, Object.fromEntries(Object.keys(INACTIVE).map((state) => [state, { state: state as LinkState }])));
      await insertLinked(here, ['r1']);
      assert.deepEqual(await scanIds(here, 'unlinked'), []);
    },
  },
  {
    id: 'CS-67',
    rule: 'linked finds every contact with a link of the object once, in any state, with all its links',
    async check(make) {
      const { here } = await open(make);
      const states = Object.keys(INACTIVE).map((state) => [state, { state: state as LinkState }] as const);
      const ways = await insertWays(here, { active: {}, ...Object.fromEntries(states) });
      const two = await insert(here, {
        id: 'two',
        links: [newLink('r1'), newLink('r2', { state: 'superseded' }), newLink('r3', { object: 'Lead' })],
      });
      const rows = await here.scan(scanFor('linked'));
      assert.deepEqual(idsOf(rows), [...ways.values(), two.id].sort());
      assert.deepEqual(
        rows.find((row) => row.id === two.id),
        two,
      );
    },
  },
  {
    id: 'CS-68',
    rule: 'a scan for all finds every contact, linked or not, and every scan finds only its entity',
    async check(make) {
      const { here } = await open(make);
      const [linked] = await insertLinked(here, ['r1']);
      const alone = await insert(here, { id: 'alone' });
      const company = await insert(here, { id: 'company', entity: 'company', links: [newLink('r1', { object: 'Account', seen: null })] });
      const bare = await insert(here, { id: 'bare', entity: 'company' });
      assert.deepEqual(await scanIds(here, 'all'), [linked!.id, alone.id].sort());
      const ofCompanies = (want: ScanQuery['want']) => scanIds(here, want, { entity: 'company', object: 'Account' });
      assert.deepEqual(await ofCompanies('all'), [company.id, bare.id].sort());
      assert.deepEqual(await ofCompanies('linked'), [company.id]);
      for (const want of ['pending', 'unlinked', 'linked'] as const)
        assert.ok(!(await scanIds(here, want, { object: 'Account' })).includes(want === 'unlinked' ? bare.id : company.id));
    },
  },
  {
    id: 'CS-69',
    rule: 'a scan pages through everything once in the order of ids, and only its last page is not full',
    async check(make) {
      const { here } = await open(make);
      const ids = await insertMany(here, 17); // which the table may have made, in any order
      const all = ids.toSorted();
      const even = ids.filter((_, index) => index % 2 === 0).toSorted();
      const odd = ids.filter((_, index) => index % 2 === 1).toSorted();
      const wanted = { all, linked: even, pending: even, unlinked: odd };
      for (const want of ['all', 'linked', 'pending', 'unlinked'] as const) {
        const found = await pages<Row>(4, (last) => here.scan(scanFor(want, { limit: 4, after: last?.id ?? null })));
        const paged = found.flatMap(idsOf);
        assert.ok(found.every((page) => page.length <= 4));
        assert.deepEqual(paged, paged.toSorted());
        assert.equal(new Set(paged).size, paged.length);
        for (const id of wanted[want]) assert.ok(paged.includes(id), `${want} should find ${id}`);
        if (want === 'all' || want === 'linked') assert.deepEqual(paged, wanted[want]);
      }
    },
  },
  {
    id: 'CS-70',
    rule: 'a scan goes on behind an id that is gone or was never there',
    requires: ['suggestedIds', 'removals'],
    async check(make) {
      const { here } = await open(make);
      const ids = await insertMany(here, 6);
      await mustCommit(here, { rows: [{ kind: 'erase', contactId: ids[2]! }] });
      assert.deepEqual(await scanIds(here, 'all', { after: ids[2]!, limit: 2 }), [ids[3], ids[4]]);
      assert.deepEqual(await scanIds(here, 'linked', { after: ids[2]!, limit: 2 }), [ids[4]]);
      assert.deepEqual(await scanIds(here, 'all', { after: 'zzz' }), []);
    },
  },
];

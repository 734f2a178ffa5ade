import assert from 'node:assert/strict';
import type { LinkBody, LinkState } from '../../../core/link/link.ts';
import {
  acknowledge,
  changeLink,
  idsOf,
  insert,
  insertLinked,
  loadOne,
  mustCommit,
  newLink,
  newRow,
  open,
  pick,
  type StoreCase,
  update,
} from './kit.ts';

const STATES: Record<LinkState, true> = {
  creating: true,
  active: true,
  ambiguous: true,
  missing: true,
  left_filter: true,
  tombstone: true,
  superseded: true,
  declined: true,
};

const BODY: LinkBody = {
  base: {
    'Phone→phone_number': { local: '+14155550100', remote: '(415) 555-0100' },
    'Title→title': 'Buyer',
    'Status→status': null,
    ['__proto__']: { local: false, remote: 0 },
  },
  sent: [{ op: 'op-1', at: 1, until: 2, values: { 'Notes→notes': { local: null, remote: '' } } }],
  held: { 'Email→email': { code: 'invalid', remedy: 'Correct it.', valueHash: 'a1', retryAt: null } },
  modifiedAt: '2026-01-05T09:00:00.000Z',
  successor: 'r2',
};

export const loading: readonly StoreCase[] = [
  {
    id: 'CS-01',
    rule: 'an inserted contact comes back by its id, with entity, fields and a version, and without links',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here, { set: { first_name: 'Ann', email: 'ann@example.com' } });
      assert.equal(row.entity, 'contact');
      assert.deepEqual(pick(row, ['first_name', 'email', 'last_name']), { first_name: 'Ann', email: 'ann@example.com', last_name: null });
      assert.equal(typeof row.version, 'string');
      assert.notEqual(row.version, '');
      assert.deepEqual(row.links, []);
      assert.equal(row.removed, undefined);
    },
  },
  {
    id: 'CS-02',
    rule: 'an unknown id, record or key gives no row, and neither does an empty query',
    async check(make) {
      const { here } = await open(make);
      await insert(here, { set: { email: 'ann@example.com' }, links: [newLink('r1')] });
      const queries = [
        {},
        { ids: [], records: { object: 'Contact', ids: [] }, keys: { entity: 'contact', field: 'email', values: [] } },
        { ids: ['nobody'] },
        { records: { object: 'Contact', ids: ['r2'] } },
        { records: { object: 'Lead', ids: ['r1'] } },
        { keys: { entity: 'contact', field: 'email', values: ['bea@example.com'] } },
        { keys: { entity: 'contact', field: 'phone_number', values: ['ann@example.com'] } },
      ] as const;
      for (const query of queries) assert.deepEqual(await here.load(query), []);
    },
  },
  {
    id: 'CS-03',
    rule: 'a row that is found in several ways comes back once, and rows come in the order of their ids',
    async check(make) {
      const { here } = await open(make);
      const set = { email: 'shared@example.com' };
      const rows = ['r3', 'r1', 'r2'].map((recordId) => newRow({ id: `c-${recordId}`, set, links: [newLink(recordId)] }));
      const { ids } = await mustCommit(here, { rows });
      const found = await here.load({
        ids: [ids[1]!, ids[0]!, ids[0]!],
        records: { object: 'Contact', ids: ['r1', 'r3', 'r1'] },
        keys: { entity: 'contact', field: 'email', values: ['shared@example.com', 'shared@example.com'] },
      });
      assert.deepEqual(idsOf(found), [...ids].sort());
    },
  },
  {
    id: 'CS-04',
    rule: 'ids are ordered by code point, in load and in scan',
    requires: 'suggestedIds',
    async check(make) {
      const { here } = await open(make);
      const ordered = ['10', '9', 'B', 'a', 'é', '～', '😀']; // UTF-16 would put the last before the one before it
      await mustCommit(here, { rows: ordered.toReversed().map((id) => newRow({ id })) });
      assert.deepEqual(idsOf(await here.load({ ids: ordered })), ordered);
      const scan = { entity: 'contact', object: 'Contact', want: 'all', plan: '', now: 0, limit: 100 } as const;
      assert.deepEqual(idsOf(await here.scan({ ...scan, after: null })), ordered);
      assert.deepEqual(idsOf(await here.scan({ ...scan, after: 'é' })), ['～', '😀']);
    },
  },
  {
    id: 'CS-05',
    rule: 'every contact that shares a match key is found by it, and by the new key once it changed',
    async check(make) {
      const { here } = await open(make);
      const shared = { phone_number: '+14155550100' };
      const { ids } = await mustCommit(here, {
        rows: [
          newRow({ id: 'a', set: shared }),
          newRow({ id: 'b', set: shared }),
          newRow({ id: 'c', set: { phone_number: '+14155550101' } }),
        ],
      });
      const byPhone = async (...values: string[]) =>
        new Set(idsOf(await here.load({ keys: { entity: 'contact', field: 'phone_number', values } })));
      assert.deepEqual(await byPhone('+14155550100'), new Set([ids[0], ids[1]]));
      assert.deepEqual(await byPhone('+14155550100', '+14155550101'), new Set(ids));
      await mustCommit(here, { rows: [update(await loadOne(here, ids[0]!), { phone_number: '+14155550102' })] });
      await mustCommit(here, { rows: [update(await loadOne(here, ids[2]!), { phone_number: null })] });
      assert.deepEqual(await byPhone('+14155550100'), new Set([ids[1]]));
      assert.deepEqual(await byPhone('+14155550102'), new Set([ids[0]]));
      assert.deepEqual(await byPhone('+14155550101'), new Set());
    },
  },
  {
    id: 'CS-06',
    rule: 'a match key is compared exactly, but for the case of an email address',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here, { set: { email: 'ann@example.com', phone_number: '+14155550100', notes: 'Ann' } });
      const by = async (field: string, value: string) => idsOf(await here.load({ keys: { entity: 'contact', field, values: [value] } }));
      assert.deepEqual(await by('email', 'ann@example.com'), [row.id]);
      for (const other of [' ann@example.com', 'ann@example.com ', 'ann@example', '%', '']) assert.deepEqual(await by('email', other), []);
      assert.deepEqual(await by('phone_number', '14155550100'), []);
      assert.deepEqual(await by('notes', 'Ann'), [row.id]); // any field may be a match key
      assert.deepEqual(await by('notes', 'ann'), []);
    },
  },
  {
    id: 'CS-95',
    rule: 'an email address is found in any case of its letters, and stays as it was written',
    async check(make) {
      const { here } = await open(make);
      const email = `Ann.${'x'.repeat(200)}@Example.com`;
      const ann = await insert(here, { id: 'ann', set: { email: 'Ann@Example.com' } });
      const bea = await insert(here, { id: 'bea', set: { email } });
      const cy = await insert(here, { id: 'cy', set: { email: 'ann@example.com' } });
      const by = (...values: readonly string[]) => here.load({ keys: { entity: 'contact', field: 'email', values } });
      for (const asked of [['ann@example.com'], ['ANN@EXAMPLE.COM'], ['Ann@Example.com', 'ann@example.COM']])
        assert.deepEqual(new Set(idsOf(await by(...asked))), new Set([ann.id, cy.id]));
      assert.deepEqual((await by('ann@example.com')).find(({ id }) => id === ann.id)?.fields['email'], 'Ann@Example.com');
      assert.deepEqual(idsOf(await by(email.toLowerCase())), [bea.id]);
      assert.deepEqual(await by(`${email.toLowerCase().slice(0, -1)}n`), []);
    },
  },
  {
    id: 'CS-07',
    rule: 'a match key finds only rows of the entity that is asked for',
    async check(make) {
      const { here } = await open(make);
      const company = await insert(here, { id: 'company-1', entity: 'company', set: { name: 'Acme' } });
      assert.equal(company.entity, 'company');
      const by = (entity: 'contact' | 'company') => here.load({ keys: { entity, field: 'name', values: ['Acme'] } });
      assert.deepEqual(idsOf(await by('company')), [company.id]);
      assert.deepEqual(await by('contact'), []);
    },
  },
  {
    id: 'CS-08',
    rule: 'a row is found by its record, whatever the state of the link',
    async check(make) {
      const { here } = await open(make);
      for (const state of Object.keys(STATES) as LinkState[]) {
        const row = await insert(here, { id: `c-${state}`, links: [newLink(`r-${state}`, { state })] });
        assert.deepEqual(idsOf(await here.load({ records: { object: 'Contact', ids: [`r-${state}`] } })), [row.id], state);
      }
    },
  },
  {
    id: 'CS-09',
    rule: 'a row brings all its links of the connection as they were committed, in the order of their ids',
    async check(make) {
      const { here } = await open(make);
      const links = [
        newLink('r2', { id: 'link-c', object: 'Lead', seen: null, dueAt: 42, syncedAt: 7, body: BODY }),
        newLink('r1', { id: 'link-a', state: 'superseded', seen: 'some version', plan: 'another plan' }),
        newLink(null, { id: 'link-b', state: 'declined' }),
        newLink('r1', { id: 'link-d' }),
      ];
      const row = await insert(here, { links });
      const expected = links
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map((link) => ({
          ...link,
          contactId: row.id,
          seen: link.seen === 'after' ? row.version : link.seen,
          expected: null,
          version: null,
        }));
      assert.deepEqual(
        row.links.map((link) => ({ ...link, expected: null, version: null })),
        expected,
      );
    },
  },
  {
    id: 'CS-10',
    rule: 'changing what was loaded, or what was committed, changes nothing in the store',
    async check(make) {
      const { here } = await open(make);
      const fields = { first_name: 'Ann' };
      const body = { list: [1] };
      const entries = [{ scope: 'workspace', kind: 'note', key: 'n1', expected: null, put: { body } }] as const;
      const { ids } = await mustCommit(here, { rows: [newRow({ set: fields, links: [newLink('r1', { body: BODY })] })], entries });
      const read = async () => ({
        row: await loadOne(here, ids[0]!),
        notes: await here.entries({ scope: 'workspace', kind: 'note', limit: 9 }),
      });
      const before = structuredClone(await read());
      fields.first_name = 'Bea';
      body.list.push(2);
      const { row, notes } = await read();
      const tamper = [
        () => Object.assign(row.fields, { first_name: 'Bea' }),
        () => Object.assign(row.links[0]!.body.base, { more: { local: 1, remote: 1 } }),
        () => Object.assign(notes[0]!.body as object, { list: [] }),
        () => (row.links as unknown[]).pop(),
      ];
      for (const change of tamper) {
        try {
          change();
        } catch (error) {
          assert.ok(error instanceof TypeError, 'frozen data may be given out');
        }
      }
      assert.deepEqual(await read(), before);
    },
  },
  {
    id: 'CS-11',
    rule: 'a record that moved on to another contact is found with both, the one that holds it and the one that held it',
    async check(make) {
      const { here } = await open(make);
      const [first] = await insertLinked(here, ['r1']);
      const second = newRow({ id: 'second', links: [newLink('r1', { id: 'link-2' })] });
      const { ids } = await mustCommit(here, { rows: [acknowledge(first!, [changeLink(first!, { state: 'superseded' })]), second] });
      assert.deepEqual(new Set(idsOf(await here.load({ records: { object: 'Contact', ids: ['r1'] } }))), new Set(ids));
    },
  },
];

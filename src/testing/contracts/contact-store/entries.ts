import assert from 'node:assert/strict';
import type { EntriesQuery, Entry } from '../../../ports/store.ts';
import { insert, marker, markerKeys, markers, markerVersion, mustCommit, mustMove, open, pages, type StoreCase } from './kit.ts';

const dueAt = (due: number, contactId: string | null = null) => ({ put: { body: null, dueAt: due, contactId } });

export const entries: readonly StoreCase[] = [
  {
    id: 'CS-71',
    rule: 'an entry comes back as it was put; what a later put leaves out is null again',
    async check(make) {
      const { here } = await open(make);
      const { version } = await mustCommit(here, { entries: [marker('m', { put: { body: { a: [1] }, dueAt: 5, contactId: 'c1' } })] });
      const name = { scope: 'workspace', kind: 'marker', key: 'm' } as const;
      assert.deepEqual(await here.entries(markers()), [{ ...name, body: { a: [1] }, version, dueAt: 5, contactId: 'c1' }]);
      const next = await mustCommit(here, { entries: [marker('m', { expected: version, put: { body: 2 } })] });
      assert.deepEqual(await here.entries(markers()), [{ ...name, body: 2, version: next.version, dueAt: null, contactId: null }]);
    },
  },
  {
    id: 'CS-72',
    rule: '`any` replaces, makes or removes an entry, whatever is there',
    async check(make) {
      const { here } = await open(make);
      for (const body of [1, 2]) {
        await mustCommit(here, { entries: [marker('m', { expected: 'any', put: { body } })] });
        assert.deepEqual(
          (await here.entries(markers())).map((entry) => entry.body),
          [body],
        );
      }
      for (const _ of [1, 2]) {
        await mustCommit(here, { entries: [marker('m', { expected: 'any', put: 'delete' })] });
        assert.deepEqual(await markerKeys(here), []);
      }
    },
  },
  {
    id: 'CS-73',
    rule: 'an entry is replaced or removed at its version, and its version changes with every put',
    async check(make) {
      const { here } = await open(make);
      await mustCommit(here, { entries: [marker('m'), marker('n')] });
      const [first, other] = [await markerVersion(here, 'm'), await markerVersion(here, 'n')];
      await mustCommit(here, { entries: [marker('m', { expected: first })] });
      const second = await markerVersion(here, 'm');
      assert.notEqual(second, first);
      assert.equal(await markerVersion(here, 'n'), other);
      await mustMove(here, { entries: [marker('m', { expected: first, put: 'delete' })] });
      await mustCommit(here, { entries: [marker('m', { expected: second, put: 'delete' })] });
      assert.deepEqual(await markerKeys(here), ['n']);
    },
  },
  {
    id: 'CS-74',
    rule: 'one key in two kinds or two scopes is as many entries',
    async check(make) {
      const { here } = await open(make);
      const put = { body: null };
      const names = [
        { scope: 'workspace', kind: 'marker' },
        { scope: 'workspace', kind: 'queue' },
        { scope: 'connection', kind: 'marker' },
      ] as const;
      await mustCommit(here, { entries: names.map((name) => ({ ...name, key: 'k', expected: null, put })) });
      await mustCommit(here, { entries: [{ ...names[0], key: 'k', expected: 'any', put: 'delete' }] });
      const left = await Promise.all(names.map(async (name) => (await here.entries({ ...name, limit: 9 })).length));
      assert.deepEqual(left, [0, 1, 1]);
    },
  },
  {
    id: 'CS-75',
    rule: 'entries are asked by keys, by the time they are due, by contact or contacts, or by all of these',
    async check(make) {
      const { here } = await open(make);
      const [a, b] = [await insert(here, { id: 'a' }), await insert(here, { id: 'b' })];
      await mustCommit(here, {
        entries: [
          marker('k1', dueAt(10, a.id)),
          marker('k2', dueAt(20, b.id)),
          marker('k3', dueAt(30, a.id)),
          marker('k4', { put: { body: null, contactId: a.id } }),
          marker('k5'),
        ],
      });
      const cases: readonly (readonly [Partial<EntriesQuery>, readonly string[]])[] = [
        [{}, ['k1', 'k2', 'k3', 'k4', 'k5']],
        [{ keys: ['k5', 'k2', 'k9', 'k2'] }, ['k2', 'k5']],
        [{ keys: [] }, []],
        [{ dueBy: 9 }, []],
        [{ dueBy: 20 }, ['k1', 'k2']],
        [{ dueBy: Number.MAX_SAFE_INTEGER }, ['k1', 'k2', 'k3']],
        [{ contactId: a.id }, ['k1', 'k3', 'k4']],
        [{ contactId: 'nobody' }, []],
        [{ contactIds: [b.id, a.id, 'nobody'] }, ['k1', 'k2', 'k3', 'k4']],
        [{ contactIds: [b.id, a.id], dueBy: 29, order: 'descending', after: 'k2' }, ['k1']],
        [{ contactIds: [] }, []],
        [{ contactId: a.id, dueBy: 29 }, ['k1']],
        [{ keys: ['k1', 'k2', 'k4'], contactId: a.id }, ['k1', 'k4']],
        [{ keys: ['k1', 'k2', 'k3'], contactId: a.id, dueBy: 30, after: 'k1' }, ['k3']],
        [{ keys: ['k1', 'k2', 'k3'], order: 'descending', limit: 2 }, ['k3', 'k2']],
        [{ contactId: a.id, order: 'descending', after: 'k4' }, ['k3', 'k1']],
        [{ dueBy: 30, order: 'descending', limit: 1 }, ['k3']],
        [{ kind: 'queue' }, []],
        [{ scope: 'connection' }, []],
      ];
      for (const [query, keys] of cases) assert.deepEqual(await markerKeys(here, query), keys, JSON.stringify(query));
    },
  },
  {
    id: 'CS-76',
    rule: 'entries page through everything once by code point of their keys, in both orders, and only the last page is not full',
    async check(make) {
      const { here } = await open(make);
      const ordered = ['!', '10', '9', 'A', 'B', 'a', 'b', 'é', '～', '😀']; // UTF-16 would put the last before the one before it
      await mustCommit(here, { entries: ordered.toReversed().map((key) => marker(key)) });
      for (const order of ['ascending', 'descending'] as const) {
        const found = await pages<Entry>(4, (last) => here.entries(markers({ order, limit: 4, ...(last && { after: last.key }) })));
        assert.deepEqual(
          found.flat().map((entry) => entry.key),
          order === 'ascending' ? ordered : ordered.toReversed(),
        );
      }
      assert.deepEqual(await markerKeys(here, { after: 'C' }), ['a', 'b', 'é', '～', '😀']);
      assert.deepEqual(await markerKeys(here, { after: 'C', order: 'descending' }), ['B', 'A', '9', '10', '!']);
    },
  },
];

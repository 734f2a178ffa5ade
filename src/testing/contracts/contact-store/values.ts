import assert from 'node:assert/strict';
import type { Fields, Json } from '../../../core/values/value.ts';
import {
  assertDone,
  assertKept,
  commit,
  HOSTILE_TEXTS,
  idsOf,
  insert,
  loadOne,
  mustCommit,
  newLink,
  newRow,
  type Opened,
  open,
  pick,
  type StoreCase,
  update,
} from './kit.ts';

/** Sets fields on a new contact and then on an old one: both come back as set, or as the answer says. */
async function assertRoundTrip({ here }: Opened, set: Fields, id: string): Promise<void> {
  const inserted = await mustCommit(here, { rows: [newRow({ id, set })] });
  assertKept(await loadOne(here, inserted.ids[0]!), set, inserted.stored?.[0]);
  const old = await insert(here, { id: `${id}-old`, set: { first_name: 'Ann', notes: 'before', score: 1, do_not_call: true } });
  const updated = await mustCommit(here, { rows: [newRow({ id: `${id}-beside` }), update(old, set)] });
  assertKept(await loadOne(here, old.id), set, updated.stored?.[1]);
}

export const values: readonly StoreCase[] = [
  {
    id: 'CS-12',
    rule: 'false, zero, empty text and null stay four different values, or the answer says what they became',
    async check(make) {
      await assertRoundTrip(await open(make), { do_not_call: false, score: 0, first_name: '', notes: null }, 'c');
    },
  },
  {
    id: 'CS-13',
    rule: 'numbers keep every digit, or the answer says what they became',
    async check(make) {
      const opened = await open(make);
      const numbers = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.1, -12.5, 1e21, 5e-324, 1.7976931348623157e308];
      for (const [index, score] of numbers.entries()) await assertRoundTrip(opened, { score }, `c-${index}`);
    },
  },
  {
    id: 'CS-14',
    rule: 'what the table keeps otherwise than it was given is told in `stored`',
    async check(make) {
      const set = { notes: 'ä'.repeat(50_000), first_name: 'Maximiliane-Alexandra '.repeat(20), score: 0.123456789, do_not_call: null };
      await assertRoundTrip(await open(make), set, 'c');
    },
  },
  {
    id: 'CS-15',
    rule: 'text of any kind is kept, told in `stored`, or refused: it neither breaks a statement nor means anything',
    async check(make) {
      const { here } = await open(make);
      const illFormed = ['a\0b', 'half a pair \ud83d'];
      for (const [index, notes] of [...HOSTILE_TEXTS, '1'.repeat(100_000), ...illFormed].entries()) {
        const committed = await commit(here, { rows: [newRow({ id: `c-${index}`, set: { notes } })] });
        if (committed.status === 'refused') continue;
        assertDone(committed);
        assertKept(await loadOne(here, committed.ids[0]!), { notes }, committed.stored?.[0]);
        if (illFormed.includes(notes) || committed.stored) continue;
        const found = await here.load({ keys: { entity: 'contact', field: 'notes', values: [notes] } });
        assert.deepEqual(idsOf(found), [committed.ids[0]!], `found by ${JSON.stringify(notes.slice(0, 40))}`);
      }
    },
  },
  {
    id: 'CS-16',
    rule: 'a field may have any name, and a contact may be found by it',
    requires: 'anyFields',
    async check(make) {
      const { here } = await open(make);
      const set = Object.fromEntries(HOSTILE_TEXTS.map((name, index) => [name, `value ${index}`]));
      const row = await insert(here, { set });
      assert.deepEqual(pick(row, HOSTILE_TEXTS), set);
      for (const [index, field] of HOSTILE_TEXTS.entries()) {
        const found = await here.load({ keys: { entity: 'contact', field, values: [`value ${index}`] } });
        assert.deepEqual(idsOf(found), [row.id], `found by ${JSON.stringify(field)}`);
        assert.deepEqual(await here.load({ keys: { entity: 'contact', field, values: ['value'] } }), []);
      }
      await mustCommit(here, { rows: [update(row, { ['__proto__']: 'changed' })] });
      assert.deepEqual(pick(await loadOne(here, row.id), HOSTILE_TEXTS), { ...set, ['__proto__']: 'changed' });
    },
  },
  {
    id: 'CS-17',
    rule: 'ids of contacts, links and records, and names of objects, may be any text',
    requires: ['suggestedIds', 'removals'],
    async check(make) {
      const { here } = await open(make);
      const rows = HOSTILE_TEXTS.map((text) => newRow({ id: text, links: [newLink(text, { id: text, object: text })] }));
      assert.deepEqual((await mustCommit(here, { rows })).ids, HOSTILE_TEXTS);
      for (const text of HOSTILE_TEXTS) {
        const row = await loadOne(here, text);
        assert.deepEqual(
          row.links.map(({ id, object, recordId, contactId }) => [id, object, recordId, contactId]),
          [[text, text, text, text]],
        );
        assert.deepEqual(await here.load({ records: { object: text, ids: [text] } }), [row]);
        await mustCommit(here, { rows: [{ kind: 'erase', contactId: text, expected: row.version }] });
        assert.deepEqual(await here.load({ ids: [text] }), []);
      }
    },
  },
  {
    id: 'CS-18',
    rule: 'kind, key and body of an entry may be any text and any JSON',
    async check(make) {
      const { here } = await open(make);
      const bodies: readonly Json[] = [
        null,
        false,
        0,
        '',
        [],
        {},
        [null, [{}]],
        JSON.parse('{"__proto__":{"a":1},"":"\\u0000"}'),
        'ä'.repeat(100_000),
      ];
      for (const [index, text] of HOSTILE_TEXTS.entries()) {
        const body = { text, more: bodies[index % bodies.length]! };
        await mustCommit(here, { entries: [{ scope: 'workspace', kind: text, key: text, expected: null, put: { body } }] });
        const entries = await here.entries({ scope: 'workspace', kind: text, keys: [text], limit: 10 });
        assert.deepEqual(
          entries.map(({ kind, key, body: kept }) => ({ kind, key, kept })),
          [{ kind: text, key: text, kept: body }],
        );
      }
    },
  },
  {
    id: 'CS-19',
    rule: 'a commit changes the fields it names and no other; null clears',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here, { set: { first_name: 'Ann', last_name: 'Smith', email: 'ann@example.com' } });
      await mustCommit(here, { rows: [update(row, { last_name: 'Jones', email: null })] });
      assert.deepEqual(pick(await loadOne(here, row.id), ['first_name', 'last_name', 'email']), {
        first_name: 'Ann',
        last_name: 'Jones',
        email: null,
      });
    },
  },
];

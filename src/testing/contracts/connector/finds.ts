import assert from 'node:assert/strict';
import {
  add,
  addMany,
  assertOurs,
  failureOf,
  findIds,
  findQuery,
  HOSTILE_TEXTS,
  HOUR,
  idsIn,
  labelOf,
  need,
  open,
  settle,
  settled,
  soon,
  sortedPairs,
  valuesOf,
} from './kit.ts';
import type { ConnectorCase } from './subject.ts';

/** A number as people type it, and others that are alike. */
const NUMBER = '+14155550123';
const SPELLINGS = ['+14155550123', '(415) 555-0123', '415-555-0123', '+1 415 555 0123', '4155550123', '1-415-555-0123', '415.555.0123'];
const OTHER_NUMBERS = ['(628) 555-0123', '(415) 555-0124', '+44 20 7946 0123', '555-0123', '(415) 555-01'];

export const finds: readonly ConnectorCase[] = [
  {
    id: 'CC-43',
    rule: 'find gives, for each value, every record that has it in that field, with the fields that were asked for',
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const { text } = crm.fields;
      const [a, b] = await addMany(crm, 2);
      const again = await add(crm, { [text]: labelOf(1) });
      await settle(crm);
      const { found } = await connector.find(findQuery(crm, [labelOf(1), 'Nobody', labelOf(0)]), call);
      assert.deepEqual(
        sortedPairs(found.map(({ value, record }) => [value, record.id] as const)),
        sortedPairs([
          [labelOf(0), a!],
          [labelOf(1), b!],
          [labelOf(1), again],
        ]),
      );
      for (const { value, record } of found) assert.deepEqual({ ...valuesOf(record) }, { [text]: value });
      const bare = await connector.find(findQuery(crm, [labelOf(0)], { fields: [] }), call);
      assert.deepEqual(
        bare.found.map(({ record }) => ({ ...valuesOf(record) })),
        [{}],
      );
    },
  },
  {
    id: 'CC-44',
    rule: 'a value that means something to a query finds the records that have it, and no other',
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const { text } = crm.fields;
      const ordinary = await add(crm);
      await add(crm, { [text]: null });
      await settle(crm);
      for (const by of [text, ...(connector.capabilities.findsBy ?? [])])
        for (const values of [...HOSTILE_TEXTS, '', ' '].map((value) => [value]))
          assert.deepEqual(await findIds(connector, findQuery(crm, values, { by }), call), [], `${by}: ${values[0]}`);
      const texts = HOSTILE_TEXTS.filter((value) => value !== '\u0000');
      const expected: [string, string][] = [];
      for (const value of texts) expected.push([value, await add(crm, { [text]: value })]);
      await settle(crm);
      assert.deepEqual(await findIds(connector, findQuery(crm, texts), call), sortedPairs(expected));
      assert.ok((await idsIn(crm)).includes(ordinary));
    },
  },
  {
    id: 'CC-45',
    rule: 'find compares values as they are now: a record that no longer has the value is not found by it',
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const id = await add(crm);
      await settle(crm);
      await crm.edit(id, { [crm.fields.text]: 'Another text' });
      assert.deepEqual(await findIds(connector, findQuery(crm, [labelOf(0)]), call), []);
      await settle(crm);
      assert.deepEqual(await findIds(connector, findQuery(crm, ['Another text']), call), [['Another text', id]]);
      assert.deepEqual(await findIds(connector, findQuery(crm, ['Another', 'text', 'Another tex', 'nother text']), call), []);
    },
  },
  {
    id: 'CC-46',
    rule: 'a record is found by any field that describe calls filterable, or the connector says that it is not searched',
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const { fields } = await connector.describe(crm.object, call);
      const searched = Object.entries(crm.samples).filter(
        ([name, value]) =>
          typeof value !== 'boolean' &&
          value !== null &&
          !Object.hasOwn(crm.required, name) &&
          fields.some((field) => field.name === name && field.filterable),
      );
      const ids = await addMany(crm, 2);
      const full = await add(crm, crm.samples);
      await settle(crm);
      for (const [by, value] of searched) {
        const result = await settled(() => findIds(connector, findQuery(crm, [String(value)], { by }), call));
        if (result.ok) assert.deepEqual(result.value, [[String(value), full]], by);
        else {
          assertOurs(result.error);
          assert.equal(result.error.category, 'configuration', by);
          assert.equal(fields.find(({ name }) => name === by)?.type, 'multipicklist', `${by} should be searched`);
        }
      }
      assert.equal((await idsIn(crm)).length, ids.length + 1);
    },
  },
  {
    id: 'CC-47',
    rule: 'email addresses are found whatever their case, and only whole',
    requires: ['finds', 'emails'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      const email = need(crm.fields.email, 'fields.email');
      const ann = await add(crm, { [email]: 'Ann.Lee@Example.com' });
      await add(crm, { [email]: 'joann.lee@example.com' });
      await add(crm, { [email]: 'ann_lee@example.com' });
      await settle(crm);
      for (const by of ['$email', email])
        assert.deepEqual(await findIds(connector, findQuery(crm, ['ann.lee@example.com', 'bea@example.com'], { by }), call), [
          ['ann.lee@example.com', ann],
        ]);
    },
  },
  {
    id: 'CC-48',
    rule: 'a phone number is found however it was typed, and no other number with it',
    requires: ['finds', 'phones'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      const phone = need(crm.fields.phone, 'fields.phone');
      const expected: [string, string][] = [];
      for (const typed of SPELLINGS) expected.push([NUMBER, await add(crm, { [phone]: typed })]);
      for (const typed of OTHER_NUMBERS) await add(crm, { [phone]: typed });
      await add(crm);
      await settle(crm);
      const query = findQuery(crm, [NUMBER, '+14155550199'], { by: '$phone' });
      assert.deepEqual(await findIds(connector, query, call), sortedPairs(expected));
    },
  },
  {
    id: 'CC-49',
    rule: 'what was deleted is not found',
    requires: ['finds', 'removals'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [a] = await addMany(crm, 1);
      const b = await add(crm);
      await settle(crm);
      await need(crm.remove, 'remove')(a!);
      await settle(crm);
      assert.deepEqual(await findIds(connector, findQuery(crm, [labelOf(0)]), call), [[labelOf(0), b]]);
    },
  },
  {
    id: 'CC-50',
    rule: 'a search by a field that is not there fails with a remedy, for an empty answer would be taken for the truth',
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      await add(crm);
      for (const by of ['No_Such_Field__c', ...HOSTILE_TEXTS]) {
        const error = await failureOf(() => connector.find(findQuery(crm, [labelOf(0)], { by }), call));
        assert.equal(error.category, 'configuration', by);
        assert.equal(error.retryable, false);
      }
    },
  },
  {
    id: 'CC-51',
    rule: "`completeUntil` is in the CRM's time, not ahead of it, and comes after every write in the end",
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const { email, phone, text } = crm.fields;
      const byKind = (connector.capabilities.findsBy ?? []).filter((by) => (by === '$email' ? email : phone) !== undefined);
      for (const by of [text, ...byKind]) {
        const value = by === '$phone' ? NUMBER : by === '$email' ? 'nobody@example.com' : 'Nobody';
        const start = crm.now();
        const { completeUntil } = await connector.find(findQuery(crm, [value], { by }), call);
        assert.ok(completeUntil <= crm.now(), `${by}: \`completeUntil\` is not in the future`);
        await crm.advance(HOUR);
        const later = await connector.find(findQuery(crm, [value], { by }), call);
        assert.ok(later.completeUntil > start, `${by}: an hour later the answer should be complete`);
      }
    },
  },
  {
    id: 'CC-52',
    rule: 'every record that the CRM accepted before `completeUntil` is found',
    requires: 'finds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      for (let round = 0; round < 3; round += 1) {
        const id = await add(crm, { [crm.fields.text]: `Round ${round}` });
        const accepted = crm.now();
        await crm.advance(1_000);
        const { found, completeUntil } = await connector.find(findQuery(crm, [`Round ${round}`]), call);
        assert.ok(found.some(({ record }) => record.id === id) || completeUntil <= accepted);
        await crm.advance(HOUR);
        assert.equal((await findIds(connector, findQuery(crm, [`Round ${round}`]), call)).length, 1);
      }
    },
  },
  {
    id: 'CC-53',
    rule: '`completeUntil` does not promise what came while the answer was on its way',
    requires: ['finds', 'holds'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      await add(crm);
      await settle(crm);
      await connector.describe(crm.object, call);
      const held = need(crm.hold, 'hold')('read');
      const finding = connector.find(findQuery(crm, ['Meanwhile']), call);
      await soon(held.arrived, 'the request of a find');
      await crm.advance(10_000);
      await add(crm, { [crm.fields.text]: 'Meanwhile' });
      const accepted = crm.now();
      await crm.advance(30_000);
      held.release();
      const { found, completeUntil } = await finding;
      assert.deepEqual(found, []);
      assert.ok(completeUntil <= accepted, 'the record that came meanwhile is not promised');
    },
  },
];

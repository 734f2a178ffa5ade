import assert from 'node:assert/strict';
import type { Fetched } from '../../../ports/connector.ts';
import { add, addMany, assertWellFormed, fetchOne, HOSTILE_TEXTS, idsIn, labelOf, need, open, valuesOf } from './kit.ts';
import type { ConnectorCase } from './subject.ts';

const statesOf = (records: readonly Fetched[]): readonly string[] => records.map(({ state }) => state);

export const fetches: readonly ConnectorCase[] = [
  {
    id: 'CC-36',
    rule: 'fetch gives one answer per id, in order, a repeated id too, and no field that was not asked for',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [a, b, c] = await addMany(crm, 3);
      const ids = [c!, a!, c!, b!, a!];
      const records = await connector.fetch({ object: crm.object, ids, fields: [crm.fields.text] }, call);
      for (const record of records) assertWellFormed(record);
      assert.deepEqual(
        records.map(({ id }) => id),
        ids,
      );
      assert.deepEqual(
        records.map((record) => ({ ...valuesOf(record) })),
        [2, 0, 2, 1, 0].map((index) => ({ [crm.fields.text]: labelOf(index) })),
      );
    },
  },
  {
    id: 'CC-37',
    rule: '`fetchBatchMax` ids are answered at once',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const { fetchBatchMax } = connector.capabilities;
      assert.ok(Number.isInteger(fetchBatchMax) && fetchBatchMax >= 1);
      const ids = await addMany(crm, fetchBatchMax);
      const records = await connector.fetch({ object: crm.object, ids, fields: [crm.fields.text] }, call);
      assert.deepEqual(
        records.map(({ id }) => id),
        ids,
      );
      for (const [index, record] of records.entries()) assert.equal(valuesOf(record)[crm.fields.text], labelOf(index));
    },
  },
  {
    id: 'CC-38',
    rule: 'an id that no record has is `missing`, whatever it is, and does no harm to the others',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const id = await add(crm);
      const strange = [...crm.strangers, '', 'x', '0', '-1', id.slice(0, -1), `${id}x`, `${id},${id}`, ...HOSTILE_TEXTS];
      const records = await connector.fetch({ object: crm.object, ids: [...strange, id], fields: [crm.fields.text] }, call);
      assert.deepEqual(statesOf(records), [...strange.map(() => 'missing'), 'present']);
      const alone = await connector.fetch({ object: crm.object, ids: strange, fields: [crm.fields.text] }, call);
      assert.deepEqual(
        statesOf(alone),
        strange.map(() => 'missing'),
      );
      assert.deepEqual(await idsIn(crm), [id]);
    },
  },
  {
    id: 'CC-39',
    rule: 'fetch tells that a record was deleted',
    requires: 'removals',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [kept, gone] = await addMany(crm, 2);
      await need(crm.remove, 'remove')(gone!);
      const records = await connector.fetch({ object: crm.object, ids: [gone!, kept!], fields: [crm.fields.text] }, call);
      assert.deepEqual(records[0], { id: gone, state: 'deleted' });
      assert.equal(records[1]?.state, 'present');
    },
  },
  {
    id: 'CC-40',
    rule: 'fetch tells into which record another was merged',
    requires: 'merges',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [winner, loser] = await addMany(crm, 2);
      const left = await need(crm.merge, 'merge')(winner!, loser!);
      assert.deepEqual(await fetchOne(connector, crm, loser!, call), { id: loser, state: 'merged', successor: left });
      assert.equal((await fetchOne(connector, crm, left, call)).state, 'present');
    },
  },
  {
    id: 'CC-41',
    rule: 'a record that the connected user may not see is `missing`, never `deleted`',
    requires: 'unsharing',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [seen, unseen] = await addMany(crm, 2);
      await need(crm.unshare, 'unshare')(unseen!);
      const records = await connector.fetch({ object: crm.object, ids: [unseen!, seen!], fields: [crm.fields.text] }, call);
      assert.deepEqual(statesOf(records), ['missing', 'present']);
    },
  },
  {
    id: 'CC-42',
    rule: 'fetch sees a record as it is at that moment, however late reads and finds may be',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const id = await add(crm);
      for (let round = 0; round < 3; round += 1) {
        await crm.edit(id, { [crm.fields.text]: `Edited ${round}` });
        assert.equal(valuesOf(await fetchOne(connector, crm, id, call))[crm.fields.text], `Edited ${round}`);
      }
    },
  },
];

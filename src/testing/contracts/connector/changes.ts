import assert from 'node:assert/strict';
import type { Page } from '../../../ports/connector.ts';
import { add, addMany, HOUR, labelOf, need, open, readOn, readQuery, settle, stored, textsOf, valuesOf } from './kit.ts';
import type { ConnectorCase, MakeConnector } from './subject.ts';

const OLD_MS = 24 * HOUR;

/** A CRM with four records that were read a day ago. */
async function openRead(make: MakeConnector) {
  const opened = await open(make);
  const { crm, connector, call } = opened;
  const [a, b, c, d] = await addMany(crm, 4);
  await crm.advance(OLD_MS);
  const { next } = await readOn(connector, readQuery(crm), call);
  await crm.advance(HOUR);
  return { ...opened, a: a!, b: b!, c: c!, d: d!, next };
}

export const changes: readonly ConnectorCase[] = [
  {
    id: 'CC-20',
    rule: 'a read of changes brings what was added and edited since, time after time',
    async check(make) {
      const { crm, reconnect, call, a, b, ...read } = await openRead(make);
      let { next } = read;
      for (let round = 1; round <= 4; round += 1) {
        await crm.edit(a, { [crm.fields.text]: `Edited ${round}` });
        if (round === 2) await crm.edit(b, { [crm.fields.text]: null });
        const added = await add(crm, { [crm.fields.text]: `Added ${round}` });
        await settle(crm);
        const { records, next: after } = await readOn(reconnect(), readQuery(crm, { from: next }), call);
        assert.equal(valuesOf(records.get(a), 'the edited record')[crm.fields.text], `Edited ${round}`);
        assert.equal(valuesOf(records.get(added), 'the added record')[crm.fields.text], `Added ${round}`);
        if (round === 2) assert.equal(valuesOf(records.get(b), 'the cleared record')[crm.fields.text], null);
        next = after;
        await crm.advance(round % 2 === 0 ? HOUR : 1_000);
      }
    },
  },
  {
    id: 'CC-21',
    rule: 'a quiet CRM brings nothing that was not seen before, and reads of it stay small',
    async check(make) {
      const { crm, connector, call, ...read } = await openRead(make);
      let { next } = read;
      for (let round = 1; round <= 3; round += 1) {
        const { records, next: after } = await readOn(connector, readQuery(crm, { from: next }), call);
        assert.deepEqual(textsOf(crm, records.values()), []); // changes of a day ago are behind every overlap
        next = after;
        await crm.advance(HOUR);
      }
      await add(crm);
      await settle(crm);
      const once = await readOn(connector, readQuery(crm, { from: next }), call);
      const again = await readOn(connector, readQuery(crm, { from: once.next }), call);
      for (const [id, record] of again.records) assert.deepEqual(record, once.records.get(id), 'a repeated record is the same');
    },
  },
  {
    id: 'CC-22',
    rule: 'a read of changes brings what no longer matches the filter, for only the engine can tell what that means',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [id] = await addMany(crm, 1);
      await settle(crm);
      const filter = { field: crm.fields.text, eq: labelOf(0) };
      const { next } = await readOn(connector, readQuery(crm, { filter }), call);
      await crm.advance(HOUR);
      await crm.edit(id!, { [crm.fields.text]: 'Something else' });
      await settle(crm);
      const { records } = await readOn(connector, readQuery(crm, { filter, from: next }), call);
      assert.equal(valuesOf(records.get(id!))[crm.fields.text], 'Something else');
    },
  },
  {
    id: 'CC-23',
    rule: 'a read of changes brings what was deleted since',
    requires: 'removalsInReads',
    async check(make) {
      const { crm, connector, call, a, b, next } = await openRead(make);
      await need(crm.remove, 'remove')(a);
      await crm.edit(b, { [crm.fields.text]: 'Edited' });
      await settle(crm);
      const { records } = await readOn(connector, readQuery(crm, { from: next }), call);
      assert.deepEqual(records.get(a), { id: a, state: 'deleted' });
      assert.equal(records.get(b)?.state, 'present');
      assert.equal(records.size, 2);
    },
  },
  {
    id: 'CC-24',
    rule: 'a read of changes brings what was merged since, and which record is left',
    requires: 'mergesInReads',
    async check(make) {
      const { crm, connector, call, a, b, next } = await openRead(make);
      const left = await need(crm.merge, 'merge')(a, b);
      await settle(crm);
      const { records } = await readOn(connector, readQuery(crm, { from: next }), call);
      assert.deepEqual(records.get(b), { id: b, state: 'merged', successor: left });
      assert.equal(records.get(left)?.state, 'present', 'the record that is left has changed');
    },
  },
  {
    id: 'CC-25',
    rule: 'what becomes visible after its own stamp is not lost',
    requires: 'lateCommits',
    async check(make) {
      const { crm, connector, call, ...read } = await openRead(make);
      const LATE_MS = 5 * 60_000;
      await need(crm.addLate, 'addLate')({ ...crm.required, [crm.fields.text]: 'Late' }, LATE_MS);
      const before = await readOn(connector, readQuery(crm, { from: read.next }), call);
      assert.deepEqual(textsOf(crm, before.records.values()), []);
      await crm.advance(LATE_MS);
      await settle(crm);
      const { records } = await readOn(connector, readQuery(crm, { from: before.next }), call);
      assert.deepEqual(textsOf(crm, records.values()), ['Late']);
    },
  },
  {
    id: 'CC-26',
    rule: "a connector's own writes are changes like any other",
    requires: 'writes',
    async check(make) {
      const { crm, connector, call, a, next } = await openRead(make);
      await connector.write([{ op: 'op-1', object: crm.object, id: a, values: { [crm.fields.text]: 'Ours' } }], call);
      await settle(crm);
      const { records } = await readOn(connector, readQuery(crm, { from: next }), call);
      assert.equal(valuesOf(records.get(a))[crm.fields.text], 'Ours');
    },
  },
];

/** Children are read for a text of their parent, which changes without them. */
export const parentChanges: readonly ConnectorCase[] = [
  {
    id: 'CC-96',
    rule: "a parent's changed text comes with a read of changes, from whichever page it is taken up again",
    requires: 'parentChanges',
    async check(make) {
      const { crm, connector, reconnect, call } = await open(make);
      const parent = need(crm.parent, 'parent');
      const rename = need(parent.rename, 'parent.rename');
      const children = await addMany(crm, crm.severalPages);
      const parents = new Map<string, string>();
      for (const [index, child] of children.entries()) parents.set(child, await parent.give(child, `Parent ${index}`));
      const stranger = await add(crm);
      await crm.advance(OLD_MS);
      const fields = [parent.path, crm.fields.text];
      const { next } = await readOn(connector, readQuery(crm, { fields }), call);
      await crm.advance(HOUR);
      for (const [index, child] of children.entries()) await rename(parents.get(child)!, `Renamed ${index}`);
      await settle(crm);

      const seen = new Map<string, unknown>();
      const note = ({ records }: Page) => {
        for (const record of records) if (record.state === 'present') seen.set(record.id, record.values[parent.path]);
      };
      let from = next;
      for (let pages = 1; ; pages += 1) {
        assert.ok(pages < 10 * children.length, 'a read that is taken up again should come to an end');
        const { value: page, done } = await reconnect().read(readQuery(crm, { fields, from }), call)[Symbol.asyncIterator]().next();
        assert.ok(done !== true, 'a read gives at least one page');
        note(page);
        from = stored(page.checkpoint);
        if (page.last) break;
      }
      for (const [index, child] of children.entries()) assert.equal(seen.get(child), `Renamed ${index}`);
      assert.ok(!seen.has(stranger), 'what has no changed parent and did not change itself is left alone');
      const { records } = await readOn(connector, readQuery(crm, { fields, from: next }), call);
      assert.deepEqual([...records.keys()].sort(), children.toSorted());
      await crm.advance(HOUR);
      const quiet = await readOn(connector, readQuery(crm, { fields, from }), call);
      const later = await readOn(connector, readQuery(crm, { fields, from: quiet.next }), call);
      assert.equal(later.records.size, 0, 'a change is brought while it may be new, and then no more');
    },
  },
];

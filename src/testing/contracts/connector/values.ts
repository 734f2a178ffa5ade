import assert from 'node:assert/strict';
import type { Fetched } from '../../../ports/connector.ts';
import {
  add,
  fetchOne,
  findQuery,
  HOSTILE_TEXTS,
  HOUR,
  labelOf,
  need,
  type Opened,
  open,
  readOn,
  readQuery,
  recordOf,
  settle,
  valuesOf,
} from './kit.ts';
import { mustBeDone, setting, settingEach, update, writeAll, writeOne } from './kit-writes.ts';
import type { ConnectorCase, CrmValues } from './subject.ts';

/** The record as each method gives it. */
async function everyWay(
  { crm, connector, can, call }: Opened,
  id: string,
  fields: readonly string[],
): Promise<Readonly<Record<string, CrmValues>>> {
  const { records } = await readOn(connector, readQuery(crm, { fields }), call);
  const fetched = await fetchOne(connector, crm, id, call, [...fields]);
  const ways = { read: valuesOf(records.get(id), 'the record that was read'), fetch: valuesOf(fetched, 'the record that was fetched') };
  if (!can.find) return ways;
  const { found } = await connector.find(findQuery(crm, [labelOf(0)], { fields }), call);
  const hit: Fetched | undefined = found.find(({ record }) => record.id === id)?.record;
  return { ...ways, find: valuesOf(hit, 'the record that was found') };
}

export const values: readonly ConnectorCase[] = [
  {
    id: 'CC-27',
    rule: 'a field that is not there, whatever its name, is absent, which is not null; the others come',
    async check(make) {
      const opened = await open(make);
      const { crm } = opened;
      const id = await add(crm);
      await settle(crm);
      const strange = ['No_Such_Field__c', 'No_Such_Parent__r.Name', 'a.b.c.d.e.f.g.h', '', ...HOSTILE_TEXTS];
      for (const [way, found] of Object.entries(await everyWay(opened, id, [...strange, crm.fields.text])))
        assert.deepEqual({ ...found }, { [crm.fields.text]: labelOf(0) }, way);
    },
  },
  {
    id: 'CC-28',
    rule: 'a hidden field is absent, whether it was hidden before or while the connector is in use',
    requires: 'hiding',
    async check(make) {
      for (const describedBefore of [false, true]) {
        const opened = await open(make);
        const { crm, connector, call } = opened;
        const [hidden] = Object.keys(crm.samples).filter((name) => name !== crm.fields.text && !Object.hasOwn(crm.required, name));
        assert.ok(hidden !== undefined, '`samples` should have another field than `text`');
        const id = await add(crm, { [hidden]: crm.samples[hidden]! });
        await settle(crm);
        const fields = [crm.fields.text, hidden];
        if (describedBefore) for (const found of Object.values(await everyWay(opened, id, fields))) assert.ok(Object.hasOwn(found, hidden));
        await need(crm.hide, 'hide')(hidden);
        for (const [way, found] of Object.entries(await everyWay(opened, id, fields)))
          assert.deepEqual({ ...found }, { [crm.fields.text]: labelOf(0) }, way);
        const { fields: described } = await connector.describe(crm.object, call);
        assert.ok(!described.some(({ name }) => name === hidden), 'a hidden field is not described');
      }
    },
  },
  {
    id: 'CC-29',
    rule: 'a blank field is null, never empty text and never absent',
    async check(make) {
      const opened = await open(make);
      const { crm } = opened;
      const blank = Object.keys(crm.samples).filter(
        (name) => name !== crm.fields.text && !Object.hasOwn(crm.required, name) && typeof crm.samples[name] !== 'boolean',
      );
      assert.ok(blank.length > 0, '`samples` should have another field than `text`');
      const id = await add(crm);
      await settle(crm);
      for (const [way, found] of Object.entries(await everyWay(opened, id, blank)))
        assert.deepEqual({ ...found }, Object.fromEntries(blank.map((name) => [name, null])), way);
    },
  },
  {
    id: 'CC-30',
    rule: "a dotted path gives the parent's value, or null where there is no parent",
    requires: 'parents',
    async check(make) {
      const opened = await open(make);
      const { crm } = opened;
      const parent = need(crm.parent, 'parent');
      const [child, orphan] = [await add(crm), await add(crm)];
      await parent.give(child, 'Parent');
      await settle(crm);
      const fields = [parent.path, crm.fields.text];
      for (const [way, found] of Object.entries(await everyWay(opened, child, fields))) assert.equal(found[parent.path], 'Parent', way);
      for (const [way, found] of Object.entries(await everyWay(opened, orphan, fields))) assert.equal(found[parent.path], null, way);
    },
  },
  {
    id: 'CC-31',
    rule: 'what is reached through a parent that is set but not visible is absent',
    requires: 'hiddenParents',
    async check(make) {
      const opened = await open(make);
      const { crm } = opened;
      const parent = need(crm.parent, 'parent');
      const id = await add(crm);
      await need(crm.unshare, 'unshare')(await parent.give(id, 'Parent'));
      await settle(crm);
      for (const [way, found] of Object.entries(await everyWay(opened, id, [parent.path, crm.fields.text])))
        assert.deepEqual({ ...found }, { [crm.fields.text]: labelOf(0) }, way);
    },
  },
  {
    id: 'CC-32',
    rule: 'a value of any type is read as it was written',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const set = mustBeDone(await writeOne(connector, await setting(opened, { ...crm.samples, [crm.fields.text]: labelOf(0) }), call));
      const id = await add(crm);
      mustBeDone(await writeOne(connector, update(crm, id, { ...crm.samples, [crm.fields.text]: labelOf(0) }), call));
      await settle(crm);
      const expected = { ...crm.samples, [crm.fields.text]: labelOf(0) };
      for (const written of [set.id, id])
        for (const [way, found] of Object.entries(await everyWay(opened, written, Object.keys(expected))))
          assert.deepEqual({ ...found }, expected, way);
    },
  },
  {
    id: 'CC-33',
    rule: 'a text of any content is kept as it was written',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const texts = [
        ...HOSTILE_TEXTS.filter((text) => text !== '\u0000'),
        `it's "so"`,
        '<b>&amp;</b>',
        'line\nbreak',
        '1e3',
        'false',
        '\u00c5 A\u030a',
        '😀👩‍👩‍👧',
      ];
      const items = await settingEach(
        opened,
        texts.map((text) => ({ [crm.fields.text]: text })),
      );
      for (const [index, item] of items.entries()) {
        const { id } = mustBeDone(await writeOne(connector, item, call));
        assert.equal((await recordOf(crm, id))?.values[crm.fields.text], texts[index]);
        assert.equal(valuesOf(await fetchOne(connector, crm, id, call))[crm.fields.text], texts[index]);
      }
    },
  },
  {
    id: 'CC-34',
    rule: 'text that no CRM can hold spoils no request',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      for (const text of ['half \ud83d of a character', 'a \u0000 zero']) {
        const items = await settingEach(opened, [{ [opened.crm.fields.text]: text }, {}]);
        const outcomes = await writeAll(opened.connector, items, opened.call);
        assert.equal(outcomes[1]?.outcome, 'done');
      }
    },
  },
  {
    id: 'CC-35',
    rule: "a record's stamp is in the CRM's time and moves when the record is edited",
    async check(make) {
      const { crm, connector, call } = await open(make);
      const id = await add(crm);
      const stampNow = async () => {
        const record = await fetchOne(connector, crm, id, call);
        assert.equal(record.state, 'present');
        const stamp = record.state === 'present' ? Date.parse(record.modifiedAt) : 0;
        assert.ok(Math.abs(stamp - crm.now()) <= 60_000, 'the stamp is the time of the change');
        return stamp;
      };
      const first = await stampNow();
      await crm.advance(HOUR);
      await crm.edit(id, { [crm.fields.text]: 'Edited' });
      assert.ok((await stampNow()) > first);
    },
  },
];

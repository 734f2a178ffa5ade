import assert from 'node:assert/strict';
import type { Wrote } from '../../../ports/connector.ts';
import { TOO_LATE } from '../../../ports/too-late.ts';
import { add, addMany, HOUR, idsIn, labelOf, need, type Opened, open, recordOf, settled, textsUpTo } from './kit.ts';
import { create, mustBeDone, setting, settingEach, update, write, writeAll, writeOne, writtenTexts } from './kit-writes.ts';
import type { ConnectorCase, CrmValues } from './subject.ts';

const outcomesOf = (wrote: readonly Wrote[]): readonly string[] => wrote.map(({ outcome }) => outcome);

/** A batch with this value is refused for this field, and nothing of that item is applied; the other items are. */
async function mustNameField({ crm, connector, can, call }: Opened, bad: CrmValues, field: string): Promise<void> {
  const id = await add(crm);
  for (const kind of can.create ? (['create', 'update'] as const) : (['update'] as const)) {
    const before = await crm.records(crm.object);
    const other = await add(crm);
    const batch =
      kind === 'create'
        ? [create(crm, { ...bad, [crm.fields.text]: 'Bad' }), create(crm, { [crm.fields.text]: 'Good' })]
        : [update(crm, id, { ...bad, [crm.fields.text]: 'Bad' }), update(crm, other, { [crm.fields.text]: 'Good' })];
    const [refused, done] = await writeAll(connector, batch, call);
    assert.equal(refused?.outcome, 'refused', `${kind}: the item is refused`);
    assert.equal(refused.outcome === 'refused' && refused.field, field, `${kind}: the field is named`);
    assert.equal(refused.outcome === 'refused' && refused.retryable, false, `${kind}: the same write would be refused again`);
    mustBeDone(done);
    const after = await crm.records(crm.object);
    assert.equal(after.length, before.length + (kind === 'create' ? 2 : 1));
    assert.ok(!after.some(({ values }) => values[crm.fields.text] === 'Bad'), `${kind}: nothing of a refused item is applied`);
  }
}

export const writes: readonly ConnectorCase[] = [
  {
    id: 'CC-54',
    rule: 'a create answers the id of the new record, and that it was created',
    requires: 'creates',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const before = await add(crm);
      const done = mustBeDone(await writeOne(connector, create(crm, { [crm.fields.text]: 'New' }), call));
      assert.equal(done.created, true);
      assert.deepEqual((await idsIn(crm)).toSorted(), [before, done.id].toSorted());
      assert.equal((await recordOf(crm, done.id))?.values[crm.fields.text], 'New');
    },
  },
  {
    id: 'CC-55',
    rule: 'an update changes the fields that it names, and no other',
    requires: 'writes',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const others = Object.fromEntries(Object.entries(crm.samples).filter(([name]) => name !== crm.fields.text));
      const id = await add(crm, others);
      const done = mustBeDone(await writeOne(connector, update(crm, id, { [crm.fields.text]: 'Edited' }), call));
      assert.deepEqual({ id: done.id, created: done.created }, { id, created: false });
      const kept = (await recordOf(crm, id))?.values ?? {};
      assert.deepEqual(pick(kept, [crm.fields.text, ...Object.keys(others)]), { [crm.fields.text]: 'Edited', ...others });
      assert.equal((await idsIn(crm)).length, 1);
    },
  },
  {
    id: 'CC-56',
    rule: 'what an outcome says of values and stamp is what the CRM has',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const id = await add(crm);
      const wrote = [
        await writeOne(connector, await setting(opened, crm.samples), call),
        await writeOne(connector, update(crm, id, { [crm.fields.text]: 'Edited' }), call),
      ];
      for (const done of wrote.map(mustBeDone)) {
        const kept = (await recordOf(crm, done.id))?.values ?? {};
        assert.deepEqual({ ...done.values }, pick(kept, Object.keys(done.values)));
        if (done.modifiedAt !== undefined) assert.ok(Math.abs(Date.parse(done.modifiedAt) - crm.now()) <= 60_000);
      }
    },
  },
  {
    id: 'CC-57',
    rule: 'null clears a field',
    requires: 'writes',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const { fields } = await connector.describe(crm.object, call);
      const clearable = Object.keys(crm.samples).filter((name) => fields.some((field) => field.name === name && field.nullable));
      const id = await add(crm, crm.samples);
      mustBeDone(await writeOne(connector, update(crm, id, Object.fromEntries(clearable.map((name) => [name, null]))), call));
      const kept = (await recordOf(crm, id))?.values ?? {};
      assert.deepEqual(
        clearable.map((name) => [name, kept[name] ?? null]),
        clearable.map((name) => [name, null]),
      );
      assert.ok(clearable.includes(crm.fields.text), '`text` may be blank');
    },
  },
  {
    id: 'CC-58',
    rule: 'a batch has one outcome per item, in order, and is one request',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      await connector.describe(crm.object, call);
      const { writeBatchMax } = connector.capabilities;
      assert.ok(Number.isInteger(writeBatchMax) && writeBatchMax >= 1);
      const items = await settingEach(
        opened,
        Array.from({ length: writeBatchMax }, (_, index) => ({ [crm.fields.text]: labelOf(index) })),
      );
      const before = crm.calls();
      const set = await write(connector, items, call);
      assert.equal(crm.calls(), before + 1, 'a batch is one request');
      const ids = set.map((outcome) => mustBeDone(outcome).id);
      const texts = new Map((await crm.records(crm.object)).map(({ id, values }) => [id, values[crm.fields.text]]));
      assert.deepEqual(
        ids.map((id) => texts.get(id)),
        ids.map((_, index) => labelOf(index)),
      );
      const start = crm.calls();
      const reversed = ids.toReversed();
      const updated = await write(
        connector,
        reversed.map((id) => update(crm, id, { [crm.fields.text]: 'Edited' })),
        call,
      );
      assert.equal(crm.calls(), start + 1, 'a batch of updates is one request');
      assert.deepEqual(
        updated.map((outcome) => mustBeDone(outcome).id),
        reversed,
      );
    },
  },
  {
    id: 'CC-59',
    rule: 'a batch of more than `writeBatchMax` items is a mistake of the caller: nothing is sent',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const batch = await settingEach(
        opened,
        Array.from({ length: connector.capabilities.writeBatchMax + 1 }, () => ({})),
      );
      const result = await settled(() => connector.write(batch, call));
      assert.ok(!result.ok, 'the call should fail');
      assert.equal(crm.calls(), 0);
      assert.deepEqual(await writtenTexts(crm), []);
    },
  },
  {
    id: 'CC-60',
    rule: 'a field that is not there is refused by name, and spoils no other item',
    requires: 'writes',
    async check(make) {
      await mustNameField(await open(make), { No_Such_Field__c: 'x' }, 'No_Such_Field__c');
    },
  },
  {
    id: 'CC-61',
    rule: 'a field that can only be read is refused by name, and spoils no other item',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { readOnly } = opened.crm.fields;
      const { fields } = await opened.connector.describe(opened.crm.object, opened.call);
      const type = fields.find(({ name }) => name === readOnly)?.type;
      const value = type === 'boolean' ? true : type === 'string' || type === 'text' ? 'x' : 7;
      await mustNameField(opened, { [readOnly]: value }, readOnly);
    },
  },
  {
    id: 'CC-62',
    rule: 'a field that was hidden meanwhile is refused by name, and spoils no other item',
    requires: ['writes', 'hiding'],
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const [hidden] = Object.keys(crm.samples).filter((name) => name !== crm.fields.text && !Object.hasOwn(crm.required, name));
      assert.ok(hidden !== undefined, '`samples` should have another field than `text`');
      await connector.describe(crm.object, call);
      await need(crm.hide, 'hide')(hidden);
      await mustNameField(opened, { [hidden]: crm.samples[hidden]! }, hidden);
    },
  },
  {
    id: 'CC-63',
    rule: 'an update of a deleted record is `gone`, and spoils no other item',
    requires: ['writes', 'removals'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [a, b, c] = await addMany(crm, 3);
      await need(crm.remove, 'remove')(b!);
      const wrote = await writeAll(
        connector,
        [a!, b!, c!].map((id) => update(crm, id, { [crm.fields.text]: 'Edited' })),
        call,
      );
      assert.deepEqual(outcomesOf(wrote), ['done', 'gone', 'done']);
      assert.deepEqual(
        (await crm.records(crm.object)).map(({ values }) => values[crm.fields.text]),
        ['Edited', 'Edited'],
      );
    },
  },
  {
    id: 'CC-64',
    rule: 'an update of a record that was merged away is `gone`, and does not reach the record that is left',
    requires: ['writes', 'merges'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [winner, loser] = await addMany(crm, 2);
      const left = await need(crm.merge, 'merge')(winner!, loser!);
      const outcome = await writeOne(connector, update(crm, loser!, { [crm.fields.text]: 'Edited' }), call);
      assert.equal(outcome.outcome, 'gone');
      if (outcome.outcome === 'gone' && outcome.successor !== undefined) assert.equal(outcome.successor, left);
      assert.equal((await recordOf(crm, left))?.values[crm.fields.text], labelOf(0));
    },
  },
  {
    id: 'CC-65',
    rule: 'an update of a record that the connected user may not see is refused: nothing proves that it is gone',
    requires: ['writes', 'unsharing'],
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [seen, unseen] = await addMany(crm, 2);
      await need(crm.unshare, 'unshare')(unseen!);
      const batch = [seen!, unseen!].map((id) => update(crm, id, { [crm.fields.text]: 'Edited' }));
      assert.deepEqual(outcomesOf(await writeAll(connector, batch, call)), ['done', 'refused']);
    },
  },
  {
    id: 'CC-66',
    rule: 'an upsert by a unique field makes one record, however often it is sent',
    requires: 'uniqueKeys',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const field = need(crm.fields.unique, 'fields.unique');
      const upsert = (text: string) => create(crm, { [crm.fields.text]: text }, { uniqueKey: { field, value: "key'1 /?#&" } });
      const first = mustBeDone(await writeOne(connector, upsert('First'), call));
      const second = mustBeDone(await writeOne(connector, upsert('Second'), call));
      assert.deepEqual([first.created, second.created], [true, false]);
      assert.equal(second.id, first.id);
      const records = await crm.records(crm.object);
      assert.equal(records.length, 1);
      assert.deepEqual(pick(records[0]!.values, [crm.fields.text, field]), { [crm.fields.text]: 'Second', [field]: "key'1 /?#&" });
    },
  },
  {
    id: 'CC-67',
    rule: 'an upsert by a field that may repeat is never sent',
    requires: 'creates',
    async check(make) {
      const { crm, connector, call } = await open(make);
      await add(crm);
      for (const field of [crm.fields.text, 'No_Such_Field__c']) {
        const result = await settled(() => connector.write([create(crm, {}, { uniqueKey: { field, value: labelOf(0) } })], call));
        assert.ok(!result.ok, `an upsert by ${field} should fail`);
      }
      assert.deepEqual(
        (await crm.records(crm.object)).map(({ values }) => values[crm.fields.text]),
        textsUpTo(1),
      );
    },
  },
];

/** Of a connector that is slow, or has to wait. */
export const lateWrites: readonly ConnectorCase[] = [
  {
    id: 'CC-97',
    rule: 'a write is not sent after its `notAfter`, and is told as `not_sent`, `too_late`',
    requires: 'writes',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const item = await setting(opened, { [crm.fields.text]: 'Late' });
      opened.tick(HOUR);
      const late = await writeOne(connector, item, { ...call, notAfter: call.now() - 1 });
      assert.deepEqual([late.outcome, late.outcome === 'not_sent' && late.code], ['not_sent', TOO_LATE]);
      assert.deepEqual(await writtenTexts(crm), []);
      mustBeDone(
        await writeOne(connector, await setting(opened, { [crm.fields.text]: 'In time' }), { ...call, notAfter: call.now() + HOUR }),
      );
      assert.deepEqual(await writtenTexts(crm), ['In time']);
    },
  },
];

const pick = (values: CrmValues, names: readonly string[]): CrmValues =>
  Object.fromEntries(names.map((name) => [name, values[name] ?? null]));

import assert from 'node:assert/strict';
import { CRM_FIELD_TYPES, type DescribedField, type DescribedObject } from '../../../core/schema/described.ts';
import {
  add,
  addMany,
  failureOf,
  fetchOne,
  findIds,
  findQuery,
  HOSTILE_TEXTS,
  labelOf,
  open,
  readOn,
  readQuery,
  settle,
  textsOf,
  textsUpTo,
  valuesOf,
} from './kit.ts';
import { settingEach, writeAll } from './kit-writes.ts';
import type { ConnectorCase } from './subject.ts';

const NO_OBJECTS = ['NoSuchObject', 'No_Such_Object__c', ...HOSTILE_TEXTS];

export const basics: readonly ConnectorCase[] = [
  {
    id: 'CC-01',
    rule: 'the account is the same for every call and every connector, and is asked for once at most',
    async check(make) {
      const { crm, connector, reconnect, call } = await open(make);
      const account = await connector.account(call);
      assert.ok(typeof account.id === 'string' && account.id !== '', 'an account has an id');
      const before = crm.calls();
      assert.deepEqual(await connector.account(call), account);
      assert.equal(crm.calls(), before, 'the second answer costs no request');
      assert.equal((await reconnect().account(call)).id, account.id);
    },
  },
  {
    id: 'CC-02',
    rule: 'describe names the fields of an object with their types, flags and options',
    async check(make) {
      const { crm, connector, can, call } = await open(make);
      const described = await connector.describe(crm.object, call);
      assert.equal(described.name, crm.object);
      assertConsistent(described);
      const { text, readOnly, email, phone, unique } = crm.fields;
      const writable = { ...(can.create && { creatable: true }), ...(can.write && { updatable: true }) };
      assertShows(described, [
        { name: text, ...writable, nullable: true, required: false, ...(can.find && { filterable: true }) },
        { name: readOnly, creatable: false, updatable: false },
        ...(email === undefined ? [] : [{ name: email, type: 'email' as const, ...writable }]),
        ...(phone === undefined ? [] : [{ name: phone, type: 'phone' as const, ...writable }]),
        ...(unique === undefined ? [] : [{ name: unique, unique: true }]),
        ...Object.keys(crm.samples).map((name) => ({ name, ...writable })),
        ...crm.described,
      ]);
    },
  },
  {
    id: 'CC-03',
    rule: 'describe of an object that is not there, whatever its name, fails with a remedy, and trying again would not help',
    async check(make) {
      const { crm, connector, call } = await open(make);
      for (const object of NO_OBJECTS) {
        const error = await failureOf(() => connector.describe(object, call));
        assert.ok(['configuration', 'permission'].includes(error.category), `the configuration is at fault, not ${error.category}`);
        assert.equal(error.retryable, false);
      }
      assert.equal((await connector.describe(crm.object, call)).name, crm.object);
    },
  },
  {
    id: 'CC-04',
    rule: 'an empty input costs no request',
    async check(make) {
      const { crm, connector, can, call } = await open(make);
      assert.deepEqual(await connector.fetch({ object: crm.object, ids: [], fields: [crm.fields.text] }, call), []);
      if (can.write) assert.deepEqual(await connector.write([], call), []);
      const { findsBy = [] } = connector.capabilities;
      for (const by of can.find ? [crm.fields.text, ...findsBy, ...(can.log ? ['$activity'] : [])] : [])
        assert.deepEqual((await connector.find(findQuery(crm, [], { by }), call)).found, []);
      assert.equal(crm.calls(), 0);
    },
  },
  {
    id: 'CC-05',
    rule: 'what a caller hands in is left as it was',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, can, call } = opened;
      const id = await add(crm);
      const filter = { all: [{ field: crm.fields.text, eq: labelOf(0) }] };
      const inputs = {
        read: readQuery(crm, { filter }),
        fetch: { object: crm.object, ids: [id, id, 'x'], fields: [crm.fields.text, 'No_Such_Field__c'] },
        find: findQuery(crm, [labelOf(0), labelOf(0), '']),
        batch: can.write ? await settingEach(opened, [{}, { [crm.fields.text]: null }]) : [],
      };
      const before = structuredClone(inputs);
      await readOn(connector, inputs.read, call);
      await connector.fetch(inputs.fetch, call);
      if (can.find) await connector.find(inputs.find, call);
      await writeAll(connector, inputs.batch, call);
      assert.deepEqual(inputs, before);
    },
  },
  {
    id: 'CC-06',
    rule: 'of several callers at once each gets its own answer',
    async check(make) {
      const { crm, connector, can, call } = await open(make);
      const ids = await addMany(crm, crm.severalPages);
      await settle(crm);
      const [reads, fetched, found] = await Promise.all([
        Promise.all([1, 2].map(async () => readOn(connector, readQuery(crm), call))),
        Promise.all(ids.map(async (id) => fetchOne(connector, crm, id, call))),
        Promise.all((can.find ? ids : []).map(async (_, index) => findIds(connector, findQuery(crm, [labelOf(index)]), call))),
      ]);
      for (const { records } of reads) assert.deepEqual(textsOf(crm, records.values()), textsUpTo(ids.length));
      for (const [index, id] of ids.entries()) {
        assert.equal(fetched[index]!.id, id);
        assert.equal(valuesOf(fetched[index])[crm.fields.text], labelOf(index));
        if (can.find) assert.deepEqual(found[index], [[labelOf(index), id]]);
      }
    },
  },
];

function assertConsistent({ fields }: DescribedObject): void {
  assert.equal(new Set(fields.map(({ name }) => name)).size, fields.length, 'a field is described once');
  for (const field of fields) {
    const { name, label, type, options, restricted, required, creatable, nullable, length, scale } = field;
    assert.ok(name !== '' && typeof label === 'string', 'a field has a name and a label');
    assert.ok(CRM_FIELD_TYPES.includes(type), `${name}: ${type} is none of our types`);
    if (type === 'picklist' || type === 'multipicklist') assert.ok(options, `${name}: a ${type} has options`);
    assert.ok(options === undefined || type === 'picklist' || type === 'multipicklist', `${name}: a ${type} has no options`);
    for (const option of options ?? [])
      assert.ok(option.value !== '' && typeof option.label === 'string', `${name}: an option has a value`);
    assert.ok(restricted !== true || options !== undefined, `${name}: only options restrict`);
    assert.ok(!required || (creatable && !nullable), `${name}: what is required can be given, and not be cleared`);
    assert.ok(length === undefined || length > 0, `${name}: it holds ${length} characters`);
    assert.ok(scale === undefined || scale >= 0, `${name}: it keeps ${scale} decimals`);
    for (const flag of ['creatable', 'updatable', 'nullable', 'required', 'filterable', 'unique'] as const)
      assert.equal(typeof field[flag], 'boolean', `${name}.${flag}`);
  }
}

/** Describe says at least this of these fields. */
function assertShows({ fields }: DescribedObject, expected: readonly (Pick<DescribedField, 'name'> & Partial<DescribedField>)[]): void {
  for (const wanted of expected) {
    const field = fields.find(({ name }) => name === wanted.name);
    assert.ok(field, `${wanted.name} should be described`);
    const shown = Object.fromEntries(Object.keys(wanted).map((key) => [key, field[key as keyof DescribedField]]));
    assert.deepEqual(shown, wanted);
  }
}

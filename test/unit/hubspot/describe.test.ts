import { describe, expect, it } from 'vitest';
import { toObjectInfo } from '../../../src/connectors/hubspot/describe.ts';
import { objectKind } from '../../../src/connectors/hubspot/objects.ts';

const base = {
  label: 'A label',
  fieldType: 'text',
  options: [],
  calculated: false,
  hasUniqueValue: false,
  modificationMetadata: { readOnlyValue: false },
};
const describedAs = (object: string, ...properties: object[]) =>
  toObjectInfo(object, objectKind(object), { results: properties.map((property) => ({ ...base, type: 'string', ...property })) }).described
    .fields;
const only = (property: object, object = 'contacts') => describedAs(object, { name: 'x', ...property })[0];

describe('toObjectInfo', () => {
  it('tells that a record belongs to a company, and a company to none', () => {
    const parents = (object: string) => toObjectInfo(object, objectKind(object), { results: [] }).described.parents;
    expect(parents('contacts')).toEqual([{ name: 'company', label: 'Company', object: 'companies' }]);
    expect(parents('companies')).toBeUndefined();
  });

  it('reads a text', () =>
    expect(only({})).toEqual({
      name: 'x',
      label: 'A label',
      type: 'string',
      length: 65_536,
      creatable: true,
      updatable: true,
      nullable: true,
      required: false,
      filterable: true,
      unique: false,
    }));
  it('reads options: the value is written, the label is shown, hidden ones are left out', () => {
    const options = [{ value: 'NEW', label: 'New', hidden: false }, { value: 'OLD', label: 'Old', hidden: true }, { value: 'BARE' }];
    expect(only({ type: 'enumeration', fieldType: 'radio', options })).toMatchObject({
      type: 'picklist',
      restricted: true,
      options: [
        { value: 'NEW', label: 'New' },
        { value: 'BARE', label: 'BARE' },
      ],
    });
  });
  it.each([
    ['of an owner', { referencedObjectType: 'OWNER', externalOptions: true }],
    ['whose list is empty', {}],
    ['of a pipeline, although it lists some', { externalOptions: true, options: [{ value: 'a', label: 'A' }] }],
  ])('checks no value against the options %s: they live elsewhere', (_, more) => {
    const field = only({ type: 'enumeration', fieldType: 'select', ...more });
    expect(field).toMatchObject({ type: 'reference', creatable: true });
    expect(field).not.toHaveProperty('options');
    expect(field).not.toHaveProperty('restricted');
  });
  it.each([
    ['calculated', { calculated: true }],
    ['read-only', { modificationMetadata: { readOnlyValue: true } }],
    ['not plainly writable', { modificationMetadata: null }],
    ['the record id', { name: 'hs_object_id', type: 'number' }],
    ['unsupported', { type: 'json' }],
  ])('a %s property is never written', (_, more) =>
    expect(only(more)).toMatchObject({ creatable: false, updatable: false, unique: false }),
  );
  it('takes a property for unique that can not repeat, and the address of a contact, which HubSpot keeps single', () => {
    expect(only({ hasUniqueValue: true })).toMatchObject({ unique: true });
    expect(only({ name: 'email' })).toMatchObject({ type: 'email', unique: true });
    expect(only({ name: 'email' }, 'companies')).toMatchObject({ unique: false });
    expect(only({ hasUniqueValue: true, calculated: true })).toMatchObject({ unique: false });
  });
  it.each([
    ['deals', 'dealname'],
    ['tickets', 'hs_pipeline_stage'],
    ['calls', 'hs_timestamp'],
    ['communications', 'hs_communication_channel_type'],
  ])('%s can not be created without %s', (object, name) =>
    expect(only({ name }, object)).toMatchObject({ required: true, nullable: false }),
  );
  it('leaves out what it can not read, and archived properties', () =>
    expect(
      describedAs('contacts', { name: 'a,b' }, { name: 7 }, { name: 'old', archived: true }, { name: 'ok' }).map(({ name }) => name),
    ).toEqual(['ok']));
  it('refuses an answer that is no list', () =>
    expect(() => toObjectInfo('contacts', objectKind('contacts'), { message: 'x' })).toThrow(
      expect.objectContaining({ code: 'broken_answer' }),
    ));
});

import { describe, expect, it } from 'vitest';
import { toObjectInfo } from '../../../src/connectors/salesforce/describe.ts';

const field = (name: string, type: string, more: object = {}) => ({
  name,
  type,
  label: name,
  length: 0,
  createable: true,
  updateable: true,
  nillable: true,
  defaultedOnCreate: false,
  filterable: true,
  unique: false,
  externalId: false,
  idLookup: false,
  ...more,
});
const info = (...fields: unknown[]) => toObjectInfo({ name: 'Contact', label: 'Contact', fields });
const only = (raw: unknown) => info(raw).described.fields[0];

describe('toObjectInfo', () => {
  it('tells the parents whose fields can be described: not those of several kinds, which none describes', () => {
    const lookup = (name: string, relationshipName: string | null, ...referenceTo: string[]) =>
      field(name, 'reference', { relationshipName, referenceTo, label: name.replace(/Id$/, ' ID') });
    const { described } = info(
      ...[
        lookup('AccountId', 'Account', 'Account'),
        lookup('ReportsToId', 'ReportsTo', 'Contact'),
        lookup('OwnerId', 'Owner', 'User', 'Group'),
      ],
      ...[lookup('NoneId', null, 'Account'), lookup('OddId', "x' OR", 'Account'), field('Name', 'string')],
    );
    expect(described.parents).toEqual([
      { name: 'Account', label: 'Account', object: 'Account' },
      { name: 'ReportsTo', label: 'ReportsTo', object: 'Contact' },
    ]);
    expect(info(field('Name', 'string')).described).not.toHaveProperty('parents');
  });

  it('gives active options only, each with its label', () =>
    expect(
      only(
        field('Status', 'picklist', {
          length: 40,
          restrictedPicklist: true,
          picklistValues: [
            { value: 'N', label: 'New', active: true },
            { value: 'O', label: 'Old', active: false },
            { value: 'P', label: null, active: true },
          ],
        }),
      ),
    ).toEqual({
      name: 'Status',
      label: 'Status',
      type: 'picklist',
      length: 40,
      options: [
        { value: 'N', label: 'New' },
        { value: 'P', label: 'P' },
      ],
      restricted: true,
      creatable: true,
      updatable: true,
      nullable: true,
      required: false,
      filterable: true,
      unique: false,
    }));

  it.each([
    ['an external id that may repeat', { externalId: true }, false],
    ['a look-up by id such as Email', { idLookup: true }, false],
    ['a unique external id', { externalId: true, unique: true }, true],
    ['a unique look-up', { idLookup: true, unique: true }, true],
    ['unique, but no key of an upsert', { unique: true }, false],
    ['unique, but made by Salesforce', { externalId: true, unique: true, createable: false }, false],
  ])('an upsert by %s', (_, flags, unique) => expect(only(field('Key__c', 'string', flags))?.unique).toBe(unique));

  it.each([
    ['no default', { nillable: false }, true],
    ['a default', { nillable: false, defaultedOnCreate: true }, false],
    ['a value of its own', { nillable: false, createable: false }, false],
    ['a blank', {}, false],
  ])('a field with %s', (_, flags, required) => expect(only(field('LastName', 'string', flags))?.required).toBe(required));

  it('knows the decimals of numbers', () => {
    expect(only(field('Amount', 'currency', { scale: 2 }))?.scale).toBe(2);
    expect(only(field('Seats', 'int'))?.scale).toBe(0);
  });
  it('finds parents by the name of their relationship', () =>
    expect(
      info(field('AccountId', 'reference', { relationshipName: 'Account', referenceTo: ['Account'] })).relations.get('Account'),
    ).toEqual({
      lookup: 'AccountId',
      targets: ['Account'],
    }));
  it('leaves out what can not be read, as it does a hidden field', () => {
    const odd = [
      field('x y', 'string'),
      field('Old__c', 'string', { deprecatedAndHidden: true }),
      { name: 7 },
      null,
      field('Good__c', 'string', { length: '80' }),
    ];
    expect(info(...odd).described.fields.map(({ name }) => name)).toEqual(['Good__c']);
  });
  it('refuses an answer that is no describe', () =>
    expect(() => toObjectInfo('<html>')).toThrow(expect.objectContaining({ code: 'broken_answer' })));
});

import { describe, expect, it } from 'vitest';
import { toObjectInfo } from '../../../src/connectors/salesforce/describe.ts';
import { inOrder } from '../../../src/connectors/salesforce/related/in-order.ts';
import { tiedObject } from '../../../src/connectors/salesforce/related/tied-object.ts';
import { waysTo } from '../../../src/connectors/salesforce/related/ways.ts';
import type { LoadedOption } from '../../../src/core/forms/log-form.ts';

const lookup = (name: string, ...referenceTo: string[]) => ({
  name,
  type: 'reference',
  relationshipName: name.replace(/Id$/, ''),
  referenceTo,
});
const child = (childSObject: string, field: string, relationshipName: string | null) => ({ childSObject, field, relationshipName });
const info = (name: string, fields: object[] = [], childRelationships: unknown[] = []) =>
  toObjectInfo({ name, fields, childRelationships });

const contact = info(
  'Contact',
  [
    lookup('AccountId', 'Account'),
    lookup('OwnerId', 'Group', 'User'),
    lookup('MasterRecordId', 'Contact'),
    lookup('Matter__c', 'Matter__c'),
  ],
  [
    child('Case', 'ContactId', 'Cases'),
    child('Opportunity', 'ContactId', 'Opportunities'),
    child('OpportunityContactRole', 'ContactId', 'OpportunityContactRoles'),
    child('Case', 'Hidden__c', null),
    { childSObject: 7 },
    child('Case', 'ContactId', "Cases) FROM Contact'"),
  ],
);
const account = info('Account', [], [child('Opportunity', 'AccountId', 'Opportunities'), child('Site__c', 'Account__c', 'Sites__r')]);
const ways = (object: string, role: string | null = null) => waysTo({ start: contact, object, role, account });

describe('waysTo', () => {
  it.each([
    ['Account', [{ by: 'parent', relationship: 'Account' }]],
    ['Matter__c', [{ by: 'parent', relationship: 'Matter__c' }]],
    ['Case', [{ by: 'children', relationship: 'Cases' }]],
    [
      'Opportunity',
      [
        { by: 'roles', role: null },
        { by: 'account', relationship: 'Opportunities' },
      ],
    ],
    ['Site__c', [{ by: 'account', relationship: 'Sites__r' }]],
    ['Contact', []],
    ['Group', []],
    ['Nothing__c', []],
  ])('of a contact to %s', (object, expected) => {
    expect(ways(object)).toEqual(expected);
  });

  it('goes by the role alone where one is named', () => {
    expect(ways('Opportunity', 'Evaluator')).toEqual([{ by: 'roles', role: 'Evaluator' }]);
  });
});

describe('inOrder', () => {
  const option = (id: string, more: Partial<LoadedOption> = {}): LoadedOption => ({ const: id, title: id, ...more });
  const ids = (options: readonly LoadedOption[], limit = 9) => inOrder(options, limit).options.map((one) => one.const);

  it('puts open ones first, then what changed last, then goes by id', () => {
    const options = [
      option('c', { open: false, updatedAt: '2026-03-01T00:00:00.000Z' }),
      option('b', { open: true, updatedAt: '2026-01-01T00:00:00.000Z' }),
      option('d', { open: true, updatedAt: '2026-02-01T00:00:00.000Z' }),
      option('a', { open: true, updatedAt: '2026-01-01T00:00:00.000Z' }),
      option('e'),
    ];
    expect(ids(options)).toEqual(['d', 'a', 'b', 'e', 'c']);
    expect(ids([...options].reverse())).toEqual(['d', 'a', 'b', 'e', 'c']);
  });

  it('has each once, and says that there are more than asked for', () => {
    expect(inOrder([option('a'), option('a')], 1)).toEqual({ options: [option('a')] });
    expect(inOrder([option('a'), option('b')], 1)).toEqual({ options: [option('a')], more: true });
  });
});

describe('tiedObject', () => {
  const picklist = (name: string) => ({ name, type: 'picklist', picklistValues: [{ value: 'New', label: 'Neu' }] });
  const text = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
  const ID = '500Fk0000000008';

  it('shows an option as people know it', () => {
    const tied = tiedObject(info('Case', [text('CaseNumber', { nameField: true }), text('Subject'), picklist('Status')]));
    expect(tied.columns).toEqual(['Id', 'CaseNumber', 'Subject', 'Status']);
    expect(tied.order).toEqual(['Id ASC']);
    expect(tied.optionOf({ Id: ID, CaseNumber: '00001', Subject: 'Late', Status: 'New' })).toEqual({
      const: expect.stringContaining(ID),
      title: '00001 Late',
      description: 'Neu',
    });
  });

  it('shows the value of a stage that is no option any more, and the id where there is no name', () => {
    const tied = tiedObject(info('Matter__c', [text('Name', { nameField: true }), picklist('Status__c')]));
    expect(tied.optionOf({ Id: ID, Name: null, Status__c: 'Old' })).toMatchObject({
      title: expect.stringContaining('500'),
      description: 'Old',
    });
    expect(tied.optionOf({ Id: 'x' })).toBeNull();
  });
});

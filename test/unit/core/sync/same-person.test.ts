import { describe, expect, it } from 'vitest';
import { isSamePerson } from '../../../../src/core/sync/same-person.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { compiled, contactOf } from '../world.ts';

const recordOf = (id: string, fields: Readonly<Record<string, Value>>) => ({ id, fields });

const mapping = compiled(
  [
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
    { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    { crm: 'Email', field: 'email', direction: 'outbound' },
  ],
  { create: { idField: 'Our_Id__c' } },
);
const alice = contactOf('c1', { first_name: 'Alice', last_name: 'Smith', email: 'alice@example.com' });

describe('whether a record that was made again is the same person', () => {
  const CASES: Record<string, readonly [record: Record<string, Value>, same: boolean]> = {
    'our id, whatever else it says': [{ Our_Id__c: 'c1', FirstName: 'Bob' }, true],
    'the id of another contact says nothing': [{ Our_Id__c: 'c2' }, false],
    'the email, in any case': [{ Email: 'ALICE@example.com ' }, true],
    'the email, under another name: people marry': [{ Email: 'alice@example.com', FirstName: 'Alice', LastName: 'Brown' }, true],
    'the whole name': [{ FirstName: 'alice', LastName: 'Smith', Email: 'private@example.com' }, true],
    'a part of the name where the other part is blank': [{ FirstName: null, LastName: 'Smith' }, true],
    'a part of the name where the other part is another one': [{ FirstName: 'Bob', LastName: 'Smith' }, false],
    'nothing but the number': [{ Phone: '+14155550123' }, false],
    'blanks agree with nothing': [{ FirstName: ' ', LastName: '', Email: null }, false],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [fields, same] = CASES[name]!;
    expect(isSamePerson(mapping, recordOf('r2', fields), alice)).toBe(same);
  });

  it('a contact without name and email is nobody in particular', () => {
    expect(isSamePerson(mapping, recordOf('r2', { FirstName: null, Email: null }), contactOf('c1', {}))).toBe(false);
  });
});

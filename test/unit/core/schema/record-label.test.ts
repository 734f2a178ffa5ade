import { describe, expect, it } from 'vitest';
import { labelFields, recordLabel } from '../../../../src/core/schema/record-label.ts';

const of = (...names: string[]) => labelFields({ fields: names.map((name) => ({ name })) });

describe('the label of a record', () => {
  it.each([
    [
      'Salesforce',
      of('Id', 'Name', 'FirstName', 'LastName', 'Email'),
      { FirstName: 'Ann', LastName: 'Lee', Name: 'Dr. Ann Lee' },
      'Ann Lee',
    ],
    ['HubSpot', of('firstname', 'lastname', 'email'), { firstname: null, lastname: 'Lee', email: 'ann@example.com' }, 'Lee'],
    ['a whole name', of('full_name', 'email'), { full_name: ' Ann Lee ' }, 'Ann Lee'],
    ['an address', of('firstname', 'email'), { firstname: ' ', email: 'ann@example.com' }, 'ann@example.com'],
    ['nothing', of('phone'), { phone: '1' }, undefined],
  ])('of %s', (_, fields, values, label) => {
    expect(recordLabel(fields, values)).toBe(label);
  });
});

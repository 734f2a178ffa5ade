import { describe, expect, it } from 'vitest';
import { isVisible } from '../../../../src/core/mapping/unusable.ts';
import { parentFields } from '../../../../src/core/schema/parent-fields.ts';
import { describedField } from '../../described-field.ts';

const ACCOUNT = { name: 'Account', label: 'Account', object: 'Account' };

describe("a parent's fields", () => {
  it('are reached by a path, and only read', () => {
    const fields = [
      describedField('Name', 'string', { label: 'Account Name', required: true, nullable: false, length: 255 }),
      describedField('BillingAddress', 'unsupported'),
      describedField('Owner.Name'),
    ];
    expect(parentFields(ACCOUNT, { name: 'Account', label: 'Account', fields })).toEqual([
      describedField('Account.Name', 'string', {
        ...{ label: 'Account: Account Name', nullable: false, length: 255 },
        ...{ creatable: false, updatable: false, required: false, unique: false },
      }),
    ]);
  });
});

describe('a path', () => {
  const seen = (...names: readonly string[]) => new Map(names.map((name) => [name, describedField(name)]));

  it.each([
    ['Account.Name', ['Name', 'Account.Name'], true],
    ['Account.Nam', ['Name', 'Account.Name'], false],
    ['Account.Website', ['Name', 'Account.Name'], false],
    ['Acount.Name', ['Name', 'Account.Name'], false],
    ['Owner.Alias', ['Name', 'Account.Name'], true],
    ['Account.Owner.Name', ['Name', 'Account.Name'], true],
    ['Account.Name', ['Name'], true],
    ['Nam', ['Name', 'Account.Name'], false],
  ])('%s is seen among %j: %s', (path, names, expected) => expect(isVisible(path, seen(...names))).toBe(expected));
});

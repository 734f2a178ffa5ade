import { describe, expect, it } from 'vitest';
import type { DescribedField } from '../../../../src/core/schema/described.ts';
import { remotesReader } from '../../../../src/core/sync/remotes-reader.ts';
import { compiled, DESCRIBED, type Rule } from '../world.ts';

const EMAIL: Rule = { crm: 'Email', field: 'email', direction: 'both' };
const described = (...fields: readonly Partial<DescribedField>[]) => ({
  name: 'Contact',
  label: 'Contact',
  fields: [{ name: 'Phone' }, ...fields].map((field): DescribedField => ({ ...DESCRIBED, name: '', label: '', ...field })),
});
/** What each record has for the rules; the first rule is the phone number's. */
const read = ({ rules }: ReturnType<typeof compiled>, ...records: readonly Readonly<Record<string, unknown>>[]) => {
  const readRemotes = remotesReader(rules);
  return records.map((fields, index) => [...readRemotes({ id: `r${index}`, fields })]);
};

describe('the CRM values of a record', () => {
  it('come in the order of the rules, and what a record lacks is absent, whatever the one before it had', () => {
    expect(
      read(
        compiled([EMAIL]),
        { Email: 'a@example.com', Phone: '+14155550123' },
        { Email: null },
        { Phone: '+14155550199', Email: 'b@example.com' },
      ),
    ).toEqual([
      ['+14155550123', 'a@example.com'],
      [undefined, null],
      ['+14155550199', 'b@example.com'],
    ]);
  });

  it('are found by their path, in one name or record within record', () => {
    const company = compiled([{ crm: 'Account.Name', field: 'notes', direction: 'inbound' }]);
    expect(read(company, { 'Account.Name': 'Acme' }, { Account: { Name: 'Globex' } }, { Account: null })).toEqual([
      [undefined, 'Acme'],
      [undefined, 'Globex'],
      [undefined, null],
    ]);
  });

  it('are absent where they are nothing to work with', () => {
    expect(read(compiled([EMAIL]), { Email: ['a@example.com'] }, { Email: Number.NaN }, { Email: { toString: 'a' } })).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('are joined, or a time in our spelling, as the rule says', () => {
    const name = compiled(
      [
        { crm: ['FirstName', 'LastName'], join: ' ', field: 'notes', direction: 'inbound' },
        { crm: 'Seen', field: 'email', direction: 'inbound' },
      ],
      {},
      { described: described({ name: 'FirstName' }, { name: 'LastName' }, { name: 'Seen', type: 'datetime' }) },
    );
    const given = { FirstName: 'Ada', LastName: 'Lovelace', Seen: '2026-01-05T09:00:00.000+0000' };
    expect(read(name, given)).toEqual([[undefined, 'Ada Lovelace', '2026-01-05T09:00:00.000Z']]);
  });

  it('are never those of a column without a name', () => {
    const name = compiled([EMAIL, { crm: ['FirstName', 'LastName'], join: ' ', field: 'notes', direction: 'inbound' }]);
    expect(read(name, { '': 'x', Email: 'a@example.com', FirstName: 'Ada', LastName: 'Lovelace' })).toEqual([
      [undefined, 'a@example.com', 'Ada Lovelace'],
    ]);
  });

  it('are absent for a rule whose field the CRM hides, unless it only writes (R15)', () => {
    const blind = (direction: 'inbound' | 'both' | 'outbound') =>
      read(compiled([{ ...EMAIL, direction }], {}, { described: described() }), { Email: 'a@example.com' });
    expect(blind('inbound')).toEqual([[undefined, undefined]]);
    expect(blind('both')).toEqual([[undefined, undefined]]);
    expect(blind('outbound')).toEqual([[undefined, 'a@example.com']]);
  });
});

import { describe, expect, it } from 'vitest';
import { checkMergeTarget } from '../../../../src/core/checks/check-merge-target.ts';
import type { Analysis } from '../../../../src/core/mapping/mapping-types.ts';
import type { CrmFieldType, DescribedField } from '../../../../src/core/schema/described.ts';
import { compiled, DESCRIBED, type Rule } from '../world.ts';

const fieldsOf = (types: Readonly<Record<string, CrmFieldType>>) =>
  new Map(Object.entries(types).map(([name, type]): [string, DescribedField] => [name, { ...DESCRIBED, name, label: name, type }]));
const NOTES = { crm: 'Notes', field: 'notes', direction: 'both', conflict: 'merge' } as const satisfies Rule;
const check = (raw: Rule, types: Readonly<Record<string, CrmFieldType>>, analysis?: Analysis) =>
  checkMergeTarget({ raw, rule: compiled([raw]).rules[1]!, isDomain: false }, 'Contact', fieldsOf(types), analysis);
const result = (field: string, mode: 'merge' | 'overwrite' | 'fill_if_empty') => [{ from: 'x', field, mode }];

describe('a merged field whose CRM field is no free text', () => {
  it('is told with the CRM field and its type, to whoever writes the mapping', () => {
    expect(check(NOTES, { Notes: 'picklist' })).toEqual([
      {
        level: 'warning',
        code: 'merge_not_free_text',
        message: 'The merged field notes is no free text in the CRM: `Notes` is of the type picklist.',
        remedy: 'Use another mode than `merge`, or map the field to a free text of the CRM.',
        who: 'developer',
        at: { object: 'Contact', field: 'Notes' },
      },
    ]);
  });

  it('is told once, with those CRM fields alone that are none', () => {
    const several: Rule = { ...NOTES, crm: ['Notes', 'Site', 'Mail'], direction: 'inbound' };
    expect(check(several, { Notes: 'text', Site: 'url', Mail: 'email' })).toMatchObject([
      { message: 'The merged field notes is no free text in the CRM: `Site`, `Mail` is of the type url.' },
    ]);
  });

  it.each(['string', 'text'] as const)('is none where the CRM field is of the type %s', (type) => {
    expect(check(NOTES, { Notes: type })).toEqual([]);
  });

  it('is none where the CRM does not show its type, as of the field of a parent record', () => {
    expect(check({ crm: 'Account.Site', field: 'notes', direction: 'inbound', conflict: 'merge' }, { Notes: 'picklist' })).toEqual([]);
  });

  const CASES: Record<string, readonly [rule: Rule, analysis: Analysis, codes: readonly string[]]> = {
    'by what it does with conflicts': [NOTES, [], ['merge_not_free_text']],
    'by a result of a conversation': [{ ...NOTES, conflict: 'crm' }, result('notes', 'merge'), ['merge_not_free_text']],
    'by neither: another policy': [{ ...NOTES, conflict: 'newest' }, [], []],
    'by neither: a rule that says nothing of conflicts': [{ crm: 'Notes', field: 'notes', direction: 'outbound' }, [], []],
    'by neither: the result of a conversation goes over it': [{ ...NOTES, conflict: 'crm' }, result('notes', 'overwrite'), []],
    'by neither: another field is merged': [{ ...NOTES, conflict: 'crm' }, result('email', 'merge'), []],
  };
  it.each(Object.keys(CASES))('is merged %s', (name) => {
    const [rule, analysis, codes] = CASES[name]!;
    expect(check(rule, { Notes: 'picklist' }, analysis).map(({ code }) => code)).toEqual(codes);
  });
});

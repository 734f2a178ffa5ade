import { describe, expect, it } from 'vitest';
import type { DescribedField } from '../../../../src/core/schema/described.ts';
import type { FieldDefinition } from '../../../../src/core/schema/schema-types.ts';
import { type Likeness, likenessOf, namesOf, optionsShared } from '../../../../src/core/suggest/likeness.ts';
import { describedField } from '../../described-field.ts';

type Named = readonly [name: string, label?: string];
const TEXT: FieldDefinition = { type: 'string' };
const likeness = (
  ours: Named,
  theirs: Named,
  definition: FieldDefinition = TEXT,
  offered: Partial<DescribedField> = {},
): Likeness | null => {
  const found = likenessOf(namesOf(...ours), definition, namesOf(...theirs), describedField(theirs[0], 'string', offered));
  return found && { ...found, score: Math.round(found.score * 1000) / 1000 };
};

describe('a CRM field is like a field of a contact', () => {
  it.each<[what: string, ours: Named, theirs: Named, expected: Likeness]>([
    ['of the same name', ['renewal_on'], ['RenewalOn__c'], { score: 1, reason: 'same_name' }],
    ['of the same label', ['tier', 'Customer Tier'], ['Stage__c', 'Customer tier'], { score: 0.95, reason: 'same_label' }],
    ['whose label is our name', ['customer_tier'], ['X1__c', 'Customer Tier'], { score: 0.95, reason: 'same_label' }],
    [
      'by the nearer of the things that it stands for',
      ['phone_number'],
      ['HomePhone', 'Mobile Phone'],
      { score: 0.8, reason: 'usual_name' },
    ],
    ['all of whose words are in its name', ['lead_score'], ['Lead_Score_Today__c'], { score: 0.6, reason: 'similar_name' }],
    ['whose words are two of our three', ['last_lead_score'], ['Lead_Score__c'], { score: 0.6, reason: 'similar_name' }],
    ['whose words are half the same', ['last_lead_score'], ['First_Lead_Score__c'], { score: 0.55, reason: 'similar_name' }],
  ])('%s', (_, ours, theirs, expected) => expect(likeness(ours, theirs)).toEqual(expected));

  it.each<[what: string, ours: Named, theirs: Named]>([
    ['for both having no label', ['tier'], ['Rank__c']],
    ['for labels of signs alone', ['tier', '–'], ['Rank__c', '…']],
    ['where less than half of the words are the same', ['last_lead_score'], ['First_Lead_Rank__c']],
  ])('but not %s', (_, ours, theirs) => expect(likeness(ours, theirs)).toBeNull());

  it('by its name alone where it has no label, as where its label is blank', () =>
    expect(namesOf('renewal_on')).toEqual(namesOf('renewal_on', ' ')));

  it.each(['Account.Industry', 'account.Industry', 'Organization.Industry', 'organisation.Industry', 'company.industry'])(
    'that is the company’s in this CRM: %s',
    (path) => expect(likeness(['company_industry'], [path])).toEqual({ score: 1, reason: 'same_name' }),
  );

  it.each(['Parent_Account.Industry', 'Accounts.Industry', 'Account_Industry__c'])(
    'but not where only a part of the name says so: %s',
    (path) => expect(likeness(['company_industry'], [path])).toBeNull(),
  );
});

describe('a picklist is known by its options', () => {
  const enumOf = (...options: readonly string[]) => ({ type: 'enum', options }) as const;
  const listOf = (...values: readonly string[]) => values.map((value) => ({ value, label: value }));
  const PHASES = listOf('new', 'working', 'lost');

  it.each<[what: string, definition: FieldDefinition, offered: Partial<DescribedField>, expected: Likeness | null]>([
    ['where it has all of ours', enumOf('New', 'Working'), { type: 'picklist', options: PHASES }, { score: 0.7, reason: 'same_options' }],
    ['not where it lacks one', enumOf('New', 'Won'), { type: 'picklist', options: PHASES }, null],
    ['not where ours has one only, which says nothing', enumOf('New'), { type: 'picklist', options: PHASES }, null],
    ['not where it holds several at a time', enumOf('New', 'Working'), { type: 'multipicklist', options: PHASES }, null],
    ['not where ours is text', TEXT, { type: 'picklist', options: PHASES }, null],
  ])('%s', (_, definition, offered, expected) => expect(likeness(['phase'], ['X1__c'], definition, offered)).toEqual(expected));

  it('of which one counts that is there under any spelling', () => {
    const shared = (offered: Partial<DescribedField>) =>
      optionsShared(enumOf('New', 'Working', 'Won'), describedField('X1__c', 'picklist', offered));
    expect(shared({ options: PHASES })).toBe(2);
    expect(shared({})).toBe(0);
    expect(shared({ type: 'multipicklist', options: PHASES })).toBe(0);
  });
});

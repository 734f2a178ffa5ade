import { describe, expect, it } from 'vitest';
import { safeParseMapping } from '../../../../src/core/mapping/mapping.ts';
import type { MappingDirection } from '../../../../src/core/mapping/mapping-types.ts';
import { parentRemedy } from '../../../../src/core/mapping/parent-rule.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { safeParseSettings } from '../../../../src/core/settings.ts';
import { told } from '../told.ts';

const schema = defineContactSchema({ company_name: { type: 'string' } });
const companies = (crmObject: string, ...fields: readonly object[]) => [{ crmObject, fields }];
const rule = (crm: string, direction: MappingDirection, field = 'name') => ({ crm, field, direction });

const NOWHERE = "Use direction 'inbound' here. To write Name, map the parent itself in `companies`.";
const TABLE: Readonly<Record<string, readonly [path: string, companies: readonly unknown[], remedy: string]>> = {
  'no companies are mapped': ['Account.Name', [], NOWHERE],
  'other companies are mapped': ['Account.Name', companies('Partner__c', rule('Name', 'both')), NOWHERE],
  'the parent is mapped, and not its field': [
    'Account.Name',
    companies('Account', rule('Website', 'inbound', 'domain')),
    "Use direction 'inbound' here, and give `companies.mappings.0` a rule that writes Name.",
  ],
  'the parent reads the field': [
    'Account.Name',
    companies('Account', rule('Website', 'inbound', 'domain'), rule('Name', 'inbound')),
    "Use direction 'inbound' here, and direction 'both' in `companies.mappings.0.fields.1`: the company is edited then.",
  ],
  'the parent writes the field': [
    'Account.Name',
    companies('Account', rule('Name', 'both')),
    "Use direction 'inbound' here: `companies.mappings.0.fields.0` writes Name, once the company is edited.",
  ],
  'the parent only writes the field': [
    'Account.Name',
    companies('Account', rule('Name', 'outbound')),
    "Use direction 'inbound' here: `companies.mappings.0.fields.0` writes Name, once the company is edited.",
  ],
  'the parent is a custom object': [
    'Firm__r.Name',
    companies('Firm__c', rule('Name', 'both')),
    "Use direction 'inbound' here: `companies.mappings.0.fields.0` writes Name, once the company is edited.",
  ],
  'the object has the name in the plural': [
    'company.name',
    companies('companies', rule('name', 'both')),
    "Use direction 'inbound' here: `companies.mappings.0.fields.0` writes name, once the company is edited.",
  ],
  'the field is that of a parent of the parent': ['Account.Owner.Name', companies('Account', rule('Name', 'both')), NOWHERE],
  'the mapping is no mapping': [
    'Account.Name',
    [null, 7, { crmObject: 'Account' }, 'x'],
    "Use direction 'inbound' here, and give `companies.mappings.2` a rule that writes Name.",
  ],
  'its rules are no rules': [
    'Account.Name',
    [{ crmObject: 'Account', fields: [null, { crm: 7 }, {}] }],
    "Use direction 'inbound' here, and give `companies.mappings.0` a rule that writes Name.",
  ],
};

describe.each(Object.entries(TABLE))("a parent's field where %s", (_, [path, mappings, remedy]) => {
  const draft = (direction: MappingDirection) => ({
    crmObject: 'Contact',
    fields: [rule('Phone', 'inbound', 'phone_number'), rule(path, direction, 'company_name')],
  });

  it('is read', () => {
    expect(safeParseMapping(schema, draft('inbound'), { companies: mappings }).ok).toBe(true);
  });

  it.each(['outbound', 'both'] as const)(
    'is not written through its child by a rule that is %s: it is told where it is written',
    (direction) => {
      expect(parentRemedy(path, mappings)).toBe(remedy);
      const parsed = safeParseMapping(schema, draft(direction), { companies: mappings });
      expect(parsed.ok ? [] : told(parsed.issues)).toEqual(['fields.1.crm parent_not_writable']);
      expect(parsed.ok ? '' : parsed.issues[0]?.remedy).toBe(remedy);
      const settings = safeParseSettings(schema, { mappings: [draft(direction)] }, { companies: mappings });
      expect(settings.ok ? [] : told(settings.issues)).toEqual(['mappings.0.fields.1.crm parent_not_writable']);
      expect(settings.ok ? '' : settings.issues[0]?.remedy).toBe(remedy);
    },
  );
});

it('without the mappings of companies the remedy names what is always right', () => {
  const draft = { crmObject: 'Contact', fields: [rule('Phone', 'inbound', 'phone_number'), rule('Account.Name', 'both', 'company_name')] };
  const parsed = safeParseMapping(schema, draft);
  expect(parsed.ok ? '' : parsed.issues[0]?.remedy).toBe(NOWHERE);
});

it('a default of a new record that names a parent is told as before', () => {
  const draft = {
    crmObject: 'Contact',
    fields: [rule('Phone', 'inbound', 'phone_number')],
    create: { defaults: { 'Account.Name': 'Acme' } },
  };
  const parsed = safeParseMapping(schema, draft, { companies: companies('Account', rule('Name', 'both')) });
  expect(parsed.ok ? '' : parsed.issues[0]?.remedy).toBe('Name a field of the record itself.');
});

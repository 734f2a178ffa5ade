import { expect, it } from 'vitest';
import { safeParseMapping } from '../../../../src/core/mapping/mapping.ts';
import { defineCompanySchema } from '../../../../src/core/schema/schema.ts';
import { COMPANY_FIELDS, companyTemplateOf } from '../../../../src/core/suggest/company-template.ts';

const mapping = { crmObject: 'Account', fields: [{ crm: 'Industry', field: 'industry', direction: 'both' }] } as const;

it('a template of companies has the schema that everybody gets from its fields, and the one mapping', () => {
  const { schema, mappings } = companyTemplateOf(mapping);
  expect(schema).toEqual(defineCompanySchema(COMPANY_FIELDS));
  expect(mappings).toEqual([mapping]);
  expect(safeParseMapping(schema, mappings[0]).ok).toBe(true);
});

it('the templates of two CRMs share one schema, and nobody changes them', () => {
  const [one, other] = [companyTemplateOf(mapping), companyTemplateOf({ ...mapping, crmObject: 'companies' })];
  expect(one.schema).toBe(other.schema);
  expect([one, one.mappings, one.schema.fields, one.schema.fields.name].every(Object.isFrozen)).toBe(true);
});

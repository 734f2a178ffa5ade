import { deepFreeze } from '../base/freeze.ts';
import type { Mapping } from '../mapping/mapping-types.ts';
import { BUILT_IN_COMPANY_FIELDS, type CompanySchema, type FieldDefinitions } from '../schema/schema-types.ts';

/**
 * What the templates keep of a company beside the built-in name and domain. With fields of your own:
 * `defineCompanySchema({ ...COMPANY_FIELDS, tier: { type: 'string' } })` fits the mappings of the templates.
 */
export const COMPANY_FIELDS = deepFreeze({
  industry: { type: 'string', label: 'Industry' },
  employees: { type: 'number', label: 'Employees' },
  city: { type: 'string', label: 'City' },
  state: { type: 'string', label: 'State' },
  country: { type: 'string', label: 'Country' },
} as const satisfies FieldDefinitions);

/** Name, domain, industry, size and location: what every CRM keeps of a company. */
export type CompanyTemplateSchema = CompanySchema<typeof COMPANY_FIELDS>;

/** A schema and mappings that fit it, as an engine takes them in `companies`: frozen plain data, to use as it is or to start from. */
export interface CompanyTemplate {
  readonly schema: CompanyTemplateSchema;
  readonly mappings: readonly [Mapping<CompanyTemplateSchema>];
}

// What `defineCompanySchema` would answer, without its work at each start: a test holds the two together.
const schema: CompanyTemplateSchema = deepFreeze({
  entity: 'company',
  fields: { ...structuredClone(BUILT_IN_COMPANY_FIELDS), ...COMPANY_FIELDS },
});

/** All templates of companies share one schema: a workspace may use those of several CRMs. */
export const companyTemplateOf = (mapping: Mapping<CompanyTemplateSchema>): CompanyTemplate => deepFreeze({ schema, mappings: [mapping] });

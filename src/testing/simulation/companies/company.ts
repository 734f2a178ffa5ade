import { normalizeDomain } from '../../../core/domain/domain.ts';
import type { ConflictChoice } from '../../../core/mapping/mapping-types.ts';
import { defineCompanySchema } from '../../../core/schema/schema.ts';
import type { Chance } from '../chance.ts';

/** What people know of a company, in its own field names here; null is blank. All of it goes both ways. */
export interface Company {
  readonly name: string | null;
  readonly domain: string | null;
  readonly city: string | null;
}
export type CompanyField = keyof Company;
export const COMPANY_FIELDS: readonly CompanyField[] = ['name', 'domain', 'city'];

export const companySchema = defineCompanySchema({ city: { type: 'string' } });

/** The contact's field that names its company. */
export const TIE = 'company_id';

/** Of a deployment that has companies. */
export interface CompanyShape {
  /** Companies in each CRM at the start. */
  readonly count: number;
  /** What decides where both sides of a field have moved; of `company_id` too. */
  readonly conflicts: Readonly<Record<CompanyField | typeof TIE, ConflictChoice>>;
  /** Some are removed here by hand and brought back, and what becomes of them in the CRM shows late. */
  readonly troubled?: true;
}

const POLICIES: readonly ConflictChoice[] = ['crm', 'local', 'newest', 'manual'];

export const companyShapeOf = (chance: Chance): CompanyShape => ({
  count: 1 + chance.below(4),
  conflicts: {
    name: chance.oneOf(POLICIES),
    domain: chance.oneOf(POLICIES),
    city: chance.oneOf(POLICIES),
    company_id: chance.oneOf(POLICIES),
  },
});

/** How a value of a CRM stands in the company here. */
export function asLocalOfCompany(field: CompanyField, value: string | null): string | null {
  if (field !== 'domain' || value === null) return value;
  const read = normalizeDomain(value);
  return read.ok ? read.domain : value;
}

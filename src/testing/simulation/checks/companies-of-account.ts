import type { Companies } from '../companies/companies.ts';
import type { CrmOfCompanies } from '../companies/crm-of-companies.ts';
import type { Seen, SeenAccount } from './seen.ts';

/** Companies as the checks of one connection see it. */
export interface CompaniesOfAccount {
  readonly seen: Seen;
  readonly here: SeenAccount;
  readonly companies: Companies;
  readonly crm: CrmOfCompanies;
}

import type { FakeSalesforce } from '../../salesforce/fake-salesforce.ts';
import { shownAfter } from '../records.ts';
import { salesforceRecords } from '../salesforce-records.ts';
import type { CompanyShape } from './company.ts';
import { type CompanyNames, type CrmOfCompanies, companyIn, companyMappingOf, companyNamed } from './crm-of-companies.ts';

const NAMES: CompanyNames = { name: 'Name', domain: 'Website', city: 'BillingCity' };

/** Accounts of an org. Their contacts go into the bin with them. */
export function salesforceCompanies(crm: FakeSalesforce, shape: CompanyShape): CrmOfCompanies {
  const { look, ...records } = salesforceRecords(crm);
  return {
    object: 'Account',
    mapping: companyMappingOf('Account', NAMES, shape),
    add: (company, commitDelayMs) => crm.add('Account', companyNamed(company, NAMES), shownAfter(commitDelayMs)).id,
    edit: (id, change, commitDelayMs) => void crm.edit(id, companyNamed(change, NAMES), shownAfter(commitDelayMs)),
    ...records,
    company(id) {
      const found = look(id);
      return found && { id, ...companyIn(found.fields, NAMES), gone: found.gone };
    },
    companies: () => crm.list('Account').map(({ id, fields }) => ({ id, ...companyIn(fields, NAMES), gone: null })),
    employ: (personId, companyId) => void crm.edit(personId, { AccountId: companyId }),
    employerOf: (personId) => (crm.record(personId).fields['AccountId'] as string | null) ?? null,
  };
}

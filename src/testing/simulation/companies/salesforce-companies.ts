import type { FakeSalesforce } from '../../salesforce/fake-salesforce.ts';
import type { CompanyShape } from './company.ts';
import { type CompanyNames, type CrmOfCompanies, companyIn, companyMappingOf, companyNamed } from './crm-of-companies.ts';

const NAMES: CompanyNames = { name: 'Name', domain: 'Website', city: 'BillingCity' };

/** Accounts of an org. Their contacts go into the bin with them. */
export function salesforceCompanies(crm: FakeSalesforce, shape: CompanyShape): CrmOfCompanies {
  return {
    object: 'Account',
    mapping: companyMappingOf('Account', NAMES, shape),
    add: (company) => crm.add('Account', companyNamed(company, NAMES)).id,
    edit: (id, change) => void crm.edit(id, companyNamed(change, NAMES)),
    remove: (id) => void crm.remove(id),
    restore(id) {
      try {
        crm.restore(id);
        return true;
      } catch {
        return false;
      }
    },
    merge: (winnerId, loserId) => crm.merge(winnerId, loserId).id,
    company(id) {
      try {
        const { fields, deleted, mergedInto } = crm.record(id);
        return { id, ...companyIn(fields, NAMES), gone: mergedInto !== null ? 'merged' : deleted ? 'deleted' : null };
      } catch {
        return null;
      }
    },
    companies: () => crm.list('Account').map(({ id, fields }) => ({ id, ...companyIn(fields, NAMES), gone: null })),
    employ: (personId, companyId) => void crm.edit(personId, { AccountId: companyId }),
    employerOf: (personId) => (crm.record(personId).fields['AccountId'] as string | null) ?? null,
  };
}

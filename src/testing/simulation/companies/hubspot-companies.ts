import type { FakeHubSpot } from '../../hubspot/fake-hubspot.ts';
import { hubspotRecords } from '../hubspot-records.ts';
import { shownAfter } from '../records.ts';
import type { CompanyShape } from './company.ts';
import { type CompanyNames, type CrmOfCompanies, companyIn, companyMappingOf, companyNamed } from './crm-of-companies.ts';

const NAMES: CompanyNames = { name: 'name', domain: 'domain', city: 'city' };

/** Companies of an account; that of a contact is its primary one. */
export function hubspotCompanies(crm: FakeHubSpot, shape: CompanyShape): CrmOfCompanies {
  const employerOf = (personId: string): string | null => {
    const id = crm.record(personId).properties['associatedcompanyid'];
    return typeof id === 'string' && id !== '' ? id : null;
  };
  const { look, ...records } = hubspotRecords(crm);
  return {
    object: 'companies',
    mapping: companyMappingOf('companies', NAMES, shape),
    add: (company, commitDelayMs) => crm.add('companies', companyNamed(company, NAMES), shownAfter(commitDelayMs)).id,
    edit: (id, change, commitDelayMs) => void crm.edit(id, companyNamed(change, NAMES), shownAfter(commitDelayMs)),
    ...records,
    company(id) {
      const found = look(id);
      return found && { id, ...companyIn(found.properties, NAMES), gone: found.gone };
    },
    companies: () => crm.list('companies').map(({ id, properties }) => ({ id, ...companyIn(properties, NAMES), gone: null })),
    employ(personId, companyId) {
      const before = employerOf(personId);
      if (before !== null) crm.dissociate(personId, before);
      if (companyId !== null) crm.associate(personId, companyId, 'Primary');
    },
    employerOf,
  };
}

import type { FakeHubSpot, FakeHubSpotRecord } from '../../hubspot/fake-hubspot.ts';
import type { CompanyShape } from './company.ts';
import { type CompanyNames, type CrmOfCompanies, companyIn, companyMappingOf, companyNamed } from './crm-of-companies.ts';

const NAMES: CompanyNames = { name: 'name', domain: 'domain', city: 'city' };

/** Companies of an account; that of a contact is its primary one. */
export function hubspotCompanies(crm: FakeHubSpot, shape: CompanyShape): CrmOfCompanies {
  const employerOf = (personId: string): string | null => {
    const id = crm.record(personId).properties['associatedcompanyid'];
    return typeof id === 'string' && id !== '' ? id : null;
  };
  /** The last of a chain of merges. */
  const heirOf = (id: string): FakeHubSpotRecord => {
    const record = crm.record(id);
    return record.mergedInto === null ? record : heirOf(record.mergedInto);
  };
  return {
    object: 'companies',
    mapping: companyMappingOf('companies', NAMES, shape),
    add: (company) => crm.add('companies', companyNamed(company, NAMES)).id,
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
        const { properties, archived, mergedInto } = crm.record(id);
        const gone = mergedInto === null ? (archived ? 'deleted' : null) : heirOf(mergedInto).archived ? 'untold' : 'merged';
        return { id, ...companyIn(properties, NAMES), gone };
      } catch {
        return null;
      }
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

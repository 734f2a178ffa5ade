import type { Clock } from '../../ports/clock.ts';
import type { AccessToken } from '../../ports/tokens.ts';
import { fakeAuth } from '../fake-auth.ts';
import { fakeSalesforce } from '../salesforce/fake-salesforce.ts';
import type { SalesforceFault } from '../salesforce/service-context.ts';
import { tieRules } from './companies/crm-of-companies.ts';
import { salesforceCompanies } from './companies/salesforce-companies.ts';
import {
  type CrmOfPeople,
  type CrmShape,
  type Fault,
  type FieldNames,
  type MakeConnector,
  mappingOf,
  personOf,
  renamed,
} from './crm-of-people.ts';
import { shownAfter } from './records.ts';
import { salesforceRecords } from './salesforce-records.ts';

const NAMES: FieldNames = {
  phone_number: 'Phone',
  first_name: 'FirstName',
  last_name: 'LastName',
  email: 'Email',
  title: 'Title',
  city: 'MailingCity',
  notes: 'Notes__c',
};
const UNIQUE = { type: 'string', length: 80, externalId: true, unique: true } as const;

export async function salesforceOfPeople(clock: Clock, shape: CrmShape, connect: MakeConnector): Promise<CrmOfPeople> {
  const crm = fakeSalesforce({
    clock,
    pageSizeMax: shape.pageSizeMax,
    dailyLimit: 1_000_000,
    fields: {
      Contact: { Notes__c: { type: 'textarea', length: 32_000 }, ...(shape.hasIdField && { Our_Id__c: UNIQUE }) },
      ...(shape.hasActivityKey && { Task: { Our_Key__c: UNIQUE } }),
    },
  });
  crm.advance(shape.skewMs);
  const { instanceUrl } = crm;
  const first: AccessToken = await crm.options.auth.token({} as never);
  const declare = (what: SalesforceFault, more: { readonly afterMs?: number } = {}): Fault => ({
    what,
    lateMs: more.afterMs ?? 0,
    declare: () => crm.fault({ on: '*', what, ...more }),
  });
  const { look, ...records } = salesforceRecords(crm);
  return {
    object: 'Contact',
    mapping: mappingOf('Contact', NAMES, {
      conflicts: shape.conflicts,
      ties: tieRules('AccountId', shape.companies),
      create: { defaults: { LastName: 'Unknown' }, ...(shape.hasIdField && { idField: 'Our_Id__c' }) },
    }),
    companies: shape.companies === undefined ? null : salesforceCompanies(crm, shape.companies),
    fetch: crm.fetch,
    connector(fetch, clockOf, random) {
      const auth = fakeAuth({ fake: 'simulate', tokenUrl: `${instanceUrl}/services/oauth2/token`, first, oauth: crm.oauth });
      const parts = { auth, fetch, clock: clockOf, random, instanceUrl };
      return connect({ ...parts, ...(shape.hasActivityKey && { activityKeyField: 'Our_Key__c' }) });
    },
    faultsFor({ url, method }, chance) {
      if (url.includes('/oauth2/')) return [declare('network'), declare('server_unavailable')];
      const any = [
        declare('network'),
        declare('lost_ack'),
        declare('server_unavailable'),
        declare('html_error'),
        declare('broken_json'),
        declare('concurrent_limit'),
        declare('request_limit'),
        declare('expired_session'),
      ];
      if (method !== 'GET') return [...any, declare('row_lock'), declare('lost_ack', { afterMs: chance.below(60_000) })];
      if (url.includes('/query/')) return [...any, declare('invalid_locator'), declare('query_timeout')];
      return [...any, declare('query_timeout')];
    },
    isWrite: ({ url, method }) => method !== 'GET' && !url.includes('/oauth2/'),
    add: (person, commitDelayMs) => crm.add('Contact', renamed(person, NAMES), shownAfter(commitDelayMs)).id,
    edit: (id, change, commitDelayMs) => void crm.edit(id, renamed(change, NAMES), shownAfter(commitDelayMs)),
    ...records,
    person(id) {
      const found = look(id);
      return found && { id, ...personOf(found.fields, NAMES), gone: found.gone };
    },
    people: () => crm.list('Contact').map(({ id, fields }) => ({ id, ...personOf(fields, NAMES), gone: null })),
    activities: () =>
      crm.list('Task').map(({ id, fields }) => ({ id, key: String(fields[shape.hasActivityKey ? 'Our_Key__c' : 'CallObject']) })),
    announced: () => [],
  };
}

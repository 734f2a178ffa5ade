import {
  type Clock,
  type ContactStore,
  type Conversation,
  CrmSyncEngine,
  defineAnalysis,
  defineCompanySchema,
  defineContactSchema,
  defineMapping,
  type Segment,
} from 'crm-sync-engine';
import { hubspot, privateApp } from 'crm-sync-engine/hubspot';
import { appendMerger } from 'crm-sync-engine/mergers';
import { salesforce, staticToken } from 'crm-sync-engine/salesforce';

export type CrmName = 'salesforce' | 'hubspot';
/** Whom a request or a commit is about. */
export type About = 'companies' | 'people';

export const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified'] },
  email: { type: 'string' },
  company_id: { type: 'string' },
  interaction_summary: { type: 'string', description: 'A line for each talk.' },
});

const companySchema = defineCompanySchema({ city: { type: 'string' } });

/** What the CRMs call the fields of a person. */
export const NAMES = {
  salesforce: { phone: 'Phone', first: 'FirstName', last: 'LastName', status: 'Lead_Status__c', email: 'Email', notes: 'Notes__c' },
  hubspot: { phone: 'phone', first: 'firstname', last: 'lastname', status: 'hs_lead_status', email: 'email', notes: 'notes' },
} as const;
export const OBJECTS = { salesforce: 'Contact', hubspot: 'contacts' } as const;
/** What the CRMs call the fields of a company, and a person's reference to it. */
export const COMPANY_NAMES = {
  salesforce: { name: 'Name', domain: 'Website', city: 'BillingCity' },
  hubspot: { name: 'name', domain: 'domain', city: 'city' },
} as const;
export const COMPANY_OBJECTS = { salesforce: 'Account', hubspot: 'companies' } as const;
const TIES = { salesforce: 'AccountId', hubspot: 'associatedcompanyid' } as const;
const ID_FIELDS = { salesforce: 'Our_Id__c', hubspot: 'our_id' } as const;

const mappingOf = (crm: CrmName) => {
  const { phone, first, last, status, email, notes } = NAMES[crm];
  return defineMapping(schema, {
    crmObject: OBJECTS[crm],
    fields: [
      { crm: phone, field: 'phone_number', direction: 'inbound' },
      { crm: first, field: 'first_name', direction: 'inbound' },
      { crm: last, field: 'last_name', direction: 'inbound' },
      { crm: status, field: 'lead_status', direction: 'both' },
      { crm: email, field: 'email', direction: 'both' },
      { crm: notes, field: 'interaction_summary', direction: 'outbound' },
      { crm: TIES[crm], field: 'company_id', direction: 'both' },
    ],
    create: { idField: ID_FIELDS[crm], defaults: { [last]: 'Unknown' } },
  });
};

const companyMappingOf = (crm: CrmName) => {
  const { name, domain, city } = COMPANY_NAMES[crm];
  return defineMapping(companySchema, {
    crmObject: COMPANY_OBJECTS[crm],
    fields: [
      { crm: name, field: 'name', direction: 'both' },
      { crm: domain, field: 'domain', direction: 'both' },
      { crm: city, field: 'city', direction: 'both' },
    ],
    create: {},
  });
};

/** One whose changes are told, one that tells of everybody from the start, and one whose members come by getting a record. */
export const segmentsOf = (crm: CrmName) =>
  [
    { name: 'qualified', where: { field: 'lead_status', eq: 'Qualified' }, watch: ['email'] },
    { name: 'employed', where: { field: 'company_id', blank: false }, initial: true },
    { name: 'recorded', where: { field: `$link.${OBJECTS[crm]}`, eq: 'active' } },
  ] as const satisfies readonly Segment<typeof schema>[];

const analysis = defineAnalysis(schema, [
  { from: 'status', field: 'lead_status', mode: 'overwrite' },
  { from: 'email', field: 'email', mode: 'fill_if_empty' },
  { from: 'notes', field: 'interaction_summary', mode: 'merge' },
]);

export interface Access {
  readonly crm: CrmName;
  readonly url: string;
  readonly accessToken: string;
}

export const scopeOf = (crm: CrmName) => ({ workspace: 'acme', connection: `acme-${crm}` });

/** The engine of every process of the host. */
export function engineOn({ crm, url, accessToken }: Access, { store, clock }: { readonly store: ContactStore; readonly clock: Clock }) {
  const connector =
    crm === 'salesforce'
      ? salesforce({ auth: staticToken({ accessToken, instanceUrl: url }), clock })
      : hubspot({ auth: privateApp(accessToken), baseUrl: url, clock });
  return new CrmSyncEngine({
    ...scopeOf(crm),
    schema,
    store,
    connector,
    clock,
    merger: appendMerger(),
    mappings: [mappingOf(crm)],
    companies: { schema: companySchema, mappings: [companyMappingOf(crm)], contactField: 'company_id' },
    segments: segmentsOf(crm),
    analysis,
    activities: { call: true },
    unknownCaller: 'create',
    defaultCountry: 'US',
  });
}

export const phoneOf = (person: number): string => `+1415300${String(person).padStart(4, '0')}`;

/** Calls of known callers, of some of them a second one, and of callers whom nobody knows. */
const CALLERS: readonly number[] = [...Array.from({ length: 16 }, (_, at) => at * 3), 9001, 9002, 9003, 9004, 0, 3, 6, 9001];
export const CALLS: readonly Conversation[] = CALLERS.map((person, at) => ({
  id: `call-${at}`,
  source: 'test',
  channel: 'call',
  direction: 'inbound',
  contact: { kind: 'phone', phone: phoneOf(person) },
  agent: { kind: 'phone', phone: '+14155550100' },
  startedAt: '2026-01-05T08:30:00.000Z',
  outcome: 'completed',
  analysis: { status: 'Qualified', email: `caller${person}@example.com`, notes: `Talk ${at}.` },
  final: true,
}));

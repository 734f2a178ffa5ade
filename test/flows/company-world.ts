import {
  type CompleteConnector,
  type ContactStore,
  CrmSyncEngine,
  defineCompanySchema,
  defineContactSchema,
  type EngineOptions,
  type Mapping,
} from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { fakeHubSpot, fakeSalesforce, type ManualClock, manualClock, recordEvents, type SeenCall } from 'crm-sync-engine/testing';
import { completeFields } from '../../src/core/schema/schema.ts';

export const schema = defineContactSchema({ email: { type: 'string' }, company_id: { type: 'string' } });
export const companySchema = defineCompanySchema({ industry: { type: 'string' }, city: { type: 'string' } });

/** A company as the CRM has it; null is blank. */
export interface Company {
  readonly name: string | null;
  readonly domain: string | null;
  readonly industry: string | null;
  readonly city: string | null;
}
export interface Employee {
  readonly lastName: string;
  readonly phone: string;
  /** The company's record. */
  readonly companyId: string | null;
}

/** A fake CRM as tests of companies speak to it, whichever it is. */
export interface CompanyAccount {
  readonly calls: readonly SeenCall[];
  readonly connectorOf: () => CompleteConnector;
  readonly addCompany: (company: Partial<Company>) => string;
  readonly editCompany: (id: string, company: Partial<Company>) => void;
  readonly companyOf: (id: string) => Company;
  readonly companies: () => readonly string[];
  readonly addContact: (employee: Partial<Employee>) => string;
  readonly employ: (contactId: string, companyId: string | null) => void;
  readonly employee: (contactId: string) => Employee;
  readonly contacts: () => readonly string[];
  readonly remove: (id: string) => void;
  /** The record that is left. */
  readonly merge: (winnerId: string, loserId: string) => string;
  readonly lostAck: (what: 'create company' | 'write company' | 'create contact' | 'write contact') => void;
  readonly verify: () => void;
}

export interface CompanyCrm {
  readonly name: string;
  readonly connection: string;
  readonly object: string;
  readonly contactObject: string;
  /** The CRM field that names a contact's company. */
  readonly tie: string;
  readonly companyMapping: Mapping<typeof companySchema>;
  readonly contactMapping: Mapping<typeof schema>;
  /** A pull of changes shows what was deleted. */
  readonly showsDeletions: boolean;
  readonly open: (clock: ManualClock, options?: { readonly isOther?: boolean }) => CompanyAccount;
}

const filled = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const blank = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const onSalesforce: CompanyCrm = {
  name: 'Salesforce',
  connection: 'acme-salesforce',
  object: 'Account',
  contactObject: 'Contact',
  tie: 'AccountId',
  showsDeletions: true,
  companyMapping: {
    crmObject: 'Account',
    create: {},
    fields: [
      { crm: 'Name', field: 'name', direction: 'both' },
      { crm: 'Website', field: 'domain', direction: 'both' },
      { crm: 'Industry', field: 'industry', direction: 'inbound' },
      { crm: 'BillingCity', field: 'city', direction: 'outbound' },
    ],
  },
  contactMapping: {
    crmObject: 'Contact',
    create: {},
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'both' },
      { crm: 'AccountId', field: 'company_id', direction: 'both' },
    ],
  },
  open(clock, { isOther } = {}) {
    const crm = fakeSalesforce({ clock, ...(isOther === true && { orgId: '00DFk0000000002' }) });
    const native = ({ name, domain, industry, city }: Partial<Company>) =>
      filled({ Name: name, Website: domain, Industry: industry, BillingCity: city });
    return {
      calls: crm.calls,
      connectorOf: () => salesforce({ ...crm.options, clock }),
      addCompany: (company) => crm.add('Account', native(company)).id,
      editCompany: (id, company) => void crm.edit(id, native(company)),
      companyOf: (id) => {
        const { Name, Website, Industry, BillingCity } = crm.record(id).fields;
        return { name: blank(Name), domain: blank(Website), industry: blank(Industry), city: blank(BillingCity) };
      },
      companies: () => crm.list('Account').map(({ id }) => id),
      addContact: ({ lastName = 'Lee', phone, companyId }) =>
        crm.add('Contact', filled({ LastName: lastName, Phone: phone, AccountId: companyId })).id,
      employ: (id, companyId) => void crm.edit(id, { AccountId: companyId }),
      employee: (id) => {
        const { LastName, Phone, AccountId } = crm.record(id).fields;
        return { lastName: LastName, phone: Phone, companyId: blank(AccountId) };
      },
      contacts: () => crm.list('Contact').map(({ id }) => id),
      remove: (id) => void crm.remove(id),
      merge: (winner, loser) => crm.merge(winner, loser).id,
      lostAck: (what) =>
        crm.fault({
          on: {
            'create company': 'POST Account',
            'write company': 'PATCH Account',
            'create contact': 'POST Contact',
            'write contact': 'PATCH Contact',
          }[what],
          what: 'lost_ack',
        }),
      verify: () => crm.verify(),
    };
  },
};

const onHubSpot: CompanyCrm = {
  name: 'HubSpot',
  connection: 'acme-hubspot',
  object: 'companies',
  contactObject: 'contacts',
  tie: 'associatedcompanyid',
  showsDeletions: false,
  companyMapping: {
    crmObject: 'companies',
    create: {},
    fields: [
      { crm: 'name', field: 'name', direction: 'both' },
      { crm: 'domain', field: 'domain', direction: 'both' },
      { crm: 'industry', field: 'industry', direction: 'inbound', valueMap: { BANKING: 'Banking' } },
      { crm: 'city', field: 'city', direction: 'outbound' },
    ],
  },
  contactMapping: {
    crmObject: 'contacts',
    create: {},
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'lastname', field: 'last_name', direction: 'both' },
      { crm: 'associatedcompanyid', field: 'company_id', direction: 'both' },
    ],
  },
  open(clock, { isOther } = {}) {
    const crm = fakeHubSpot({ clock, ...(isOther === true && { portalId: 62_515 }) });
    const native = ({ industry, ...company }: Partial<Company>) =>
      filled({ ...company, industry: industry === 'Banking' ? 'BANKING' : industry });
    const employerOf = (id: string): string | null => blank(crm.record(id).properties['associatedcompanyid']);
    const employ = (id: string, companyId: string | null): void => {
      const before = employerOf(id);
      if (before !== null) crm.dissociate(id, before);
      if (companyId !== null) crm.associate(id, companyId, 'Primary');
    };
    return {
      calls: crm.calls,
      connectorOf: () => hubspot({ ...crm.options, clock }),
      addCompany: (company) => crm.add('companies', native(company)).id,
      editCompany: (id, company) => void crm.edit(id, native(company)),
      companyOf: (id) => {
        const { name, domain, industry, city } = crm.record(id).properties;
        return {
          name: blank(name),
          domain: blank(domain),
          industry: industry === 'BANKING' ? 'Banking' : blank(industry),
          city: blank(city),
        };
      },
      companies: () => crm.list('companies').map(({ id }) => id),
      addContact: ({ lastName = 'Lee', phone, companyId = null }) => {
        const { id } = crm.add('contacts', filled({ lastname: lastName, phone }));
        employ(id, companyId);
        return id;
      },
      employ,
      employee: (id) => {
        const { lastname, phone } = crm.record(id).properties;
        return { lastName: lastname, phone, companyId: employerOf(id) };
      },
      contacts: () => crm.list('contacts').map(({ id }) => id),
      remove: (id) => void crm.remove(id),
      merge: (winner, loser) => crm.merge(winner, loser).id,
      lostAck: (what) =>
        crm.fault({
          on: {
            'create company': 'create companies',
            'write company': 'update companies',
            'create contact': 'create contacts',
            'write contact': 'update contacts',
          }[what],
          what: 'lost_ack',
        }),
      verify: () => crm.verify(),
    };
  },
};

export const COMPANY_CRMS: readonly CompanyCrm[] = [onSalesforce, onHubSpot];

/** A contact that the host makes in its own table. */
export async function addContact(store: ContactStore, connection: string, set: Readonly<Record<string, string | null>>): Promise<string> {
  const committed = await store.bind({ workspace: 'acme', connection }).commit({
    rows: [
      { kind: 'insert', entity: 'contact', suggestedId: `host-${set['phone_number']}`, set: { ...completeFields(schema, {}), ...set } },
    ],
    entries: [],
  });
  if (committed.status !== 'done') throw new Error(committed.status);
  return committed.ids[0] as string;
}

type Options = Partial<EngineOptions<typeof schema, typeof companySchema>>;

interface Deploying {
  readonly hasCompanies?: boolean;
  readonly storeOf?: (clock: ManualClock) => ContactStore;
}

/** A store and an engine for contacts and companies of one CRM, on one clock that moves only when told. */
export function companyDeployment(crm: CompanyCrm, options: Options = {}, { hasCompanies = true, storeOf }: Deploying = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const account = crm.open(clock);
  const events = recordEvents();
  const store = options.store ?? storeOf?.(clock) ?? memoryStore({ clock });
  let number = 0;
  const engineOf = (more: Options = {}) =>
    new CrmSyncEngine({
      workspace: 'acme',
      connection: crm.connection,
      schema,
      connector: account.connectorOf(),
      mappings: [crm.contactMapping],
      ...(hasCompanies && { companies: { schema: companySchema, mappings: [crm.companyMapping], contactField: 'company_id' } }),
      defaultCountry: 'US',
      observer: events,
      clock,
      ids: () => {
        number += 1;
        return `id-${String(number).padStart(6, '0')}`;
      },
      ...options,
      store,
      ...more,
    });
  const engine = engineOf();
  /** The companies by name. */
  const companies = async () =>
    Object.fromEntries((await engine.companies.list()).map((company) => [company.fields.name as string, company]));
  /** Lets the engine hear of a deletion, or a merge, in the way of this CRM. */
  const hearOf = (object: string, id: string) => engine.pull(crm.showsDeletions ? {} : { records: [{ object, id }] });
  /** Long enough for every overlap and every index. */
  const later = () => clock.advance(3_600_000);
  return { crm: account, clock, events, store, engine, engineOf, companies, hearOf, later };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from 'crm-sync-engine';
import { fakeHubSpot, fakeSalesforce } from 'crm-sync-engine/testing';
import { type About, COMPANY_NAMES, type CrmName, NAMES, OBJECTS, phoneOf } from './host.ts';

type Values = Readonly<Record<string, unknown>>;
interface CrmRecord {
  readonly id: string;
  readonly fields: Values;
}

/** A fake CRM with people in it, as the parent of the killed processes speaks to it. */
export interface Account {
  readonly fetch: typeof globalThis.fetch;
  readonly accessToken: string;
  readonly add: (fields: Values) => string;
  readonly addCompany: (fields: Values) => string;
  readonly edit: (id: string, fields: Values) => void;
  readonly remove: (id: string) => void;
  readonly merge: (winnerId: string, loserId: string) => void;
  /** Gives a person another company; null: none. */
  readonly employ: (id: string, companyId: string | null) => void;
  /** Id of a person's company. */
  readonly employerOf: (id: string) => string | null;
  /** Live people in the order they were added. */
  readonly people: () => readonly CrmRecord[];
  readonly companies: () => readonly CrmRecord[];
  readonly activities: () => readonly Values[];
}

const pick = (values: Values, names: readonly string[]): Values => Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
const idIn = (value: unknown): string | null => (value === null || value === undefined || value === '' ? null : String(value));
const PAGE = 25;
const TASK = ['CallObject', 'Subject', 'Description', 'Status', 'CallType', 'CallDurationInSeconds', 'ActivityDate'];
const CALL = ['hs_call_external_id', 'hs_call_title', 'hs_call_body', 'hs_call_status', 'hs_call_direction', 'hs_timestamp'];

async function openSalesforce(clock: Clock): Promise<Account> {
  const crm = fakeSalesforce({
    clock,
    pageSizeMax: PAGE,
    dailyLimit: 1_000_000,
    sessionSeconds: 10_000_000,
    fields: {
      Contact: {
        Lead_Status__c: { type: 'picklist', options: ['New', 'Working', 'Qualified'], restricted: true },
        Notes__c: { type: 'textarea', length: 32_000 },
        Our_Id__c: { type: 'string', length: 40, externalId: true, unique: true },
      },
    },
  });
  const signal = new AbortController().signal;
  const { accessToken } = await crm.options.auth.token({ signal, fetch: crm.fetch, clock, random: () => 0 });
  return {
    fetch: crm.fetch,
    accessToken,
    add: (fields) => crm.add('Contact', fields).id,
    addCompany: (fields) => crm.add('Account', fields).id,
    edit: (id, fields) => void crm.edit(id, fields),
    remove: (id) => void crm.remove(id),
    merge: (winnerId, loserId) => void crm.merge(winnerId, loserId),
    employ: (id, companyId) => void crm.edit(id, { AccountId: companyId }),
    employerOf: (id) => idIn(crm.record(id).fields['AccountId']),
    people: () => crm.list('Contact'),
    companies: () => crm.list('Account'),
    activities: () =>
      crm.list('Task').map(({ fields }) => ({ ...pick(fields, TASK), of: fields['WhoId'] && crm.record(fields['WhoId']).fields['Phone'] })),
  };
}

async function openHubSpot(clock: Clock): Promise<Account> {
  const crm = fakeHubSpot({
    clock,
    app: 'private',
    pageSizeMax: PAGE,
    burstLimit: 1_000_000,
    searchLimit: 1_000_000,
    dailyLimit: 1_000_000,
    properties: {
      contacts: {
        hs_lead_status: { type: 'enumeration', fieldType: 'radio', options: ['New', 'Working', 'Qualified'] },
        notes: { type: 'string', fieldType: 'textarea' },
        our_id: { type: 'string', hasUniqueValue: true },
      },
    },
  });
  const employerOf = (id: string) => idIn(crm.record(id).properties['associatedcompanyid']);
  return {
    fetch: crm.fetch,
    accessToken: crm.privateToken ?? '',
    add: (properties) => crm.add('contacts', properties).id,
    addCompany: (properties) => crm.add('companies', properties).id,
    edit: (id, properties) => void crm.edit(id, properties),
    remove: (id) => void crm.remove(id),
    merge: (winnerId, loserId) => void crm.merge(winnerId, loserId),
    employ(id, companyId) {
      const before = employerOf(id);
      if (before !== null) crm.dissociate(id, before);
      if (companyId !== null) crm.associate(id, companyId, 'Primary');
    },
    employerOf,
    people: () => crm.list('contacts').map(({ id, properties }) => ({ id, fields: properties })),
    companies: () => crm.list('companies').map(({ id, properties }) => ({ id, fields: properties })),
    activities: () =>
      crm.list('calls').map(({ properties, associations }) => ({
        ...pick(properties, CALL),
        of: (associations[OBJECTS.hubspot] ?? []).map((id) => crm.record(id).properties['phone']),
      })),
  };
}

const PEOPLE = 150;
const COMPANIES = 30;

/** An account of so many people, two of whom share a number, in so many companies, every fifth of which has nobody. */
export async function openAccount(name: CrmName, clock: Clock): Promise<Account> {
  const account = await (name === 'salesforce' ? openSalesforce : openHubSpot)(clock);
  const { phone, first, last, status, email } = NAMES[name];
  const { name: called, domain, city } = COMPANY_NAMES[name];
  const companies = Array.from({ length: COMPANIES }, (_, at) =>
    account.addCompany({ [called]: `Company${at}`, [domain]: `company${at}.com`, ...(at % 3 !== 0 && { [city]: 'Oakland' }) }),
  );
  for (let person = 0; person < PEOPLE; person += 1) {
    const id = account.add({
      [first]: `First${person}`,
      [last]: `Last${person}`,
      [phone]: phoneOf(person === 101 ? 100 : person),
      [status]: person % 2 === 0 ? 'New' : 'Working',
      ...(person % 4 !== 0 && { [email]: `person${person}@example.com` }),
    });
    if (person % 5 !== 4) account.employ(id, companies[person % COMPANIES] ?? null);
  }
  return account;
}

/** What the CRM's users see at the end, without the ids and stamps that each account makes for itself. */
export function seenIn(name: CrmName, account: Account) {
  const sorted = <T>(values: readonly T[]) => values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const companies = account.companies();
  const nameOf = (id: string | null) => companies.find((company) => company.id === id)?.fields[COMPANY_NAMES[name].name] ?? id;
  return {
    people: sorted(
      account.people().map(({ id, fields }) => ({ ...pick(fields, Object.values(NAMES[name])), company: nameOf(account.employerOf(id)) })),
    ),
    companies: sorted(companies.map(({ fields }) => pick(fields, Object.values(COMPANY_NAMES[name])))),
    activities: sorted(account.activities()),
  };
}

/** Requests for companies, as one text of address and body: their object stands alone there, unlike in a reference to it. */
const ABOUT_COMPANIES = { salesforce: /\bAccount\b/, hubspot: /\/crm\/objects\/(?:[^/]+\/)?companies\b/ } as const;

/** When a request has arrived, and when it took effect; answers true where its sender is dead by now. */
export type Meet = (moment: 'request' | 'effect', about: About) => Promise<boolean>;

/** Serves the account to other processes. */
export async function serve(name: CrmName, account: Account, meet: Meet): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET', url = '/' } = request;
    const body = Buffer.concat(chunks);
    const about = ABOUT_COMPANIES[name].test(`${decodeURIComponent(url.replaceAll('+', ' '))} ${body.toString()}`) ? 'companies' : 'people';
    if (await meet('request', about)) return void request.socket.destroy();
    const answer = await account.fetch(`http://${request.headers.host}${url}`, {
      method,
      headers: Object.entries(request.headers).map(([header, value]) => [header, String(value)] as [string, string]),
      ...(method !== 'GET' && { body }),
    });
    const text = await answer.text();
    if (await meet('effect', about)) return void request.socket.destroy();
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

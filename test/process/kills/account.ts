import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from 'crm-sync-engine';
import { fakeHubSpot, fakeSalesforce } from 'crm-sync-engine/testing';
import { type CrmName, NAMES, OBJECTS, phoneOf } from './host.ts';

type Values = Readonly<Record<string, unknown>>;

/** A fake CRM with people in it, as the parent of the killed processes speaks to it. */
export interface Account {
  readonly fetch: typeof globalThis.fetch;
  readonly accessToken: string;
  readonly operations: () => readonly string[];
  readonly add: (fields: Values) => string;
  readonly edit: (id: string, fields: Values) => void;
  readonly remove: (id: string) => void;
  readonly merge: (winnerId: string, loserId: string) => void;
  /** Ids of live people in the order they were added. */
  readonly people: () => readonly { readonly id: string; readonly fields: Values }[];
  readonly activities: () => readonly Values[];
}

const pick = (values: Values, names: readonly string[]): Values => Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
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
    operations: () => crm.calls.map(({ operation }) => operation),
    add: (fields) => crm.add('Contact', fields).id,
    edit: (id, fields) => void crm.edit(id, fields),
    remove: (id) => void crm.remove(id),
    merge: (winnerId, loserId) => void crm.merge(winnerId, loserId),
    people: () => crm.list('Contact'),
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
  return {
    fetch: crm.fetch,
    accessToken: crm.privateToken ?? '',
    operations: () => crm.calls.map(({ operation }) => operation),
    add: (properties) => crm.add('contacts', properties).id,
    edit: (id, properties) => void crm.edit(id, properties),
    remove: (id) => void crm.remove(id),
    merge: (winnerId, loserId) => void crm.merge(winnerId, loserId),
    people: () => crm.list('contacts').map(({ id, properties }) => ({ id, fields: properties })),
    activities: () =>
      crm.list('calls').map(({ properties, associations }) => ({
        ...pick(properties, CALL),
        of: (associations[OBJECTS.hubspot] ?? []).map((id) => crm.record(id).properties['phone']),
      })),
  };
}

const PEOPLE = 150;

/** An account of so many people, two of whom share a number. */
export async function openAccount(name: CrmName, clock: Clock): Promise<Account> {
  const account = await (name === 'salesforce' ? openSalesforce : openHubSpot)(clock);
  const { phone, first, last, status, email } = NAMES[name];
  for (let person = 0; person < PEOPLE; person += 1)
    account.add({
      [first]: `First${person}`,
      [last]: `Last${person}`,
      [phone]: phoneOf(person === 101 ? 100 : person),
      [status]: person % 2 === 0 ? 'New' : 'Working',
      ...(person % 4 !== 0 && { [email]: `person${person}@example.com` }),
    });
  return account;
}

/** What the CRM's users see at the end, without the ids and stamps that each account makes for itself. */
export function seenIn(name: CrmName, account: Account) {
  const sorted = <T>(values: readonly T[]) => values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    people: sorted(account.people().map(({ fields }) => pick(fields, Object.values(NAMES[name])))),
    activities: sorted(account.activities()),
  };
}

/** When a request has arrived, and when it took effect; answers true where its sender is dead by now. */
export type Meet = (moment: 'request' | 'effect') => Promise<boolean>;

/** Serves the account to other processes. */
export async function serve(account: Account, meet: Meet): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET', url = '/' } = request;
    if (await meet('request')) return void request.socket.destroy();
    const answer = await account.fetch(`http://${request.headers.host}${url}`, {
      method,
      headers: Object.entries(request.headers).map(([header, value]) => [header, String(value)] as [string, string]),
      ...(method !== 'GET' && { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    if (await meet('effect')) return void request.socket.destroy();
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

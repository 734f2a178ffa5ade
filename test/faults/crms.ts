import { type CompleteConnector, defineContactSchema, defineMapping, type Mapping } from 'crm-sync-engine';
import { hubspot, hubspotWebhook } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, type HubSpotFault, type ManualClock, type SalesforceFault } from 'crm-sync-engine/testing';

export const schema = defineContactSchema({ email: { type: 'string' }, notes: { type: 'string' } });

/** A person as both CRMs hold one, in the contact's own field names. */
export interface Person {
  readonly phone_number: string;
  readonly first_name: string | null;
  readonly last_name: string;
  readonly email: string | null;
  readonly notes: string | null;
}
type PersonField = keyof Person;

/** A record in the CRM, whatever became of it. */
export interface CrmPerson extends Person {
  readonly id: string;
  /** `untold`: merged into a record that is deleted by now, and the CRM shows of a deleted one no more what it took in. */
  readonly gone: 'deleted' | 'merged' | 'untold' | null;
}

export interface When {
  /** Stamped now, and visible so much later. */
  readonly commitDelayMs?: number;
}

/** A fake CRM that holds people, as the trouble and the expectations see it. */
export interface CrmOfPeople {
  readonly object: string;
  readonly mapping: Mapping;
  readonly fetch: typeof globalThis.fetch;
  connector(fetch: typeof globalThis.fetch): CompleteConnector;
  /** Faults that may strike a request, as functions that declare one of them. */
  faultsFor(request: Request): readonly (() => void)[];
  /** The next write is carried out, and nobody gets its answer. */
  loseNextWrite(): void;
  add(person: Person, when?: When): string;
  edit(id: string, change: Partial<Person>, when?: When): void;
  remove(id: string): void;
  /** The id of the record that is left. */
  merge(winnerId: string, loserId: string): string;
  person(id: string): CrmPerson;
  /** Live records. */
  people(): readonly CrmPerson[];
  /** What the CRM tells of deletions by itself since it was asked last. */
  announcedDeletions(): Promise<readonly string[]>;
}

export interface CrmOptions {
  readonly clock: ManualClock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

const mappingOf = (crmObject: string, names: Readonly<Record<PersonField, string>>): Mapping =>
  defineMapping(schema, {
    crmObject,
    fields: [
      { crm: names.phone_number, field: 'phone_number', direction: 'inbound' },
      { crm: names.first_name, field: 'first_name', direction: 'inbound' },
      { crm: names.last_name, field: 'last_name', direction: 'inbound' },
      { crm: names.email, field: 'email', direction: 'both' },
      { crm: names.notes, field: 'notes', direction: 'outbound' },
    ],
  });

/** Members of a person under the CRM's names. */
const renamed = (change: Partial<Person>, names: Readonly<Record<PersonField, string>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(change).map(([field, value]) => [names[field as PersonField], value]));

const orNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function personOf(fields: Readonly<Record<string, unknown>>, names: Readonly<Record<PersonField, string>>): Person {
  const read = (field: PersonField) => orNull(fields[names[field]]);
  return {
    phone_number: read('phone_number') ?? '',
    first_name: read('first_name'),
    last_name: read('last_name') ?? '',
    email: read('email'),
    notes: read('notes'),
  };
}

const SALESFORCE_NAMES = { phone_number: 'Phone', first_name: 'FirstName', last_name: 'LastName', email: 'Email', notes: 'Notes__c' };

function salesforceOfPeople({ clock, random }: CrmOptions): CrmOfPeople {
  const crm = fakeSalesforce({
    clock,
    pageSizeMax: 100,
    dailyLimit: 1_000_000,
    fields: { Contact: { Notes__c: { type: 'string', length: 255 } } },
  });
  const declare = (what: SalesforceFault, more: { readonly ms?: number; readonly afterMs?: number } = {}) => {
    return () => crm.fault({ on: '*', what, ...more });
  };
  return {
    object: 'Contact',
    mapping: mappingOf('Contact', SALESFORCE_NAMES),
    fetch: crm.fetch,
    connector: (fetch) => salesforce({ ...crm.options, clock, fetch, random }),
    faultsFor({ url, method }) {
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
        declare('latency', { ms: Math.floor(random() * 20_000) }),
      ];
      if (method !== 'GET') return [...any, declare('row_lock'), declare('lost_ack', { afterMs: Math.floor(random() * 60_000) })];
      if (url.includes('/query/')) return [...any, declare('invalid_locator'), declare('invalid_locator'), declare('query_timeout')];
      return [...any, declare('query_timeout')];
    },
    loseNextWrite: () => crm.fault({ on: 'PATCH Contact', what: 'lost_ack' }),
    add: (person, when) => crm.add('Contact', renamed(person, SALESFORCE_NAMES), when).id,
    edit: (id, change, when) => void crm.edit(id, renamed(change, SALESFORCE_NAMES), when),
    remove: (id) => void crm.remove(id),
    merge: (winnerId, loserId) => crm.merge(winnerId, loserId).id,
    person(id) {
      const { fields, deleted, mergedInto } = crm.record(id);
      return { id, ...personOf(fields, SALESFORCE_NAMES), gone: mergedInto !== null ? 'merged' : deleted ? 'deleted' : null };
    },
    people: () => crm.list('Contact').map(({ id, fields }) => ({ id, ...personOf(fields, SALESFORCE_NAMES), gone: null })),
    announcedDeletions: async () => [], // an incremental read shows them
  };
}

const HUBSPOT_NAMES = { phone_number: 'phone', first_name: 'firstname', last_name: 'lastname', email: 'email', notes: 'message' };

function hubspotOfPeople({ clock, random }: CrmOptions): CrmOfPeople {
  const crm = fakeHubSpot({
    clock,
    indexLagMs: 30_000,
    burstLimit: 190,
  });
  const receive = hubspotWebhook({ clientSecret: crm.oauth.clientSecret, clock });
  let announced = 0;
  const declare = (what: HubSpotFault, more: { readonly ms?: number; readonly afterMs?: number } = {}) => {
    return () => crm.fault({ on: '*', what, ...more });
  };
  /** The last of a chain of merges. */
  const heirOf = (id: string): ReturnType<typeof crm.record> => {
    const record = crm.record(id);
    return record.mergedInto === null ? record : heirOf(record.mergedInto);
  };
  return {
    object: 'contacts',
    mapping: mappingOf('contacts', HUBSPOT_NAMES),
    fetch: crm.fetch,
    connector: (fetch) => hubspot({ ...crm.options, clock, fetch, random }),
    faultsFor({ url, method }) {
      if (url.includes('/oauth/')) return [declare('network'), declare('server_error')];
      const any = [
        declare('network'),
        declare('lost_ack'),
        declare('broken_json'),
        declare('expired_token'),
        declare('rate_limited'),
        declare('rate_limited', { ms: 3_000 }),
        declare('daily_limit'),
        declare('cloudflare_limit'),
        declare('server_error'),
        declare('bad_gateway_html'),
        declare('gateway_timeout'),
        declare('locked'),
        declare('migrating', { ms: 30_000 }),
        declare('latency', { ms: Math.floor(random() * 20_000) }),
      ];
      if (method === 'POST' && /\/batch\/(read|update)$/.test(new URL(url).pathname))
        return [...any, declare('omitted'), declare('partial')];
      return any;
    },
    loseNextWrite: () => crm.fault({ on: 'update contacts', what: 'lost_ack' }),
    add: (person, when) => crm.add('contacts', renamed(person, HUBSPOT_NAMES), when).id,
    edit: (id, change, when) => void crm.edit(id, renamed(change, HUBSPOT_NAMES), when),
    remove: (id) => void crm.remove(id),
    merge: (winnerId, loserId) => crm.merge(winnerId, loserId).id,
    person(id) {
      const { properties, archived, mergedInto } = crm.record(id);
      const gone = mergedInto === null ? (archived ? 'deleted' : null) : heirOf(mergedInto).archived ? 'untold' : 'merged';
      return { id, ...personOf(properties, HUBSPOT_NAMES), gone };
    },
    people: () => crm.list('contacts').map(({ id, properties }) => ({ id, ...personOf(properties, HUBSPOT_NAMES), gone: null })),
    async announcedDeletions() {
      const deletions = crm.events().filter(({ subscriptionType }) => subscriptionType === 'contact.deletion');
      const fresh = deletions.slice(announced);
      announced = deletions.length;
      if (fresh.length === 0) return [];
      const delivery = await receive(await crm.signed({ body: JSON.stringify(fresh) }));
      return delivery.kind === 'records' ? delivery.records.map(({ id }) => id) : [];
    },
  };
}

export const CRMS = { salesforce: salesforceOfPeople, hubspot: hubspotOfPeople } as const;
export type CrmName = keyof typeof CRMS;

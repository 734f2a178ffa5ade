import type { Clock } from '../../ports/clock.ts';
import type { AccessToken } from '../../ports/tokens.ts';
import { fakeAuth } from '../fake-auth.ts';
import { fakeHubSpot } from '../hubspot/fake-hubspot.ts';
import type { HubSpotFault } from '../hubspot/service-context.ts';
import { tieRules } from './companies/crm-of-companies.ts';
import { hubspotCompanies } from './companies/hubspot-companies.ts';
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
import { hubspotRecords } from './hubspot-records.ts';
import { shownAfter } from './records.ts';

const NAMES: FieldNames = {
  phone_number: 'phone',
  first_name: 'firstname',
  last_name: 'lastname',
  email: 'email',
  title: 'jobtitle',
  city: 'city',
  notes: 'message',
};
/** Requests that are no GET and change nothing. */
const READS = /\/(search|batch\/read)$/;

export async function hubspotOfPeople(clock: Clock, shape: CrmShape, connect: MakeConnector): Promise<CrmOfPeople> {
  const crm = fakeHubSpot({
    clock,
    indexLagMs: 30_000,
    burstLimit: 190,
    pageSizeMax: shape.pageSizeMax,
    properties: { contacts: { ...(shape.hasIdField && { our_id: { type: 'string', hasUniqueValue: true } }) } },
  });
  crm.advance(shape.skewMs);
  const first: AccessToken = await crm.options.auth.token({} as never);
  const declare = (what: HubSpotFault, more: { readonly ms?: number; readonly afterMs?: number } = {}): Fault => ({
    what,
    lateMs: more.afterMs ?? 0,
    declare: () => crm.fault({ on: '*', what, ...more }),
  });
  /** Events that were told of. */
  let told = 0;
  const { look, ...records } = hubspotRecords(crm);
  return {
    object: 'contacts',
    mapping: mappingOf('contacts', NAMES, {
      conflicts: shape.conflicts,
      ties: tieRules('associatedcompanyid', shape.companies),
      create: shape.hasIdField ? { idField: 'our_id' } : {},
    }),
    companies: shape.companies === undefined ? null : hubspotCompanies(crm, shape.companies),
    fetch: crm.fetch,
    connector(fetch, clockOf, random) {
      const tokenUrl = 'https://api.hubapi.com/oauth/2026-09/token';
      const auth = fakeAuth({ fake: 'simulate', tokenUrl, first, oauth: crm.oauth });
      return connect({ auth, fetch, clock: clockOf, random, instanceUrl: '' });
    },
    faultsFor({ url, method }, chance) {
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
      ];
      const { pathname } = new URL(url);
      if (method === 'POST' && /\/batch\/(read|update)$/.test(pathname)) return [...any, declare('omitted'), declare('partial')];
      if (method !== 'GET' && !READS.test(pathname)) return [...any, declare('lost_ack', { afterMs: chance.below(60_000) })];
      return any;
    },
    isWrite: ({ url, method }) => method !== 'GET' && !url.includes('/oauth/') && !READS.test(new URL(url).pathname),
    add: (person, commitDelayMs) => crm.add('contacts', renamed(person, NAMES), shownAfter(commitDelayMs)).id,
    edit: (id, change, commitDelayMs) => void crm.edit(id, renamed(change, NAMES), shownAfter(commitDelayMs)),
    ...records,
    person(id) {
      const found = look(id);
      return found && { id, ...personOf(found.properties, NAMES), gone: found.gone };
    },
    people: () => crm.list('contacts').map(({ id, properties }) => ({ id, ...personOf(properties, NAMES), gone: null })),
    activities: () => crm.list('calls').map(({ id, properties }) => ({ id, key: String(properties['hs_call_external_id']) })),
    announced() {
      const events = crm.events();
      const fresh = events.slice(told);
      told = events.length;
      const idsOf = (kind: string) => [
        ...new Set(
          fresh.flatMap(({ objectId, subscriptionType }) =>
            objectId === undefined || !subscriptionType.startsWith(`${kind}.`) ? [] : [String(objectId)],
          ),
        ),
      ];
      const companies = shape.companies === undefined ? [] : idsOf('company').map((id) => ({ object: 'companies', id }));
      return [...companies, ...idsOf('contact').map((id) => ({ object: 'contacts', id }))];
    },
  };
}

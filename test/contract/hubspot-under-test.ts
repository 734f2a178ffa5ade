import { hubspot } from '../../src/connectors/hubspot/index.ts';
import type { HubSpotOptions } from '../../src/connectors/hubspot/options.ts';
import type { Value } from '../../src/core/values/value.ts';
import type { ConnectorUnderTest, CrmFault, CrmUnderTest, CrmValues } from '../../src/testing/contracts/connector.ts';
import { type FaultyFetch, faultyFetch } from '../../src/testing/faulty-fetch.ts';
import { type FakeHubSpot, type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import type { HubSpotFault } from '../../src/testing/hubspot/service-context.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

const HOUR = 3_600_000;
const STRANGERS = ['999999999999', '12345'];
const PROPERTIES: NonNullable<FakeHubSpotOptions['properties']> = {
  contacts: {
    buyer_key: { type: 'string', hasUniqueValue: true },
    score: { type: 'number' },
    vip: { type: 'bool' },
    birthday: { type: 'date' },
    met_at: { type: 'datetime' },
    topics: { type: 'enumeration', fieldType: 'checkbox', options: ['Price', 'Support'] },
    total: { type: 'number', readOnly: true },
  },
};

export interface Setup {
  readonly pageSizeMax: number;
  /** How far the portal's clock is ahead of ours. */
  readonly aheadMs: number;
  readonly portal: Pick<FakeHubSpotOptions, 'indexLagMs' | 'calculationLagMs' | 'mergeKeepsPrimaryId' | 'mergedIdsResolve' | 'app'>;
  readonly connector: Pick<HubSpotOptions, 'chatAs' | 'apiVersion'>;
}
export const PLAIN: Setup = { pageSizeMax: 3, aheadMs: 2 * HOUR, portal: {}, connector: {} };

/** A HubSpot connector over the fake, with everything that the suite may ask for. */
export function hubspotUnderTest({ pageSizeMax, aheadMs, portal, connector }: Setup = PLAIN): ConnectorUnderTest {
  const clock = manualClock('2026-11-01T12:00:00.250Z');
  const hub = fakeHubSpot({ clock, pageSizeMax, properties: PROPERTIES, tokenSeconds: 1_000_000, ...portal });
  hub.advance(aheadMs);
  const list = hub.addList({ name: 'Contract' });
  const wire = faultyWire(hub);
  const { auth } = hub.options;

  const crm: CrmUnderTest = {
    object: 'contacts',
    fields: { text: 'jobtitle', readOnly: 'total', email: 'email', phone: 'phone', unique: 'buyer_key' },
    required: { lastname: 'Lee' },
    described: [
      { name: 'lastname', type: 'string', required: false },
      {
        name: 'topics',
        type: 'multipicklist',
        restricted: true,
        options: [
          { value: 'Price', label: 'Price' },
          { value: 'Support', label: 'Support' },
        ],
      },
      { name: 'hs_lead_status', type: 'picklist', restricted: true },
      { name: 'score', type: 'number', unique: false },
      { name: 'hubspot_owner_id', type: 'reference' },
      { name: 'lastmodifieddate', type: 'datetime', creatable: false },
      { name: 'hs_object_id', type: 'id', creatable: false },
    ],
    samples: {
      hs_lead_status: 'OPEN',
      jobtitle: 'Buyer',
      message: 'line one\nline two',
      vip: true,
      score: 12.25,
      birthday: '1984-02-29',
      met_at: '2026-03-29T01:30:00.000Z',
      website: 'https://example.com/?a=b&c=d',
      topics: 'Price;Support',
      mobilephone: '+1 (415) 555-0100',
    },
    severalPages: 2 * pageSizeMax + 2,
    strangers: STRANGERS,
    secrets: [hub.oauth.refreshToken, hub.oauth.clientSecret],
    lagMs: Math.max(portal.indexLagMs ?? 0, portal.calculationLagMs ?? 0),
    now: hub.now,
    advance(ms) {
      clock.advance(ms);
      hub.advance(0); // what is due by now takes place now, not with the next request
    },
    calls: wire.calls,
    add: (values) => hub.add('contacts', values).id,
    edit: (id, values) => void hub.edit(id, values),
    records: (object) => hub.list(object).map(({ id, properties }) => ({ id, values: canonical(properties) })),
    remove: (id) => void hub.remove(id),
    merge: (winner, loser) => hub.merge(winner, loser).id,
    hide: (field) => hub.hideProperty(`contacts.${field}`),
    addLate: (values, ms) => void hub.add('contacts', values, { commitDelayMs: ms }),
    parent: {
      path: 'company.name',
      give(id, name) {
        const company = hub.add('companies', { name });
        hub.associate(id, company.id, 'Primary');
        return company.id;
      },
      rename: (companyId, name) => void hub.edit(companyId, { name }),
    },
    ties: {
      object: 'deals',
      add: () => hub.add('deals', { dealname: 'Renewal', pipeline: 'default', dealstage: 'appointmentscheduled' }).id,
      of: ({ id }) => hub.record(id).associations['deals'] ?? [],
      people: ({ id }) => hub.record(id).associations['contacts'] ?? [],
    },
    membership: {
      path: `lists.list_${list}`,
      join: (id) => hub.changeList(list, { add: [id] }),
      leave: (id) => hub.changeList(list, { remove: [id] }),
      end: () => hub.removeList(list),
    },
    related: {
      to: 'deals',
      unknown: ['machines', '2-99999', 'deals:Nobody', 'deals deals', ''],
      give(id, title, { closed = false } = {}) {
        const deal = hub.add('deals', { dealname: title, pipeline: 'default', dealstage: closed ? 'closedwon' : 'contractsent' });
        hub.associate(id, deal.id);
        return deal.id;
      },
    },
    fault: wire.fault,
    hold: wire.hold,
  };
  return { crm, connect: () => hubspot({ auth, clock, fetch: wire.fetch, random: () => 0.5, ...connector }) };
}

/** As the contract has them: blank is null, a time has milliseconds, numbers and booleans are no text. */
const canonical = (properties: Readonly<Record<string, string | null>>): CrmValues =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value === '' || value === null ? null : typed(name, value)]));

const NUMBERS: ReadonlySet<string> = new Set(['score', 'hs_call_duration']);
const typed = (name: string, value: string): Value =>
  NUMBERS.has(name) ? Number(value) : name === 'vip' ? value === 'true' : value.replace(/(T[\d:]+)Z$/, '$1.000Z');

const FAULTS: Record<Exclude<CrmFault, 'unreachable' | 'revoked'>, HubSpotFault> = {
  lost_ack: 'lost_ack',
  garbled: 'broken_json',
  network: 'network',
  unavailable: 'bad_gateway_html',
  limit: 'daily_limit',
  expired_session: 'expired_token',
};
const READS = /\/(search|batch\/read)$/;

/** The way to the portal, which may be broken or slow; what the portal can do by itself it does. */
const faultyWire = (hub: FakeHubSpot): FaultyFetch =>
  faultyFetch(hub.fetch, {
    now: () => hub.now(),
    kindOf({ url, method }) {
      const { pathname } = new URL(url);
      return pathname.endsWith('/token') ? null : method === 'GET' || READS.test(pathname) ? 'read' : 'write';
    },
    strike(what) {
      if (what === 'revoked') {
        hub.expireTokens();
        hub.fault({ on: 'token', what: 'expired_token', times: Number.POSITIVE_INFINITY });
      } else hub.fault({ on: '*', what: FAULTS[what] });
      return true;
    },
  });

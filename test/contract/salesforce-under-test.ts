import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { Value } from '../../src/core/values/value.ts';
import type {
  ConnectorContractCase,
  ConnectorUnderTest,
  CrmFault,
  CrmUnderTest,
  CrmValues,
} from '../../src/testing/contracts/connector.ts';
import { type FaultyFetch, faultyFetch } from '../../src/testing/faulty-fetch.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import type { SalesforceFault } from '../../src/testing/salesforce/service-context.ts';
import { FIELDS, KEY, LOOKUPS, OBJECTS, type ObjectName, type ObjectUnderTest } from './salesforce-objects.ts';

const HOUR = 3_600_000;
const OBJECT_FIELDS: NonNullable<FakeSalesforceOptions['fields']> = {
  ...Object.fromEntries(Object.keys(OBJECTS).map((object) => [object, { ...FIELDS, ...LOOKUPS[object] }])),
  Task: { Conversation_Key__c: KEY },
};

export interface Setup {
  readonly object: ObjectName;
  /** Where the key of a conversation is kept. */
  readonly key: 'Conversation_Key__c' | 'CallObject' | 'Description';
  readonly pageSizeMax: number;
  /** How far the org's clock is ahead of ours. */
  readonly aheadMs: number;
  readonly indexDelayMs: number;
  /** First reads go by query jobs, however few records there are. */
  readonly bulk?: true;
}
export const PLAIN: Setup = { object: 'Contact', key: 'Conversation_Key__c', pageSizeMax: 3, aheadMs: 2 * HOUR, indexDelayMs: 0 };

/** No page of Salesforce is smaller than this, however small the test wants them. */
const PAGE_MIN = 200;
/** What a query about many records costs is told only by pages as Salesforce has them. */
export const setupOf = ({ requires }: ConnectorContractCase, setup: Setup = PLAIN): Setup =>
  requires.includes('relates') ? { ...setup, pageSizeMax: PAGE_MIN } : setup;

/** A Salesforce connector over the fake, with everything that the suite may ask for. */
export function salesforceUnderTest({ object, key, pageSizeMax, aheadMs, indexDelayMs, bulk }: Setup = PLAIN): ConnectorUnderTest {
  const clock = manualClock('2026-05-01T12:00:00.250Z');
  const org = fakeSalesforce({
    clock,
    pageSizeMax,
    indexDelayMs,
    bulk: { resultRowsMax: pageSizeMax },
    fields: OBJECT_FIELDS,
    hidden: ['Task.Type', ...(key === 'Description' ? ['Task.CallObject'] : [])],
  });
  org.advance(aheadMs);
  const wire = faultyWire(org);
  const { auth, instanceUrl } = org.options;

  const { missing, parent, ...what }: ObjectUnderTest = OBJECTS[object];
  const textField = parent.path.split('.').at(-1) as string;
  const crm: CrmUnderTest = {
    object,
    ...what,
    severalPages: 2 * pageSizeMax + 2,
    secrets: ['fake.session', org.oauth.refreshToken, org.oauth.clientSecret],
    lagMs: indexDelayMs,
    now: org.now,
    advance: (ms) => clock.advance(ms),
    calls: wire.calls,
    add: (values) => org.add(object, values).id,
    edit: (id, values) => void org.edit(id, values),
    records: (name) => org.list(name).map(({ id, fields }) => ({ id, values: canonical(fields) })),
    remove: (id) => void org.remove(id),
    merge(winner, loser) {
      org.merge(winner, loser);
      return winner;
    },
    hide: (field) => org.hideField(`${object}.${field}`),
    unshare: (id) => org.unshare(id),
    addLate: (values, ms) => void org.add(object, values, { commitDelayMs: ms }),
    parent: {
      path: parent.path,
      give(id, text) {
        const given = org.add(parent.object, { [textField]: text });
        org.edit(id, { [parent.lookup]: given.id });
        return given.id;
      },
      rename: (id, text) => void org.edit(id, { [textField]: text }),
    },
    ties: {
      object: 'Opportunity',
      add: () => org.add('Opportunity', { Name: 'Renewal', StageName: 'Prospecting', CloseDate: '2026-06-01' }).id,
      of: ({ id }) => filled(org.record(id).fields['WhatId']),
      people: ({ id }) => filled(org.record(id).fields['WhoId']),
    },
    ...(!missing.has('memberships') && { membership: membershipOf(org, object) }),
    ...(!missing.has('relates') && { related: tiesOf(org, object) }),
    fault: wire.fault,
    hold: wire.hold,
  };
  const keyField = key === 'Conversation_Key__c' ? { activityKeyField: key } : {};
  const jobs = bulk === undefined ? {} : { bulk: { readFrom: 1 } };
  return { crm, connect: () => salesforce({ auth, instanceUrl, clock, fetch: wire.fetch, random: () => 0.5, ...keyField, ...jobs }) };
}

const filled = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : []);

/** A campaign, and who is in it. */
function membershipOf(org: ReturnType<typeof fakeSalesforce>, object: ObjectName): NonNullable<CrmUnderTest['membership']> {
  const campaign = org.add('Campaign', { Name: 'Contract' }).id;
  return {
    path: `campaigns.campaign_${campaign}`,
    join: (id) => void org.add('CampaignMember', { CampaignId: campaign, [`${object}Id`]: id }),
    leave(id) {
      for (const member of org.list('CampaignMember')) if (member.fields[`${object}Id`] === id) org.remove(member.id);
    },
    end: () => void org.remove(campaign),
  };
}

/** The opportunities of a contact, by its role, or of an account. */
const tiesOf = (org: ReturnType<typeof fakeSalesforce>, object: ObjectName): NonNullable<CrmUnderTest['related']> => ({
  to: 'Opportunity',
  unknown: ['Nothing__c', 'Contact', 'Opportunity:Nobody', 'Opportunity Case', ''],
  give(id, title, { closed = false } = {}) {
    const state = { StageName: closed ? 'Closed Won' : 'Prospecting', CloseDate: '2026-12-31' };
    const deal = org.add('Opportunity', { Name: title, ...state, ...(object === 'Account' && { AccountId: id }) });
    if (object === 'Contact') org.add('OpportunityContactRole', { OpportunityId: deal.id, ContactId: id });
    return deal.id;
  },
});

/** Times as the contract has them. */
const canonical = (fields: Readonly<Record<string, Value>>): CrmValues =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value.replace(/(T[\d:.]+)\+0000$/, '$1Z') : value]),
  );

const FAULTS: Record<Exclude<CrmFault, 'unreachable' | 'revoked'>, SalesforceFault> = {
  lost_ack: 'lost_ack',
  garbled: 'broken_json',
  network: 'network',
  unavailable: 'server_unavailable',
  limit: 'request_limit',
  expired_session: 'expired_session',
};

/** The way to the org, which may be broken or slow; what the org can do by itself it does. */
const faultyWire = (org: ReturnType<typeof fakeSalesforce>): FaultyFetch =>
  faultyFetch(org.fetch, {
    now: () => org.now(),
    kindOf({ url, method }) {
      const { pathname } = new URL(url);
      if (pathname === '/services/oauth2/token') return null;
      return method === 'GET' || pathname.endsWith('/composite') ? 'read' : 'write'; // several queries in one
    },
    strike(what) {
      if (what === 'revoked') {
        org.expireSessions();
        org.fault({ on: 'token', what: 'expired_session', times: Number.POSITIVE_INFINITY });
      } else org.fault({ on: '*', what: FAULTS[what] });
      return true;
    },
  });

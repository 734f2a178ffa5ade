import { salesforce } from '../../src/connectors/salesforce/index.ts';
import { toId18 } from '../../src/connectors/salesforce/record-id.ts';
import type { Value } from '../../src/core/value.ts';
import type {
  ConnectorUnderTest,
  CrmFault,
  CrmUnderTest,
  CrmValues,
  HeldRequest,
  RequestKind,
} from '../../src/testing/contracts/connector.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import type { SalesforceFault } from '../../src/testing/salesforce/service-context.ts';

const HOUR = 3_600_000;
const STRANGERS = ['003Fk0000zzzzzz', '001Fk0000zzzzzz'].map((id) => toId18(id)!);
const KEY = { type: 'string', length: 255, externalId: true, unique: true } as const;
const OBJECT_FIELDS: NonNullable<FakeSalesforceOptions['fields']> = {
  Contact: {
    Key__c: KEY,
    Score__c: { type: 'double', scale: 2 },
    Visits__c: { type: 'int' },
    Met__c: { type: 'datetime' },
    Home__c: { type: 'url' },
    Topics__c: { type: 'multipicklist', options: ['Price', 'Support'] },
    Total__c: { type: 'double', readOnly: true },
  },
  Task: { Conversation_Key__c: KEY },
};

export interface Setup {
  /** Where the key of a conversation is kept. */
  readonly key: 'Conversation_Key__c' | 'CallObject' | 'Description';
  readonly pageSizeMax: number;
  /** How far the org's clock is ahead of ours. */
  readonly aheadMs: number;
  readonly indexDelayMs: number;
  /** First reads go by query jobs, however few records there are. */
  readonly bulk?: true;
}
export const PLAIN: Setup = { key: 'Conversation_Key__c', pageSizeMax: 3, aheadMs: 2 * HOUR, indexDelayMs: 0 };

/** A Salesforce connector over the fake, with everything that the suite may ask for. */
export function salesforceUnderTest({ key, pageSizeMax, aheadMs, indexDelayMs, bulk }: Setup = PLAIN): ConnectorUnderTest {
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

  const crm: CrmUnderTest = {
    object: 'Contact',
    fields: { text: 'Title', readOnly: 'Total__c', email: 'Email', phone: 'Phone', unique: 'Key__c' },
    required: { LastName: 'Lee' },
    described: [
      { name: 'LastName', type: 'string', length: 80, required: true, nullable: false },
      {
        name: 'Topics__c',
        type: 'multipicklist',
        restricted: true,
        options: [
          { value: 'Price', label: 'Price' },
          { value: 'Support', label: 'Support' },
        ],
      },
      { name: 'Score__c', type: 'number', scale: 2, unique: false },
      { name: 'Total__c', type: 'number' },
      { name: 'AccountId', type: 'reference' },
      { name: 'SystemModstamp', type: 'datetime', creatable: false },
      { name: 'MailingAddress', type: 'unsupported' },
    ],
    samples: {
      LeadSource: 'Web',
      Title: 'Buyer',
      Description: 'line one\nline two',
      DoNotCall: true,
      Score__c: 12.25,
      Visits__c: 7,
      Birthdate: '1984-02-29',
      Met__c: '2026-03-29T01:30:00.000Z',
      Home__c: 'https://example.com/?a=b&c=d',
      Topics__c: 'Price;Support',
      Email: 'ann@example.com',
      MobilePhone: '+1 (415) 555-0100',
    },
    severalPages: 2 * pageSizeMax + 2,
    strangers: STRANGERS,
    secrets: ['fake.session', org.oauth.refreshToken, org.oauth.clientSecret],
    lagMs: indexDelayMs,
    now: org.now,
    advance: (ms) => clock.advance(ms),
    calls: () => wire.calls,
    add: (values) => org.add('Contact', values).id,
    edit: (id, values) => void org.edit(id, values),
    records: (object) => org.list(object).map(({ id, fields }) => ({ id, values: canonical(fields) })),
    remove: (id) => void org.remove(id),
    merge(winner, loser) {
      org.merge(winner, loser);
      return winner;
    },
    hide: (field) => org.hideField(`Contact.${field}`),
    unshare: (id) => org.unshare(id),
    addLate: (values, ms) => void org.add('Contact', values, { commitDelayMs: ms }),
    parent: {
      path: 'Account.Name',
      give(id, Name) {
        const account = org.add('Account', { Name });
        org.edit(id, { AccountId: account.id });
        return account.id;
      },
    },
    fault: wire.fault,
    hold: wire.hold,
  };
  const keyField = key === 'Conversation_Key__c' ? { activityKeyField: key } : {};
  const jobs = bulk === undefined ? {} : { bulk: { readFrom: 1 } };
  return { crm, connect: () => salesforce({ auth, instanceUrl, clock, fetch: wire.fetch, random: () => 0.5, ...keyField, ...jobs }) };
}

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

/** The way to the org, which may be broken or slow. */
function faultyWire(org: ReturnType<typeof fakeSalesforce>) {
  const faults: { readonly what: CrmFault; readonly on: RequestKind; left: number }[] = [];
  const holds: { readonly on: RequestKind; readonly arrive: () => void; readonly released: Promise<void> }[] = [];
  let calls = 0;

  function takeFault(kind: RequestKind): CrmFault | undefined {
    const fault = faults.find(({ on, left }) => on === kind && left > 0);
    if (fault) fault.left -= 1;
    return fault?.what;
  }

  const wire = {
    get calls() {
      return calls;
    },
    fault(what: CrmFault, on: RequestKind, times = 1): void {
      faults.push({ what, on, left: times });
    },
    hold(on: RequestKind): HeldRequest {
      const arrived = gate();
      const released = gate();
      holds.push({ on, arrive: arrived.open, released: released.opened });
      return { arrived: arrived.opened, release: released.open };
    },
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const request = new Request(input, init);
      if (new URL(request.url).pathname === '/services/oauth2/token') return org.fetch(request);
      const kind = request.method === 'GET' ? 'read' : 'write';
      const what = takeFault(kind);
      if (what === 'unreachable')
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error(`getaddrinfo ENOTFOUND ${request.url}`), { code: 'ENOTFOUND' }),
        });
      if (what === 'revoked') {
        org.expireSessions();
        org.fault({ on: 'token', what: 'expired_session', times: Number.POSITIVE_INFINITY });
      } else if (what !== undefined) org.fault({ on: '*', what: FAULTS[what] });
      calls += 1;
      const [hold] = holds.filter(({ on }) => on === kind);
      if (!hold) return org.fetch(request);
      holds.splice(holds.indexOf(hold), 1);
      const answer = await org.fetch(request);
      hold.arrive();
      await untilAborted(hold.released, request.signal);
      const headers = new Headers(answer.headers);
      headers.set('date', new Date(org.now()).toUTCString()); // a server dates its answer when it sends it
      return new Response(answer.body, { status: answer.status, headers });
    },
  };
  return wire;
}

/** Waited for until somebody opens it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = gate();
  signal.addEventListener('abort', aborted.open);
  await Promise.race([work, aborted.opened]).finally(() => signal.removeEventListener('abort', aborted.open));
  signal.throwIfAborted();
}

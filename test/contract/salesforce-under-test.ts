import { salesforce } from '../../src/connectors/salesforce/index.ts';
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

  const { missing: _, parent, ...what }: ObjectUnderTest = OBJECTS[object];
  const textField = parent.path.split('.').at(-1) as string;
  const crm: CrmUnderTest = {
    object,
    ...what,
    severalPages: 2 * pageSizeMax + 2,
    secrets: ['fake.session', org.oauth.refreshToken, org.oauth.clientSecret],
    lagMs: indexDelayMs,
    now: org.now,
    advance: (ms) => clock.advance(ms),
    calls: () => wire.calls,
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

import type { Millis } from '../../core/values/value.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../ports/system-clock.ts';
import type { Auth } from '../../ports/tokens.ts';
import { fakeAuth } from '../fake-auth.ts';
import { type CallLog, callLog } from '../fake-calls.ts';
import { type Fault, faultPlan } from '../fake-faults.ts';
import { fetchOf } from '../fake-http.ts';
import { mswHandlersOf } from '../fake-msw.ts';
import { type ListeningFake, listenTo } from '../fake-server.ts';
import { type BulkOptions, createBulkJobs } from './bulk/bulk-jobs.ts';
import { type Converted, convertLead, type LeadConversion } from './convert.ts';
import { createCursors } from './cursors.ts';
import { isDeleted, type StoredRecord } from './database.ts';
import { SalesforceFailure } from './failure.ts';
import { toId18 } from './ids.ts';
import { createLater } from './later.ts';
import { createOAuth, type FakeOAuth } from './oauth.ts';
import { createOrg, type OrgOptions, objectOf } from './org.ts';
import { deleteRecord, mergeRecords, restoreRecord } from './remove.ts';
import { type DataService, transaction } from './rest/call.ts';
import { endpointOf, operationsOf } from './rest/routes.ts';
import { wireFields } from './rules.ts';
import { adminSave, insertRecord, updateRecord } from './save.ts';
import { createService } from './service.ts';
import type { SalesforceFault } from './service-context.ts';
import { createSessions } from './sessions.ts';
import { createUsage } from './usage.ts';

export interface FakeSalesforceOptions extends OrgOptions {
  /** The org's clock. Default: the machine's. */
  readonly clock?: Clock;
  /** Default `https://fake.my.salesforce.com`. */
  readonly instanceUrl?: string;
  /** Smaller pages than Salesforce sends (2,000, or 1,000 with a long text), so that few records make several. */
  readonly pageSizeMax?: number;
  /** How long a session lives unused. Default 7,200. */
  readonly sessionSeconds?: number;
  /** API calls in 24 hours. Default 15,000, as in a Developer org. */
  readonly dailyLimit?: number;
  /** How long SOSL does not find a new record. Default 0. */
  readonly indexDelayMs?: number;
  /** How long jobs of the Bulk API take, and how many there may be. */
  readonly bulk?: BulkOptions;
}

/** A record as it is now. */
export interface FakeRecord {
  readonly id: string;
  readonly object: string;
  /** Every field as the API shows it, null where it is blank. Typed loosely, so that assertions need no casts. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly fields: Readonly<Record<string, any>>;
  readonly deleted: boolean;
  /** The winner of the merge that this record lost. */
  readonly mergedInto: string | null;
}

/** When a change made by the test becomes visible, and how it is stamped. */
export interface ChangeOptions {
  /** `SystemModstamp` other than now: of a transaction that began earlier and commits now. */
  readonly stampedAt?: string | Date | Millis;
  /** The change is stamped now and becomes visible so much later. */
  readonly commitDelayMs?: number;
}

export interface FakeSalesforce {
  /** For `salesforce(crm.options)`: no network, no credentials. */
  readonly options: { readonly auth: Auth; readonly fetch: typeof globalThis.fetch; readonly instanceUrl: string; readonly clock?: Clock };
  readonly fetch: typeof globalThis.fetch;
  /** For a connector that goes through OAuth itself. */
  readonly oauth: FakeOAuth;
  readonly instanceUrl: string;
  readonly orgId: string;
  readonly userId: string;
  /** Every request so far, and `calls.counts` by operation. */
  readonly calls: CallLog;
  /** Counting begins anew. */
  forgetCalls(): void;

  /** Adds a record as an administrator would: read-only fields may be set, everything else is as strict as the API. */
  add(object: string, fields: Readonly<Record<string, unknown>>, options?: ChangeOptions): FakeRecord;
  /** As a user of the org edits it; null is blank. */
  edit(id: string, fields: Readonly<Record<string, unknown>>, options?: ChangeOptions): FakeRecord;
  /** Into the recycle bin, with what hangs on it. */
  remove(id: string): FakeRecord;
  /** Out of the recycle bin. */
  restore(id: string): FakeRecord;
  /** The loser is deleted and names the winner, which takes over what hung on it. */
  merge(winnerId: string, loserId: string): FakeRecord;
  /** As a salesperson converts it: into a contact and an account, those that are given or new ones. The lead is read only from then on. */
  convertLead(
    id: string,
    conversion?: LeadConversion,
  ): { readonly account: FakeRecord; readonly contact: FakeRecord; readonly opportunity: FakeRecord | null };
  /** Deleted ones too. @throws Error for an id that no record has. */
  record(id: string): FakeRecord;
  /** Live records in the order they were added. */
  list(object: string): readonly FakeRecord[];

  /** `hideField('Contact.DoNotCall')`: field-level security takes it from the connected user. */
  hideField(path: string): void;
  showField(path: string): void;
  /** Sharing takes the record from the connected user: it is not deleted, and no answer shows it. */
  unshare(id: string): void;
  share(id: string): void;

  /** Something goes wrong with the next requests: `{ on: 'POST Task', what: 'lost_ack' }`, named as `calls` names them. */
  fault(fault: Fault<SalesforceFault>): void;
  /** @throws Error naming the faults that were declared and did not strike. */
  verify(): void;
  /** Every access token is dead; refresh tokens live. */
  expireSessions(): void;
  /** Milliseconds since 1970, by the org's clock. */
  now(): Millis;
  /** Moves the org's clock ahead of the injected one. */
  advance(ms: number): void;

  /** A real server on 127.0.0.1, for a client that takes no `fetch`. */
  listen(port?: number): Promise<ListeningFake>;
  /** For `setupServer(...await crm.mswHandlers())`. Needs msw 3 to be installed. */
  // biome-ignore lint/suspicious/noExplicitAny: the type of an optional peer would break the declarations without it
  mswHandlers(): Promise<any[]>;
}

/**
 * A Salesforce org in memory: REST API, Bulk API 2.0, SOQL, SOSL and OAuth as strict as the real service. It keeps state,
 * so a test says what is in the CRM and looks at what came of it. Something that Salesforce has and the fake does not
 * answers 501 with the code `FAKE_DOES_NOT_SUPPORT`.
 */
export function fakeSalesforce(options: FakeSalesforceOptions = {}): FakeSalesforce {
  const { clock = systemClock, instanceUrl = 'https://fake.my.salesforce.com' } = options;
  let ahead = 0;
  const now = (): Millis => clock.now() + ahead;
  const later = createLater(now);
  const org = createOrg(options, later.now);
  const sessions = createSessions(org.id, now, options.sessionSeconds ?? 7200);
  const usage = createUsage(now, options.dailyLimit ?? 15_000);
  const oauth = createOAuth({ sessions, orgId: org.id, userId: org.userId, now });
  const faults = faultPlan<SalesforceFault>();
  const log = callLog();
  let describedAt = now();
  const data: DataService = {
    org,
    cursors: createCursors(now, options.pageSizeMax),
    bulk: createBulkJobs(options.bulk ?? {}, later, now),
    indexDelayMs: options.indexDelayMs ?? 0,
    usage: () => ({ used: usage.used(), limit: usage.limit }),
    dispatch: (call) => endpointOf(call)(call),
    operationsOf,
    describedAt: () => describedAt,
  };
  const handle = createService({ data, sessions, oauth, usage, later, clock, now, instanceUrl, faults, log });
  const fetch = fetchOf(handle);
  const first = { accessToken: sessions.issue(), instanceUrl, account: org.id, userId: org.userId };
  const auth = fakeAuth({ fake: 'fakeSalesforce', tokenUrl: `${instanceUrl}/services/oauth2/token`, first, oauth });

  const stored = (id: string): StoredRecord => {
    later.settle();
    const record = org.database.get(toId18(id) ?? '');
    if (record === undefined) throw new Error(`fakeSalesforce: there is no record ${id}.`);
    return record;
  };
  /** Runs a change now or later; a refusal is the test's mistake, so it is thrown. */
  const change = ({ stampedAt, commitDelayMs }: ChangeOptions, run: (save: ReturnType<typeof adminSave>) => void): void => {
    const begun = stampedAt === undefined ? (commitDelayMs === undefined ? undefined : now()) : new Date(stampedAt).getTime();
    const commit = (): void => asMistake(() => transaction(org, () => run(adminSave(begun))));
    if (commitDelayMs === undefined) commit();
    else later.at(now() + commitDelayMs, commit);
  };
  const remake = (id: string, run: (record: StoredRecord, save: ReturnType<typeof adminSave>) => void): FakeRecord => {
    const record = stored(id);
    change({}, (save) => run(record, save));
    return view(record);
  };
  const describedAnew = (): void => {
    describedAt = Math.max(now(), describedAt + 1000);
  };

  return {
    options: { auth, fetch, instanceUrl, ...(options.clock === undefined ? {} : { clock: options.clock }) },
    fetch,
    oauth,
    instanceUrl,
    orgId: org.id,
    userId: org.userId,
    calls: log.calls,
    forgetCalls: () => log.clear(),
    add(object, fields, when = {}) {
      later.settle();
      const schema = asMistake(() => objectOf(org, object));
      const id = org.database.nextId(schema);
      change(when, (save) => void insertRecord(org, schema, fields, save, id));
      const record = org.database.get(id);
      return record === undefined ? { id, object: schema.name, fields: {}, deleted: false, mergedInto: null } : view(record);
    },
    edit(id, fields, when = {}) {
      const record = stored(id);
      change(when, (save) => updateRecord(org, record, fields, when.stampedAt === undefined ? notBefore(record, save) : save));
      return view(record);
    },
    remove: (id) => remake(id, (record, save) => deleteRecord(org, record, save)),
    restore: (id) => remake(id, (record, save) => restoreRecord(org, record, save)),
    merge: (winnerId, loserId) => {
      const loser = stored(loserId);
      return remake(winnerId, (winner, save) => mergeRecords(org, winner, loser, save));
    },
    convertLead(id, { accountId, contactId, ...conversion } = {}) {
      const named = {
        ...(accountId !== undefined && { accountId: stored(accountId).id }),
        ...(contactId !== undefined && { contactId: stored(contactId).id }),
      };
      let converted: Converted | null = null;
      remake(id, (lead, save) => {
        converted = convertLead(org, lead, { ...conversion, ...named }, save);
      });
      const { account, contact, opportunity } = converted as unknown as Converted;
      return { account: view(account), contact: view(contact), opportunity: opportunity === null ? null : view(opportunity) };
    },
    record: (id) => view(stored(id)),
    list(object) {
      later.settle();
      const { name } = asMistake(() => objectOf(org, object));
      return [...org.database.all(name)].filter((record) => !isDeleted(record)).map(view);
    },
    hideField(path) {
      org.schema.hide(path);
      describedAnew();
    },
    showField(path) {
      org.schema.show(path);
      describedAnew();
    },
    unshare(id) {
      stored(id).shared = false;
    },
    share(id) {
      stored(id).shared = true;
    },
    fault: (fault) => faults.declare(fault),
    verify() {
      const unused = faults.unused().map(({ on, what, times }) => `${what} on '${on}' (${times} left)`);
      if (unused.length > 0) throw new Error(`fakeSalesforce: declared and not used: ${unused.join(', ')}.`);
    },
    expireSessions: () => sessions.endAll(),
    now,
    advance(ms) {
      ahead += ms;
      later.settle();
    },
    listen: (port) => listenTo(handle, port),
    mswHandlers: () => mswHandlersOf(handle, [instanceUrl, 'https://login.salesforce.com', 'https://test.salesforce.com']),
  };
}

/** The values are replaced and never changed, so the fields may be worked out when somebody asks. */
function view(record: StoredRecord): FakeRecord {
  const { id, schema, values } = record;
  return {
    id,
    object: schema.name,
    get fields() {
      return wireFields(schema, values);
    },
    deleted: isDeleted(record),
    mergedInto: typeof values['MasterRecordId'] === 'string' ? values['MasterRecordId'] : null,
  };
}

/**
 * A stamp never goes back by itself: the row of a transaction is locked, so one that commits after another write of the row
 * wrote it after that one.
 */
const notBefore = ({ values: { SystemModstamp } }: StoredRecord, save: ReturnType<typeof adminSave>): ReturnType<typeof adminSave> =>
  save.stampedAt === undefined ? save : { ...save, stampedAt: Math.max(save.stampedAt, Number(SystemModstamp)) };

/** A refusal of something that the test itself did. */
function asMistake<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SalesforceFailure)) throw error;
    const remedy = error.code === 'INVALID_FIELD' ? ` ${NAME_FIELDS}` : '';
    throw new Error(`fakeSalesforce: ${error.code}: ${error.message}${remedy}`, { cause: error });
  }
}

const NAME_FIELDS = "Fields of your own are named in the option `fields`, such as `{ Contact: { Lead_Status__c: { type: 'string' } } }`.";

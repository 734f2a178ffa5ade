import type { Millis } from '../../core/values/value.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../ports/system-clock.ts';
import type { Auth } from '../../ports/tokens.ts';
import { fakeAuth, staticAuth } from '../fake-auth.ts';
import { type CallLog, callLog } from '../fake-calls.ts';
import { type Fault, faultPlan } from '../fake-faults.ts';
import { fetchOf } from '../fake-http.ts';
import { mswHandlersOf } from '../fake-msw.ts';
import { type ListeningFake, listenTo } from '../fake-server.ts';
import { associate, dissociate } from './activity.ts';
import { linksTo } from './associations/links.ts';
import { isLive, type StoredRecord } from './database.ts';
import type { WebhookEvent } from './events.ts';
import { HubSpotFailure } from './failure.ts';
import { recordIdOf } from './ids.ts';
import { createLimits } from './limits.ts';
import { mergeRecords } from './merge.ts';
import { createOAuth, type FakeHubSpotOAuth } from './oauth.ts';
import type { Owner, OwnerSpec } from './owners.ts';
import { createPortal, type PortalOptions, transaction } from './portal.ts';
import { archiveRecord, eraseRecord, restoreRecord } from './remove.ts';
import type { DataService } from './rest/call.ts';
import { adminSave, createRecord, type Save, updateRecord } from './save.ts';
import type { ObjectType } from './schema/object-type.ts';
import { ALL_SCOPES } from './scopes.ts';
import { changeMembers, createSegments, type ProcessingType, type Segment } from './segments.ts';
import { API_HOST, APP_HOST, createService } from './service.ts';
import type { HubSpotFault } from './service-context.ts';
import { createSessions } from './sessions.ts';
import { asStored, showProperties } from './show.ts';
import { signedRequest } from './webhook.ts';

export interface FakeHubSpotOptions extends PortalOptions {
  /** The portal's clock. Default: the machine's. */
  readonly clock?: Clock;
  /** `private`: a token that does not expire, and a daily limit. Default `oauth`. */
  readonly app?: 'oauth' | 'private';
  /** What the app was granted. Default all that the fake knows. */
  readonly scopes?: readonly string[];
  /** Shorter pages than the caller asks for, so that few records make several. Only the absence of `paging` tells the end. */
  readonly pageSizeMax?: number;
  /** Requests in ten seconds, searches not counted. Default 100 for a private app, as of a Free or Starter account, else 110. */
  readonly burstLimit?: number;
  /** Searches in a second. Default 5. */
  readonly searchLimit?: number;
  /** Requests until midnight of the account. Default 250,000 for a private app, else none. */
  readonly dailyLimit?: number;
  /** How long an access token lives. Default 1,800. */
  readonly tokenSeconds?: number;
}

/** A record as it is now. */
export interface FakeHubSpotRecord {
  readonly id: string;
  readonly object: string;
  /** Every property as the API shows it, null where it was never set. Typed loosely, so that assertions need no casts. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly properties: Readonly<Record<string, any>>;
  /** Ids of live records that it is tied to, by object; an object without any is absent. */
  readonly associations: Readonly<Record<string, readonly string[]>>;
  readonly archived: boolean;
  /** The record that took this one over in a merge. */
  readonly mergedInto: string | null;
}

/** When a change made by the test becomes visible, and how it is stamped. */
export interface HubSpotChangeOptions {
  /** A stamp other than now: of a write that began earlier and commits now. */
  readonly stampedAt?: string | Date | Millis;
  /** The change is stamped now and becomes visible so much later. */
  readonly commitDelayMs?: number;
}

export interface FakeHubSpot {
  /** For `hubspot(crm.options)`: no network, no credentials. */
  readonly options: { readonly auth: Auth; readonly fetch: typeof globalThis.fetch; readonly clock?: Clock };
  readonly fetch: typeof globalThis.fetch;
  /** For a connector that goes through OAuth itself. */
  readonly oauth: FakeHubSpotOAuth;
  /** A token of a private app; null for an OAuth app. */
  readonly privateToken: string | null;
  readonly portalId: number;
  /** The owner that stands for the connected user. */
  readonly ownerId: string;
  /** Every request so far, and `calls.counts` by operation: `create calls`, `search contacts`, `token`. */
  readonly calls: CallLog;
  /** Counting begins anew. */
  forgetCalls(): void;

  /**
   * Adds a record as a person in the browser would: read-only properties may be set, and required ones left out;
   * everything else is as strict as the API. Null is blank.
   */
  add(object: string, properties: Readonly<Record<string, unknown>>, options?: HubSpotChangeOptions): FakeHubSpotRecord;
  /** As a person in the browser edits it; null is blank. */
  edit(id: string, properties: Readonly<Record<string, unknown>>, options?: HubSpotChangeOptions): FakeHubSpotRecord;
  /** Archives: into the bin, from where it can be restored. */
  remove(id: string): FakeHubSpotRecord;
  /** Out of the bin. */
  restore(id: string): FakeHubSpotRecord;
  /** Erases a contact for good, as its privacy demands. */
  erase(id: string): void;
  /** The survivor, which has a new id unless `mergeKeepsPrimaryId`. */
  merge(primaryId: string, otherId: string): FakeHubSpotRecord;
  /** Whatever became of it. @throws Error for an id that no record has. */
  record(id: string): FakeHubSpotRecord;
  /** Live records in the order they were added. */
  list(object: string): readonly FakeHubSpotRecord[];
  /** @param label - `Primary`, or a label of `labels`. Default: a plain tie. */
  associate(fromId: string, toId: string, label?: string): void;
  dissociate(fromId: string, toId: string): void;

  addOwner(owner: OwnerSpec): Owner;
  /** Makes a list, which the product calls a segment. The test keeps the members of a dynamic one, too. Default MANUAL. */
  addList(list: {
    readonly name: string;
    readonly object?: string;
    readonly processingType?: ProcessingType;
    readonly members?: readonly string[];
  }): string;
  changeList(listId: string, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): void;

  /** Deletes a list: its members stay, and no longer belong to it. */
  removeList(listId: string): void;

  /** `hideProperty('contacts.ssn')`: the connected app may not see it any more. */
  hideProperty(path: string): void;
  showProperty(path: string): void;

  /** What happened since the last `webhook()`, oldest first. `generic`: as `object.*`, as apps of the new platform get it. */
  events(options?: { readonly generic?: boolean }): readonly WebhookEvent[];
  /** The next delivery, signed: at most 100 events, which are delivered with it. Without any, an empty list. */
  webhook(options?: { readonly url?: string; readonly generic?: boolean }): Promise<Request>;
  /** A signed delivery of anything, for events that this portal does not make. */
  signed(options: { readonly body: string; readonly url?: string; readonly method?: string; readonly at?: Millis }): Promise<Request>;

  /** Something goes wrong with the next requests: `{ on: 'create calls', what: 'lost_ack' }`, named as `calls` names them. */
  fault(fault: Fault<HubSpotFault>): void;
  /** @throws Error naming the faults that were declared and did not strike. */
  verify(): void;
  /** Every access token has expired; refresh tokens live. */
  expireTokens(): void;
  /** Milliseconds since 1970, by the portal's clock. */
  now(): Millis;
  /** Moves the portal's clock ahead of the injected one. */
  advance(ms: number): void;

  /** A real server on 127.0.0.1, for a client that takes no `fetch`. */
  listen(port?: number): Promise<ListeningFake>;
  /** For `setupServer(...await crm.mswHandlers())`. Needs msw 3 to be installed. */
  // biome-ignore lint/suspicious/noExplicitAny: the type of an optional peer would break the declarations without it
  mswHandlers(): Promise<any[]>;
}

const WEBHOOK_URL = 'https://app.example.com/hubspot';
const EVENTS_MAX = 100;

/**
 * A HubSpot account in memory: CRM objects, search, associations, properties, lists, owners, OAuth and webhooks, as
 * strict as the real service. It keeps state, so a test says what is in the CRM and looks at what came of it. Something
 * that HubSpot has and the fake does not answers 501 with the category `FAKE_DOES_NOT_SUPPORT`.
 */
export function fakeHubSpot(options: FakeHubSpotOptions = {}): FakeHubSpot {
  const { clock = systemClock, app = 'oauth', scopes = ALL_SCOPES, tokenSeconds = 1800 } = options;
  let ahead = 0;
  const now = (): Millis => clock.now() + ahead;
  const portal = createPortal(options, now);
  const { database, schema, later, events } = portal;
  const segments = createSegments();
  const privateToken = app === 'private' ? 'pat-eu1-fake0000-0000-0000-0000-000000000000' : null;
  const sessions = createSessions(now, tokenSeconds, privateToken);
  const limits = createLimits({
    now,
    timeZone: portal.timeZone,
    burst: options.burstLimit ?? (app === 'private' ? 100 : 110),
    searches: options.searchLimit ?? 5,
    daily: options.dailyLimit ?? (app === 'private' ? 250_000 : Number.POSITIVE_INFINITY),
    tellsDaily: app === 'private',
  });
  const oauth = createOAuth({ sessions, portalId: portal.id, userId: portal.user.userId, scopes, lifeSeconds: tokenSeconds, now });
  const faults = faultPlan<HubSpotFault>();
  const log = callLog();
  const data: DataService = {
    portal,
    segments,
    pageSizeMax: options.pageSizeMax ?? Number.POSITIVE_INFINITY,
    usage: () => (app === 'private' ? limits.usage() : null),
  };
  const handle = createService({ data, sessions, oauth, limits, scopes: new Set(scopes), clock, now, faults, log });
  const fetch = fetchOf(handle);
  const token = { accessToken: privateToken ?? sessions.issue(), account: String(portal.id), userId: String(portal.user.userId) };
  const tokenUrl = `https://${API_HOST}/oauth/2026-09/token`;
  const auth = privateToken === null ? fakeAuth({ fake: 'fakeHubSpot', tokenUrl, first: token, oauth }) : staticAuth('fakeHubSpot', token);

  const typeNamed = (object: string): ObjectType => {
    const type = schema.named(object);
    if (type === undefined) throw new Error(`fakeHubSpot: the portal has no object ${object}.`);
    return type;
  };
  const stored = (id: string): StoredRecord => {
    later.settle();
    const record = database.get(id);
    if (record === undefined) throw new Error(`fakeHubSpot: there is no record ${id}.`);
    return record;
  };
  const live = (id: string): StoredRecord => {
    const record = stored(id);
    if (!isLive(record)) throw new Error(`fakeHubSpot: the record ${id} is archived, merged or erased.`);
    return record;
  };
  const atOnce = <T>(work: () => T): T => asMistake(() => transaction(portal, work));
  /** Runs a change now or later; a refusal is the test's mistake, so it is thrown. */
  const change = ({ stampedAt, commitDelayMs }: HubSpotChangeOptions, run: (save: Save) => void): void => {
    const begun = stampedAt === undefined ? (commitDelayMs === undefined ? undefined : now()) : new Date(stampedAt).getTime();
    const commit = (): void => atOnce(() => run(adminSave(begun)));
    if (commitDelayMs === undefined) commit();
    else later.at(now() + commitDelayMs, commit);
  };
  const view = (record: StoredRecord): FakeHubSpotRecord => {
    const { id, type, archivedAt, mergedInto, values, modifiedAt } = record;
    return {
      id,
      object: type.name,
      get properties() {
        return showProperties(portal, { ...asStored(record), values, modifiedAt }, 'everything');
      },
      get associations() {
        const ties = schema.objects.map((to) => [to.name, linksTo(portal, record, to).map(({ toId }) => toId)] as const);
        return Object.fromEntries(ties.filter(([, ids]) => ids.length > 0));
      },
      archived: archivedAt !== null,
      mergedInto,
    };
  };
  const segmentOf = (id: string): Segment => {
    const segment = segments.get(id);
    if (segment === undefined) throw new Error(`fakeHubSpot: there is no list ${id}.`);
    return segment;
  };

  return {
    options: {
      auth,
      fetch,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    },
    fetch,
    oauth,
    privateToken,
    portalId: portal.id,
    ownerId: portal.user.id,
    calls: log.calls,
    forgetCalls: () => log.clear(),
    add(object, properties, when = {}) {
      later.settle();
      const type = typeNamed(object);
      const sequence = database.reserve();
      change(when, (save) => void createRecord(portal, type, properties, save, sequence));
      const id = recordIdOf(sequence);
      const record = database.get(id);
      return record === undefined
        ? { id, object: type.name, properties: {}, associations: {}, archived: false, mergedInto: null }
        : view(record);
    },
    edit(id, properties, when = {}) {
      const record = live(id);
      change(when, (save) => void updateRecord(portal, record, properties, when.stampedAt === undefined ? notBefore(record, save) : save));
      return view(record);
    },
    remove(id) {
      const record = live(id);
      atOnce(() => archiveRecord(portal, record, now()));
      return view(record);
    },
    restore(id) {
      const record = stored(id);
      atOnce(() => restoreRecord(portal, record, now()));
      return view(record);
    },
    erase(id) {
      const record = stored(id);
      if (record.type.name !== 'contacts') throw new Error('fakeHubSpot: only contacts can be erased.');
      atOnce(() => eraseRecord(portal, record, now()));
    },
    merge(primaryId, otherId) {
      const [primary, other] = [live(primaryId), live(otherId)];
      return view(atOnce(() => mergeRecords(portal, primary, other)));
    },
    record: (id) => view(stored(id)),
    list(object) {
      later.settle();
      return [...database.all(typeNamed(object))].filter(isLive).map(view);
    },
    associate(fromId, toId, label) {
      const [from, to] = [live(fromId), live(toId)];
      const kinds = portal.types.between(from.type, to.type);
      const type = kinds.find((kind) => kind.label === (label ?? null));
      if (type === undefined)
        throw new Error(
          `fakeHubSpot: no ${label === undefined ? 'plain tie' : `tie "${label}"`} goes from ${from.type.name} to ${to.type.name}.`,
        );
      atOnce(() => associate(portal, from, to, type, now()));
    },
    dissociate(fromId, toId) {
      const [from, to] = [live(fromId), live(toId)];
      if (!atOnce(() => dissociate(portal, from, to, now()))) throw new Error(`fakeHubSpot: ${fromId} and ${toId} are not associated.`);
    },
    addOwner: (owner) => portal.owners.add(owner, now()),
    addList({ name, object = 'contacts', processingType = 'MANUAL', members = [] }) {
      const segment = segments.add({ name, type: typeNamed(object), processingType }, now());
      changeMembers(segment, { add: members.map((id) => live(id).id) }, now());
      return segment.id;
    },
    changeList(listId, changed) {
      for (const id of changed.add ?? []) live(id);
      changeMembers(segmentOf(listId), changed, now());
    },
    removeList(listId) {
      segments.remove(segmentOf(listId).id);
    },
    hideProperty: (path) => schema.hide(path),
    showProperty: (path) => schema.show(path),
    events({ generic = false } = {}) {
      later.settle();
      return events.pending(Number.POSITIVE_INFINITY, generic);
    },
    webhook({ url = WEBHOOK_URL, generic = false } = {}) {
      later.settle();
      const body = JSON.stringify(events.pending(EVENTS_MAX, generic));
      events.forget(EVENTS_MAX);
      return signedRequest(oauth.clientSecret, { method: 'POST', url, body, at: now() });
    },
    signed: ({ body, url = WEBHOOK_URL, method = 'POST', at = now() }) => signedRequest(oauth.clientSecret, { method, url, body, at }),
    fault: (fault) => faults.declare(fault),
    verify() {
      const unused = faults.unused().map(({ on, what, times }) => `${what} on '${on}' (${times} left)`);
      if (unused.length > 0) throw new Error(`fakeHubSpot: declared and not used: ${unused.join(', ')}.`);
    },
    expireTokens: () => sessions.expireAll(),
    now,
    advance(ms) {
      ahead += ms;
      later.settle();
    },
    listen: (port) => listenTo(handle, port),
    mswHandlers: () => mswHandlersOf(handle, [`https://${API_HOST}`, `https://${APP_HOST}`]),
  };
}

/** A stamp never goes back by itself: a write that commits after another one of the record has a stamp after that one's. */
const notBefore = ({ modifiedAt }: StoredRecord, save: Save): Save =>
  save.stampedAt === undefined ? save : { ...save, stampedAt: Math.max(save.stampedAt, modifiedAt) };

/** A refusal of something that the test itself did. */
function asMistake<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof HubSpotFailure)) throw error;
    const remedy = error.message.includes('PROPERTY_DOESNT_EXIST') ? ` ${NAME_PROPERTIES}` : '';
    throw new Error(`fakeHubSpot: ${error.message}${remedy}`, { cause: error });
  }
}

const NAME_PROPERTIES =
  "Properties of your own are named in the option `properties`, such as `{ contacts: { lead_score: { type: 'number' } } }`.";

import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CompleteConnector } from '../../ports/connector.ts';
import { systemClock } from '../../ports/system-clock.ts';
import type { Auth } from '../../ports/tokens.ts';
import { createAccount } from './account.ts';
import { ACTIVITY_LIMITS, activityRecord } from './activities/activity.ts';
import { createAssociationTypes } from './association-types.ts';
import { checkPortal } from './check/check.ts';
import { createClient } from './client.ts';
import type { Context } from './context.ts';
import { createDescriber } from './describe.ts';
import { createDisplayProperties } from './display-properties.ts';
import { findRecords } from './find/find.ts';
import { API_ORIGIN, checkedVersion, configuredOrigin } from './hosts.ts';
import { createLists } from './lists.ts';
import { readOwners } from './owners.ts';
import { createPace, type Pace } from './pace.ts';
import type { ApiVersion } from './paths.ts';
import { BATCH_MAX } from './query/batch-read.ts';
import { fetchRecords } from './read/fetch.ts';
import { readFieldTimes } from './read/field-times.ts';
import { readMembers } from './read/members.ts';
import { readRecords } from './read/read.ts';
import { RELATED_MAX, readRelated } from './related/related.ts';
import { WRITE_TIMEOUT_MS, writeRecords } from './write/write.ts';

export interface HubSpotOptions {
  /** How it signs in: `privateApp` or `refreshToken`; of a fake, `crm.options`. */
  readonly auth: Auth;
  /** Default `2026-09`, which enforces the required properties of the portal; `2026-03` does not, and ends in 2027. */
  readonly apiVersion?: ApiVersion;
  /** Where the API is reached instead of `https://api.hubapi.com`, through a proxy of yours. */
  readonly baseUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of retries. */
  readonly random?: () => number;
  /** How late a record may be found by the search after its own stamp, in ms. Default 10 minutes. */
  readonly overlapMs?: number;
  /** Holds the checkpoint further back, in ms. Default 0. */
  readonly lagMs?: number;
  /** What a chat on a website is logged as. Default `note`; `communication` only where the portal has a channel for it. */
  readonly chatAs?: 'note' | 'communication';
  /**
   * An activity of a contact belongs to the contact's primary company, too: HubSpot's own screens see to that, its API does
   * not. Costs one request when an activity is made. Default true; left out where the app does not see companies.
   */
  readonly associateCompany?: boolean;
}

const CAPABILITIES: CompleteConnector['capabilities'] = {
  writeBatchMax: BATCH_MAX,
  fetchBatchMax: BATCH_MAX,
  writeOneObject: true,
  settleMs: 2 * 60_000, // a request ends after 100 seconds; source: HubSpot developer docs, "Error handling", status 524
  requestTimeoutMs: WRITE_TIMEOUT_MS,
  creates: true,
  parents: true,
  findsBy: ['$phone', '$email'],
  relatedBatchMax: RELATED_MAX,
  activity: ACTIVITY_LIMITS,
  reties: true,
  matchFields: { phone_number: 'phone', email: 'email' },
  createdFields: ['createdate', 'hs_createdate'],
};

/**
 * A HubSpot account as a connector. Makes no request before it is used, and keeps nothing but what was described and whose
 * account it is.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function hubspot(options: HubSpotOptions): CompleteConnector {
  return createConnector(options);
}

/** @param pace - That of the account, where connections share one. */
export function createConnector(options: HubSpotOptions, pace?: Pace): CompleteConnector {
  checkOptions(options);
  const { clock = systemClock, fetch = (...request) => globalThis.fetch(...request), random = Math.random } = options;
  const client = createClient({
    auth: options.auth,
    edge: { fetch, clock, random },
    pace: pace ?? createPace(clock),
    origin: configuredOrigin(options.baseUrl ?? API_ORIGIN),
    apiVersion: checkedVersion(options.apiVersion ?? '2026-09'),
  });
  const context: Context = {
    client,
    describer: createDescriber(client, clock),
    associationTypes: createAssociationTypes(client),
    displayProperties: createDisplayProperties(client, clock),
    lists: createLists(client, clock),
    clock,
    account: createAccount(client),
    overlapMs: options.overlapMs ?? 10 * 60_000,
    lagMs: options.lagMs ?? 0,
    chatAs: options.chatAs ?? 'note',
    associateCompany: options.associateCompany ?? true,
  };
  return {
    specVersion: 1,
    provider: 'hubspot',
    capabilities: CAPABILITIES,
    account: (call) => context.account(call),
    describe: async (object, call) => (await context.describer.object(object, call)).described,
    read: (query, call) => readRecords(context, query, call),
    fetch: (query, call) => fetchRecords(context, query, call),
    fieldTimes: (query, call) => readFieldTimes(context, query, call),
    find: (query, call) => findRecords(context, query, call),
    write: (batch, call) => writeRecords(context, batch, call),
    activityRecord: (activity, call) => activityRecord(context, activity, call),
    members: (query, call) => readMembers(context, query, call),
    related: (query, call) => readRelated(context, query, call),
    check: (query, call) => checkPortal(context, query, call),
    owners: (call) => readOwners(context, call),
  };
}

function checkOptions({ auth, overlapMs = 0, lagMs = 0, chatAs = 'note' }: HubSpotOptions): void {
  const refuse = (option: string, remedy: string): never => {
    throw new CrmSyncError(`\`${option}\` can't be used.`, { code: 'invalid_option', category: 'configuration', remedy });
  };
  if (typeof auth?.token !== 'function')
    refuse('auth', 'Give a way to sign in, such as `privateApp(token)` or `refreshToken(tokens, app)`.');
  if (!(Number.isFinite(overlapMs) && overlapMs >= 0)) refuse('overlapMs', 'Give milliseconds, 0 or more.');
  if (!(Number.isFinite(lagMs) && lagMs >= 0)) refuse('lagMs', 'Give milliseconds, 0 or more.');
  if (chatAs !== 'note' && chatAs !== 'communication') refuse('chatAs', 'Give `note` or `communication`.');
}

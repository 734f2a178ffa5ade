import { isTimeZone } from '../../core/values/dates.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Call, CompleteConnector, Write } from '../../ports/connector.ts';
import { systemClock } from '../../ports/system-clock.ts';
import type { Auth } from '../../ports/tokens.ts';
import { createAccount } from './account.ts';
import { type BulkOptions, bulkPlan } from './bulk/options.ts';
import { writeInBulk } from './bulk/write.ts';
import { createCampaigns } from './campaigns.ts';
import { checkOrg } from './check/check.ts';
import { createClient } from './client.ts';
import type { Context } from './context.ts';
import { createDescriber, type ObjectInfo } from './describe.ts';
import { findRecords } from './find/find.ts';
import { readOwners } from './owners.ts';
import { createPace, type Pace } from './pace.ts';
import { CONVERTED_TO } from './query/selection.ts';
import { isName } from './query/soql.ts';
import { FETCH_BATCH_MAX, fetchRecords } from './read/fetch.ts';
import { readMembers } from './read/members.ts';
import { readRecords } from './read/read.ts';
import { RELATED_BATCH_MAX, relatedRecords } from './related/related.ts';
import { keyPlace } from './tasks/activity-key.ts';
import { closedStatus } from './tasks/closed-status.ts';
import { ACTIVITY_LIMITS, taskOf } from './tasks/task.ts';
import { WRITE_BATCH_MAX } from './write/batch.ts';
import { WRITE_TIMEOUT_MS, writeRecords } from './write/write.ts';

export interface SalesforceOptions {
  /** How it signs in: `clientCredentials`, `jwtBearer`, `refreshToken`; of a fake, `crm.options`. */
  readonly auth: Auth;
  /** Overrides the URL that comes with the tokens. */
  readonly instanceUrl?: string;
  /** Default `66.0`; 52.0 at least. */
  readonly apiVersion?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of retries. */
  readonly random?: () => number;
  /** Lets the org's assignment rules choose the owner of what is written. Default false. */
  readonly autoAssign?: boolean;
  /** How late a record may become visible after its own stamp, in ms. Default 10 minutes. */
  readonly overlapMs?: number;
  /** Holds the checkpoint further back, in ms. Default 0. */
  readonly lagMs?: number;
  /** Large first reads and pushes go by jobs of the Bulk API 2.0. Default: none does. */
  readonly bulk?: BulkOptions;
  /** How Salesforce names this software in its event logs. Default `crm-sync-engine`. */
  readonly client?: string;
  /** Text field of Task that holds a conversation's key. A unique external id makes logging safe to repeat. */
  readonly activityKeyField?: string;
  /** IANA zone of the calendar day of a logged activity. Default UTC. */
  readonly timeZone?: string;
}

const VERSION_MIN = 52;

const CAPABILITIES: CompleteConnector['capabilities'] = {
  writeBatchMax: WRITE_BATCH_MAX,
  fetchBatchMax: FETCH_BATCH_MAX,
  writeOneObject: false,
  settleMs: 10 * 60_000, // a REST request ends after ten minutes; source: Salesforce Developer Limits, API Requests
  requestTimeoutMs: WRITE_TIMEOUT_MS,
  creates: true,
  parents: true,
  findsBy: ['$phone', '$email'],
  activity: ACTIVITY_LIMITS,
  reties: true,
  matchFields: { phone_number: 'Phone', email: 'Email' },
  createdFields: ['CreatedDate'],
  becomes: { Lead: CONVERTED_TO },
  relatedBatchMax: RELATED_BATCH_MAX,
};

/**
 * A Salesforce org as a connector. Makes no request before it is used, and keeps nothing but what describe said and who
 * it is connected as.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function salesforce(options: SalesforceOptions): CompleteConnector {
  return createConnector(options);
}

/** @param pace - That of the account, where connections share one. */
export function createConnector(options: SalesforceOptions, pace?: Pace): CompleteConnector {
  checkOptions(options);
  const { clock = systemClock, fetch = (...request) => globalThis.fetch(...request), random = Math.random } = options;
  const edge = { fetch, clock, random };
  const bulk = options.bulk === undefined ? null : bulkPlan(options.bulk);
  const client = createClient({
    auth: options.auth,
    edge,
    pace: pace ?? createPace(edge),
    ...(options.instanceUrl === undefined ? {} : { instanceUrl: options.instanceUrl }),
    apiVersion: options.apiVersion ?? '66.0',
    clientName: options.client ?? 'crm-sync-engine',
  });
  const context: Context = {
    client,
    describer: createDescriber(client, clock),
    campaigns: createCampaigns(client, clock),
    clock,
    account: createAccount(client),
    overlapMs: options.overlapMs ?? 10 * 60_000,
    lagMs: options.lagMs ?? 0,
    autoAssign: options.autoAssign ?? false,
    ...(bulk === null ? {} : { bulk: { readFrom: bulk.readFrom } }),
    ...(options.activityKeyField === undefined ? {} : { activityKeyField: options.activityKeyField }),
    timeZone: options.timeZone ?? 'UTC',
  };
  const closed = new WeakMap<ObjectInfo, string | null>(); // as long as the describe answer that it belongs to

  async function closedStatusOf(task: ObjectInfo, call: Call): Promise<string | null> {
    if (!closed.has(task)) closed.set(task, await closedStatus(context, task, call));
    return closed.get(task) ?? null;
  }

  return {
    specVersion: 1,
    provider: 'salesforce',
    capabilities: bulk === null ? CAPABILITIES : { ...CAPABILITIES, bulk: bulk.capability },
    account: (call) => context.account(call),
    describe: async (object, call) => (await context.describer.object(object, call)).described,
    read: (query, call) => readRecords(context, query, call),
    fetch: (query, call) => fetchRecords(context, query, call),
    find: (query, call) => findRecords(context, query, call),
    write: (batch, call) => writeRecords(context, batch, call),
    owners: (call) => readOwners(context, call),
    members: (query, call) => readMembers(context, query, call),
    related: (query, call) => relatedRecords(context, query, call),
    ...(bulk === null ? {} : { writeBulk: (batch: readonly Write[], call: Call) => writeInBulk(context, batch, call) }),
    async activityRecord(activity, call) {
      const task = await context.describer.object('Task', call);
      return taskOf(activity, {
        fields: task.fields,
        closedStatus: await closedStatusOf(task, call),
        timeZone: context.timeZone,
        place: keyPlace(task, context.activityKeyField),
      });
    },
    check: (query, call) => checkOrg(context, query, call),
  };
}

function checkOptions({
  auth,
  apiVersion = '66.0',
  client = '',
  activityKeyField = 'X',
  overlapMs = 0,
  lagMs = 0,
  timeZone = 'UTC',
}: SalesforceOptions): void {
  const refuse = (option: string, remedy: string): never => {
    throw new CrmSyncError(`\`${option}\` can't be used.`, { code: 'invalid_option', category: 'configuration', remedy });
  };
  if (typeof auth?.token !== 'function')
    refuse('auth', 'Give a way to sign in, such as `clientCredentials({ … })` or `refreshToken(tokens, app)`.');
  if (!/^\d{2,3}\.0$/.test(apiVersion) || Number(apiVersion) < VERSION_MIN)
    refuse('apiVersion', 'Give a version such as `66.0`; 52.0 is the oldest that is supported.');
  if (!/^[\w./-]{0,80}$/.test(client)) refuse('client', 'Give a name of letters, digits and `.` `_` `/` `-`.');
  if (!isName(activityKeyField)) refuse('activityKeyField', 'Give the API name of a field of Task, such as Conversation_Key__c.');
  if (!(Number.isFinite(overlapMs) && overlapMs >= 0)) refuse('overlapMs', 'Give milliseconds, 0 or more.');
  if (!(Number.isFinite(lagMs) && lagMs >= 0)) refuse('lagMs', 'Give milliseconds, 0 or more.');
  if (!isTimeZone(timeZone)) refuse('timeZone', 'Give an IANA zone, such as Europe/Zurich.');
}

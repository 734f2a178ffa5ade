import type { Edge } from '../../http/send.ts';
import type { Call, ConnectorCalls } from '../../ports/connector.ts';
import { createAccount } from './account.ts';
import { writeInBulk } from './bulk/write.ts';
import { createCampaigns } from './campaigns.ts';
import { checkOrg } from './check/check.ts';
import { createClient } from './client.ts';
import type { Context } from './context.ts';
import { createDescriber, type ObjectInfo } from './describe.ts';
import { findRecords } from './find/find.ts';
import type { SalesforceOptions } from './options.ts';
import { readOwners } from './owners.ts';
import type { Pace } from './pace.ts';
import { fetchRecords } from './read/fetch.ts';
import { readMembers } from './read/members.ts';
import { readRecords } from './read/read.ts';
import { relatedRecords } from './related/related.ts';
import { keyPlace } from './tasks/activity-key.ts';
import { closedStatus } from './tasks/closed-status.ts';
import { taskOf } from './tasks/task.ts';
import { writeRecords } from './write/write.ts';

interface Shared {
  readonly edge: Edge;
  readonly pace: Pace;
  /** Where the API is, instead of where the tokens say. */
  readonly origin: string | null;
  /** Least records of a first read that goes by a query job. */
  readonly bulkReadFrom: number | undefined;
}

/** All calls of a connector, each by its endpoint. */
export function createCalls(options: SalesforceOptions, { edge, pace, origin, bulkReadFrom }: Shared) {
  const { clock } = edge;
  const client = createClient({
    auth: options.auth,
    edge,
    pace,
    origin,
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
    ...(bulkReadFrom === undefined ? {} : { bulk: { readFrom: bulkReadFrom } }),
    ...(options.activityKeyField === undefined ? {} : { activityKeyField: options.activityKeyField }),
    timeZone: options.timeZone ?? 'UTC',
  };
  const closed = new WeakMap<ObjectInfo, string | null>(); // as long as the describe answer that it belongs to

  async function closedStatusOf(task: ObjectInfo, call: Call): Promise<string | null> {
    if (!closed.has(task)) closed.set(task, await closedStatus(context, task, call));
    return closed.get(task) ?? null;
  }

  return {
    account: (call) => context.account(call),
    describe: async (object, call) => (await context.describer.object(object, call)).described,
    read: (query, call) => readRecords(context, query, call),
    fetch: (query, call) => fetchRecords(context, query, call),
    find: (query, call) => findRecords(context, query, call),
    write: (batch, call) => writeRecords(context, batch, call),
    writeBulk: (batch, call) => writeInBulk(context, batch, call),
    owners: (call) => readOwners(context, call),
    members: (query, call) => readMembers(context, query, call),
    related: (query, call) => relatedRecords(context, query, call),
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
  } satisfies ConnectorCalls;
}

import type { Edge } from '../../http/send.ts';
import type { ConnectorCalls } from '../../ports/connector.ts';
import { createAccount } from './account.ts';
import { activityRecord } from './activities/activity.ts';
import { createAssociationTypes } from './association-types.ts';
import { checkPortal } from './check/check.ts';
import { createClient } from './client.ts';
import type { Context } from './context.ts';
import { createDescriber } from './describe.ts';
import { createDisplayProperties } from './display-properties.ts';
import { findRecords } from './find/find.ts';
import { createLists } from './lists.ts';
import type { HubSpotOptions } from './options.ts';
import { readOwners } from './owners.ts';
import type { Pace } from './pace.ts';
import type { ApiVersion } from './paths.ts';
import { fetchRecords } from './read/fetch.ts';
import { readFieldTimes } from './read/field-times.ts';
import { readMembers } from './read/members.ts';
import { readRecords } from './read/read.ts';
import { readRelated } from './related/related.ts';
import { writeRecords } from './write/write.ts';

interface Shared {
  readonly edge: Edge;
  readonly pace: Pace;
  readonly origin: string;
  readonly apiVersion: ApiVersion;
}

/** All calls of a connector, each by its endpoint. */
export function createCalls(options: HubSpotOptions, { edge, pace, origin, apiVersion }: Shared) {
  const { clock } = edge;
  const client = createClient({ auth: options.auth, edge, pace, origin, apiVersion });
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
  } satisfies ConnectorCalls;
}

import { lazy } from '../../core/base/lazy.ts';
import type { Call, CompleteConnector, Write } from '../../ports/connector.ts';
import { lateCalls } from '../../ports/late-calls.ts';
import { systemClock } from '../../ports/system-clock.ts';
import { bulkPlan } from './bulk/options.ts';
import { configuredOrigin } from './hosts.ts';
import { ACTIVITY_LIMITS, CONVERTED_TO, FETCH_BATCH_MAX, RELATED_BATCH_MAX, WRITE_BATCH_MAX, WRITE_TIMEOUT_MS } from './limits.ts';
import { checkOptions, type SalesforceOptions } from './options.ts';
import { createPace, type Pace } from './pace.ts';

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
 * it is connected as. What its calls do is loaded with the first of them.
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
  const origin = options.instanceUrl === undefined ? null : configuredOrigin(options.instanceUrl, 'instanceUrl');
  const shared = { edge, pace: pace ?? createPace(edge), origin, bulkReadFrom: bulk?.readFrom };
  const calls = lazy(async () => (await import('./calls.ts')).createCalls(options, shared));
  return {
    specVersion: 1,
    provider: 'salesforce',
    capabilities: bulk === null ? CAPABILITIES : { ...CAPABILITIES, bulk: bulk.capability },
    ...lateCalls(calls),
    ...(bulk !== null && { writeBulk: async (batch: readonly Write[], call: Call) => (await calls()).writeBulk(batch, call) }),
  };
}

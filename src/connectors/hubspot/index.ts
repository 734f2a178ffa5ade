import { lazy } from '../../core/base/lazy.ts';
import type { CompleteConnector } from '../../ports/connector.ts';
import { lateCalls } from '../../ports/late-calls.ts';
import { systemClock } from '../../ports/system-clock.ts';
import { API_ORIGIN, checkedVersion, configuredOrigin } from './hosts.ts';
import { ACTIVITY_LIMITS, BATCH_MAX, RELATED_MAX, WRITE_TIMEOUT_MS } from './limits.ts';
import { checkOptions, type HubSpotOptions } from './options.ts';
import { createPace, type Pace } from './pace.ts';

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
 * account it is. What its calls do is loaded with the first of them.
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
  const shared = {
    edge: { fetch, clock, random },
    pace: pace ?? createPace(clock),
    origin: configuredOrigin(options.baseUrl ?? API_ORIGIN),
    apiVersion: checkedVersion(options.apiVersion ?? '2026-09'),
  };
  const calls = lazy(async () => (await import('./calls.ts')).createCalls(options, shared));
  return {
    specVersion: 1,
    provider: 'hubspot',
    capabilities: CAPABILITIES,
    ...lateCalls(calls),
    fieldTimes: async (query, call) => (await calls()).fieldTimes(query, call),
  };
}

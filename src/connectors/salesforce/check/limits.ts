import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Finding } from '../../../core/checks/finding.ts';
import { callsLeft } from '../../../core/checks/findings.ts';
import { CrmSyncError } from '../../../errors.ts';
import { hearUsage } from '../../../http/hear-usage.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';

const PERIOD = 'the last 24 hours';
/** Refusals of this resource alone: one of the whole API is a finding of its own. */
const HIDDEN: ReadonlySet<string> = new Set(['forbidden', 'no_access', 'not_found']);
const limits = lazy(() => z.object({ DailyApiRequests: z.object({ Max: z.number().positive(), Remaining: z.number() }) }));

/**
 * The org's API calls that are left. Some users may not read the limits; then what every answer tells counts.
 *
 * Source: Salesforce REST API Developer Guide, Limits; Limit Info Header.
 */
export async function checkLimits(client: Client, call: Call): Promise<readonly Finding[]> {
  const heard = hearUsage(call);
  try {
    const { body } = await client.read({ path: '/limits', operation: '/limits' }, heard.call);
    const { DailyApiRequests: daily } = limits().safeParse(body).data ?? {};
    if (daily) return [callsLeft({ used: daily.Max - daily.Remaining, limit: daily.Max }, PERIOD)];
  } catch (error) {
    if (!(error instanceof CrmSyncError) || !HIDDEN.has(error.code)) throw error;
  }
  const usage = heard.usage();
  return [usage === undefined ? unknown : callsLeft(usage, PERIOD)];
}

const unknown: Finding = {
  level: 'advice',
  code: 'api_calls_unknown',
  message: 'The connected user may not see how many API calls the org has left.',
  remedy: 'Let it see them (permission "View Setup and Configuration"), or watch the usage in Setup.',
  who: 'crm_admin',
  at: {},
};

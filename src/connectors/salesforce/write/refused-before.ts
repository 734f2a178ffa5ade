import type { Write, Wrote } from '../../../ports/connector.ts';
import { LEAD_PREFIX } from '../query/converted.ts';
import { toId18 } from '../record-id.ts';
import { isActivity, related } from './batch.ts';

/**
 * Why a write is not even sent; null: it may be. Salesforce would answer the same, in words that tell nobody what to do.
 *
 * Source: Salesforce Object Reference, Task; `WhatId` must be empty where `WhoId` is a lead.
 */
export function refusedBefore({ object, values, associations = [] }: Write): Wrote | null {
  if (!isActivity(object)) return null;
  const { WhoId: who, WhatId: what } = { ...related(associations), ...values };
  const isOfLead = associations.some((one) => one.object === 'Lead') || toId18(who)?.startsWith(LEAD_PREFIX) === true;
  if (!isOfLead || what === undefined || what === null || what === '') return null;
  return {
    outcome: 'refused',
    code: 'invalid_combination',
    remedy: 'An activity of a lead has no related record: leave that out, or log it on the contact that the lead becomes.',
    field: 'WhatId',
    retryable: false,
  };
}

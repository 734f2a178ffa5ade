import type { Call } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { campaignOf } from '../query/campaigns.ts';

/** A campaign that was deleted would be taken for one without members: it is looked at again after so long, whenever members matter. */
export const FRESH_MS = 60_000;

/** @throws CrmSyncError `campaign_not_found` where a campaign that is asked for can't be seen. Costs a request for all of them. */
export const checkCampaigns = (
  { campaigns }: Context,
  { fields }: { readonly fields: readonly string[] },
  freshMs: number,
  call: Call,
): Promise<void> => campaigns.check([...new Set(fields.flatMap((path) => campaignOf(path) ?? []))], freshMs, call);

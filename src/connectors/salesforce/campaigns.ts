import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { campaignNotFound } from './query/campaigns.ts';
import { queryRows } from './query/query.ts';
import { toId18 } from './record-id.ts';

/** Campaigns of the org. */
export interface CampaignLookup {
  /**
   * Costs a request where one of them was not seen for so long.
   *
   * @param freshMs - It is asked for anew where Salesforce showed it so long ago; 0: in any case.
   * @throws CrmSyncError `campaign_not_found`.
   */
  check(ids: readonly string[], freshMs: number, call: Call): Promise<void>;
}

export function createCampaigns(client: Client, clock: Clock): CampaignLookup {
  const seen = new Map<string, number>();
  return {
    async check(ids, freshMs, call) {
      const asked = ids.filter((id) => !(clock.now() - (seen.get(id) ?? Number.NEGATIVE_INFINITY) < freshMs));
      if (asked.length === 0) return;
      const soql = `SELECT Id FROM Campaign WHERE Id IN (${asked.map((id) => `'${id}'`).join(',')})`;
      const { rows } = await queryRows(client, { soql, deletedToo: false }, call);
      const found = new Set(rows.map((row) => toId18(row['Id'])));
      for (const id of asked) {
        if (!found.has(id)) {
          seen.delete(id);
          throw campaignNotFound(id);
        }
        seen.set(id, clock.now());
      }
    },
  };
}

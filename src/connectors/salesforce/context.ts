import type { Clock } from '../../ports/clock.ts';
import type { Account, Call } from '../../ports/connector.ts';
import type { CampaignLookup } from './campaigns.ts';
import type { Client } from './client.ts';
import type { Describer } from './describe.ts';

/** What every endpoint of one connector shares. */
export interface Context {
  readonly client: Client;
  readonly describer: Describer;
  readonly campaigns: CampaignLookup;
  readonly clock: Clock;
  account(call: Call): Promise<Account>;
  readonly overlapMs: number;
  readonly lagMs: number;
  readonly autoAssign: boolean;
  /** Least records of a first read that goes by a query job; absent: none does. */
  readonly bulk?: { readonly readFrom: number };
  /** Field of Task that holds the activity's key. */
  readonly activityKeyField?: string;
  /** IANA zone of the calendar day of a Task. */
  readonly timeZone: string;
}

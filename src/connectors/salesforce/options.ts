import { isTimeZone } from '../../core/values/dates.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Auth } from '../../ports/tokens.ts';
import type { BulkOptions } from './bulk/options.ts';
import { isName } from './query/soql.ts';

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

/** @throws CrmSyncError of category `configuration`. */
export function checkOptions({
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

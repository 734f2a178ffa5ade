import type { Clock } from '../../ports/clock.ts';
import type { callLog } from '../fake-calls.ts';
import type { faultPlan } from '../fake-faults.ts';
import type { Later } from './later.ts';
import type { OAuthService } from './oauth.ts';
import type { DataAnswer, DataService } from './rest/call.ts';
import type { Save } from './save.ts';
import type { Sessions } from './sessions.ts';
import type { Usage } from './usage.ts';

/** What can go wrong, by what is meant rather than by how it looks on the wire. */
export type SalesforceFault =
  /** The request is carried out, then the connection breaks. */
  | 'lost_ack'
  /** The connection breaks before anything is done. */
  | 'network'
  /** The access token that was sent is dead from now on. For `token`: the refresh token is refused. */
  | 'expired_session'
  /** 503 SERVER_UNAVAILABLE; nothing is done. */
  | 'server_unavailable'
  /** 503 with a page of HTML; nothing is done. */
  | 'html_error'
  /** The request is carried out; its answer is cut in the middle. */
  | 'broken_json'
  /** 403: the daily quota is used up. */
  | 'request_limit'
  /** 403: too many long requests at once. */
  | 'concurrent_limit'
  /** One record of the request runs into a lock, the others go through. */
  | 'row_lock'
  /** The answer comes late. A write whose caller gives up meanwhile is still carried out. */
  | 'latency'
  | 'query_timeout'
  | 'invalid_locator';

/** What the parts of the service share. */
export interface ServiceContext {
  readonly data: DataService;
  readonly sessions: Sessions;
  readonly oauth: OAuthService;
  readonly usage: Usage;
  readonly later: Later;
  readonly clock: Clock;
  readonly now: () => number;
  readonly instanceUrl: string;
  readonly faults: ReturnType<typeof faultPlan<SalesforceFault>>;
  readonly log: ReturnType<typeof callLog>;
}

/** A request that was understood and not carried out yet. */
export interface Plan {
  readonly operations: readonly string[];
  readonly token: boolean;
  /** API calls that it takes of the quota. */
  readonly cost: number;
  /** An answer of the data API tells how much of the quota is used. */
  readonly tellsUsage: boolean;
  run(locked: Locked): DataAnswer | Promise<DataAnswer>;
}
export type Locked = Save['isLocked'];

export const unlocked: Locked = () => false;

export interface HtmlAnswer {
  readonly status: number;
  readonly html: string;
}

import type { Clock } from '../../ports/clock.ts';
import type { callLog } from '../fake-calls.ts';
import type { faultPlan } from '../fake-faults.ts';
import type { Limits } from './limits.ts';
import type { OAuthAnswer, OAuthService } from './oauth.ts';
import type { DataService, Spoil } from './rest/call.ts';
import type { Sessions } from './sessions.ts';

/** What can go wrong, by what is meant rather than by how it looks on the wire. */
export type HubSpotFault =
  /** The request is carried out, then the connection breaks. */
  | 'lost_ack'
  /** The connection breaks before anything is done. */
  | 'network'
  /** The answer comes late. A write whose caller gives up meanwhile is still carried out. */
  | 'latency'
  /** The request is carried out; its answer is cut in the middle. */
  | 'broken_json'
  /** The access token that was sent has expired. For `token`: the refresh token is refused. */
  | 'expired_token'
  /** For `token`: the account was deleted or has disconnected the app. Elsewhere the token is unknown. */
  | 'disconnected'
  /** 429 of the ten seconds, for a search that of the second. With `ms`, `Retry-After` asks to wait that long. */
  | 'rate_limited'
  /** 429: the calls of the day are used up. */
  | 'daily_limit'
  /** 429 of Cloudflare, in plain text. */
  | 'cloudflare_limit'
  /** 500; nothing is done. */
  | 'server_error'
  /** 502 with a page of HTML; nothing is done. */
  | 'bad_gateway_html'
  /** 504 with a page of HTML; the request is carried out. */
  | 'gateway_timeout'
  /** 423: too many writes to the same records. */
  | 'locked'
  /** 477: the account moves between data centres. With `ms`, `Retry-After` asks to wait that long. */
  | 'migrating'
  /** 403: a scope is missing. */
  | 'missing_scopes'
  /** The first input of a batch write is refused in a 207, the others go through. */
  | 'partial'
  /** The first input of a batch is passed over without a word, as one of a merged record is. */
  | 'omitted';

/** What the parts of the service share. */
export interface ServiceContext {
  readonly data: DataService;
  readonly sessions: Sessions;
  readonly oauth: OAuthService;
  readonly limits: Limits;
  readonly scopes: ReadonlySet<string>;
  readonly clock: Clock;
  readonly now: () => number;
  readonly faults: ReturnType<typeof faultPlan<HubSpotFault>>;
  readonly log: ReturnType<typeof callLog>;
}

/** An answer before its headers. */
export interface Answer extends OAuthAnswer {
  /** Instead of JSON: what a proxy answers. */
  readonly text?: { readonly contentType: string; readonly body: string };
}

/** A request that was understood and not carried out yet. */
export interface Plan {
  readonly operations: readonly string[];
  readonly token: boolean;
  readonly isSearch: boolean;
  /** Any one of them lets it through. */
  readonly scopes: readonly string[];
  /** An answer of the API tells what is left of the limits. */
  readonly tellsLimits: boolean;
  /** @throws HubSpotFailure */
  run(spoil: Spoil | null): Answer | Promise<Answer>;
}

import type { Clock } from './clock.ts';

/** OAuth tokens of one connected account. Plain JSON: the host stores it as it is. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Where the API of this account lives, without a trailing slash. */
  readonly instanceUrl?: string;
  /** Id of the CRM account, where the token answer told it. */
  readonly account?: string;
  readonly userId?: string;
  /** ISO 8601 UTC; absent where the CRM does not say. */
  readonly expiresAt?: string;
}

/** The host's storage of tokens; several processes may use one account. */
export interface TokenStore {
  load(): Promise<Tokens | null>;
  /** Saves only if `previous` is still what is stored: else another process rotated the token, and its tokens win. */
  save(next: Tokens, previous: Tokens | null): Promise<'saved' | 'changed'>;
}

/** What a request needs of the tokens. Two are the same token when their `accessToken` is. */
export type AccessToken = Pick<Tokens, 'accessToken' | 'instanceUrl' | 'account' | 'userId'>;

/** The outside world of the connector that asks: a token is fetched through the same `fetch` as everything else. */
export interface AuthCall {
  /** Ends the wait of this caller, never a refresh in flight: others wait for it, and it may carry a rotated token. */
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** From 0 to below 1, for jitter. */
  readonly random: () => number;
}

/**
 * Where a connector gets its access token. One object may serve several connectors and many calls at once; it runs at
 * most one refresh at a time. Requests for tokens are not counted as API calls.
 *
 * @throws CrmSyncError categories `authentication` (connect the account again), `configuration`, `store`, `network`, `server`.
 */
export interface Auth {
  /** The present token. Usually without a request. */
  token(call: AuthCall): Promise<AccessToken>;
  /**
   * A token other than `stale`, which the CRM has refused. `reused`: no request was made, since somebody had replaced it
   * already; that token may be stale as well, and a request may refresh once more over it.
   */
  refresh(stale: AccessToken, call: AuthCall): Promise<AccessToken & { readonly reused?: boolean }>;
}

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

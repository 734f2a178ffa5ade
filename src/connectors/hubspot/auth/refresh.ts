import { type AccountAuth, refreshingAuth, type StartTokens } from '../../../http/refreshing-auth.ts';
import type { AccessToken, Auth, TokenStore, Tokens } from '../../../ports/tokens.ts';
import { API_ORIGIN, checkedVersion, configuredOrigin } from '../hosts.ts';
import type { ApiVersion } from '../paths.ts';
import { requestTokens, type TokenPlace } from './grant.ts';

export type { StartTokens } from '../../../http/refreshing-auth.ts';

export interface RefreshTokenOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default `2026-09`. */
  readonly apiVersion?: ApiVersion;
  /** Where the API is reached instead of `https://api.hubapi.com`, through a proxy of yours. */
  readonly baseUrl?: string;
}

/** A token is renewed so long before it expires, which HubSpot asks apps to do instead of waiting for a 401. */
const MARGIN_MS = 5 * 60_000;

/**
 * On behalf of an account that installed the app. One refresh at a time, before the token expires; new tokens are stored
 * before they are used, by compare-and-swap, so that several processes may share an account.
 *
 * Source: HubSpot developer docs, "OAuth", "Usage guidelines".
 *
 * @param tokens - Where the tokens are stored, or the tokens themselves.
 * @throws CrmSyncError of category `configuration`.
 */
export function refreshToken(tokens: TokenStore | StartTokens, options: RefreshTokenOptions): Auth {
  const origin = configuredOrigin(options.baseUrl ?? API_ORIGIN);
  const apiVersion = checkedVersion(options.apiVersion ?? '2026-09');
  return refreshAt({ origin, apiVersion }, tokens, options);
}

/** @param place - Checked: its origin is the only host that sees the refresh token and the client secret. */
export function refreshAt(
  place: TokenPlace,
  tokens: TokenStore | StartTokens,
  { clientId: client_id, clientSecret: client_secret }: Pick<RefreshTokenOptions, 'clientId' | 'clientSecret'>,
  account?: AccountAuth,
): Auth {
  return refreshingAuth({
    ...(account === undefined ? {} : { account }),
    tokens,
    vendor: 'HubSpot',
    reconnect: 'Connect the HubSpot account again.',
    isUsable: ({ accessToken }) => accessToken !== '',
    isFresh: ({ expiresAt = '' }, now) => !(now >= Date.parse(expiresAt) - MARGIN_MS), // until it is refused, where nobody can say
    grant: (refresh_token, call) => requestTokens(place, { grant_type: 'refresh_token', refresh_token, client_id, client_secret }, call),
    accessOf,
  });
}

const accessOf = ({ accessToken, account, userId }: Tokens): AccessToken => ({
  accessToken,
  ...(account === undefined ? {} : { account }),
  ...(userId === undefined ? {} : { userId }),
});

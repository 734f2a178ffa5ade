import { type AccountAuth, refreshingAuth, type StartTokens } from '../../../http/refreshing-auth.ts';
import type { AccessToken, Auth, TokenStore, Tokens } from '../../../ports/tokens.ts';
import { configuredOrigin, LOGIN_ORIGIN, receivedOrigin } from '../hosts.ts';
import { requestToken } from './grant.ts';

export type { StartTokens } from '../../../http/refreshing-auth.ts';

export interface RefreshTokenOptions {
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
  /** Default `https://login.salesforce.com`; `https://test.salesforce.com` or the My Domain for a sandbox. */
  readonly loginUrl?: string;
}

/**
 * On behalf of a user who connected the account. One refresh at a time; new tokens are stored before they are used, by
 * compare-and-swap, so that several processes may share an account whose refresh tokens rotate.
 *
 * @param tokens - Where the tokens are stored, or the tokens themselves.
 */
export function refreshToken(tokens: TokenStore | StartTokens, options: RefreshTokenOptions): Auth {
  const origin = configuredOrigin(options.loginUrl ?? LOGIN_ORIGIN, 'loginUrl');
  return refreshAt(origin, tokens, options);
}

/** @param origin - Checked: the only host that sees the refresh token and the client secret. */
export function refreshAt(
  origin: string,
  tokens: TokenStore | StartTokens,
  { clientId, clientSecret }: Pick<RefreshTokenOptions, 'clientId' | 'clientSecret'>,
  account?: AccountAuth,
): Auth {
  return refreshingAuth({
    ...(account === undefined ? {} : { account }),
    tokens,
    vendor: 'Salesforce',
    reconnect: 'Connect the Salesforce account again, with the scope `refresh_token`.',
    isUsable: ({ accessToken, instanceUrl }) => accessToken !== '' && instanceUrl !== undefined && instanceUrl !== '',
    grant: (refreshing, call) =>
      requestToken(
        origin,
        {
          grant_type: 'refresh_token',
          refresh_token: refreshing,
          client_id: clientId,
          ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
        },
        call,
      ),
    accessOf: (known) => accessOf(known, origin),
  });
}

const accessOf = ({ accessToken, instanceUrl, account, userId }: Tokens, loginOrigin: string): AccessToken => ({
  accessToken,
  ...(instanceUrl === undefined ? {} : { instanceUrl: receivedOrigin(instanceUrl, loginOrigin) }),
  ...(account === undefined ? {} : { account }),
  ...(userId === undefined ? {} : { userId }),
});

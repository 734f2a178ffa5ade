import { CrmSyncError } from '../../../errors.ts';
import { singleFlight, untilAborted } from '../../../http/single-flight.ts';
import type { AccessToken, Auth, AuthCall } from '../../../ports/tokens.ts';
import { configuredOrigin, SHARED_LOGIN } from '../hosts.ts';
import { type Granted, requestToken } from './grant.ts';

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The org's My Domain, such as `https://acme.my.salesforce.com`. */
  readonly loginUrl: string;
}

/**
 * Server to server, as the connected app's run-as user: no refresh token, a new access token by the same credentials.
 *
 * @throws CrmSyncError of category `configuration` where `loginUrl` is a shared login host, which does not serve this.
 */
export function clientCredentials({ clientId, clientSecret, loginUrl }: ClientCredentials): Auth {
  const origin = configuredOrigin(loginUrl, 'loginUrl');
  if (SHARED_LOGIN.test(new URL(origin).hostname)) {
    throw new CrmSyncError('The client credentials flow is not served by the shared login host.', {
      code: 'invalid_url',
      category: 'configuration',
      remedy: "Set `loginUrl` to the org's My Domain, such as https://acme.my.salesforce.com.",
    });
  }
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return grantedAuth((call) => requestToken(origin, form, call));
}

/** An access token that somebody else looks after: nothing can refresh it. */
export function staticToken(token: { readonly accessToken: string; readonly instanceUrl: string }): Auth {
  const known: AccessToken = { accessToken: token.accessToken, instanceUrl: configuredOrigin(token.instanceUrl, 'instanceUrl') };
  return {
    token: async () => known,
    refresh: async () => {
      throw new CrmSyncError('The access token has expired, and nothing was given to refresh it.', {
        code: 'session_expired',
        category: 'authentication',
        remedy: 'Give a new access token, or use `refreshToken`, `clientCredentials` or `jwtBearer`.',
      });
    },
  };
}

/** An Auth over a grant that can be repeated at any time; the token lives in memory. */
export function grantedAuth(grant: (call: AuthCall) => Promise<Granted>): Auth {
  const flight = singleFlight<AccessToken>();
  let current: AccessToken | null = null;
  async function ask(call: AuthCall): Promise<AccessToken> {
    const { accessToken, instanceUrl, account, userId } = await grant(call);
    current = { accessToken, instanceUrl, ...(account === undefined ? {} : { account }), ...(userId === undefined ? {} : { userId }) };
    return current;
  }
  const renew = (call: AuthCall): Promise<AccessToken> => untilAborted(() => flight(() => ask(call)), call.signal);
  return {
    token: async (call) => current ?? renew(call),
    refresh: async (stale, call) => (current && current.accessToken !== stale.accessToken ? { ...current, reused: true } : renew(call)),
  };
}

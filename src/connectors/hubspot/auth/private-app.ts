import { CrmSyncError } from '../../../errors.ts';
import type { AccessToken, Auth } from '../../../ports/tokens.ts';

/**
 * The token of a private app, or a service key: it does not expire, and nothing renews it.
 *
 * @param options - `portalId` spares a request for the account, and is needed where the token may not ask for it.
 */
export function privateApp(token: string, options: { readonly portalId?: string } = {}): Auth {
  const known: AccessToken = { accessToken: token, ...(options.portalId === undefined ? {} : { account: options.portalId }) };
  return {
    token: async () => known,
    refresh: async () => {
      throw new CrmSyncError('HubSpot no longer accepts the token of the private app or service key.', {
        code: 'token_revoked',
        category: 'authentication',
        remedy: 'Create a new service key in HubSpot, or copy the present token of the private app, and connect the account again.',
      });
    },
  };
}

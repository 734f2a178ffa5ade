import { CrmSyncError } from '../../errors.ts';
import type { AccessToken, Auth, AuthCall } from '../../ports/tokens.ts';
import type { FakeHubSpotOAuth } from './oauth.ts';

/**
 * The `auth` of the fake's options: it starts with an access token, and gets another one by a real refresh at the token
 * endpoint of the fake, so that faults on `token` strike it.
 */
export function oauthAuth(oauth: FakeHubSpotOAuth, first: AccessToken): Auth {
  let present = first;
  let running: Promise<AccessToken> | null = null;
  return {
    token: async () => present,
    refresh(stale, call) {
      if (present.accessToken !== stale.accessToken) return Promise.resolve({ ...present, reused: true });
      running ??= refreshed(oauth, first, call)
        .then((token) => {
          present = token;
          return token;
        })
        .finally(() => {
          running = null;
        });
      return untilAborted(running, call.signal);
    },
  };
}

/** A token that nothing renews: a private app or a service key. */
export const staticAuth = (token: AccessToken): Auth => ({
  token: async () => token,
  refresh: () => Promise.reject(failed('reconnect_required', 'authentication', false)),
});

async function refreshed(
  { clientId, clientSecret, refreshToken }: FakeHubSpotOAuth,
  first: AccessToken,
  { fetch }: AuthCall,
): Promise<AccessToken> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  });
  const response = await fetch('https://api.hubapi.com/oauth/2026-09/token', { method: 'POST', body }).catch((cause: unknown) => {
    throw failed('network', 'network', true, cause);
  });
  if (response.status >= 500 || response.status === 429) throw failed('server_error', 'server', true);
  if (!response.ok) throw failed('reconnect_required', 'authentication', false);
  const answer = (await response.json().catch((cause: unknown) => {
    throw failed('server_error', 'server', true, cause);
  })) as { readonly access_token: string };
  return { ...first, accessToken: answer.access_token };
}

const failed = (code: string, category: 'network' | 'server' | 'authentication', retryable: boolean, cause?: unknown): CrmSyncError =>
  new CrmSyncError('fakeHubSpot gave no access token.', {
    code,
    category,
    retryable,
    remedy: retryable ? 'Try again.' : 'Connect the account again.',
    ...(cause === undefined ? {} : { cause }),
  });

/** Ends the wait of one caller; the refresh goes on for the others. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

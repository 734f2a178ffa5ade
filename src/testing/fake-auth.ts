import { CrmSyncError } from '../errors.ts';
import type { AccessToken, Auth, AuthCall } from '../ports/tokens.ts';

interface FakeAuthOptions {
  /** Of the fake, as errors name it: `fakeSalesforce`. */
  readonly fake: string;
  /** Its token endpoint. */
  readonly tokenUrl: string;
  /** The token it starts with. */
  readonly first: AccessToken;
  readonly oauth: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
}

/**
 * The `auth` of a fake's options: it starts with an access token, and gets another one by a real refresh at the token
 * endpoint of the fake, so that faults on `token` strike it.
 */
export function fakeAuth(options: FakeAuthOptions): Auth {
  let present = options.first;
  let running: Promise<AccessToken> | null = null;
  return {
    token: async () => present,
    refresh(stale, call) {
      if (present.accessToken !== stale.accessToken) return Promise.resolve({ ...present, reused: true });
      const renew = () => {
        running ??= refreshed(options, call)
          .then((token) => {
            present = token;
            return token;
          })
          .finally(() => {
            running = null;
          });
        return running;
      };
      return untilAborted(renew, call.signal);
    },
  };
}

/** A token that nothing renews: a private app or a service key. */
export const staticAuth = (fake: string, token: AccessToken): Auth => ({
  token: async () => token,
  refresh: () => Promise.reject(failed(fake, 'authentication')),
});

async function refreshed({ fake, tokenUrl, first, oauth }: FakeAuthOptions, { fetch }: AuthCall): Promise<AccessToken> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: oauth.refreshToken,
    client_id: oauth.clientId,
    client_secret: oauth.clientSecret,
  });
  const response = await fetch(tokenUrl, { method: 'POST', body }).catch((cause: unknown) => {
    throw failed(fake, 'network', cause);
  });
  if (response.status >= 500 || response.status === 429) throw failed(fake, 'server');
  if (!response.ok) throw failed(fake, 'authentication');
  const answer = (await response.json().catch((cause: unknown) => {
    throw failed(fake, 'server', cause);
  })) as { readonly access_token: string };
  return { ...first, accessToken: answer.access_token };
}

const CODES = { network: 'network', server: 'server_error', authentication: 'reconnect_required' } as const;

function failed(fake: string, category: keyof typeof CODES, cause?: unknown): CrmSyncError {
  const retryable = category !== 'authentication';
  return new CrmSyncError(`${fake} gave no access token.`, {
    code: CODES[category],
    category,
    retryable,
    remedy: retryable ? 'Try again.' : 'Connect the account again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Ends the wait of one caller; the refresh goes on for the others. */
async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
  });
  return Promise.race([work(), aborted]).finally(() => signal.removeEventListener('abort', abort));
}

import { CrmSyncError } from '../../errors.ts';
import type { AccessToken, Auth, AuthCall, TokenStore, Tokens } from '../../ports/tokens.ts';
import { type Granted, requestToken } from './auth-grant.ts';
import { configuredOrigin, receivedOrigin } from './hosts.ts';
import { singleFlight, untilAborted } from './single-flight.ts';

export interface RefreshTokenOptions {
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
  /** Default `https://login.salesforce.com`; `https://test.salesforce.com` or the My Domain for a sandbox. */
  readonly loginUrl?: string;
}

/** Tokens to start with, kept in memory: for scripts and tests. A rotated refresh token is lost with the process. */
export type StartTokens = Partial<Tokens> & { readonly refreshToken: string };

interface Renewed {
  readonly tokens: Tokens;
  /** Not granted to us just now: found in the store. */
  readonly reused: boolean;
}
interface Refused {
  readonly by: string;
  readonly error: CrmSyncError;
}

/**
 * On behalf of a user who connected the account. One refresh at a time; new tokens are stored before they are used, by
 * compare-and-swap, so that several processes may share an account whose refresh tokens rotate.
 *
 * @param tokens - Where the tokens are stored, or the tokens themselves.
 */
export function refreshToken(tokens: TokenStore | StartTokens, options: RefreshTokenOptions): Auth {
  const origin = configuredOrigin(options.loginUrl ?? 'https://login.salesforce.com', 'loginUrl');
  const store = 'load' in tokens ? tokens : memoryTokens(tokens);
  const flight = singleFlight<Renewed>();
  let current: Tokens | null = null;
  /** Granted and not yet stored, because the store failed: stored before anything else happens. */
  let unsaved: { readonly next: Tokens; readonly previous: Tokens } | null = null;

  async function load(): Promise<Tokens> {
    const stored = await reach(() => store.load());
    if (stored) return stored;
    throw new CrmSyncError('There are no tokens for this Salesforce account.', {
      code: 'not_connected',
      category: 'authentication',
      remedy: 'Connect the Salesforce account.',
    });
  }

  async function keep(next: Tokens, previous: Tokens): Promise<Tokens> {
    unsaved = { next, previous };
    const outcome = await reach(() => store.save(next, previous));
    unsaved = null;
    return outcome === 'saved' ? next : load(); // another process was first: its tokens win
  }

  const grant = (refreshing: string, call: AuthCall): Promise<Granted> =>
    requestToken(
      origin,
      {
        grant_type: 'refresh_token',
        refresh_token: refreshing,
        client_id: options.clientId,
        ...(options.clientSecret === undefined ? {} : { client_secret: options.clientSecret }),
      },
      call,
    );

  async function renew(stale: string | null, call: AuthCall): Promise<Renewed> {
    if (unsaved) return { tokens: await keep(unsaved.next, unsaved.previous), reused: true };
    let refused = null as Refused | null;
    // Bound: a second try only with a refresh token that another process has stored since, and never a third.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const loaded = await load();
      if (loaded.accessToken !== stale && loaded.accessToken && loaded.instanceUrl) return { tokens: loaded, reused: true };
      if (loaded.refreshToken === undefined || loaded.refreshToken === refused?.by) break;
      try {
        const granted = await grant(loaded.refreshToken, call);
        return { tokens: await keep({ ...loaded, ...granted }, loaded), reused: false };
      } catch (error) {
        if (unsaved || !(error instanceof CrmSyncError) || error.retryable) throw error;
        refused = { by: loaded.refreshToken, error };
      }
    }
    throw refused?.error ?? expired();
  }

  async function renewed(stale: string | null, call: AuthCall): Promise<AccessToken & { readonly reused: boolean }> {
    const work = flight(async () => {
      const result = await renew(stale, call);
      current = result.tokens;
      return result;
    });
    const { tokens: next, reused } = await untilAborted(work, call.signal);
    return { ...accessOf(next, origin), reused };
  }

  return {
    token: async (call) => (current ? accessOf(current, origin) : renewed(null, call)),
    refresh: async (stale, call) =>
      current && current.accessToken !== stale.accessToken
        ? { ...accessOf(current, origin), reused: true }
        : renewed(stale.accessToken, call),
  };
}

/** What requests need, and nothing that must not travel further. */
const accessOf = ({ accessToken, instanceUrl, account, userId }: Tokens, loginOrigin: string): AccessToken => ({
  accessToken,
  ...(instanceUrl === undefined ? {} : { instanceUrl: receivedOrigin(instanceUrl, loginOrigin) }),
  ...(account === undefined ? {} : { account }),
  ...(userId === undefined ? {} : { userId }),
});

const expired = (): CrmSyncError =>
  new CrmSyncError('The access token has expired, and there is no refresh token.', {
    code: 'token_revoked',
    category: 'authentication',
    remedy: 'Connect the Salesforce account again, with the scope `refresh_token`.',
  });

async function reach<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof CrmSyncError) throw error;
    throw new CrmSyncError('The token store failed.', {
      code: 'token_store_failed',
      category: 'store',
      retryable: true,
      remedy: 'Check the storage of the tokens; a rotated token is kept in memory and stored by the next call.',
    });
  }
}

function memoryTokens(start: StartTokens): TokenStore {
  let stored: Tokens = { accessToken: '', ...start };
  return {
    load: async () => stored,
    save: async (next, previous) => {
      if (previous !== stored) return 'changed';
      stored = next;
      return 'saved';
    },
  };
}

import { CrmSyncError } from '../errors.ts';
import type { AccessToken, Auth, AuthCall, TokenStore, Tokens } from '../ports/tokens.ts';
import { oneByOne, singleFlight, untilAborted } from './single-flight.ts';

/** Tokens to start with, kept in memory: for scripts and tests. A rotated refresh token is lost with the process. */
export type StartTokens = Partial<Tokens> & { readonly refreshToken: string };

interface RefreshingAuthOptions {
  readonly tokens: TokenStore | StartTokens;
  /** As errors name it. */
  readonly vendor: string;
  /** What an error advises where there is no refresh token. */
  readonly reconnect: string;
  /** False for stored tokens that no request could be made with. */
  isUsable(tokens: Tokens): boolean;
  /** False for tokens that have expired, or are about to. Absent: the CRM does not say when. */
  isFresh?(tokens: Tokens, now: number): boolean;
  /** Asks for new tokens. A member that is absent stays as it was. */
  grant(refreshToken: string, call: AuthCall): Promise<Tokens>;
  /** What requests need, and nothing that must not travel further. */
  accessOf(tokens: Tokens): AccessToken;
  /** Shared with the other connections of the account. */
  readonly account?: AccountAuth;
}

/** What the connections of one account share, so that of those that use the same tokens only one refreshes. */
export interface AccountAuth {
  /** Their refreshes run one after another: who comes second finds what the first has stored. */
  readonly turn: ReturnType<typeof oneByOne>;
  readonly unsaved: Unsaved;
  /** @throws CrmSyncError for tokens of another account. */
  assertOwn(tokens: Tokens): void;
}

/**
 * Granted, and not yet stored because the store failed, by the tokens that they replace. Those may be dead, and Salesforce
 * ends every token of a user whose dead one is sent again: so these are stored before anything else happens.
 */
type Unsaved = Map<string, Tokens>;
const keyOf = ({ refreshToken = '', accessToken }: Tokens): string => `${refreshToken} ${accessToken}`;

interface Renewed {
  readonly tokens: Tokens;
  /** Not granted to us just now: found in the store. */
  readonly reused: boolean;
}
/**
 * When to look at the store again after a refusal: who has rotated the token away may still be about to store the new one,
 * and must not be taken for a user who has disconnected.
 */
const LOOKS_MS = [0, 500, 2_000];
/** Code of the refusal that says so itself: it passes, whatever the store has. */
export const REFRESH_UNDER_WAY = 'refresh_under_way';

/**
 * On behalf of a user who connected the account. One refresh at a time; new tokens are stored before they are used, by
 * compare-and-swap, so that several processes may share an account whose refresh tokens rotate.
 */
export function refreshingAuth({ tokens, vendor, reconnect, account, ...options }: RefreshingAuthOptions): Auth {
  const store = 'load' in tokens ? tokens : memoryTokens(tokens);
  const flight = singleFlight<Renewed>();
  const turn = account?.turn ?? oneByOne();
  const unsaved: Unsaved = account?.unsaved ?? new Map();
  const isFresh = (known: Tokens, call: AuthCall) => options.isFresh?.(known, call.clock.now()) ?? true;
  let current: Tokens | null = null;
  /** Refused tokens that another process has had its time to replace: each part of a check runs into them again. */
  let waitedFor: string | null = null;

  async function load(): Promise<Tokens> {
    const stored = await reach(() => store.load());
    if (stored) {
      account?.assertOwn(stored);
      return stored;
    }
    throw new CrmSyncError(`There are no tokens for this ${vendor} account.`, {
      code: 'not_connected',
      category: 'authentication',
      remedy: `Connect the ${vendor} account.`,
    });
  }

  async function keep(next: Tokens, previous: Tokens): Promise<Tokens> {
    unsaved.set(keyOf(previous), next);
    const outcome = await reach(() => store.save(next, previous));
    unsaved.delete(keyOf(previous));
    if (outcome !== 'saved') return load(); // another process was first: its tokens win
    account?.assertOwn(next);
    return next;
  }

  async function renew(stale: string | null, call: AuthCall): Promise<Renewed> {
    const isNew = (loaded: Tokens) => loaded.accessToken !== stale && options.isUsable(loaded) && isFresh(loaded, call);
    const grant = async (loaded: Tokens): Promise<Renewed> => {
      if (loaded.refreshToken === undefined) throw expired(reconnect);
      const granted = await options.grant(loaded.refreshToken, call);
      return { tokens: await keep({ ...loaded, ...granted }, loaded), reused: false };
    };

    const loaded = await load();
    const left = unsaved.get(keyOf(loaded));
    if (left) return { tokens: await keep(left, loaded), reused: true };
    if (isNew(loaded)) return { tokens: loaded, reused: true };
    try {
      return await grant(loaded);
    } catch (error) {
      if (unsaved.has(keyOf(loaded)) || !(error instanceof CrmSyncError)) throw error;
      if (error.retryable && error.code !== REFRESH_UNDER_WAY) throw error;
      // A second try only with tokens that another process has stored since, and never a third.
      const rotated = await lookAgain(loaded, call);
      if (rotated === null) throw error;
      return isNew(rotated) ? { tokens: rotated, reused: true } : grant(rotated);
    }
  }

  /** What another process has stored instead of the tokens that were refused; null where they are still there. */
  async function lookAgain(refused: Tokens, { clock }: AuthCall): Promise<Tokens | null> {
    const waits = waitedFor === keyOf(refused) ? [0] : LOOKS_MS;
    waitedFor = keyOf(refused);
    for (const waitMs of waits) {
      if (waitMs > 0) await clock.sleep(waitMs);
      const loaded = await load();
      if (keyOf(loaded) !== keyOf(refused)) return loaded;
    }
    return null;
  }

  async function renewed(stale: string | null, call: AuthCall): Promise<AccessToken & { readonly reused: boolean }> {
    const work = async () => {
      const result = await turn(() => renew(stale, call));
      current = result.tokens;
      return result;
    };
    const { tokens: next, reused } = await untilAborted(() => flight(work), call.signal);
    return { ...options.accessOf(next), reused };
  }

  return {
    token: async (call) => (current && isFresh(current, call) ? options.accessOf(current) : renewed(current?.accessToken ?? null, call)),
    refresh: async (stale, call) =>
      current && current.accessToken !== stale.accessToken && isFresh(current, call)
        ? { ...options.accessOf(current), reused: true }
        : renewed(stale.accessToken, call),
  };
}

const expired = (reconnect: string): CrmSyncError =>
  new CrmSyncError('The access token has expired, and there is no refresh token.', {
    code: 'token_revoked',
    category: 'authentication',
    remedy: reconnect,
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
      remedy: 'Check the storage of the tokens; a rotated token is kept in memory and stored by the next call of this process.',
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

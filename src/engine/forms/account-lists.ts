import type { Millis } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../ports/system-clock.ts';

/** Loads one of the account's lists: options, or lists of options by property. */
export type AccountLoader = (request: { readonly signal: AbortSignal }) => Promise<unknown>;

export interface AccountListsOptions {
  /** How old a list may be that is given without asking again, in ms. */
  readonly maxAgeMs: Millis;
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

/** The lists of one account, kept for a while. */
export interface AccountLists {
  /** The list as it was loaded, which may be `maxAgeMs` ago. Rejects as its loader does; what failed is not kept. */
  readonly get: AccountList;
  /** The next `get` loads it again; without a name all of them. */
  forget(name?: string): void;
}
type AccountList = (name: string, request: { readonly signal: AbortSignal }) => Promise<unknown>;

/**
 * Keeps what the loaders give for as long as you say; an older list is never given. Nothing is loaded before it is asked for, and
 * nothing twice where it fails. One for each connected account: what it keeps is that account's, and lives as long as you keep it.
 *
 * @throws CrmSyncError `invalid_option`.
 */
export function accountLists(
  loaders: Readonly<Record<string, AccountLoader>>,
  { maxAgeMs, clock = systemClock }: AccountListsOptions,
): AccountLists {
  if (!(maxAgeMs >= 0))
    throw new CrmSyncError("`maxAgeMs` can't be used.", {
      code: 'invalid_option',
      category: 'configuration',
      remedy: 'Give milliseconds, 0 or more.',
    });
  const kept = new Map<string, { readonly list: unknown; readonly at: Millis }>();
  return {
    async get(name, request) {
      const known = kept.get(name);
      if (known !== undefined && clock.now() - known.at < maxAgeMs) return known.list;
      const loader = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
      if (loader === undefined) throw noLoader(name);
      const at = clock.now();
      const list = await loader(request);
      kept.set(name, { list, at });
      return list;
    },
    forget(name) {
      if (name === undefined) kept.clear();
      else kept.delete(name);
    },
  };
}

export const noLoader = (name: string): CrmSyncError =>
  new CrmSyncError(`Nothing loads ${name}.`, {
    code: 'no_loader',
    category: 'configuration',
    remedy: 'Give a loader under this name, or take the field out of the form.',
  });

import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Auth } from '../../ports/tokens.ts';
import type { ApiVersion } from './paths.ts';

export interface HubSpotOptions {
  /** How it signs in: `privateApp` or `refreshToken`; of a fake, `crm.options`. */
  readonly auth: Auth;
  /** Default `2026-09`, which enforces the required properties of the portal; `2026-03` does not, and ends in 2027. */
  readonly apiVersion?: ApiVersion;
  /** Where the API is reached instead of `https://api.hubapi.com`, through a proxy of yours. */
  readonly baseUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of retries. */
  readonly random?: () => number;
  /** How late a record may be found by the search after its own stamp, in ms. Default 10 minutes. */
  readonly overlapMs?: number;
  /** Holds the checkpoint further back, in ms. Default 0. */
  readonly lagMs?: number;
  /** What a chat on a website is logged as. Default `note`; `communication` only where the portal has a channel for it. */
  readonly chatAs?: 'note' | 'communication';
  /**
   * An activity of a contact belongs to the contact's primary company, too: HubSpot's own screens see to that, its API does
   * not. Costs one request when an activity is made. Default true; left out where the app does not see companies.
   */
  readonly associateCompany?: boolean;
}

/** @throws CrmSyncError of category `configuration`. */
export function checkOptions({ auth, overlapMs = 0, lagMs = 0, chatAs = 'note' }: HubSpotOptions): void {
  const refuse = (option: string, remedy: string): never => {
    throw new CrmSyncError(`\`${option}\` can't be used.`, { code: 'invalid_option', category: 'configuration', remedy });
  };
  if (typeof auth?.token !== 'function')
    refuse('auth', 'Give a way to sign in, such as `privateApp(token)` or `refreshToken(tokens, app)`.');
  if (!(Number.isFinite(overlapMs) && overlapMs >= 0)) refuse('overlapMs', 'Give milliseconds, 0 or more.');
  if (!(Number.isFinite(lagMs) && lagMs >= 0)) refuse('lagMs', 'Give milliseconds, 0 or more.');
  if (chatAs !== 'note' && chatAs !== 'communication') refuse('chatAs', 'Give `note` or `communication`.');
}

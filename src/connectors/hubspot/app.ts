import { CrmSyncError } from '../../errors.ts';
import { type CallBudget, ofAccount, otherAccount } from '../../http/account-connection.ts';
import { type Authorization, type CodeExchange, type RandomBytes, secureBytes } from '../../http/oauth.ts';
import { perAccount } from '../../http/per-account.ts';
import type { AccountAuth } from '../../http/refreshing-auth.ts';
import type { Edge } from '../../http/send.ts';
import { oneByOne } from '../../http/single-flight.ts';
import type { CompleteConnector } from '../../ports/connector.ts';
import { systemClock } from '../../ports/system-clock.ts';
import type { TokenStore, Tokens } from '../../ports/tokens.ts';
import { type AuthorizeOptions, createOAuth, type RevokeOptions } from './auth/oauth.ts';
import { refreshAt } from './auth/refresh.ts';
import { API_ORIGIN, checkedVersion, configuredOrigin } from './hosts.ts';
import { createConnector } from './index.ts';
import { recordId } from './objects.ts';
import type { HubSpotOptions } from './options.ts';
import { createPace, type Pace } from './pace.ts';

export interface HubSpotAppOptions extends Pick<HubSpotOptions, 'apiVersion' | 'baseUrl' | 'fetch' | 'clock' | 'random'> {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the browser comes back to, as it is registered with the app. */
  readonly redirectUri?: string;
  /** What an account must grant, exactly as the app requires it. Default `oauth` and to read and write contacts. */
  readonly scopes?: readonly string[];
  /** What an account may grant if its plan has it. Default none. */
  readonly optionalScopes?: readonly string[];
  /** Where accounts agree. Default `https://app.hubspot.com`, which serves all regions. */
  readonly appUrl?: string;
  /** Makes states and verifiers. Default: the machine's own. */
  readonly randomBytes?: RandomBytes;
}

export interface HubSpotConnection extends Omit<HubSpotOptions, 'auth' | 'baseUrl' | 'fetch' | 'clock' | 'random'>, CallBudget {
  /** Id of the account (portal), as `exchangeCode` gave it with the tokens. */
  readonly account: string;
  readonly tokens: TokenStore;
}

/** The app of a host that connects many HubSpot accounts, once per process. */
export interface HubSpotApp {
  /**
   * A connection to an account. Makes no request before it is used; cheap enough for one job. Those of one account share the
   * turns of their requests and refresh one after another; different accounts never wait for each other.
   *
   * @throws CrmSyncError of category `configuration`. Its calls throw code `other_account` where the tokens are of another
   * account than `account`.
   */
  connect(connection: HubSpotConnection): CompleteConnector;
  /** Where to send the user's browser. Keep `state` and `codeVerifier` in the session. */
  authorizeUrl(options?: AuthorizeOptions): Authorization;
  /**
   * The tokens for the code that the browser came back with: store them, with their `account`.
   *
   * @throws CrmSyncError of category `authentication` where the user has to start again.
   */
  exchangeCode(exchange: CodeExchange): Promise<Tokens>;
  /** Ends the tokens of an account that is disconnected; those that are dead already are no failure. */
  revoke(tokens: Tokens, options?: RevokeOptions): Promise<void>;
}

/** What the connections of one account share. */
interface Shared {
  readonly pace: Pace;
  readonly refreshes: Omit<AccountAuth, 'assertOwn'>;
}

/**
 * Holds what all connections of an app share: client, HTTP, and by account the turns of requests and the refreshes of tokens.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function createHubSpotApp(options: HubSpotAppOptions): HubSpotApp {
  const { clock = systemClock, fetch = (...request) => globalThis.fetch(...request), random = Math.random } = options;
  const edge: Edge = { fetch, clock, random };
  const place = { origin: configuredOrigin(options.baseUrl ?? API_ORIGIN), apiVersion: checkedVersion(options.apiVersion ?? '2026-09') };
  const sharedOf = perAccount((): Shared => ({ pace: createPace(clock), refreshes: { turn: oneByOne(), unsaved: new Map() } }));

  return {
    connect({ account: given, tokens, apiCallsPerDay, reserve, ...connection }) {
      const account = portalId(given);
      const { pace, refreshes } = sharedOf(account);
      const assertOwn = ({ account: told }: Tokens): void => {
        if (told !== undefined && told !== account) throw otherAccount('HubSpot');
      };
      const auth = refreshAt(place, tokens, options, { ...refreshes, assertOwn });
      const connector = createConnector({ apiVersion: place.apiVersion, ...connection, baseUrl: place.origin, ...edge, auth }, pace);
      return ofAccount(connector, {
        vendor: 'HubSpot',
        account,
        ...(apiCallsPerDay === undefined ? {} : { apiCallsPerDay }),
        ...(reserve === undefined ? {} : { reserve }),
      });
    },
    ...createOAuth({ ...options, randomBytes: options.randomBytes ?? secureBytes }, edge, place),
  };
}

function portalId(account: string): string {
  const id = recordId(account);
  if (id !== null) return id;
  throw new CrmSyncError('`account` is no id of a HubSpot account.', {
    code: 'invalid_option',
    category: 'configuration',
    remedy: 'Give the `account` of the tokens that `exchangeCode` gave, such as 62515.',
  });
}

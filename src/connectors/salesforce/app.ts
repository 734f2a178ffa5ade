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
import { type AuthorizeOptions, createOAuth, type RevokeOptions, type TenantLogin } from './auth/oauth.ts';
import { refreshAt } from './auth/refresh.ts';
import { configuredOrigin, LOGIN_ORIGIN, tenantOrigin } from './hosts.ts';
import { createConnector } from './index.ts';
import type { SalesforceOptions } from './options.ts';
import { createPace, type Pace } from './pace.ts';
import { toId18 } from './record-id.ts';

export interface SalesforceAppOptions extends Pick<SalesforceOptions, 'fetch' | 'clock' | 'random'> {
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
  /** Where users sign in, unless a connection says otherwise. Default `https://login.salesforce.com`. */
  readonly loginUrl?: string;
  /** Where the browser comes back to, as it is registered with the app. */
  readonly redirectUri?: string;
  /** What users are asked for. Default `api` and `refresh_token`. */
  readonly scopes?: readonly string[];
  /** Makes states and verifiers. Default: the machine's own. */
  readonly randomBytes?: RandomBytes;
}

export interface SalesforceConnection
  extends Omit<SalesforceOptions, 'auth' | 'instanceUrl' | 'fetch' | 'clock' | 'random'>,
    CallBudget,
    TenantLogin {
  /** Id of the org, as `exchangeCode` gave it with the tokens. */
  readonly account: string;
  readonly tokens: TokenStore;
  /** Comes with the tokens alone: settings that a tenant has typed can't send them elsewhere. */
  readonly instanceUrl?: never;
}

/** The app of a host that connects many orgs, once per process. */
export interface SalesforceApp {
  /**
   * A connection to an org. Makes no request before it is used; cheap enough for one job. Those of one org share the turns
   * of their requests and refresh one after another; different orgs never wait for each other.
   *
   * @throws CrmSyncError of category `configuration`. Its calls throw code `other_account` where the tokens are of another
   * org than `account`.
   */
  connect(connection: SalesforceConnection): CompleteConnector;
  /** Where to send the user's browser. Keep `state` and `codeVerifier` in the session. */
  authorizeUrl(options?: AuthorizeOptions): Authorization;
  /**
   * The tokens for the code that the browser came back with: store them, with their `account`.
   *
   * @throws CrmSyncError of category `authentication` where the user has to start again.
   */
  exchangeCode(exchange: CodeExchange & TenantLogin): Promise<Tokens>;
  /** Ends the tokens of an account that is disconnected; those that are dead already are no failure. */
  revoke(tokens: Tokens, options?: RevokeOptions): Promise<void>;
}

/** What the connections of one org share. */
interface Shared {
  readonly pace: Pace;
  readonly refreshes: Omit<AccountAuth, 'assertOwn'>;
}

/**
 * Holds what all connections of an app share: client, HTTP, and by org the turns of requests and the refreshes of tokens.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function createSalesforceApp(options: SalesforceAppOptions): SalesforceApp {
  const { clock = systemClock, fetch = (...request) => globalThis.fetch(...request), random = Math.random } = options;
  const edge: Edge = { fetch, clock, random };
  const origin = configuredOrigin(options.loginUrl ?? LOGIN_ORIGIN, 'loginUrl');
  const originOf = ({ loginUrl }: TenantLogin): string => (loginUrl === undefined ? origin : tenantOrigin(loginUrl, origin));
  const sharedOf = perAccount((): Shared => ({ pace: createPace(edge), refreshes: { turn: oneByOne(), unsaved: new Map() } }));

  return {
    connect({ account: given, tokens, loginUrl, apiCallsPerDay, reserve, instanceUrl: _, ...connection }) {
      const account = orgId(given);
      const { pace, refreshes } = sharedOf(account);
      const assertOwn = ({ account: told }: Tokens): void => {
        if (told !== undefined && toId18(told) !== account) throw otherAccount('Salesforce');
      };
      const auth = refreshAt(originOf(loginUrl === undefined ? {} : { loginUrl }), tokens, options, { ...refreshes, assertOwn });
      return ofAccount(createConnector({ ...connection, ...edge, auth }, pace), {
        vendor: 'Salesforce',
        account,
        ...(apiCallsPerDay === undefined ? {} : { apiCallsPerDay }),
        ...(reserve === undefined ? {} : { reserve }),
      });
    },
    ...createOAuth({ ...options, randomBytes: options.randomBytes ?? secureBytes }, edge, originOf),
  };
}

function orgId(account: string): string {
  const id = toId18(account);
  if (id !== null) return id;
  throw new CrmSyncError('`account` is no org id.', {
    code: 'invalid_option',
    category: 'configuration',
    remedy: 'Give the `account` of the tokens that `exchangeCode` gave, such as 00Dx0000000BV7zEAG.',
  });
}

import { CrmSyncError } from '../../../errors.ts';
import { type Authorization, authorization, type CodeExchange, codeOf, type RandomBytes, redirectOf } from '../../../http/oauth.ts';
import type { Edge } from '../../../http/send.ts';
import { untilAborted } from '../../../http/single-flight.ts';
import type { AuthCall, Tokens } from '../../../ports/tokens.ts';
import { requestToken, revokeToken } from './grant.ts';
import { authorizeError } from './refusals.ts';

/** Where the users of one org sign in: a tenant may have typed it. */
export interface TenantLogin {
  /**
   * `https://test.salesforce.com` for a sandbox, or the My Domain of the org. Default that of the app. The same one for
   * the whole life of a connection.
   */
  readonly loginUrl?: string;
}
export interface AuthorizeOptions extends TenantLogin {
  /** Default that of the app. */
  readonly redirectUri?: string;
  readonly scopes?: readonly string[];
}
export interface RevokeOptions extends TenantLogin {
  readonly signal?: AbortSignal;
}

interface Client {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly redirectUri?: string;
  readonly scopes?: readonly string[];
  readonly randomBytes: RandomBytes;
}

interface OAuth {
  authorizeUrl(options?: AuthorizeOptions): Authorization;
  exchangeCode(exchange: CodeExchange & TenantLogin): Promise<Tokens>;
  revoke(tokens: Tokens, options?: RevokeOptions): Promise<void>;
}

/** Source: Salesforce Help, "Scopes"; `full` is never needed. */
const SCOPES = ['api', 'refresh_token'];

/** The web server flow with PKCE. Source: Salesforce Help, "OAuth 2.0 Web Server Flow for Web App Integration". */
export function createOAuth(client: Client, edge: Edge, originOf: (login: TenantLogin) => string): OAuth {
  const callOf = (signal: AbortSignal): AuthCall => ({ ...edge, signal });
  return {
    authorizeUrl({ redirectUri = client.redirectUri, scopes = client.scopes ?? SCOPES, ...login } = {}) {
      const page = new URL('/services/oauth2/authorize', originOf(login));
      const query = { response_type: 'code', client_id: client.clientId, redirect_uri: redirectOf(redirectUri), scope: scopes.join(' ') };
      return authorization(page, query, client.randomBytes);
    },
    async exchangeCode({ callback, state, codeVerifier, redirectUri = client.redirectUri, signal = NEVER, ...login }) {
      const code = codeOf(callback, { state, refused: authorizeError });
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectOf(redirectUri),
        client_id: client.clientId,
        ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
        code_verifier: codeVerifier,
      };
      const tokens = await untilAborted(() => requestToken(originOf(login), form, callOf(signal)), signal);
      if (tokens.refreshToken === undefined) throw noRefreshToken();
      return tokens;
    },
    async revoke({ refreshToken, accessToken }, { signal = NEVER, ...login } = {}) {
      await untilAborted(() => revokeToken(originOf(login), refreshToken ?? accessToken, callOf(signal)), signal);
    },
  };
}

const NEVER = new AbortController().signal;

const noRefreshToken = (): CrmSyncError =>
  new CrmSyncError('Salesforce gave no refresh token, so the connection would end with its first session.', {
    code: 'no_refresh_token',
    category: 'configuration',
    remedy: 'Give the app in Salesforce the scope `refresh_token` (offline_access), keep it in `scopes`, and connect again.',
  });

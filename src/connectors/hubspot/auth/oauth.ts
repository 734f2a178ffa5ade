import { type Authorization, authorization, type CodeExchange, codeOf, type RandomBytes, redirectOf } from '../../../http/oauth.ts';
import type { Edge } from '../../../http/send.ts';
import { untilAborted } from '../../../http/single-flight.ts';
import type { AuthCall, Tokens } from '../../../ports/tokens.ts';
import { APP_ORIGIN, configuredOrigin } from '../hosts.ts';
import { requestTokens, revokeTokens, type TokenPlace } from './grant.ts';
import { authorizeError } from './refusals.ts';

export interface AuthorizeOptions {
  /** Default those of the app. */
  readonly redirectUri?: string;
  readonly scopes?: readonly string[];
  readonly optionalScopes?: readonly string[];
}
export interface RevokeOptions {
  readonly signal?: AbortSignal;
}

interface Client extends AuthorizeOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appUrl?: string;
  readonly randomBytes: RandomBytes;
}

interface OAuth {
  authorizeUrl(options?: AuthorizeOptions): Authorization;
  exchangeCode(exchange: CodeExchange): Promise<Tokens>;
  revoke(tokens: Tokens, options?: RevokeOptions): Promise<void>;
}

/** Source: HubSpot developer docs, "Scopes". */
const SCOPES = ['oauth', 'crm.objects.contacts.read', 'crm.objects.contacts.write'];

/** The authorization code flow. Source: HubSpot developer docs, "OAuth"; PKCE by the `code_verifier` of its token endpoint. */
export function createOAuth(client: Client, edge: Edge, place: TokenPlace): OAuth {
  const { clientId: client_id, clientSecret: client_secret } = client;
  const page = new URL('/oauth/authorize', configuredOrigin(client.appUrl ?? APP_ORIGIN, 'appUrl'));
  const callOf = (signal: AbortSignal): AuthCall => ({ ...edge, signal });
  return {
    authorizeUrl(options = {}) {
      const { redirectUri, scopes = SCOPES, optionalScopes = [] } = { ...client, ...options };
      const optional = optionalScopes.length === 0 ? {} : { optional_scope: optionalScopes.join(' ') };
      const query = { client_id, redirect_uri: redirectOf(redirectUri), scope: scopes.join(' '), ...optional };
      return authorization(page, query, client.randomBytes);
    },
    async exchangeCode({ callback, state, codeVerifier, redirectUri = client.redirectUri, signal = NEVER }) {
      const code = codeOf(callback, { state, refused: authorizeError });
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectOf(redirectUri),
        client_id,
        client_secret,
        code_verifier: codeVerifier,
      };
      return untilAborted(() => requestTokens(place, form, callOf(signal)), signal);
    },
    async revoke({ refreshToken, accessToken }, { signal = NEVER } = {}) {
      const token =
        refreshToken === undefined
          ? { token: accessToken, token_type_hint: 'access_token' }
          : { token: refreshToken, token_type_hint: 'refresh_token' };
      await untilAborted(() => revokeTokens(place, { ...token, client_id, client_secret }, callOf(signal)), signal);
    },
  };
}

const NEVER = new AbortController().signal;

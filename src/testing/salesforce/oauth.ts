import type { Millis } from '../../core/values/value.ts';
import { type CodeRequest, codeStore, isSoundChallenge, sendBack, type Taken } from '../fake-codes.ts';
import type { FakeRequest } from '../fake-http.ts';
import type { DataAnswer } from './rest/call.ts';
import type { Sessions } from './sessions.ts';

/** A key of WebCrypto for RSASSA-PKCS1-v1_5 with SHA-256. */
type PublicKey = Parameters<typeof crypto.subtle.verify>[1];

/** The connected app and its user, to go through a real OAuth dance. */
export interface FakeOAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The user that a JWT names as `sub`. */
  readonly username: string;
  /** Present refresh token; another one after a refresh while `rotate` is on. */
  readonly refreshToken: string;
  /** Each refresh gives a new refresh token, and the old one is dead at once. Off by default. */
  rotate: boolean;
  /** Checks the signature of JWTs when it is set; else only their claims are checked. */
  publicKey: PublicKey | null;
  /** Callback URLs of the app; any other gets a page with an error. Default `https://app.example.com/oauth/callback`. */
  redirectUris: readonly string[];
  /** The user presses “Deny” on the page. Off by default. */
  declines: boolean;
  /** A code as the browser brings it back after the user's consent: good once, for 15 minutes. */
  authorize(options: CodeRequest): string;
  /** As if an administrator revoked the app: refresh tokens and sessions are dead. */
  revoke(): void;
}

/** Where a request came in, and what a token answer says of where to go on. */
export interface Place {
  readonly isLoginHost: boolean;
  readonly instanceUrl: string;
  /** Host of the identity URL. */
  readonly loginUrl: string;
}

export interface OAuthService extends FakeOAuth {
  token(request: FakeRequest, place: Place): Promise<DataAnswer>;
  authorizePage(request: FakeRequest): DataAnswer;
  revokeToken(request: FakeRequest): DataAnswer;
}

export interface OAuthContext {
  readonly sessions: Sessions;
  readonly orgId: string;
  readonly userId: string;
  readonly now: () => Millis;
}

const CODE_LIFE_MS = 15 * 60_000;
/** Without one of them no refresh token is given. */
const LASTING = new Set(['refresh_token', 'offline_access']);
/** Scopes of the app. */
const SCOPES = new Set(['api', 'openid', 'id', 'profile', 'email', ...LASTING]);
const GRANTED: readonly string[] = ['refresh_token', 'api'];
/** Salesforce takes an assertion that ends within three minutes; some more for clocks that differ. */
const ASSERTION_LIFE_SECONDS = 300;
const AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/** An OAuth refusal: one object, not an array as in the rest of the API. */
class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

export function createOAuth({ sessions, orgId, userId, now }: OAuthContext): OAuthService {
  const clientId = '3MVG9fake.client.id';
  const clientSecret = 'fake-client-secret';
  const username = 'integration@example.com';
  const refreshTokens = new Set<string>();
  const codes = codeStore(now, CODE_LIFE_MS);
  let issued = 0;
  const issueRefreshToken = (): string => {
    issued += 1;
    const token = `5Aep861fake.refresh.${issued}`;
    refreshTokens.add(token);
    return token;
  };
  let refreshToken = issueRefreshToken();

  const grants: Readonly<
    Record<string, (form: URLSearchParams, place: { readonly isLoginHost: boolean }) => Promise<Record<string, string>>>
  > = {
    async refresh_token(form) {
      const given = form.get('refresh_token') ?? '';
      if (!refreshTokens.has(given)) throw new OAuthRefusal('invalid_grant', 'expired access/refresh token');
      if (!oauth.rotate) return {};
      refreshTokens.delete(given);
      refreshToken = issueRefreshToken();
      return { refresh_token: refreshToken };
    },
    async client_credentials(_, { isLoginHost }) {
      if (isLoginHost) throw new OAuthRefusal('invalid_grant', 'request not supported on this domain');
      return {};
    },
    async authorization_code(form) {
      const taken = await codes.take(form);
      if (!taken.ok) throw refusedCode(taken.why);
      const scopes = taken.scopes ?? GRANTED;
      if (!scopes.some((scope) => LASTING.has(scope))) return { scope: scopes.join(' ') };
      refreshToken = issueRefreshToken();
      return { refresh_token: refreshToken, scope: scopes.join(' ') };
    },
    async 'urn:ietf:params:oauth:grant-type:jwt-bearer'(form) {
      await checkAssertion(form.get('assertion') ?? '');
      return {};
    },
  };

  async function checkAssertion(assertion: string): Promise<void> {
    const [head = '', payload = '', signature = ''] = assertion.split('.');
    const [header, claims] = [readPart(head), readPart(payload)];
    if (header?.['alg'] !== 'RS256' || claims === null || signature === '') throw new OAuthRefusal('invalid_grant', 'invalid assertion');
    if (claims['iss'] !== clientId) throw new OAuthRefusal('invalid_client_id', 'client identifier invalid');
    if (claims['sub'] !== username) throw new OAuthRefusal('invalid_grant', "user hasn't approved this consumer");
    if (!AUDIENCES.includes(String(claims['aud']))) throw new OAuthRefusal('invalid_grant', 'audience is invalid');
    const left = Number(claims['exp']) - now() / 1000;
    if (!(left > 0 && left <= ASSERTION_LIFE_SECONDS)) throw new OAuthRefusal('invalid_grant', 'expired authorization code');
    if (oauth.publicKey === null) return;
    const signed = new TextEncoder().encode(`${head}.${payload}`);
    if (!(await crypto.subtle.verify('RSASSA-PKCS1-v1_5', oauth.publicKey, bytesOf(signature), signed)))
      throw new OAuthRefusal('invalid_grant', 'invalid assertion');
  }

  function checkClient(request: FakeRequest, form: URLSearchParams, grant: string): void {
    if (grant.endsWith('jwt-bearer')) return; // the assertion names the client
    const [basicId, basicSecret] = basicOf(request.headers.get('authorization'));
    if ((basicId ?? form.get('client_id')) !== clientId) throw new OAuthRefusal('invalid_client_id', 'client identifier invalid');
    const secret = basicSecret ?? form.get('client_secret');
    const isPublicClient = secret === null && (grant === 'refresh_token' || form.has('code_verifier'));
    if (!isPublicClient && secret !== clientSecret) throw new OAuthRefusal('invalid_client', 'invalid client credentials');
  }

  const oauth: OAuthService = {
    clientId,
    clientSecret,
    username,
    get refreshToken() {
      return refreshToken;
    },
    rotate: false,
    publicKey: null,
    redirectUris: ['https://app.example.com/oauth/callback'],
    declines: false,
    authorize(request) {
      issued += 1;
      const code = `aPrxfake.code.${issued}==`;
      codes.add(code, request);
      return code;
    },
    revoke() {
      refreshTokens.clear();
      sessions.endAll();
    },
    async token(request, { instanceUrl, loginUrl, isLoginHost }) {
      if (request.method !== 'POST') return refused(new OAuthRefusal('invalid_request', 'must use HTTP POST'));
      if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
        return refused(new OAuthRefusal('invalid_request', 'the content type must be application/x-www-form-urlencoded'));
      const form = new URLSearchParams(request.body);
      const grant = form.get('grant_type') ?? '';
      try {
        const run = grants[grant];
        if (run === undefined) throw new OAuthRefusal('unsupported_grant_type', 'grant type not supported');
        checkClient(request, form, grant);
        const more = await run(form, { isLoginHost });
        const id = `${loginUrl}/id/${orgId}/${userId}`;
        const common = { access_token: sessions.issue(), scope: GRANTED.join(' '), instance_url: instanceUrl, id, token_type: 'Bearer' };
        return { status: 200, body: { ...common, ...more, issued_at: String(now()), signature: 'fakesignature=' } };
      } catch (error) {
        if (error instanceof OAuthRefusal) return refused(error);
        throw error;
      }
    },
    authorizePage({ url: { searchParams: query } }) {
      if (query.get('client_id') !== clientId) return refused(new OAuthRefusal('invalid_client_id', 'client identifier invalid'));
      const redirectUri = query.get('redirect_uri') ?? '';
      if (!oauth.redirectUris.includes(redirectUri))
        return refused(new OAuthRefusal('redirect_uri_mismatch', 'redirect_uri must match configuration'));
      const back = (error: string, error_description: string) => sendBack(query, { error, error_description });
      if (query.get('response_type') !== 'code') return back('unsupported_response_type', 'response type not supported');
      const scopes = query.get('scope')?.split(' ') ?? GRANTED;
      if (!scopes.every((scope) => SCOPES.has(scope))) return back('invalid_scope', 'the requested scope is not allowed');
      if (!isSoundChallenge(query)) return back('invalid_request', 'invalid code challenge');
      if (oauth.declines) return back('access_denied', 'end-user denied authorization');
      const codeChallenge = query.get('code_challenge');
      return sendBack(query, { code: oauth.authorize({ redirectUri, scopes, ...(codeChallenge === null ? {} : { codeChallenge }) }) });
    },
    revokeToken({ body, url }) {
      const token = new URLSearchParams(body).get('token') ?? url.searchParams.get('token') ?? '';
      if (refreshTokens.delete(token))
        sessions.endAll(); // a refresh token takes its sessions along
      else if (sessions.use(token)) sessions.end(token);
      else return refused(new OAuthRefusal('unsupported_token_type', 'this token is not supported'));
      return { status: 200 };
    },
  };
  return oauth;
}

const refusedCode = (why: Extract<Taken, { ok: false }>['why']): OAuthRefusal =>
  why === 'redirect'
    ? new OAuthRefusal('redirect_uri_mismatch', 'redirect_uri must match configuration')
    : new OAuthRefusal('invalid_grant', CODE_TEXTS[why]);
const CODE_TEXTS = {
  unknown: 'invalid authorization code',
  expired: 'expired authorization code',
  verifier: 'invalid code verifier',
} as const;

export const refusedGrant = (description: string): DataAnswer => refused(new OAuthRefusal('invalid_grant', description));

const refused = ({ error, message }: OAuthRefusal): DataAnswer => ({ status: 400, body: { error, error_description: message } });

function basicOf(header: string | null): readonly [string?, string?] {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return [];
  const [id = '', ...secret] = atob(encoded).split(':');
  return [id, secret.join(':')];
}

function bytesOf(base64Url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64Url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function readPart(base64Url: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytesOf(base64Url)));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

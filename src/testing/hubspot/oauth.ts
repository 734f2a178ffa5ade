import type { Millis } from '../../core/values/value.ts';
import { type CodeRequest, codeStore, isSoundChallenge, sendBack, type Taken } from '../fake-codes.ts';
import type { FakeRequest } from '../fake-http.ts';
import { APP_ID } from './events.ts';
import type { DataAnswer } from './rest/call.ts';
import type { Sessions } from './sessions.ts';

/** The app and its installation, to go through a real OAuth dance. */
export interface FakeHubSpotOAuth {
  readonly clientId: string;
  /** Also the key that webhooks are signed with. */
  readonly clientSecret: string;
  /** Present refresh token; another one after a refresh while `rotate` is on. */
  readonly refreshToken: string;
  /** Each refresh gives a new refresh token, and the old one is dead at once. Off by default, as HubSpot does today. */
  rotate: boolean;
  /** Redirect URLs of the app; any other gets a page with an error. Default `https://app.example.com/oauth/callback`. */
  redirectUris: readonly string[];
  /** The user does not agree on the page. Off by default. */
  declines: boolean;
  /** A code as the browser brings it back after the user's consent: good once, for a minute. */
  authorize(options: CodeRequest): string;
  /** As if an administrator uninstalled the app: refresh and access tokens are unknown. */
  revoke(): void;
}

export interface OAuthService extends FakeHubSpotOAuth {
  token(request: FakeRequest): Promise<OAuthAnswer>;
  introspect(request: FakeRequest): OAuthAnswer;
  revokeToken(request: FakeRequest): OAuthAnswer;
  /** What version 1 tells of a token that stands in the path; it forgets a refresh token. Ends on 2027-02-16. */
  tokenInPath(request: FakeRequest, kind: 'access' | 'refresh', token: string): OAuthAnswer;
  /** The page in the browser, as if the user agreed at once. */
  authorizePage(request: FakeRequest): OAuthAnswer;
}

export interface OAuthAnswer extends DataAnswer {
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OAuthContext {
  readonly sessions: Sessions;
  readonly portalId: number;
  readonly userId: number;
  readonly scopes: readonly string[];
  readonly lifeSeconds: number;
  readonly now: () => Millis;
}

const CODE_LIFE_MS = 60_000;

/** A refusal: HubSpot's own words, and those of RFC 6749. */
class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly status: string;
  readonly error: string;

  constructor(status: string, error: string, message: string) {
    super(message);
    this.status = status;
    this.error = error;
  }
}

export function createOAuth({ sessions, portalId, userId, scopes, lifeSeconds, now }: OAuthContext): OAuthService {
  const clientId = 'fake0000-client-0000-0000-000000000000';
  const clientSecret = 'fake0000-secret-0000-0000-000000000000';
  const refreshTokens = new Set<string>();
  const codes = codeStore(now, CODE_LIFE_MS);
  let issued = 0;
  const issueRefreshToken = (): string => {
    issued += 1;
    const token = `eu1-fake-refresh-${issued}`;
    refreshTokens.add(token);
    return token;
  };
  let refreshToken = issueRefreshToken();

  const grants: Readonly<Record<string, (form: URLSearchParams) => Promise<void>>> = {
    async refresh_token(form) {
      const given = form.get('refresh_token') ?? '';
      if (!refreshTokens.has(given)) throw badRefreshToken();
      if (!oauth.rotate) return;
      refreshTokens.delete(given);
      refreshToken = issueRefreshToken();
    },
    async authorization_code(form) {
      const taken = await codes.take(form);
      if (!taken.ok) throw refusedCode(taken.why);
      refreshToken = issueRefreshToken();
    },
  };

  /** The form of a request, from this app. */
  function formOf(request: FakeRequest): URLSearchParams {
    if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
      throw new OAuthRefusal('BAD_REQUEST', 'invalid_request', 'the content type must be application/x-www-form-urlencoded');
    const form = new URLSearchParams(request.body);
    if (form.get('client_id') !== clientId) throw new OAuthRefusal('BAD_CLIENT_ID', 'invalid_client', 'missing or unknown client id');
    if (form.get('client_secret') !== clientSecret)
      throw new OAuthRefusal('BAD_CLIENT_SECRET', 'invalid_client', 'missing or invalid client secret');
    return form;
  }

  const oauth: OAuthService = {
    clientId,
    clientSecret,
    get refreshToken() {
      return refreshToken;
    },
    rotate: false,
    redirectUris: ['https://app.example.com/oauth/callback'],
    declines: false,
    authorize(request) {
      issued += 1;
      const code = `eu1-fake-code-${issued}`;
      codes.add(code, request);
      return code;
    },
    revoke() {
      refreshTokens.clear();
      sessions.forgetAll();
    },
    token: (request) =>
      answering(async () => {
        const form = formOf(request);
        const grant = grants[form.get('grant_type') ?? ''];
        if (grant === undefined) throw new OAuthRefusal('BAD_GRANT_TYPE', 'unsupported_grant_type', 'missing or unknown grant type');
        await grant(form);
        return {
          status: 200,
          body: {
            token_type: 'bearer',
            token_use: 'access_token',
            access_token: sessions.issue(),
            refresh_token: refreshToken,
            expires_in: lifeSeconds,
            hub_id: portalId,
            scopes,
            user_id: userId,
          },
        };
      }),
    introspect: (request) =>
      answeringAtOnce(() => {
        const token = formOf(request).get('token') ?? '';
        const left = sessions.left(token);
        const owner = { hub_id: portalId, user_id: userId, client_id: clientId, scopes };
        if (refreshTokens.has(token)) return { status: 200, body: { active: true, token_use: 'refresh_token', ...owner } };
        if (left === null) return { status: 200, body: { active: false } };
        return {
          status: 200,
          body: { active: true, token_use: 'access_token', token_type: 'bearer', expires_in: Math.floor(left / 1000), ...owner },
        };
      }),
    revokeToken: (request) =>
      answeringAtOnce(() => {
        const token = formOf(request).get('token') ?? '';
        if (refreshTokens.delete(token))
          sessions.forgetAll(); // a refresh token takes its access tokens along
        else sessions.expire(token);
        return { status: 200, body: {} };
      }),
    tokenInPath: ({ method }, kind, token) =>
      answeringAtOnce(() => {
        const left = sessions.left(token);
        const known = kind === 'access' ? left !== null : refreshTokens.has(token);
        if (!known) throw new OAuthRefusal('BAD_TOKEN', 'invalid_grant', `missing or unknown ${kind} token`);
        if (method === 'DELETE') {
          refreshTokens.delete(token);
          return { status: 204 };
        }
        const owner = { token, user: 'integration@example.com', hub_domain: 'example.com', scopes, hub_id: portalId, user_id: userId };
        return {
          status: 200,
          body:
            left === null
              ? { ...owner, client_id: clientId, token_type: 'refresh' }
              : { ...owner, app_id: APP_ID, expires_in: Math.floor(left / 1000), token_type: 'access' },
        };
      }),
    authorizePage: ({ url }) =>
      answeringAtOnce(() => {
        const query = url.searchParams;
        if (query.get('client_id') !== clientId) throw new OAuthRefusal('BAD_CLIENT_ID', 'invalid_client', 'missing or unknown client id');
        const redirectUri = query.get('redirect_uri') ?? '';
        if (!oauth.redirectUris.includes(redirectUri)) throw refusedCode('redirect');
        const wanted = [...scopesIn(url, 'scope'), ...scopesIn(url, 'optional_scope')];
        if (!query.has('scope') || !wanted.every((scope) => scopes.includes(scope)))
          throw new OAuthRefusal('BAD_SCOPES', 'invalid_scope', 'the scopes are not those of the app');
        if (!isSoundChallenge(query)) throw new OAuthRefusal('BAD_REQUEST', 'invalid_request', 'invalid code challenge');
        if (oauth.declines) return sendBack(query, { error: 'access_denied', error_description: 'the user did not agree' });
        const codeChallenge = query.get('code_challenge');
        return sendBack(query, { code: oauth.authorize({ redirectUri, ...(codeChallenge === null ? {} : { codeChallenge }) }) });
      }),
  };
  return oauth;
}

/** As the page reads them: separated by `%20`, and a `+` is just a `+`. */
function scopesIn({ search }: URL, name: string): readonly string[] {
  const raw = new RegExp(`[?&]${name}=([^&]*)`).exec(search)?.[1];
  return raw === undefined ? [] : decodeURIComponent(raw).split(' ');
}

function refusedCode(why: Extract<Taken, { ok: false }>['why']): OAuthRefusal {
  const [status, error, message] = CODE_REFUSALS[why];
  return new OAuthRefusal(status, error, message);
}
const CODE_REFUSALS = {
  unknown: ['BAD_AUTH_CODE', 'invalid_grant', 'missing or unknown auth code'],
  expired: ['BAD_AUTH_CODE', 'invalid_grant', 'missing or unknown auth code'],
  redirect: ['BAD_REDIRECT_URI', 'invalid_grant', 'missing or invalid redirect uri'],
  verifier: ['BAD_CODE_VERIFIER', 'invalid_grant', 'missing or invalid code verifier'],
} as const;

const badRefreshToken = (): OAuthRefusal =>
  new OAuthRefusal('BAD_REFRESH_TOKEN', 'invalid_grant', 'refresh token is invalid, expired or revoked');

/** The answer to a refresh token that is dead. */
export const refusedRefresh = (): OAuthAnswer => refused(badRefreshToken());
/** The answer where the account was deleted or has disconnected the app. */
export const badHub = (): OAuthAnswer => refused(new OAuthRefusal('BAD_HUB', 'access_denied', 'missing or unknown hub id'));

const refused = ({ status, error, message }: OAuthRefusal): OAuthAnswer => ({
  status: 400,
  body: { status, message, error, error_description: message },
});

async function answering(run: () => Promise<OAuthAnswer>): Promise<OAuthAnswer> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof OAuthRefusal) return refused(error);
    throw error;
  }
}

function answeringAtOnce(run: () => OAuthAnswer): OAuthAnswer {
  try {
    return run();
  } catch (error) {
    if (error instanceof OAuthRefusal) return refused(error);
    throw error;
  }
}

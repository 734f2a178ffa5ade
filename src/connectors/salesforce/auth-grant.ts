import { CrmSyncError, type ErrorCategory } from '../../errors.ts';
import { jsonOf, shownCode } from '../../http/answers.ts';
import { sendHttp } from '../../http/send.ts';
import type { AccessToken, AuthCall } from '../../ports/tokens.ts';
import { brokenAnswer, complaintsOf, noAnswer, salesforceError } from './errors.ts';
import { receivedOrigin } from './hosts.ts';
import { toId18 } from './record-id.ts';

const TOKEN_TIMEOUT_MS = 30_000;
const TOKEN_RETRY = { statuses: [420, 429, 500, 502, 503, 504], totalMs: 60_000 };
const OPERATION = 'a request for an access token';

export interface Granted extends AccessToken {
  readonly instanceUrl: string;
  /** Present where the CRM rotates it: the one that was sent is dead from now on. */
  readonly refreshToken?: string;
}

/**
 * Asks the token host. The signal of `call` does not cut it: the answer may carry a rotated token that nobody could get
 * again.
 *
 * @param loginOrigin - Checked: the only host that ever sees a client secret or a refresh token.
 * @throws CrmSyncError, told apart by Salesforce's own words.
 */
export async function requestToken(loginOrigin: string, form: Readonly<Record<string, string>>, call: AuthCall): Promise<Granted> {
  const result = await sendHttp(
    {
      method: 'POST',
      url: new URL('/services/oauth2/token', loginOrigin),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      idempotent: true,
      timeoutMs: TOKEN_TIMEOUT_MS,
      retry: TOKEN_RETRY,
    },
    call,
  );
  if (result.kind === 'failure') throw noAnswer(OPERATION, result.code);
  const json = jsonOf(result.text);
  if (result.status !== 200) throw grantError({ status: result.status, body: result.text, headers: result.headers });
  return granted(json, loginOrigin);
}

function granted(json: unknown, loginOrigin: string): Granted {
  const { access_token, refresh_token, instance_url, id } = (typeof json === 'object' && json !== null ? json : {}) as Record<
    string,
    unknown
  >;
  if (typeof access_token !== 'string' || access_token === '' || typeof instance_url !== 'string') throw brokenAnswer(OPERATION);
  return {
    accessToken: access_token,
    instanceUrl: receivedOrigin(instance_url, loginOrigin),
    ...(typeof refresh_token === 'string' && refresh_token !== '' ? { refreshToken: refresh_token } : {}),
    ...identityOf(id),
  };
}

/** Org and user are the last two segments of the identity URL: `https://login.salesforce.com/id/<org>/<user>`. */
export function identityOf(url: unknown): { account?: string; userId?: string } {
  const [org, user] = typeof url === 'string' ? url.split('/').slice(-2).map(toId18) : [];
  return { ...(org ? { account: org } : {}), ...(user ? { userId: user } : {}) };
}

type Refusal = readonly [error: string, description: RegExp, code: string, category: ErrorCategory, remedy: string];

/** First fit. `error` alone does not say enough: `invalid_grant` stands for a dozen things. */
const REFUSALS: readonly Refusal[] = [
  [
    '',
    /app must be installed|OAUTH_APPROVAL_ERROR_GENERIC/i,
    'app_not_installed',
    'permission',
    'An admin of the org has to install the connected app, or give the user "Approve Uninstalled Connected Apps".',
  ],
  [
    'OAUTH_APPROVAL_ERROR_GENERIC',
    /(?:)/,
    'app_not_installed',
    'permission',
    'An admin of the org has to install the connected app, or give the user "Approve Uninstalled Connected Apps".',
  ],
  [
    '',
    /inactive (user|organization)/i,
    'user_inactive',
    'authentication',
    'The user or the org is switched off: connect the account again as an active user.',
  ],
  ['inactive_user', /(?:)/, 'user_inactive', 'authentication', 'The user is switched off: connect the account again as an active user.'],
  ['inactive_org', /(?:)/, 'user_inactive', 'authentication', 'The org is switched off: connect another one.'],
  [
    '',
    /ip restricted/i,
    'ip_restricted',
    'permission',
    'An admin of the org has to allow our IP addresses for the connected app or the profile.',
  ],
  [
    '',
    /hasn.?t approved this consumer/i,
    'app_not_approved',
    'permission',
    'An admin of the org has to pre-authorise the user for the connected app.',
  ],
  ['', /rate exceeded/i, 'login_rate', 'rate_limit', 'Too many logins in an hour: wait.'],
  [
    '',
    /no client credentials user|request not supported on this domain/i,
    'grant_not_enabled',
    'configuration',
    'Enable the client credentials flow with a user to run as, and use the My Domain URL as `loginUrl`.',
  ],
  ['unsupported_grant_type', /(?:)/, 'grant_not_enabled', 'configuration', 'Enable this OAuth flow in the connected app.'],
  [
    'invalid_grant',
    /authentication failure|audience|assertion|signature/i,
    'bad_credentials',
    'configuration',
    'Check user name, key, `loginUrl` and clock: Salesforce does not accept the credentials.',
  ],
  ['invalid_grant', /(?:)/, 'token_revoked', 'authentication', 'The tokens were revoked or expired: connect the Salesforce account again.'],
  ['invalid_client_id', /(?:)/, 'bad_client', 'configuration', 'Check `clientId` and `clientSecret`.'],
  ['invalid_client', /(?:)/, 'bad_client', 'configuration', 'Check `clientId` and `clientSecret`.'],
  ['invalid_client_credentials', /(?:)/, 'bad_client', 'configuration', 'Check `clientId` and `clientSecret`.'],
];

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: { get(name: string): string | null };
}

/** Turns a refusal of the token host into our error. Pure; `error_description` may be missing and is never shown. */
export function grantError(answered: Answered): CrmSyncError {
  const complaint = complaintsOf(jsonOf(answered.body))[0];
  if (answered.status >= 500 || answered.status === 420 || answered.status === 429) return salesforceError(answered, OPERATION);
  const row =
    complaint && REFUSALS.find(([error, description]) => (error === '' || error === complaint.code) && description.test(complaint.message));
  if (!row) {
    return new CrmSyncError(
      `Salesforce refused ${OPERATION} (HTTP ${answered.status}${complaint ? `, ${shownCode(complaint.code)}` : ''}).`,
      {
        code: 'token_refused',
        category: complaint ? 'authentication' : 'configuration',
        remedy: complaint
          ? 'Connect the Salesforce account again.'
          : 'Check `loginUrl`: its answer is not that of a Salesforce login host.',
      },
    );
  }
  const [, , code, category, remedy] = row;
  const limited = category === 'rate_limit';
  return new CrmSyncError(`Salesforce refused ${OPERATION} (${shownCode(complaint.code)}).`, {
    code,
    category,
    remedy,
    retryable: limited,
    retryAfterMs: limited ? 60 * 60_000 : null,
  });
}

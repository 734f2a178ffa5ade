import { CrmSyncError, type ErrorCategory } from '../../../errors.ts';
import { jsonOf, shownCode } from '../../../http/answers.ts';
import { REFRESH_UNDER_WAY } from '../../../http/refreshing-auth.ts';
import { complaintsOf, salesforceError } from '../errors.ts';

export const GRANT_OPERATION = 'a request for an access token';

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
    /already being processed/i,
    REFRESH_UNDER_WAY,
    'server',
    'Another process is refreshing the same tokens: the same call works when it is done.',
  ],
  ['unknown_error', /retry your request/i, 'server_fault', 'server', 'Salesforce asks for another try: the same call works later.'],
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
  [
    'access_denied',
    /(?:)/,
    'access_denied',
    'authentication',
    'The user did not agree: start connecting again, and press “Allow” as a user who may use the API.',
  ],
  [
    'redirect_uri_mismatch',
    /(?:)/,
    'redirect_uri_mismatch',
    'configuration',
    'Register `redirectUri` as a callback URL of the app, to the letter, and use the same one for the code.',
  ],
  ['invalid_scope', /(?:)/, 'invalid_scope', 'configuration', 'Give the app in Salesforce the scopes that `scopes` asks for.'],
];

/** Where a code is exchanged, the same words mean the code. */
export const CODE_REFUSALS: readonly Refusal[] = [
  [
    'invalid_grant',
    /authorization code|code.verifier/i,
    'bad_code',
    'authentication',
    'Start connecting again: a code is good once, for 15 minutes, and with the `codeVerifier` that it was asked for with.',
  ],
];

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: { get(name: string): string | null };
}

/** Our error for what the authorize page says in the URL that it sends the browser back to. */
export const authorizeError = (error: string, description: string): CrmSyncError => {
  const body = JSON.stringify({ error, error_description: description });
  return grantError({ status: 400, body, headers: new Headers() }, [], 'to connect');
};

/** Of something on the way, which says nothing of the tokens. */
const PASSING: ReadonlySet<number> = new Set([408, 420, 429]);

/** Turns a refusal of the token host into our error. Pure; `error_description` may be missing and is never shown. */
export function grantError(answered: Answered, first: readonly Refusal[] = [], operation = GRANT_OPERATION): CrmSyncError {
  const complaint = complaintsOf(jsonOf(answered.body))[0];
  if (answered.status >= 500 || PASSING.has(answered.status)) return salesforceError(answered, operation);
  const row =
    complaint &&
    [...first, ...REFUSALS].find(
      ([error, description]) => (error === '' || error === complaint.code) && description.test(complaint.message),
    );
  if (answered.status === 403 && row?.[3] !== 'permission') return salesforceError(answered, operation); // never the tokens' fault
  if (!row) {
    return new CrmSyncError(
      `Salesforce refused ${operation} (HTTP ${answered.status}${complaint ? `, ${shownCode(complaint.code)}` : ''}).`,
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
  return new CrmSyncError(`Salesforce refused ${operation} (${shownCode(complaint.code)}).`, {
    code,
    category,
    remedy,
    retryable: category === 'rate_limit' || category === 'server',
    retryAfterMs: category === 'rate_limit' ? 60 * 60_000 : null,
  });
}

import { jsonOf } from '../../../http/answers.ts';
import { type HttpAnswer, sendHttp } from '../../../http/send.ts';
import type { AccessToken, AuthCall } from '../../../ports/tokens.ts';
import { brokenAnswer, complaintsOf, noAnswer, salesforceError } from '../errors.ts';
import { receivedOrigin } from '../hosts.ts';
import { toId18 } from '../record-id.ts';
import { CODE_REFUSALS, GRANT_OPERATION, grantError } from './refusals.ts';

const TOKEN_TIMEOUT_MS = 30_000;
const TOKEN_RETRY = { statuses: [408, 420, 429, 500, 502, 503, 504], totalMs: 60_000 };
/** Nothing was done: even a code, which is good once, may be sent again. */
const UNAPPLIED_STATUSES = [420, 429];

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
  const isCode = form['grant_type'] === 'authorization_code';
  const { status, text, headers } = await postForm(
    loginOrigin,
    { path: 'token', form, isRepeatable: !isCode, operation: GRANT_OPERATION },
    call,
  );
  if (status !== 200) throw grantError({ status, body: text, headers }, isCode ? CODE_REFUSALS : []);
  return granted(jsonOf(text), loginOrigin);
}

/**
 * Ends a token, and with a refresh token its sessions. One that is dead already is no failure.
 *
 * @param loginOrigin - Checked, as for `requestToken`.
 */
export async function revokeToken(loginOrigin: string, token: string, call: AuthCall): Promise<void> {
  const operation = 'a revocation';
  const { status, text, headers } = await postForm(loginOrigin, { path: 'revoke', form: { token }, isRepeatable: true, operation }, call);
  const [complaint] = complaintsOf(jsonOf(text));
  if (status !== 200 && !DEAD_TOKEN.has(complaint?.code ?? '')) throw salesforceError({ status, body: text, headers }, operation);
}

const DEAD_TOKEN = new Set(['unsupported_token_type', 'invalid_token']);

interface Form {
  readonly path: 'token' | 'revoke';
  readonly form: Readonly<Record<string, string>>;
  readonly isRepeatable: boolean;
  readonly operation: string;
}

async function postForm(origin: string, { path, form, isRepeatable, operation }: Form, call: AuthCall): Promise<HttpAnswer> {
  const result = await sendHttp(
    {
      method: 'POST',
      url: new URL(`/services/oauth2/${path}`, origin),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      idempotent: isRepeatable,
      unappliedStatuses: UNAPPLIED_STATUSES,
      timeoutMs: TOKEN_TIMEOUT_MS,
      retry: TOKEN_RETRY,
    },
    call,
  );
  if (result.kind === 'failure') throw noAnswer(operation, result.code);
  return result;
}

function granted(json: unknown, loginOrigin: string): Granted {
  const { access_token, refresh_token, instance_url, id } = (typeof json === 'object' && json !== null ? json : {}) as Record<
    string,
    unknown
  >;
  if (typeof access_token !== 'string' || access_token === '' || typeof instance_url !== 'string') throw brokenAnswer(GRANT_OPERATION);
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

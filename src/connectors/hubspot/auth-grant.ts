import * as z from 'zod';
import { CrmSyncError, type ErrorCategory } from '../../errors.ts';
import { jsonOf, shownCode } from '../../http/answers.ts';
import { sendHttp } from '../../http/send.ts';
import type { AuthCall, Tokens } from '../../ports/tokens.ts';
import { brokenAnswer, hubspotError, noAnswer } from './errors.ts';
import { type ApiVersion, pathOf, TOKEN } from './paths.ts';
import { limitDelayMs, READ_RETRY } from './retry.ts';

const TOKEN_TIMEOUT_MS = 30_000;
const OPERATION = 'a request for an access token';

const id = z.union([z.string(), z.number()]).nullish().catch(null);
const grantAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish().catch(null),
  expires_in: z.number().positive().nullish().catch(null),
  hub_id: id,
  user_id: id,
});
const refusalAnswer = z.object({ error: z.string().nullish().catch(null), status: z.string().nullish().catch(null) });

interface Grant {
  /** Checked: the only host that ever sees a client secret or a refresh token. */
  readonly origin: string;
  readonly apiVersion: ApiVersion;
  readonly form: Readonly<Record<string, string>>;
}

/**
 * Asks for tokens. The signal of `call` does not cut it: the answer may carry a rotated token that nobody could get again.
 *
 * @throws CrmSyncError; only a refusal of the tokens themselves means that the account has to be connected again.
 */
export async function requestTokens({ origin, apiVersion, form }: Grant, call: AuthCall): Promise<Tokens> {
  const result = await sendHttp(
    {
      method: 'POST',
      url: new URL(pathOf(TOKEN, apiVersion), origin),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      idempotent: true,
      timeoutMs: TOKEN_TIMEOUT_MS,
      retry: { ...READ_RETRY, delayMs: limitDelayMs, totalMs: 60_000 },
    },
    call,
  );
  if (result.kind === 'failure') throw noAnswer(OPERATION, result.code);
  if (result.status !== 200) throw grantError({ status: result.status, body: result.text, headers: result.headers });
  const answer = grantAnswer.safeParse(jsonOf(result.text));
  if (!answer.success) throw brokenAnswer(OPERATION);
  const { access_token, refresh_token, expires_in, hub_id, user_id } = answer.data;
  return {
    accessToken: access_token,
    ...(refresh_token == null ? {} : { refreshToken: refresh_token }),
    ...(expires_in == null ? {} : { expiresAt: new Date(result.sentAt + expires_in * 1_000).toISOString() }),
    ...(hub_id == null ? {} : { account: String(hub_id) }),
    ...(user_id == null ? {} : { userId: String(user_id) }),
  };
}

type Refusal = readonly [code: string, category: ErrorCategory, remedy: string];

const REVOKED: Refusal = [
  'token_revoked',
  'authentication',
  'The app was uninstalled or its tokens were revoked: connect the HubSpot account again.',
];
const BAD_CLIENT: Refusal = [
  'bad_client',
  'configuration',
  'Check `clientId` and `clientSecret`: they are not those of the app that was installed.',
];

/** By the error of RFC 6749, and by HubSpot's own word for it where that is all there is. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['invalid_grant', REVOKED],
  ['access_denied', REVOKED],
  ['BAD_REFRESH_TOKEN', REVOKED],
  ['BAD_HUB', REVOKED],
  ['invalid_client', BAD_CLIENT],
  ['unauthorized_client', BAD_CLIENT],
  ['BAD_CLIENT_ID', BAD_CLIENT],
  ['BAD_CLIENT_SECRET', BAD_CLIENT],
  ['unsupported_grant_type', ['grant_not_enabled', 'configuration', 'HubSpot does not know this OAuth flow: check `apiVersion`.']],
]);

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: { get(name: string): string | null };
}

/** Turns a refusal of the token endpoint into our error. Pure; descriptions are never shown. */
export function grantError(answered: Answered): CrmSyncError {
  const { status, body } = answered;
  const { error, status: word } = refusalAnswer.safeParse(jsonOf(body)).data ?? {};
  const known = [error, word].find((each) => typeof each === 'string' && REFUSALS.has(each));
  const passing = hubspotError(answered, OPERATION);
  if (status >= 500 || passing.retryable || status === 403) return passing;
  const [code, category, remedy] = REFUSALS.get(known ?? '') ?? [
    'token_refused',
    'configuration',
    'Check the options of `refreshToken`: HubSpot refuses the request itself, not the tokens.',
  ];
  const shown = known ?? error;
  return new CrmSyncError(`HubSpot refused ${OPERATION} (${shown ? shownCode(shown) : `HTTP ${status}`}).`, { code, category, remedy });
}

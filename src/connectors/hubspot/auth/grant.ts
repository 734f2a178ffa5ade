import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { jsonOf } from '../../../http/answers.ts';
import { type HttpAnswer, sendHttp } from '../../../http/send.ts';
import type { AuthCall, Tokens } from '../../../ports/tokens.ts';
import { brokenAnswer, noAnswer } from '../errors.ts';
import { type ApiVersion, pathOf, REVOKE, type Resource, TOKEN } from '../paths.ts';
import { READ_RETRY, UNAPPLIED_STATUSES } from '../retry.ts';
import { type Answered, CODE_REFUSALS, GRANT_OPERATION, grantError } from './refusals.ts';

const TOKEN_TIMEOUT_MS = 30_000;

/** A longer life is as good as none told, and may be no date. */
const SECONDS_MAX = 1e9;

const id = lazy(() => z.union([z.string(), z.number()]).nullish().catch(null));
const grantAnswer = lazy(() =>
  z.object({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1).nullish().catch(null),
    expires_in: z.number().positive().max(SECONDS_MAX).nullish().catch(null),
    hub_id: id(),
    user_id: id(),
  }),
);

export interface TokenPlace {
  /** Checked: the only host that ever sees a client secret or a refresh token. */
  readonly origin: string;
  readonly apiVersion: ApiVersion;
}
type Form = Readonly<Record<string, string>>;

/**
 * Asks for tokens. The signal of `call` does not cut it: the answer may carry a rotated token that nobody could get again.
 *
 * @throws CrmSyncError; only a refusal of the tokens themselves means that the account has to be connected again.
 */
export async function requestTokens(place: TokenPlace, form: Form, call: AuthCall): Promise<Tokens> {
  const isCode = form['grant_type'] === 'authorization_code';
  const result = await postForm(place, { resource: TOKEN, form, isRepeatable: !isCode, operation: GRANT_OPERATION }, call);
  if (result.status !== 200) throw grantError(answeredOf(result), isCode ? CODE_REFUSALS : new Map());
  const answer = grantAnswer().safeParse(jsonOf(result.text));
  if (!answer.success) throw brokenAnswer(GRANT_OPERATION);
  const { access_token, refresh_token, expires_in, hub_id, user_id } = answer.data;
  return {
    accessToken: access_token,
    ...(refresh_token == null ? {} : { refreshToken: refresh_token }),
    ...(expires_in == null ? {} : { expiresAt: new Date(result.sentAt + expires_in * 1_000).toISOString() }),
    ...(hub_id == null ? {} : { account: String(hub_id) }),
    ...(user_id == null ? {} : { userId: String(user_id) }),
  };
}

/** Ends a token, and with a refresh token its access tokens. One that is dead already is no failure. */
export async function revokeTokens(place: TokenPlace, form: Form, call: AuthCall): Promise<void> {
  const operation = 'a revocation';
  const result = await postForm(place, { resource: REVOKE, form, isRepeatable: true, operation }, call);
  if (result.status < 300) return;
  const error = grantError(answeredOf(result), new Map(), operation);
  if (error.code !== 'token_revoked') throw error;
}

interface FormPost {
  readonly resource: Resource;
  readonly form: Form;
  readonly isRepeatable: boolean;
  readonly operation: string;
}

async function postForm({ origin, apiVersion }: TokenPlace, post: FormPost, call: AuthCall): Promise<HttpAnswer> {
  const { resource, form, isRepeatable, operation } = post;
  const result = await sendHttp(
    {
      method: 'POST',
      url: new URL(pathOf(resource, apiVersion), origin),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      idempotent: isRepeatable,
      unappliedStatuses: UNAPPLIED_STATUSES, // even a code, which is good once, may be sent again
      timeoutMs: TOKEN_TIMEOUT_MS,
      retry: { ...READ_RETRY, totalMs: 60_000 },
    },
    call,
  );
  if (result.kind === 'failure') throw noAnswer(operation, result.code);
  return result;
}

const answeredOf = ({ status, text, headers }: HttpAnswer): Answered => ({ status, body: text, headers });

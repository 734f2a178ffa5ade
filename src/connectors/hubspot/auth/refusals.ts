import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { CrmSyncError, type ErrorCategory } from '../../../errors.ts';
import { jsonOf, shownCode } from '../../../http/answers.ts';
import { hubspotError } from '../errors.ts';

export const GRANT_OPERATION = 'a request for an access token';

const refusalAnswer = lazy(() => z.object({ error: z.string().nullish().catch(null), status: z.string().nullish().catch(null) }));

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

const BAD_REDIRECT: Refusal = [
  'redirect_uri_mismatch',
  'configuration',
  'Register `redirectUri` as a redirect URL of the app, to the letter, and use the same one for the code.',
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
  ['redirect_uri_mismatch', BAD_REDIRECT],
  ['BAD_REDIRECT_URI', BAD_REDIRECT],
  ['invalid_scope', ['invalid_scope', 'configuration', 'Give the app in HubSpot the scopes that `scopes` and `optionalScopes` ask for.']],
  ['unsupported_grant_type', ['grant_not_enabled', 'configuration', 'HubSpot does not know this OAuth flow: check `apiVersion`.']],
]);

const BAD_CODE: Refusal = [
  'bad_code',
  'authentication',
  'Start connecting again: a code is good once, for some minutes, and with the `codeVerifier` that it was asked for with.',
];
/** Where a code is exchanged, `invalid_grant` stands for more; HubSpot's own word comes first. */
export const CODE_REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['BAD_REDIRECT_URI', BAD_REDIRECT],
  ['BAD_AUTH_CODE', BAD_CODE],
  ['BAD_CODE_VERIFIER', BAD_CODE],
  ['invalid_grant', BAD_CODE],
]);
/** On the page in the browser. */
const PAGE_REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['access_denied', ['access_denied', 'authentication', 'The user did not agree: start connecting again, as a user who may install apps.']],
]);

export interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: { get(name: string): string | null };
}

/** Our error for what the page in the browser says in the URL that it sends the browser back to. */
export const authorizeError = (error: string): CrmSyncError =>
  grantError({ status: 400, body: JSON.stringify({ error }), headers: new Headers() }, PAGE_REFUSALS, 'to connect');

/** Turns a refusal of the token endpoint into our error. Pure; descriptions are never shown. */
export function grantError(
  answered: Answered,
  first: ReadonlyMap<string, Refusal> = new Map(),
  operation: string = GRANT_OPERATION,
): CrmSyncError {
  const { status, body } = answered;
  const { error, status: word } = refusalAnswer().safeParse(jsonOf(body)).data ?? {};
  const passing = hubspotError(answered, operation);
  if (status >= 500 || passing.retryable || status === 403) return passing;
  const known = (words: readonly (string | null | undefined)[], table: ReadonlyMap<string, Refusal>) =>
    words.find((each): each is string => typeof each === 'string' && table.has(each));
  const ownWord = known([word, error], first);
  const shown = ownWord ?? known([error, word], REFUSALS) ?? error;
  const [code, category, remedy] = (ownWord ? first : REFUSALS).get(shown ?? '') ?? [
    'token_refused',
    'configuration',
    'Check the options of the app: HubSpot refuses the request itself, not the tokens.',
  ];
  return new CrmSyncError(`HubSpot refused ${operation} (${shown ? shownCode(shown) : `HTTP ${status}`}).`, { code, category, remedy });
}

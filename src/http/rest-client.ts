import { CrmSyncError, type ErrorCategory } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Call } from '../ports/connector.ts';
import { systemClock } from '../ports/system-clock.ts';
import type { Auth } from '../ports/tokens.ts';
import { bearer, brokenAnswerFrom, jsonOf, noAnswerFrom, startOf, timesOf } from './answers.ts';
import { sendAuthorized } from './authorized.ts';
import { retryAfterMs } from './retry-policy.ts';
import { secureOrigin } from './secure-origin.ts';
import { type Edge, type HttpAnswer, type HttpRequest, type HttpResult, newRetries, sendHttp } from './send.ts';
import { startBy } from './start-by.ts';
import { notSent, type Untold, unknownOutcome } from './write-in-parts.ts';

export interface RestClientOptions {
  /** What errors call the CRM. */
  readonly name: string;
  /** Where its API lives, `https:` or on this machine: the only place that is sent the token. */
  readonly baseUrl: string;
  /** A key that does not expire, or where to get a token: after a 401 a new one is asked for once. */
  readonly auth: string | Auth;
  /** How the token is sent. Default `authorization: Bearer …`. */
  readonly headers?: (accessToken: string) => Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of retries. */
  readonly random?: () => number;
}

export interface RestRequest {
  readonly method?: HttpRequest['method'];
  /** Below `baseUrl`, with parameters in braces: `/people/{id}`. As it stands here it is told of and never holds a value. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RestAnswer {
  readonly status: number;
  readonly json: unknown;
  /** `call.now()` before it was asked: the `requestedAt` of a page. */
  readonly requestedAt: number;
  /** The CRM's clock when the request started, by the `Date` of its answer; null where it has none. */
  readonly startedAt: number | null;
}

/** JSON over HTTP for a connector: retries, limits, tokens, aborts, and what may be told of them, by the rules of the port. */
export interface RestClient {
  /** Longest time of a `write`, in ms: the capability `requestTimeoutMs`. */
  readonly requestTimeoutMs: number;
  /**
   * A request that changes nothing: cut in flight when the signal aborts, tried again where that may help.
   *
   * @throws CrmSyncError for every answer that is no success.
   */
  read(request: RestRequest, call: Call): Promise<RestAnswer>;
  /**
   * A request that changes something: never cut in flight, sent again only after a 401 or a 429, and never after
   * `call.notAfter`. Any success and any refusal (4xx) is an answer; what never reached the CRM is `not_sent`, everything
   * unclear `unknown`.
   *
   * @throws CrmSyncError where nothing was carried out and trying another record would not help: no access, a limit.
   */
  write(request: RestRequest, call: Call): Promise<RestAnswer | Untold>;
}

const READ_TIMEOUT_MS = 60_000;
const WRITE_TIMEOUT_MS = 90_000;
/** One try of a write; what is left is for another one after a limit or with a new token. */
const WRITE_TRY_MS = 40_000;
const UNAUTHORIZED = 401;
const TOO_MANY = 429;
const TIMED_OUT = 408;

/**
 * A client for a connector of your own: JSON over HTTP by the rules of the port. Reads are tried again after a fault, writes only
 * where nothing was done; after a 401 a new token is asked for once.
 *
 * @throws CrmSyncError `insecure_url` for another `baseUrl` than it says.
 */
export function restClient(options: RestClientOptions): RestClient {
  const { name, clock = systemClock, fetch = (...request) => globalThis.fetch(...request), random = Math.random } = options;
  const edge: Edge = { fetch, clock, random };
  const auth = typeof options.auth === 'string' ? fixed(options.auth, name) : options.auth;
  const headersOf = options.headers ?? ((accessToken) => ({ authorization: bearer(accessToken) }));
  const origin = secureOrigin(options.baseUrl);
  if (origin === null)
    throw new CrmSyncError('`baseUrl` is no place for a token.', {
      code: 'insecure_url',
      category: 'configuration',
      remedy: 'Give an `https:` URL, or one of this machine.',
    });

  const send = (
    { method = 'GET', path, params = {}, query = {}, body }: RestRequest,
    call: Call,
    how: () => Pick<HttpRequest, 'idempotent' | 'timeoutMs' | 'cutsInFlight' | 'unappliedStatuses' | 'deadline' | 'startBy'>,
  ): Promise<HttpResult> => {
    const url = new URL(`${options.baseUrl.replace(/\/$/, '')}${filled(path, params)}`);
    if (url.origin !== origin) throw badParameter('The path leads away from `baseUrl`.', 'Give a `path` that starts with a slash.');
    const retries = newRetries(); // of the call, whatever the token
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    return sendAuthorized({
      auth,
      edge,
      signal: call.signal,
      isStale: ({ status }) => status === UNAUTHORIZED,
      send: (token) =>
        sendHttp(
          {
            method,
            url,
            headers: {
              accept: 'application/json',
              ...headersOf(token.accessToken),
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            signal: call.signal,
            retries,
            onTry: (answer) => call.onRequest?.({ operation: `${method} ${path}`, status: answer.status }),
            ...how(),
          },
          edge,
        ),
    });
  };

  return {
    requestTimeoutMs: WRITE_TIMEOUT_MS,
    async read(request, call) {
      const operation = `${request.method ?? 'GET'} ${request.path}`;
      const requestedAt = call.now();
      const result = await send(request, call, () => ({ idempotent: true, timeoutMs: READ_TIMEOUT_MS }));
      if (result.kind === 'failure') throw noAnswerFrom(name, operation, result.code);
      if (result.status >= 300) throw refusal(name, operation, result, clock.now());
      const json = jsonOf(result.text);
      if (json === undefined) throw brokenAnswerFrom(name, operation);
      return { status: result.status, json, requestedAt, startedAt: startOf(timesOf(result)) };
    },
    async write(request, call) {
      const requestedAt = call.now();
      const until = { deadline: clock.now() + WRITE_TIMEOUT_MS, ...startBy(call, clock) };
      const result = await send(request, call, () => ({
        idempotent: false,
        unappliedStatuses: [TOO_MANY],
        cutsInFlight: false,
        timeoutMs: WRITE_TRY_MS,
        ...until,
      }));
      if (result.kind === 'failure') return result.sent === false ? notSent(name, result.code) : unknownOutcome(result.code);
      const { status, text } = result;
      if (status === UNAUTHORIZED || status === TOO_MANY)
        throw refusal(name, `${request.method ?? 'GET'} ${request.path}`, result, clock.now());
      const json = text === '' ? null : jsonOf(text);
      if (status >= 500 || status === TIMED_OUT || (status < 300 && json === undefined)) return unknownOutcome(`http_${status}`);
      return { status, json: json ?? null, requestedAt, startedAt: startOf(timesOf(result)) };
    },
  };
}

const fixed = (accessToken: string, name: string): Auth => ({
  token: async () => ({ accessToken }),
  refresh: async () => {
    throw new CrmSyncError(`${name} no longer accepts the key of this connection.`, {
      code: 'key_revoked',
      category: 'authentication',
      remedy: `Get a new key from ${name}, and connect the account again.`,
    });
  },
});

/** No parameter leaves its place in the path. */
function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = params[key] ?? '';
    if (!/^\.{0,2}$/.test(value)) return encodeURIComponent(value);
    throw badParameter(
      `\`${key}\` of ${path} is no name of anything.`,
      'Leave out ids that the CRM can not have given, before they are asked for.',
    );
  });
}

const badParameter = (message: string, remedy: string): CrmSyncError =>
  new CrmSyncError(message, { code: 'bad_parameter', category: 'validation', remedy });

const MEANINGS: Readonly<Record<number, readonly [code: string, category: ErrorCategory, remedy: string]>> = {
  401: ['access_refused', 'authentication', 'Connect the account again.'],
  403: ['forbidden', 'permission', 'Give the connected user access to what is read.'],
  404: ['not_found', 'not_found', 'Check what is mapped: the CRM has nothing of this name.'],
  429: ['rate_limited', 'rate_limit', 'Wait: the next run goes on.'],
};
const BUSY = ['server_error', 'server', 'Try again later; if it lasts, look at the status page of the CRM.'] as const;
const REFUSED = ['request_refused', 'validation', 'Compare what is mapped with what the CRM has.'] as const;

function refusal(name: string, operation: string, { status, headers }: HttpAnswer, now: number): CrmSyncError {
  const isBusy = status >= 500 || status === TIMED_OUT;
  const [code, category, remedy] = isBusy ? BUSY : (MEANINGS[status] ?? REFUSED);
  return new CrmSyncError(`${name} answered ${operation} with status ${status}.`, {
    code,
    category,
    remedy,
    retryable: isBusy || status === TOO_MANY,
    retryAfterMs: retryAfterMs(headers, now),
  });
}

import type { CrmSyncError } from '../../errors.ts';
import { againIfCut, bearer, jsonOf, timesOf } from '../../http/answers.ts';
import { sendAuthorized } from '../../http/authorized.ts';
import { type Edge, type HttpAnswer, type HttpResult, newRetries, sendHttp } from '../../http/send.ts';
import { startBy } from '../../http/start-by.ts';
import type { Call } from '../../ports/connector.ts';
import type { AccessToken, Auth } from '../../ports/tokens.ts';
import { brokenAnswer, hubspotError, isStaleToken, noAnswer } from './errors.ts';
import type { Pace } from './pace.ts';
import { type ApiVersion, pathOf, type Resource } from './paths.ts';
import { limitDelayMs, READ_RETRY, UNAPPLIED_STATUSES } from './retry.ts';

const READ_TIMEOUT_MS = 60_000;
/** One try of a write; what is left of its time is for another one after a limit. */
const WRITE_TRY_MS = 60_000;
/** URLs from about 8,000 characters on were refused with 414 in practice. */
const URL_MAX = 4_000;

interface ClientOptions {
  readonly auth: Auth;
  readonly edge: Edge;
  /** Shared by all that talk to the same account. */
  readonly pace: Pace;
  /** Checked: the only host that sees the token. */
  readonly origin: string;
  readonly apiVersion: ApiVersion;
}

type Query = Readonly<Record<string, string>>;
interface Target {
  readonly method: 'GET' | 'POST';
  readonly resource: Resource;
  readonly query?: Query;
  readonly body?: unknown;
}
interface ReadOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** Searches have a limit of their own. */
  readonly search?: true;
}

export interface Answer {
  /** Parsed JSON. */
  readonly body: unknown;
  /** The CRM's clock when it answered, in ms; null where the answer does not say. */
  readonly crmTime: number | null;
  /** How long the answer took, in ms. */
  readonly tookMs: number;
}

export interface Client {
  /** The token in use: whose data this is. */
  token(call: Call): Promise<AccessToken>;
  /**
   * A request that changes nothing; it is tried again where that may help: five requests at most, three tries and one more
   * after each of two access tokens that were refused. With a body it is a POST.
   *
   * @throws CrmSyncError for every answer that is no success.
   */
  read(resource: Resource, options: ReadOptions, call: Call): Promise<Answer>;
  /**
   * A request that changes something, sent again only after an answer that proves that nothing was changed. The signal is
   * looked at before sending, never during.
   *
   * @param deadline - On the injected clock: the answer, or the lack of one, is there by then.
   * @throws where nothing was carried out: no access token could be had, or the signal has aborted.
   */
  write(target: { readonly resource: Resource; readonly body: unknown }, call: Call, deadline: number): Promise<HttpResult>;
  /** True if a read with this query would not fit into a URL. */
  tooLong(query: Query): boolean;
}

export function createClient({ auth, edge, pace, origin, apiVersion }: ClientOptions): Client {
  function requestOf(target: Target, { accessToken }: AccessToken, call: Call) {
    const { method, resource, query, body } = target;
    const url = new URL(pathOf(resource, apiVersion), origin);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    return {
      method,
      url,
      headers: {
        accept: 'application/json',
        authorization: bearer(accessToken),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: call.signal,
      onTry: ({ status, headers }: { readonly status: number | null; readonly headers: Headers | null }) => {
        const usage = usageOf(headers);
        call.onRequest?.({ operation: `${method} ${resource.operation}`, status, ...(usage ? { usage } : {}) });
      },
    };
  }

  const authorized = (call: Call, send: (token: AccessToken) => Promise<HttpResult>): Promise<HttpResult> =>
    sendAuthorized({ auth, edge, signal: call.signal, isStale: ({ status, text }) => isStaleToken({ status, body: text }), send });

  return {
    token: (call) => auth.token({ ...edge, signal: call.signal }),
    async read(resource, { search, ...options }, call) {
      const method = options.body === undefined ? 'GET' : 'POST';
      const operation = `${method} ${resource.operation}`;
      const retries = newRetries();
      const kind = search ? 'search' : 'other';
      const send = (token: AccessToken) =>
        sendHttp(
          {
            ...requestOf({ ...options, method, resource }, token, call),
            idempotent: true,
            timeoutMs: READ_TIMEOUT_MS,
            retry: READ_RETRY,
            retries,
            turn: (tryOnce) => pace.turn(call, kind, tryOnce),
            opensAt: () => pace.opensAt(kind),
          },
          edge,
        );
      const result = await authorized(call, async (token) => againIfCut(await send(token), retries, () => send(token)));
      if (result.kind === 'failure') throw noAnswer(operation, result.code);
      if (result.status !== 200 && result.status !== 207) throw errorOf(result, operation);
      const body = jsonOf(result.text);
      if (body === undefined) throw brokenAnswer(operation);
      return { body, ...timesOf(result) };
    },
    write(target, call, deadline) {
      const retries = newRetries();
      const stale = startBy(call, edge.clock);
      return authorized(call, (token) =>
        sendHttp(
          {
            ...requestOf({ ...target, method: 'POST' }, token, call),
            idempotent: false,
            unappliedStatuses: UNAPPLIED_STATUSES,
            cutsInFlight: false,
            timeoutMs: WRITE_TRY_MS,
            deadline,
            ...stale,
            retry: { statuses: UNAPPLIED_STATUSES, delayMs: limitDelayMs },
            retries,
            turn: (tryOnce) => pace.turn(call, 'other', tryOnce),
            opensAt: () => pace.opensAt('other'),
          },
          edge,
        ),
      );
    },
    tooLong: (query) => new URLSearchParams({ ...query }).toString().length > URL_MAX,
  };
}

export const errorOf = (answer: HttpAnswer, operation: string): CrmSyncError =>
  hubspotError({ status: answer.status, body: answer.text, headers: answer.headers }, operation);

/** The account's calls of the day; only tokens of private apps and service keys are told. */
function usageOf(headers: Headers | null): { used: number; limit: number } | null {
  const [limit, remaining] = ['x-hubspot-ratelimit-daily', 'x-hubspot-ratelimit-daily-remaining'].map((name) => headers?.get(name));
  if (!limit || !remaining || !/^\d{1,12}$/.test(limit) || !/^\d{1,12}$/.test(remaining)) return null;
  return { used: Math.max(0, Number(limit) - Number(remaining)), limit: Number(limit) };
}

import type { CrmSyncError } from '../../errors.ts';
import { bearer, jsonOf, timesOf } from '../../http/answers.ts';
import { sendAuthorized } from '../../http/authorized.ts';
import { type Edge, type HttpAnswer, type HttpResult, sendHttp } from '../../http/send.ts';
import type { Call } from '../../ports/connector.ts';
import type { AccessToken, Auth } from '../../ports/tokens.ts';
import { brokenAnswer, hubspotError, isStaleToken, noAnswer } from './errors.ts';
import { createPace } from './pace.ts';
import { type ApiVersion, pathOf, type Resource } from './paths.ts';
import { limitDelayMs, READ_RETRY, UNAPPLIED_STATUSES } from './retry.ts';

const READ_TIMEOUT_MS = 60_000;
/** One try of a write; what is left of its time is for another one after a limit. */
const WRITE_TRY_MS = 60_000;
/** A write that could not run at least so long is not started. */
const WRITE_MIN_MS = 5_000;
/** URLs from about 8,000 characters on were refused with 414 in practice. */
const URL_MAX = 4_000;

interface ClientOptions {
  readonly auth: Auth;
  readonly edge: Edge;
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
   * A request that changes nothing; it is tried again where that may help. With a body it is a POST.
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

export function createClient({ auth, edge, origin, apiVersion }: ClientOptions): Client {
  const pace = createPace(edge.clock);

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
        if (headers) pace.observe(headers);
        const usage = usageOf(headers);
        call.onRequest?.({ operation: `${method} ${resource.operation}`, status, ...(usage ? { usage } : {}) });
      },
    };
  }

  const authorized = (call: Call, send: (token: AccessToken) => Promise<HttpResult>): Promise<HttpResult> =>
    sendAuthorized({ auth, edge, signal: call.signal, isStale: ({ status, text }) => isStaleToken({ status, body: text }), send });

  const readOnce = (target: Target, isSearch: boolean, call: Call): Promise<HttpResult> =>
    authorized(call, async (token) => {
      const send = () =>
        sendHttp({ ...requestOf(target, token, call), idempotent: true, timeoutMs: READ_TIMEOUT_MS, retry: READ_RETRY }, edge);
      if (isSearch) return pace.search(call.signal, send);
      await pace.wait(call.signal);
      return send();
    });

  return {
    token: (call) => auth.token({ ...edge, signal: call.signal }),
    async read(resource, { search, ...options }, call) {
      const method = options.body === undefined ? 'GET' : 'POST';
      const operation = `${method} ${resource.operation}`;
      // Bound: a success that can't be read is asked for once more.
      for (let attempt = 0; ; attempt += 1) {
        const result = await readOnce({ ...options, method, resource }, search === true, call);
        if (result.kind === 'failure') throw noAnswer(operation, result.code);
        if (result.status !== 200 && result.status !== 207) throw errorOf(result, operation);
        const body = jsonOf(result.text);
        if (body !== undefined) return { body, ...timesOf(result) };
        if (attempt > 0) throw brokenAnswer(operation);
      }
    },
    write: (target, call, deadline) =>
      authorized(call, async (token) => {
        await pace.wait(call.signal);
        call.signal.throwIfAborted();
        const left = deadline - edge.clock.now();
        if (left < WRITE_MIN_MS) return { kind: 'failure', sent: false, code: 'no_time_left' };
        const timeoutMs = Math.min(WRITE_TRY_MS, left);
        return sendHttp(
          {
            ...requestOf({ ...target, method: 'POST' }, token, call),
            idempotent: false,
            unappliedStatuses: UNAPPLIED_STATUSES,
            cutsInFlight: false,
            timeoutMs,
            retry: { statuses: UNAPPLIED_STATUSES, delayMs: limitDelayMs, totalMs: left - timeoutMs },
          },
          edge,
        );
      }),
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

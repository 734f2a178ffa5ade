import type { Clock } from '../ports/clock.ts';
import { TOO_LATE } from '../ports/too-late.ts';
import { readText } from './read-text.ts';
import { backoffMs, RETRY_POLICY, type RetryPolicy, retryAfterMs } from './retry-policy.ts';
import { untilAborted } from './single-flight.ts';
import { type TransportFailure, transportFailure } from './transport-failure.ts';

/** The outside world of an edge, injected. */
export interface Edge {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** From 0 to below 1, for jitter. */
  readonly random: () => number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Only then is it sent again whatever the answer was. */
  readonly idempotent: boolean;
  /** Statuses that prove that nothing was carried out: after one of them any request may be sent again. */
  readonly unappliedStatuses?: readonly number[];
  /** One try, from the start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** On the injected clock: every try has ended by then, and none is started that could not run for five seconds. */
  readonly deadline?: number;
  /** On the injected clock: no try is started after it. */
  readonly startBy?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** The tries after the first that all requests of one call share. Absent: this one has those of its policy. */
  readonly retries?: Retries;
  /** Runs a try when its turn has come. Absent: at once. */
  readonly turn?: (tryOnce: () => Promise<HttpResult>) => Promise<HttpResult>;
  /** On the injected clock: no turn comes before. A request that could not end in time then does not wait for it. */
  readonly opensAt?: () => number;
  /** Cuts the request in flight; absent: nothing does. */
  readonly signal?: AbortSignal;
  /** False: the signal is looked at before each try and ends the wait for it, but never cuts one. Default true. */
  readonly cutsInFlight?: boolean;
  /** Told of every try. */
  readonly onTry?: (answer: { readonly status: number | null; readonly headers: Headers | null }) => void;
}

/** How often a call may still try again, whichever of its requests needs it: so that retries are not stacked. */
export interface Retries {
  left: number;
}
export const newRetries = (): Retries => ({ left: RETRY_POLICY.limit });

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Our clock, before the last try was sent and after it was answered. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** No answer: `sent: false` says that nothing reached the server, `'unclear'` that the request may have been carried out. */
export type HttpResult = HttpAnswer | (TransportFailure & { readonly kind: 'failure' });

const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;
/** A try that could not run at least so long is not started. */
const TRY_MIN_MS = 5_000;
const NO_TIME_LEFT: HttpResult = { kind: 'failure', sent: false, code: 'no_time_left' };
const STALE: HttpResult = { kind: 'failure', sent: false, code: TOO_LATE };

/**
 * The one place that makes requests, and the one owner of their retries. A failure is a result that holds no URL, no
 * header and no body.
 *
 * @throws the reason of `signal` once it has aborted; a request that was cut in flight may have been carried out.
 */
export async function sendHttp(request: HttpRequest, edge: Edge): Promise<HttpResult> {
  const policy = { ...RETRY_POLICY, ...request.retry };
  const { retries = { left: policy.limit }, turn = (tryOnce) => tryOnce() } = request;
  const { deadline = Number.POSITIVE_INFINITY, startBy = Number.POSITIVE_INFINITY } = request;
  let retryUntil = deadline - TRY_MIN_MS;
  let before: HttpResult | null = null;
  // Bound: the retries that are left, and no try that would start after the total time.
  for (let attempt = 0; ; attempt += 1) {
    request.signal?.throwIfAborted();
    const opensAt = request.opensAt?.() ?? Number.NEGATIVE_INFINITY;
    if (opensAt > startBy) return staleAfter(request, before);
    if (opensAt > deadline - TRY_MIN_MS) return before ?? NO_TIME_LEFT;
    const result = await turn(async () => {
      const now = edge.clock.now();
      if (now > startBy) return STALE;
      if (deadline - now < TRY_MIN_MS || (attempt > 0 && now >= retryUntil)) return NO_TIME_LEFT;
      if (attempt === 0) retryUntil = Math.min(retryUntil, now + policy.totalMs); // waiting for the first turn takes none of it
      return sendOnce({ ...request, timeoutMs: Math.min(request.timeoutMs, deadline - now) }, edge);
    });
    if (result === STALE) return staleAfter(request, before);
    if (result === NO_TIME_LEFT) return before ?? result;
    request.onTry?.(result.kind === 'answer' ? { status: result.status, headers: result.headers } : { status: null, headers: null });
    if (retries.left <= 0 || !mayRepeat(request, result) || !worthRetrying(result, policy)) return result;
    const delay = delayMs(result, attempt, policy, edge);
    if (delay === null || edge.clock.now() + delay >= retryUntil) return result;
    if (edge.clock.now() + delay > startBy) return staleAfter(request, result);
    retries.left -= 1;
    before = result;
    await edge.clock.sleep(delay, request.signal);
  }
}

const mayRepeat = ({ idempotent, unappliedStatuses = [] }: HttpRequest, result: HttpResult): boolean =>
  idempotent || (result.kind === 'answer' && unappliedStatuses.includes(result.status));

/** Nothing was sent, or carried out, unless an earlier try leaves that open. */
const staleAfter = ({ unappliedStatuses = [] }: HttpRequest, before: HttpResult | null): HttpResult =>
  before === null || (before.kind === 'failure' ? before.sent === false : unappliedStatuses.includes(before.status)) ? STALE : before;

/** Null: not within this call. */
function delayMs(result: HttpResult, attempt: number, policy: RetryPolicy, { clock, random }: Edge): number | null {
  const own = result.kind === 'answer' ? policy.delayMs?.(result, attempt) : undefined;
  const asked = result.kind === 'answer' ? retryAfterMs(result.headers, clock.now()) : null;
  if (own === null || (asked !== null && asked > policy.retryAfterMaxMs)) return null;
  const drawn = random();
  const usual =
    own === undefined ? backoffMs({ attempt, baseDelayMs: policy.baseDelayMs, random: drawn }) : Math.round(own * (1 + drawn / 5));
  return Math.max(asked ?? 0, usual);
}

const worthRetrying = (result: HttpResult, policy: RetryPolicy): boolean =>
  result.kind === 'failure' ? result.code !== 'answer_too_large' : policy.statuses.includes(result.status);

async function sendOnce(request: HttpRequest, { fetch, clock }: Edge): Promise<HttpResult> {
  const { default: ky } = await import('ky'); // at the first request: importing an edge stays cheap
  request.signal?.throwIfAborted();
  const cutting = request.cutsInFlight === false ? undefined : request.signal;
  const controller = new AbortController();
  const cut = () => controller.abort(cutting?.reason);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, request.timeoutMs);
  cutting?.addEventListener('abort', cut);
  const sentAt = clock.now();
  const exchange = async (): Promise<HttpAnswer> => {
    const response = await ky(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      fetch,
      signal: controller.signal,
      timeout: false, // ky's ends with the headers, ours with the last byte
      retry: 0, // one owner of retries: sendHttp
      throwHttpErrors: false,
      redirect: 'manual', // a redirect could carry credentials to another host
    });
    const text = await readText(response, RESPONSE_BYTES_MAX);
    return { kind: 'answer', status: response.status, headers: response.headers, text, sentAt, answeredAt: clock.now() };
  };
  try {
    return await untilAborted(exchange, controller.signal); // in time, whatever an injected `fetch` makes of the signal
  } catch (error) {
    cutting?.throwIfAborted();
    return { kind: 'failure', ...(timedOut ? { sent: 'unclear' as const, code: 'timeout' } : transportFailure(error)) };
  } finally {
    clearTimeout(timer);
    cutting?.removeEventListener('abort', cut);
  }
}

import { CrmSyncError } from '../../errors.ts';
import { againIfCut, bearer, jsonOf, timesOf } from '../../http/answers.ts';
import { sendAuthorized } from '../../http/authorized.ts';
import { type Edge, type HttpAnswer, type HttpResult, newRetries, type Retries, sendHttp } from '../../http/send.ts';
import { startBy } from '../../http/start-by.ts';
import type { Call } from '../../ports/connector.ts';
import type { AccessToken, Auth } from '../../ports/tokens.ts';
import { brokenAnswer, isStaleToken, noAnswer, salesforceError } from './errors.ts';
import { configuredOrigin } from './hosts.ts';
import type { Pace } from './pace.ts';

/** Queries end inside Salesforce after two minutes; that answer says more than a time-out of ours. */
const READ_TIMEOUT_MS = 130_000;
const READ_RETRY = { statuses: [406, 408, 420, 429, 500, 502, 503, 504], totalMs: 300_000 };
/** URI and headers together may have 16,384 bytes; the rest is for the headers. Source: REST API guide, status code 431. */
const URI_BYTES_MAX = 12_000;

interface ClientOptions {
  readonly auth: Auth;
  readonly edge: Edge;
  /** Shared by all that talk to the same org. */
  readonly pace: Pace;
  /** Overrides the URL of the tokens. */
  readonly origin: string | null;
  readonly apiVersion: string;
  /** How Salesforce names us in its event logs. */
  readonly clientName: string;
}

interface Target {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Below `/services/data/vXX.0`, or from the root with `fromRoot`. */
  readonly path: string;
  readonly fromRoot?: true;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body that is CSV instead. */
  readonly csv?: string;
  /** Path without ids or values, for reports and errors. */
  readonly operation: string;
}
/** How often a request may be sent, and until when. */
interface Manner {
  /** Absent: it changes something, so it is sent once and not cut. */
  readonly retries?: Retries;
  /** On the injected clock. */
  readonly deadline?: number;
  /** On the injected clock. */
  readonly startBy?: number;
}
type ReadTarget = Omit<Target, 'method' | 'body' | 'csv'>;
export type WriteTarget = Target & { readonly method: 'POST' | 'PATCH' | 'PUT' };

export interface Answer {
  /** Parsed JSON. */
  readonly body: unknown;
  /** The CRM's clock when it answered, in ms; null where the answer does not say. */
  readonly crmTime: number | null;
  /** How long the answer took, in ms. */
  readonly tookMs: number;
}

export interface Client {
  /** The token in use: who and where we are. */
  token(call: Call): Promise<AccessToken>;
  /**
   * A request that changes nothing; it is tried again where that may help: five requests at most, three tries and one more
   * after each of two access tokens that were refused.
   *
   * @param deadline - Part of a write: it is sent once, and its answer, or the lack of one, is there by then.
   * @throws CrmSyncError for every answer that is no success.
   */
  read(target: ReadTarget, call: Call, deadline?: number): Promise<Answer>;
  /**
   * A request that does no harm when it is carried out twice, with its answer as received; tried again like a read.
   *
   * @param deadline - On the injected clock: the answer, or the lack of one, is there by then. Default: as for a read.
   * @throws CrmSyncError for every answer that is no success; code `answer_too_large` where asking for less may help.
   */
  repeat(target: Target, call: Call, deadline?: number): Promise<HttpAnswer>;
  /**
   * A request that changes something, sent once (and once more after a 401, which applied nothing). The signal is looked
   * at before sending, never during.
   *
   * @param deadline - On the injected clock: the answer, or the lack of one, is there by then.
   * @throws where no access token could be had, so that nothing was sent.
   */
  write(target: WriteTarget, call: Call, deadline: number): Promise<HttpResult>;
  /** Where paths begin: `/services/data/v66.0`. */
  readonly root: string;
  /** True if a read with this query would not fit into a URI. */
  tooLong(query: string): boolean;
}

export function createClient({ auth, edge, pace, origin: configured, apiVersion, clientName }: ClientOptions): Client {
  const token = (call: Call) => auth.token({ ...edge, signal: call.signal });

  const once = (target: Target, { accessToken, instanceUrl: received }: AccessToken, call: Call, { retries, deadline, startBy }: Manner) =>
    sendHttp(
      {
        method: target.method,
        url: urlOf(target, configured ?? originOf(received), apiVersion),
        headers: {
          accept: 'application/json',
          authorization: bearer(accessToken),
          'sforce-call-options': `client=${clientName}`,
          ...(bodyOf(target) === undefined ? {} : { 'content-type': target.csv === undefined ? 'application/json' : 'text/csv' }),
          ...target.headers,
        },
        ...(bodyOf(target) === undefined ? {} : { body: bodyOf(target)! }),
        signal: call.signal,
        timeoutMs: READ_TIMEOUT_MS,
        ...(deadline === undefined ? {} : { deadline }),
        ...(startBy === undefined ? {} : { startBy }),
        ...(retries === undefined ? { idempotent: false, cutsInFlight: false } : { idempotent: true, retry: READ_RETRY, retries }),
        turn: (tryOnce) => pace.turn(call, tryOnce),
        opensAt: pace.opensAt,
        onTry: ({ status, headers }) => {
          const usage = usageOf(headers?.get('sforce-limit-info'));
          call.onRequest?.({ operation: `${target.method} ${target.operation}`, status, ...(usage ? { usage } : {}) });
        },
      },
      edge,
    );

  const authorized = (call: Call, send: (current: AccessToken) => Promise<HttpResult>): Promise<HttpResult> =>
    sendAuthorized({ auth, edge, signal: call.signal, isStale: ({ status, text }) => isStaleToken({ status, body: text }), send });

  async function repeat(target: Target, call: Call, manner: Manner): Promise<HttpAnswer> {
    const operation = `${target.method} ${target.operation}`;
    const result = await authorized(call, (current) => once(target, current, call, manner));
    if (result.kind === 'failure') throw noAnswer(operation, result.code);
    if (result.status < 200 || result.status > 299) throw errorOf(result, operation);
    return result;
  }

  return {
    token,
    async read(target, call, deadline) {
      const request: Target = { ...target, method: 'GET' };
      const retries = newRetries();
      const send = (current: AccessToken) => once(request, current, call, deadline === undefined ? { retries } : { deadline });
      const result = await authorized(call, async (current) =>
        deadline === undefined ? againIfCut(await send(current), retries, () => send(current)) : send(current),
      );
      if (result.kind === 'failure') throw noAnswer(`GET ${target.operation}`, result.code);
      if (result.status !== 200) throw errorOf(result, `GET ${target.operation}`);
      const body = jsonOf(result.text);
      if (body === undefined) throw brokenAnswer(`GET ${target.operation}`);
      return { body, ...timesOf(result) };
    },
    repeat: (target, call, deadline) => repeat(target, call, { retries: newRetries(), ...(deadline === undefined ? {} : { deadline }) }),
    write(target, call, deadline) {
      const manner = { deadline, ...startBy(call, edge.clock) };
      return authorized(call, (current) => once(target, current, call, manner));
    },
    root: rootOf(apiVersion),
    tooLong: (query) => new URLSearchParams({ q: query }).toString().length + 100 > URI_BYTES_MAX,
  };
}

const rootOf = (apiVersion: string): string => `/services/data/v${apiVersion}`;

const bodyOf = ({ csv, body }: Target): string | undefined => csv ?? (body === undefined ? undefined : JSON.stringify(body));

export const errorOf = (answer: HttpAnswer, operation: string): CrmSyncError =>
  salesforceError({ status: answer.status, body: answer.text, headers: answer.headers }, operation);

/** The account's calls of the last 24 hours; other parts of the header may come before and after. */
export function usageOf(header: string | null | undefined): { used: number; limit: number } | null {
  const match = /(?:^|[;,\s])api-usage\s*=\s*(\d+)\s*\/\s*(\d+)/i.exec(header ?? '');
  return match ? { used: Number(match[1]), limit: Number(match[2]) } : null;
}

function urlOf({ path, fromRoot, query }: Target, origin: string, apiVersion: string): URL {
  const where = fromRoot ? path : rootOf(apiVersion) + path;
  const url = URL.canParse(where, origin) ? new URL(where, origin) : null;
  if (!url?.href.startsWith(`${origin}/services/`)) throw brokenAnswer('a request for the next page');
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  if (url.href.length - origin.length > URI_BYTES_MAX) {
    throw new CrmSyncError('The query no longer fits into a URL.', {
      code: 'query_too_long',
      category: 'configuration',
      remedy: 'Map fewer fields of this object.',
    });
  }
  return url;
}

function originOf(instanceUrl: string | undefined): string {
  if (instanceUrl !== undefined) return configuredOrigin(instanceUrl, 'instanceUrl');
  throw new CrmSyncError('Nobody says where the Salesforce org lives.', {
    code: 'no_instance_url',
    category: 'configuration',
    remedy: 'Set `instanceUrl`, or store the `instance_url` of the token answer with the tokens.',
  });
}

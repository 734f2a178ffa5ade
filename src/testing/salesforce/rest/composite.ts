import { SalesforceFailure } from '../failure.ts';
import { answered, bodyList, bodyObject, type DataAnswer, type DataCall, type Endpoint, ok } from './call.ts';

const SUBREQUESTS_MAX = 25;
/** Of these at most so many in one composite request. */
const QUERIES_MAX = 5;

interface Subrequest {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Several requests in one that counts once; a later one may use results of an earlier one as `@{reference.field}`. */
export const composite: Endpoint = (call) => {
  const body = bodyObject(call);
  const subrequests = readSubrequests(body);
  const allOrNone = body['allOrNone'] === true;
  const savepoint = call.service.org.database.savepoint();
  const results = new Map<string, unknown>();
  const answers: { readonly answer: DataAnswer; readonly referenceId: string }[] = [];
  for (const subrequest of subrequests) {
    const halted = allOrNone && answers.some(({ answer }) => answer.status >= 400);
    const answer = halted ? haltedAnswer() : answered(() => call.service.dispatch(subcall(call, substitute(subrequest, results))));
    if (answer.status < 300) results.set(subrequest.referenceId, answer.body ?? null);
    answers.push({ answer, referenceId: subrequest.referenceId });
  }
  const failed = allOrNone && answers.some(({ answer }) => answer.status >= 400);
  if (failed) savepoint.rollback();
  else savepoint.release();
  return ok({
    compositeResponse: answers.map(({ answer, referenceId }) => {
      const { status, body: answeredBody, headers } = failed && answer.status < 400 ? haltedAnswer() : answer;
      const location = headers?.['location'];
      return {
        body: answeredBody ?? null,
        httpHeaders: location === undefined ? {} : { Location: location },
        httpStatusCode: status,
        referenceId,
      };
    }),
  });
};

/** Several requests that each count as one. */
export const batch: Endpoint = (call) => {
  const body = bodyObject(call);
  const requests = bodyList(body, 'batchRequests');
  assertCount(requests.length);
  const halt = body['haltOnError'] === true;
  const results: { readonly statusCode: number; readonly result: unknown }[] = [];
  for (const request of requests) {
    const stop = halt && results.some(({ statusCode }) => statusCode >= 400);
    const { status, body: result } = stop
      ? { ...haltedAnswer(), status: 412 }
      : answered(() => call.service.dispatch(batchCall(call, request)));
    results.push({ statusCode: status, result: result ?? null });
  }
  return ok({ hasErrors: results.some(({ statusCode }) => statusCode >= 400), results });
};

/** What the parts of a composite or batch request are for. A part that cannot be read is for nothing. */
export function operationsOfParts(call: DataCall): readonly string[] {
  const body = (call.body ?? {}) as Readonly<Record<string, unknown>>;
  const parts = [body['compositeRequest'], body['batchRequests']].find(Array.isArray) as readonly unknown[] | undefined;
  return (parts ?? []).flatMap((part) => {
    try {
      return call.service.operationsOf('batchRequests' in body ? batchCall(call, part) : subcall(call, readSubrequest(part)));
    } catch (error) {
      if (error instanceof SalesforceFailure) return [];
      throw error;
    }
  });
}

function readSubrequests(body: Readonly<Record<string, unknown>>): readonly Subrequest[] {
  const subrequests = bodyList(body, 'compositeRequest').map(readSubrequest);
  assertCount(subrequests.length);
  const queries = subrequests.filter(({ url }) => /\/(query|queryAll|composite\/sobjects)\b/.test(url)).length;
  if (queries > QUERIES_MAX)
    throw new SalesforceFailure('LIMIT_EXCEEDED', `A composite request holds at most ${QUERIES_MAX} queries and collections`);
  const references = subrequests.map(({ referenceId }) => referenceId);
  const repeated = references.find((reference, index) => references.indexOf(reference) !== index);
  if (repeated !== undefined) throw new SalesforceFailure('INVALID_INPUT', `Duplicate referenceId: ${repeated}`);
  return subrequests;
}

function readSubrequest(part: unknown): Subrequest {
  const { method, url, referenceId, body, httpHeaders } = (part ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new SalesforceFailure('JSON_PARSER_ERROR', 'A subrequest has a method and a url');
  if (typeof referenceId !== 'string' || !/^[A-Za-z]\w*$/.test(referenceId))
    throw new SalesforceFailure(
      'INVALID_INPUT',
      `Provided referenceId ('${String(referenceId)}') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').`,
    );
  const headers = new Headers(typeof httpHeaders === 'object' && httpHeaders !== null ? (httpHeaders as Record<string, string>) : {});
  return { method: method.toUpperCase(), url, referenceId, body, headers };
}

function assertCount(count: number): void {
  if (count > SUBREQUESTS_MAX) throw new SalesforceFailure('LIMIT_EXCEEDED', `The limit of ${SUBREQUESTS_MAX} subrequests is exceeded`);
}

function subcall(call: DataCall, { method, url, body, headers }: Subrequest): DataCall {
  const parsed = new URL(url, 'https://subrequest.invalid');
  const [, base, version, path = ''] = /^(\/services\/data\/v(\d+\.\d))(\/.*)?$/.exec(parsed.pathname) ?? [];
  if (base === undefined || !url.startsWith('/'))
    throw new SalesforceFailure('INVALID_INPUT', `The url must start with /services/data/vXX.X/: ${url}`);
  return { ...call, base, version: Number(version), method, segments: segmentsOf(path), query: parsed.searchParams, body, headers };
}

function batchCall(call: DataCall, part: unknown): DataCall {
  const { method, url, richInput } = (part ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new SalesforceFailure('JSON_PARSER_ERROR', 'A batch request has a method and a url');
  return subcall(call, {
    method: method.toUpperCase(),
    url: `/services/data/${url}`,
    referenceId: 'batch',
    body: richInput,
    headers: call.headers,
  });
}

export const segmentsOf = (path: string): readonly string[] =>
  path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);

/** Puts results of earlier parts in. @throws SalesforceFailure where there is no such result. */
function substitute(subrequest: Subrequest, results: ReadonlyMap<string, unknown>): Subrequest {
  const fill = (text: string): string =>
    text.replace(/@\{([^}]+)\}/g, (_, expression: string) => {
      const [reference = '', ...names] = expression.split('.');
      const value = names.reduce((at: unknown, name) => memberOf(at, name), results.get(reference));
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new SalesforceFailure('PROCESSING_HALTED', `Invalid reference specified. No value for ${expression} found in ${reference}`);
      return String(value);
    });
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return fill(value);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deep(inner)]));
  };
  return { ...subrequest, url: fill(subrequest.url), body: deep(subrequest.body) };
}

/** `records[0]` or `id`. */
function memberOf(value: unknown, name: string): unknown {
  const [, member = '', index] = /^(\w*)(?:\[(\d+)\])?$/.exec(name) ?? [];
  const found = member === '' ? value : (value as Readonly<Record<string, unknown>> | null | undefined)?.[member];
  return index === undefined ? found : (found as readonly unknown[] | undefined)?.[Number(index)];
}

const haltedAnswer = (): DataAnswer => ({
  status: 400,
  body: [
    {
      errorCode: 'PROCESSING_HALTED',
      message: 'The transaction was rolled back since another operation in the same transaction failed.',
    },
  ],
});

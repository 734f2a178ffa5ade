import { describeBody, summary } from '../describe.ts';
import { SalesforceFailure } from '../failure.ts';
import { objectOf } from '../org.ts';
import { runQuery } from '../soql/query.ts';
import { plainTarget, runSearch, scopeOf, search } from '../sosl/search.ts';
import { type Term, wordsOf } from '../sosl/term.ts';
import type { Usage } from '../usage.ts';
import { bodyObject, type DataCall, type Endpoint, ok, unlessModified } from './call.ts';

const VERSION_MIN = 31;
const VERSION_MAX = 66;
const SEASONS = ['Summer', 'Winter', 'Spring'] as const;

/** `GET /services/data`: needs no session and counts for nothing. Version 31.0 was Summer '14; three a year follow. */
export const versions = (): readonly Record<string, string>[] =>
  Array.from({ length: VERSION_MAX - VERSION_MIN + 1 }, (_, step) => {
    const version = `${VERSION_MIN + step}.0`;
    return { label: `${SEASONS[step % 3]} '${14 + Math.floor((step + 2) / 3)}`, url: `/services/data/v${version}`, version };
  });

/** @throws SalesforceFailure for a version that was retired or is not there yet. */
export function assertVersion(version: number): void {
  if (version < VERSION_MIN) throw new SalesforceFailure('GONE', 'The requested API version has been retired', { status: 410 });
  if (version > VERSION_MAX) throw new SalesforceFailure('NOT_FOUND', 'The requested resource does not exist', { status: 404 });
}

export const resources: Endpoint = ({ base }) =>
  ok(
    Object.fromEntries(
      ['composite', 'jobs', 'limits', 'parameterizedSearch', 'query', 'queryAll', 'search', 'sobjects'].map((name) => [
        name,
        `${base}/${name}`,
      ]),
    ),
  );

export const query: Endpoint = (call) => runOf(call, false);
export const queryAll: Endpoint = (call) => runOf(call, true);

function runOf({ service, base, query: parameters, headers }: DataCall, all: boolean): ReturnType<Endpoint> {
  const text = parameters.get('q');
  if (text === null || text.trim() === '') throw new SalesforceFailure('MALFORMED_QUERY', 'A query string has to be specified');
  const hint = /batchSize\s*=\s*(\d+)/i.exec(headers.get('sforce-query-options') ?? '')?.[1];
  return ok(service.cursors.open(runQuery(service.org, text, { all, base }), base, hint === undefined ? null : Number(hint)));
}

export const queryMore: Endpoint = ({ service, base, segments }) => ok(service.cursors.next(segments[1]!, base));

export const soslSearch: Endpoint = ({ service, base, version, query: parameters }) => {
  const rows = runSearch(service.org, parameters.get('q') ?? '', { base, indexDelayMs: service.indexDelayMs });
  return ok(version < 37 ? rows : { searchRecords: rows }, { queryid: 'fakequery' }); // early versions answered a bare array
};

/** Plain words instead of SOSL: all of them must be found. */
export const parameterizedSearch: Endpoint = (call) => {
  const { org, indexDelayMs } = call.service;
  const asked = call.method === 'GET' ? askedInUrl(call.query) : askedInBody(bodyObject(call));
  const words = wordsOf(asked.q);
  if (words.length === 0) throw new SalesforceFailure('MALFORMED_SEARCH', 'A search term has to be specified');
  const term: Term = { kind: 'all', parts: words.map((word) => ({ kind: 'phrase', words: [new RegExp(`^${word}$`, 'u')] })) };
  const targets = asked.objects.map(({ name, fields, limit }) => ({
    ...plainTarget(org, objectOf(org, name), call.base, fields.length === 0 ? ['Id'] : fields),
    limit: limit ?? asked.defaultLimit,
  }));
  const limit = Math.min(asked.overallLimit ?? 2000, 2000);
  return ok({ searchRecords: search(org, { term, scope: scopeOf(asked.in), targets, limit }, { base: call.base, indexDelayMs }) });
};

interface Asked {
  readonly q: string;
  readonly in: string;
  readonly objects: readonly { readonly name: string; readonly fields: readonly string[]; readonly limit: number | null }[];
  readonly defaultLimit: number | null;
  readonly overallLimit: number | null;
}

function askedInUrl(query: URLSearchParams): Asked {
  const number = (name: string): number | null => (query.has(name) ? Number(query.get(name)) : null);
  return {
    q: query.get('q') ?? '',
    in: query.get('in') ?? 'ALL',
    objects: query.getAll('sobject').map((name) => ({
      name,
      fields: (query.get(`${name}.fields`) ?? query.get('fields') ?? '').split(',').filter((field) => field !== ''),
      limit: number(`${name}.limit`),
    })),
    defaultLimit: number('defaultLimit'),
    overallLimit: number('overallLimit'),
  };
}

function askedInBody(body: Readonly<Record<string, unknown>>): Asked {
  const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  const objects = Array.isArray(body['sobjects']) ? (body['sobjects'] as readonly Readonly<Record<string, unknown>>[]) : [];
  return {
    q: text(body['q'], ''),
    in: text(body['in'], 'ALL'),
    objects: objects.map(({ name, fields, limit }) => ({
      name: String(name),
      fields: list(fields ?? body['fields']),
      limit: number(limit),
    })),
    defaultLimit: number(body['defaultLimit']),
    overallLimit: number(body['overallLimit']),
  };
}

export const describeGlobal: Endpoint = ({ service: { org }, base }) =>
  ok({ encoding: 'UTF-8', maxBatchSize: 200, sobjects: org.schema.objects.map((object) => summary(object, base)) });

export const basicInformation: Endpoint = ({ service: { org }, base, segments }) =>
  ok({ objectDescribe: summary(objectOf(org, segments[1]!), base), recentItems: [] });

export const describe: Endpoint = (call) => {
  const { org, describedAt } = call.service;
  const object = objectOf(org, call.segments[1]!);
  const at = describedAt();
  const headers = { 'last-modified': new Date(at).toUTCString(), etag: `"${Math.floor(at / 1000).toString(36)}"` };
  return unlessModified(call, at, ok(describeBody(object, org.schema, call.base), headers));
};

export const limits: Endpoint = ({ service }) => {
  if (service.org.denied.has('limits'))
    throw new SalesforceFailure('FORBIDDEN', 'You do not have access to this resource.', { status: 403 });
  const { used, limit } = service.usage();
  const left = (usage: Usage): Record<string, number> => ({ Max: usage.limit, Remaining: usage.limit - usage.used() });
  const untouched = (max: number): Record<string, number> => ({ Max: max, Remaining: max });
  return ok({
    DailyApiRequests: { Max: limit, Remaining: Math.max(0, limit - used) },
    DailyBulkApiBatches: left(service.bulk.batchesToday),
    DailyBulkV2QueryJobs: left(service.bulk.queryJobsToday),
    HourlyPublishedPlatformEvents: untouched(50_000),
    DataStorageMB: untouched(5),
    FileStorageMB: untouched(20),
  });
};

import {
  changeIngest,
  createIngest,
  failedResults,
  listIngest,
  readIngest,
  removeIngest,
  successfulResults,
  unprocessedRecords,
  uploadRows,
} from '../bulk/ingest.ts';
import { changeQueryJob, createQueryJob, listQueryJobs, queryResults, readQueryJob, removeQueryJob } from '../bulk/query.ts';
import { notFound, SalesforceFailure, unsupported } from '../failure.ts';
import type { DataCall, Endpoint } from './call.ts';
import { createMany, deleteMany, readMany, updateMany, upsertMany } from './collections.ts';
import { batch, composite, operationsOfParts } from './composite.ts';
import {
  basicInformation,
  describe,
  describeGlobal,
  limits,
  parameterizedSearch,
  query,
  queryAll,
  queryMore,
  resources,
  soslSearch,
} from './read.ts';
import {
  createRecord,
  findByKey,
  keyField,
  matchesOfKey,
  patchRecord,
  readByKey,
  readRecord,
  removeByKey,
  removeRecord,
  upsertRecord,
} from './records.ts';

interface Route {
  /** Path after the version; `*` is any one segment. */
  readonly path: string;
  readonly methods: Readonly<Record<string, Endpoint>>;
  /** What a request is for, the main thing first. */
  readonly operations: (call: DataCall) => readonly string[];
}

const always =
  (...operations: string[]): Route['operations'] =>
  () =>
    operations;
/** By method: the name of the operation. All of them are also `bulk`. */
const ofJob =
  (names: Readonly<Record<string, string>>): Route['operations'] =>
  ({ method }) => [names[method] ?? 'unknown', 'bulk'];
const onObject: Route['operations'] = (call) => [`${call.method} ${objectName(call, 1)}`];

const ROUTES: readonly Route[] = [
  { path: '', methods: { GET: resources }, operations: always('resources') },
  { path: 'query', methods: { GET: query }, operations: always('query') },
  { path: 'queryAll', methods: { GET: queryAll }, operations: always('queryAll', 'query') },
  { path: 'query/*', methods: { GET: queryMore }, operations: always('queryMore') },
  { path: 'queryAll/*', methods: { GET: queryMore }, operations: always('queryMore') },
  { path: 'search', methods: { GET: soslSearch }, operations: always('search') },
  { path: 'parameterizedSearch', methods: { GET: parameterizedSearch, POST: parameterizedSearch }, operations: always('search') },
  { path: 'limits', methods: { GET: limits }, operations: always('limits') },
  { path: 'sobjects', methods: { GET: describeGlobal }, operations: always('describeGlobal') },
  { path: 'sobjects/*/describe', methods: { GET: describe }, operations: (call) => ['describe', `describe ${objectName(call, 1)}`] },
  {
    path: 'sobjects/*',
    methods: { GET: basicInformation, POST: createRecord },
    operations: (call) => (call.method === 'POST' ? onObject(call) : ['basicInformation']),
  },
  { path: 'sobjects/*/*', methods: { GET: readRecord, PATCH: patchRecord, DELETE: removeRecord }, operations: onObject },
  {
    path: 'sobjects/*/*/*',
    methods: { GET: readByKey, PATCH: upsertRecord, DELETE: removeByKey },
    operations: (call) => (call.method === 'PATCH' ? upsertOperations(call) : onObject(call)),
  },
  { path: 'composite', methods: { POST: composite }, operations: (call) => ['composite', ...operationsOfParts(call)] },
  { path: 'composite/batch', methods: { POST: batch }, operations: (call) => ['batch', ...operationsOfParts(call)] },
  {
    path: 'composite/sobjects',
    methods: { POST: createMany, PATCH: updateMany, DELETE: deleteMany },
    operations: (call) => [...typesIn(call).map((type) => `${call.method} ${type}`), 'collections'],
  },
  {
    path: 'composite/sobjects/*',
    methods: { GET: readMany, POST: readMany },
    operations: (call) => [`GET ${objectName(call, 2)}`, 'collections'],
  },
  {
    path: 'composite/sobjects/*/*',
    methods: { PATCH: upsertMany },
    operations: (call) => [`upsert ${objectName(call, 2)}`, ...upsertManyOperations(call), 'collections'],
  },
  { path: 'jobs/ingest', methods: { GET: listIngest, POST: createIngest }, operations: ofJob({ GET: 'listJobs', POST: 'createIngest' }) },
  {
    path: 'jobs/ingest/*',
    methods: { GET: readIngest, PATCH: changeIngest, DELETE: removeIngest },
    operations: ofJob({ GET: 'ingestState', PATCH: 'changeIngest', DELETE: 'removeIngest' }),
  },
  { path: 'jobs/ingest/*/batches', methods: { PUT: uploadRows }, operations: ofJob({ PUT: 'upload' }) },
  { path: 'jobs/ingest/*/successfulResults', methods: { GET: successfulResults }, operations: ofJob({ GET: 'ingestResults' }) },
  { path: 'jobs/ingest/*/failedResults', methods: { GET: failedResults }, operations: ofJob({ GET: 'ingestResults' }) },
  { path: 'jobs/ingest/*/unprocessedrecords', methods: { GET: unprocessedRecords }, operations: ofJob({ GET: 'ingestResults' }) },
  {
    path: 'jobs/query',
    methods: { GET: listQueryJobs, POST: createQueryJob },
    operations: ofJob({ GET: 'listJobs', POST: 'createQueryJob' }),
  },
  {
    path: 'jobs/query/*',
    methods: { GET: readQueryJob, PATCH: changeQueryJob, DELETE: removeQueryJob },
    operations: ofJob({ GET: 'queryJobState', PATCH: 'changeQueryJob', DELETE: 'removeQueryJob' }),
  },
  { path: 'jobs/query/*/results', methods: { GET: queryResults }, operations: ofJob({ GET: 'queryJobResults' }) },
];

/** Parts of the API that Salesforce has and the fake does not. */
const UNSUPPORTED =
  /^(tooling|composite\/(graph|tree)|sobjects\/\w+\/(updated|deleted|listviews)|chatter|ui-api|actions|analytics|connect|recent|theme|event)\b/;

/** @throws SalesforceFailure NOT_FOUND, METHOD_NOT_ALLOWED, or FAKE_DOES_NOT_SUPPORT. */
export function endpointOf(call: DataCall): Endpoint {
  const path = call.segments.join('/');
  if (UNSUPPORTED.test(path)) throw unsupported(path);
  const route = routeOf(call);
  if (route === undefined) throw notFound();
  const endpoint = route.methods[call.method === 'HEAD' ? 'GET' : call.method];
  if (endpoint !== undefined) return endpoint;
  const allowed = Object.keys(route.methods).join(',');
  throw new SalesforceFailure('METHOD_NOT_ALLOWED', `HTTP Method '${call.method}' not allowed. Allowed are ${allowed}`, { status: 405 });
}

/** What a request is for. A path that is none is for nothing. */
export function operationsOf(call: DataCall): readonly string[] {
  return [...new Set(routeOf(call)?.operations(call) ?? ['unknown'])];
}

function routeOf({ segments }: DataCall): Route | undefined {
  return ROUTES.find(({ path }) => {
    const pattern = path === '' ? [] : path.split('/');
    return pattern.length === segments.length && pattern.every((part, index) => part === '*' || part === segments[index]);
  });
}

/** With the case of the schema: the path may have another. */
function objectName({ service, segments }: DataCall, at: number): string {
  const name = segments[at] ?? '';
  return service.org.schema.object(name)?.name ?? name;
}

/** An upsert is also a creation or an update: which one, the data tells. */
function upsertOperations(call: DataCall): readonly string[] {
  const object = objectName(call, 1);
  const upsert = `upsert ${object}`;
  try {
    return [upsert, `${matchesOfKey(call).length === 0 ? 'POST' : 'PATCH'} ${object}`];
  } catch (error) {
    if (error instanceof SalesforceFailure) return [upsert];
    throw error;
  }
}

function upsertManyOperations(call: DataCall): readonly string[] {
  const [object, name] = [call.service.org.schema.object(call.segments[2] ?? ''), call.segments[3] ?? ''];
  const records = (call.body as { readonly records?: unknown } | undefined)?.records;
  if (object === undefined || !Array.isArray(records)) return [];
  try {
    const key = keyField(object, name);
    const found = (records as readonly Readonly<Record<string, unknown>>[]).map((record) => {
      const value = Object.entries(record).find(([member]) => member.toLowerCase() === key.name.toLowerCase())?.[1] ?? null;
      return findByKey(call.service.org, object, key, value).length > 0 ? 'PATCH' : 'POST';
    });
    return [...new Set(found)].map((method) => `${method} ${object.name}`);
  } catch (error) {
    if (error instanceof SalesforceFailure) return [];
    throw error;
  }
}

function typesIn(call: DataCall): readonly string[] {
  const { schema } = call.service.org;
  if (call.method === 'DELETE') {
    const ids = (call.query.get('ids') ?? '').split(',');
    return [...new Set(ids.map((id) => schema.objectOfPrefix(id.slice(0, 3))?.name ?? 'unknown'))];
  }
  const records = (call.body as { readonly records?: unknown } | undefined)?.records;
  const types = (Array.isArray(records) ? records : []).map((record: { attributes?: { type?: unknown } } | null) =>
    String(record?.attributes?.type),
  );
  return [...new Set(types.map((type) => schema.object(type)?.name ?? type))];
}

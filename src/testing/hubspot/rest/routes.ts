import { HubSpotFailure, notFound, unsupported } from '../failure.ts';
import type { ObjectType } from '../schema/object-type.ts';
import {
  archiveAssociations,
  createAssociations,
  createDefaultAssociations,
  deleteAssociation,
  listAssociations,
  listLabels,
  putAssociation,
  putDefaultAssociation,
  readAssociations,
} from './associations.ts';
import { batchArchive, batchCreate, batchRead, batchUpdate, batchUpsert } from './batch.ts';
import type { DataCall, Endpoint, Json } from './call.ts';
import { addMembers, getList, listMembers, listMembersByTime, listsOfRecord, listsOfRecords, removeMembers, searchLists } from './lists.ts';
import { accountDetails, apiUsage, getOwner, getPipeline, listOwners, listPipelines, listSchemas } from './metadata.ts';
import { archiveObject, createObject, gdprDelete, getObject, listObjects, mergeObjects, searchObjects, updateObject } from './objects.ts';
import type { Area } from './path.ts';
import { archiveProperty, createProperty, getProperty, listGroups, listProperties, updateProperty } from './properties.ts';
import { getPropertyRules, listPropertyRules } from './validations.ts';

interface Handler {
  readonly run: Endpoint;
  /** What a request is for, without the object: `create`. */
  readonly operation: string;
  /** Any one of these scopes lets it through. */
  readonly scopes: (call: DataCall) => readonly string[];
}

interface Route {
  readonly area: Area;
  /** Path after area and version; `*` is any one segment. */
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** The object of a path; undefined where the portal has none of that name. */
const objectAt = ({ service, segments }: DataCall, at: number): ObjectType | undefined => service.portal.schema.find(segments[at] ?? '');
const reads: Handler['scopes'] = (call) => listOf(objectAt(call, 0)?.readScope);
const writes: Handler['scopes'] = (call) => listOf(objectAt(call, 0)?.writeScope);
const readsEither: Handler['scopes'] = (call) => [...listOf(objectAt(call, 0)?.readScope), ...listOf(objectAt(call, 1)?.readScope)];
const schemas: Handler['scopes'] = (call) => objectAt(call, 0)?.schemaScopes ?? [];
const schemaWrites: Handler['scopes'] = (call) => listOf(objectAt(call, 0)?.schemaWriteScope);
const needs =
  (...scopes: string[]): Handler['scopes'] =>
  () =>
    scopes;
const listOf = (scope: string | undefined): readonly string[] => (scope === undefined ? [] : [scope]);

const handler = (operation: string, run: Endpoint, scopes: Handler['scopes']): Handler => ({ operation, run, scopes });
const readLabels = handler('labels', listLabels, readsEither);

/** Literal segments before `*`: the first route that fits is taken. */
const ROUTES: readonly Route[] = [
  { area: 'objects', path: '*', methods: { GET: handler('list', listObjects, reads), POST: handler('create', createObject, writes) } },
  { area: 'objects', path: '*/search', methods: { POST: handler('search', searchObjects, reads) } },
  { area: 'objects', path: '*/merge', methods: { POST: handler('merge', mergeObjects, writes) } },
  { area: 'objects', path: '*/gdpr-delete', methods: { POST: handler('gdprDelete', gdprDelete, writes) } },
  { area: 'objects', path: '*/batch/read', methods: { POST: handler('read', batchRead, reads) } },
  { area: 'objects', path: '*/batch/create', methods: { POST: handler('create', batchCreate, writes) } },
  { area: 'objects', path: '*/batch/update', methods: { POST: handler('update', batchUpdate, writes) } },
  { area: 'objects', path: '*/batch/upsert', methods: { POST: handler('upsert', batchUpsert, writes) } },
  { area: 'objects', path: '*/batch/archive', methods: { POST: handler('archive', batchArchive, writes) } },
  {
    area: 'objects',
    path: '*/*',
    methods: {
      GET: handler('get', getObject, reads),
      PATCH: handler('update', updateObject, writes),
      DELETE: handler('archive', archiveObject, writes),
    },
  },
  { area: 'objects', path: '*/*/associations/*', methods: { GET: handler('readAssociations', listAssociations, reads) } },
  {
    area: 'objects',
    path: '*/*/associations/*/*',
    methods: {
      PUT: handler('createAssociations', putAssociation, writes),
      DELETE: handler('archiveAssociations', deleteAssociation, writes),
    },
  },
  { area: 'objects', path: '*/*/associations/default/*/*', methods: { PUT: handler('createAssociations', putDefaultAssociation, writes) } },
  { area: 'associations', path: '*/*/batch/read', methods: { POST: handler('readAssociations', readAssociations, readsEither) } },
  { area: 'associations', path: '*/*/batch/create', methods: { POST: handler('createAssociations', createAssociations, writes) } },
  {
    area: 'associations',
    path: '*/*/batch/associate/default',
    methods: { POST: handler('createAssociations', createDefaultAssociations, writes) },
  },
  { area: 'associations', path: '*/*/batch/archive', methods: { POST: handler('archiveAssociations', archiveAssociations, writes) } },
  { area: 'associations', path: '*/*/labels', methods: { GET: readLabels } },
  {
    area: 'properties',
    path: '*',
    methods: { GET: handler('properties', listProperties, schemas), POST: handler('createProperty', createProperty, schemaWrites) },
  },
  { area: 'properties', path: '*/groups', methods: { GET: handler('properties', listGroups, schemas) } },
  {
    area: 'properties',
    path: '*/*',
    methods: {
      GET: handler('properties', getProperty, schemas),
      PATCH: handler('updateProperty', updateProperty, schemaWrites),
      DELETE: handler('archiveProperty', archiveProperty, schemaWrites),
    },
  },
  { area: 'pipelines', path: '*', methods: { GET: handler('pipelines', listPipelines, schemas) } },
  { area: 'pipelines', path: '*/*', methods: { GET: handler('pipelines', getPipeline, schemas) } },
  { area: 'owners', path: '', methods: { GET: handler('owners', listOwners, needs('crm.objects.owners.read')) } },
  { area: 'owners', path: '*', methods: { GET: handler('owners', getOwner, needs('crm.objects.owners.read')) } },
  { area: 'lists', path: 'search', methods: { POST: handler('lists', searchLists, needs('crm.lists.read')) } },
  {
    area: 'lists',
    path: 'records/memberships/batch/read',
    methods: { POST: handler('memberships', listsOfRecords, needs('crm.lists.read')) },
  },
  { area: 'lists', path: 'records/*/*/memberships', methods: { GET: handler('lists', listsOfRecord, needs('crm.lists.read')) } },
  { area: 'lists', path: '*', methods: { GET: handler('lists', getList, needs('crm.lists.read')) } },
  { area: 'lists', path: '*/memberships', methods: { GET: handler('members', listMembers, needs('crm.lists.read')) } },
  { area: 'lists', path: '*/memberships/join-order', methods: { GET: handler('members', listMembersByTime, needs('crm.lists.read')) } },
  { area: 'lists', path: '*/memberships/add', methods: { PUT: handler('addMembers', addMembers, needs('crm.lists.write')) } },
  { area: 'lists', path: '*/memberships/remove', methods: { PUT: handler('removeMembers', removeMembers, needs('crm.lists.write')) } },
  { area: 'account', path: 'details', methods: { GET: handler('account', accountDetails, needs('oauth')) } },
  { area: 'account', path: 'api-usage/daily/private-apps', methods: { GET: handler('usage', apiUsage, needs('oauth')) } },
  { area: 'validations', path: '*', methods: { GET: handler('validations', listPropertyRules, schemas) } },
  { area: 'validations', path: '*/*', methods: { GET: handler('validations', getPropertyRules, schemas) } },
  { area: 'schemas', path: '', methods: { GET: handler('schemas', listSchemas, needs('crm.schemas.custom.read')) } },
];

/** Parts of the API that HubSpot has and the fake does not, under their areas. */
const UNSUPPORTED: readonly (readonly [Area, RegExp])[] = [
  ['properties', /^[^/]+\/batch\//],
  ['properties', /^[^/]+\/groups\/./],
  ['associations', /^[^/]+\/[^/]+\/batch\/labels\//],
  ['lists', /^(all|idmapping|folders|object-type-id)\b/],
  ['schemas', /./],
  ['validations', /\/rule-type\//],
];

/** The handler of a request. @throws HubSpotFailure 404, 405, or 501 for what only HubSpot has. */
export function handlerOf(call: DataCall): Handler {
  const path = call.segments.join('/');
  if (UNSUPPORTED.some(([area, pattern]) => area === call.area && pattern.test(path))) throw unsupported(`${call.area} ${path}`);
  if (call.version === 'v3' && call.area === 'objects' && call.segments[2] === 'associations')
    throw unsupported('associations of version 3');
  const route = routeOf(call);
  if (route === undefined || (route.path === '*/*/associations/*' && call.version === '2026-09')) throw notFound();
  const found = route.methods[call.method];
  if (found === undefined) throw new HubSpotFailure(405, `HTTP ${call.method} Method Not Allowed`);
  return found;
}

/** Scopes any one of which lets a request through. */
export const scopesOf = (call: DataCall): readonly string[] => routeOf(call)?.methods[call.method]?.scopes(call) ?? [];

/** The object that a request is about: `contacts`; the object whose ties it reads. */
const OBJECT_AREAS = new Set<Area>(['objects', 'associations', 'properties', 'pipelines', 'validations']);

/** What a request is for, the main thing first: `create contacts`, `create`. A path that is none is for nothing. */
export function operationsOf(call: DataCall): readonly string[] {
  const found = routeOf(call)?.methods[call.method];
  if (found === undefined) return ['unknown'];
  const object = OBJECT_AREAS.has(call.area) ? (objectAt(call, 0)?.name ?? call.segments[0]) : undefined;
  const verbs = found.operation === 'upsert' ? ['upsert', ...upsertVerbs(call)] : [found.operation];
  return [...(object === undefined ? [] : verbs.map((verb) => `${verb} ${object}`)), ...verbs];
}

/** An upsert is also a creation, an update or both: which, the data tells. */
function upsertVerbs(call: DataCall): readonly string[] {
  const type = objectAt(call, 0);
  const inputs = (call.body as { readonly inputs?: unknown } | null | undefined)?.inputs;
  if (type === undefined || !Array.isArray(inputs)) return [];
  const verbs = (inputs as readonly Json[]).map((input) =>
    call.service.portal.database.holder(type, String(input?.['idProperty']), String(input?.['id'])) === undefined ? 'create' : 'update',
  );
  return [...new Set(verbs)];
}

function routeOf({ area, segments }: DataCall): Route | undefined {
  return ROUTES.find((route) => {
    const pattern = route.path === '' ? [] : route.path.split('/');
    return (
      route.area === area && pattern.length === segments.length && pattern.every((part, index) => part === '*' || part === segments[index])
    );
  });
}

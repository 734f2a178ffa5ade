import { HubSpotFailure, invalid, notFound } from '../failure.ts';
import { showOwner } from '../owners.ts';
import type { ObjectType } from '../schema/object-type.ts';
import type { Pipeline } from '../schema/pipelines.ts';
import { showProperty } from '../schema/property.ts';
import { zoneOffset } from '../zone.ts';
import { type DataCall, type Endpoint, ok, pagingTo, queryFlag, queryLimit } from './call.ts';
import { typeOf } from './objects.ts';

const OWNERS_MAX = 500;

export const listOwners: Endpoint = (call) => {
  const { portal, pageSizeMax } = call.service;
  const archived = queryFlag(call, 'archived');
  const email = call.query.get('email')?.toLowerCase();
  const limit = Math.min(queryLimit(call, 100, OWNERS_MAX), pageSizeMax);
  const after = Number(call.query.get('after') ?? 0);
  const all = portal.owners.all.filter(
    (owner) => owner.archived === archived && (email === undefined || owner.email.toLowerCase() === email),
  );
  const page = all.filter(({ id }) => Number(id) > after).slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && all.at(-1) !== last;
  return ok({ results: page.map(showOwner), ...pagingTo(call, `/crm/owners/${call.version}`, more ? last.id : null) });
};

export const getOwner: Endpoint = (call) => {
  const { owners } = call.service.portal;
  const id = call.segments[0]!;
  const byUser = call.query.get('idProperty') === 'userId';
  const found = byUser ? owners.all.find(({ userId }) => String(userId) === id) : owners.get(id);
  if (found === undefined || found.archived !== queryFlag(call, 'archived')) throw notFound();
  return ok(showOwner(found));
};

export const listPipelines: Endpoint = (call) => ok({ results: pipelinesAt(call).map(showPipeline) });

export const getPipeline: Endpoint = (call) => {
  const index = pipelinesAt(call).findIndex(({ id }) => id === call.segments[1]);
  if (index === -1) throw notFound();
  return ok(showPipeline(pipelinesAt(call)[index]!, index));
};

function pipelinesAt(call: DataCall): readonly Pipeline[] {
  const { name } = typeOf(call);
  const found = call.service.portal.pipelines[name];
  if (found === undefined) throw invalid(`${name} have no pipelines`);
  return found;
}

const PIPELINE_STAMP = '2019-08-06T02:41:08.029Z';

/** Values of `metadata` are text. Source: HubSpot developer docs, "Pipelines". */
function showPipeline({ id, label, stages }: Pipeline, displayOrder: number): Record<string, unknown> {
  const stamps = { archived: false, createdAt: PIPELINE_STAMP, updatedAt: PIPELINE_STAMP };
  return {
    id,
    label,
    displayOrder,
    ...stamps,
    stages: stages.map((stage, order) => ({ ...stage, displayOrder: order, writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT', ...stamps })),
  };
}

export const accountDetails: Endpoint = (call) => {
  const { portal } = call.service;
  const { text, ms } = zoneOffset(portal.timeZone, portal.now());
  return ok({
    portalId: portal.id,
    accountType: 'STANDARD',
    timeZone: portal.timeZone,
    companyCurrency: 'USD',
    additionalCurrencies: [],
    utcOffset: text,
    utcOffsetMilliseconds: ms,
    uiDomain: portal.uiDomain,
    dataHostingLocation: 'eu1',
  });
};

export const apiUsage: Endpoint = (call) => {
  const usage = call.service.usage();
  if (usage === null) throw new HubSpotFailure(403, 'Only private apps have a daily usage', { category: 'MISSING_SCOPES' });
  const collectedAt = new Date(call.service.portal.now()).toISOString();
  return ok({
    results: [
      {
        name: 'private-apps-api-calls-daily',
        usageLimit: usage.limit,
        currentUsage: usage.used,
        collectedAt,
        fetchStatus: 'SUCCESS',
        resetsAt: new Date(usage.resetsAt).toISOString(),
      },
    ],
  });
};

/** What HubSpot asks for when a custom object is made; here the first property that the test gave it. */
const primaryDisplayOf = ({ properties }: ObjectType): string | null =>
  [...properties.values()].find(({ hubspotDefined, type }) => !hubspotDefined && type === 'string')?.name ?? null;

/** Custom objects. Their paths take the type id or the qualified name. */
export const listSchemas: Endpoint = (call) => {
  const { portal } = call.service;
  const results = portal.schema.objects
    .filter(({ custom }) => custom)
    .map((type) => ({
      id: type.typeId.slice(2),
      objectTypeId: type.typeId,
      fullyQualifiedName: `p${portal.id}_${type.name}`,
      name: type.name,
      labels: { singular: type.name, plural: type.name },
      requiredProperties: type.required,
      searchableProperties: type.searched,
      primaryDisplayProperty: primaryDisplayOf(type),
      secondaryDisplayProperties: [],
      properties: portal.schema.visibleNames(type).map((name) => showProperty(type.properties.get(name)!)),
      associations: [],
      archived: false,
    }));
  return ok({ results });
};

import { HubSpotFailure, invalid, invalidJson, missingFields } from '../failure.ts';
import type { ObjectType } from '../schema/object-type.ts';
import {
  FIELD_TYPES,
  type Property,
  type PropertyFieldType,
  type PropertyOption,
  type PropertyType,
  property,
  showProperty,
} from '../schema/property.ts';
import { isPropertyName } from '../schema/property-spec.ts';
import { UNIQUE_MAX, uniqueCount } from '../schema/schema.ts';
import { bodyObject, bodyText, bodyTextOr, created, type DataCall, type Endpoint, type Json, noContent, ok, queryFlag } from './call.ts';
import { typeOf } from './objects.ts';

/** Not paged: every property at once. Source: HubSpot developer docs, "Properties". */
export const listProperties: Endpoint = (call) => {
  const type = typeOf(call);
  const archived = queryFlag(call, 'archived');
  const { schema } = call.service.portal;
  const shown = archived
    ? [...type.properties.values()].filter(({ archivedAt }) => archivedAt !== null)
    : schema.visibleNames(type).map((name) => type.properties.get(name)!);
  return ok({ results: shown.map(showProperty) });
};

export const getProperty: Endpoint = (call) => ok(showProperty(propertyAt(call)));

export const createProperty: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const body = bodyObject(call);
  const missing = ['name', 'label', 'type', 'fieldType', 'groupName'].filter((name) => (body[name] ?? null) === null);
  if (missing.length > 0) throw missingFields(...missing);
  const name = bodyText(body, 'name');
  if (!isPropertyName(name)) throw invalid(`${name} is no name of a property`);
  const present = type.properties.get(name);
  if (present !== undefined && present.archivedAt === null)
    throw new HubSpotFailure(409, `A property named '${name}' already exists.`, {
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
    });
  const at = portal.now();
  const made = present === undefined ? newProperty(call, type, body) : { ...present, ...changesIn(type, present, body), archivedAt: null };
  type.properties.set(name, { ...made, updatedAt: at });
  return created(showProperty(type.properties.get(name)!));
};

/** `options` replaces the whole list. */
export const updateProperty: Endpoint = (call) => {
  const present = propertyAt(call);
  if (present.hubspotDefined && present.readOnly) throw invalid(`The definition of ${present.name} is read only`);
  const type = typeOf(call);
  const changed = { ...present, ...changesIn(type, present, bodyObject(call)), updatedAt: call.service.portal.now() };
  type.properties.set(changed.name, changed);
  return ok(showProperty(changed));
};

export const archiveProperty: Endpoint = (call) => {
  const present = propertyAt(call);
  if (present.hubspotDefined) throw invalid(`${present.name} is defined by HubSpot and can not be archived`);
  typeOf(call).properties.set(present.name, { ...present, archivedAt: call.service.portal.now() });
  return noContent;
};

export const listGroups: Endpoint = (call) =>
  ok({ results: typeOf(call).groups.map((name, displayOrder) => ({ name, label: name, displayOrder, archived: false })) });

/** @throws HubSpotFailure 404, also for one that the app may not see. */
function propertyAt(call: DataCall): Property {
  const type = typeOf(call);
  const name = call.segments[1]!;
  const found = call.service.portal.schema.visible(type, name);
  if (found !== undefined) return found;
  throw new HubSpotFailure(404, `Property "${name}" does not exist`, { category: 'OBJECT_NOT_FOUND' });
}

function newProperty(call: DataCall, type: ObjectType, body: Json): Property {
  const { portal } = call.service;
  const { kind, fieldType } = typesIn(bodyText(body, 'type'), bodyText(body, 'fieldType'));
  assertGroup(type, body);
  const hasUniqueValue = body['hasUniqueValue'] === true;
  if (hasUniqueValue && kind !== 'string' && kind !== 'number') throw invalid(`A ${kind} property can not have unique values`);
  if (hasUniqueValue && uniqueCount(type) >= UNIQUE_MAX)
    throw invalid(`${type.name} have ${UNIQUE_MAX} unique properties already, which is the most`);
  if (hasUniqueValue && !type.readsArchived && portal.settings.uniqueActivityProperties === false)
    throw invalid(`${type.name} can not have unique properties`);
  const at = portal.now();
  const blank = property(bodyText(body, 'name'), '', kind, {
    fieldType,
    hubspotDefined: false,
    hasUniqueValue,
    createdAt: at,
    displayOrder: type.properties.size,
  });
  return { ...blank, ...changesIn(type, blank, body) };
}

/** What a body changes in a definition. Name, uniqueness and what HubSpot works out stay. */
function changesIn(type: ObjectType, present: Property, body: Json): Partial<Property> {
  const { label, description, groupName, hidden, options } = body;
  if (groupName !== undefined) assertGroup(type, body);
  const { kind, fieldType } = typesIn(bodyTextOr(body, 'type', present.type), bodyTextOr(body, 'fieldType', present.fieldType));
  if (body['hasUniqueValue'] !== undefined && (body['hasUniqueValue'] === true) !== present.hasUniqueValue)
    throw invalid('hasUniqueValue can not be changed');
  return {
    type: kind,
    fieldType,
    ...(typeof label === 'string' ? { label } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof groupName === 'string' ? { groupName } : {}),
    ...(typeof hidden === 'boolean' ? { hidden } : {}),
    ...(options === undefined ? {} : { options: readOptions(options) }),
  };
}

function typesIn(type: string, fieldType: string): { readonly kind: PropertyType; readonly fieldType: PropertyFieldType } {
  const allowed: readonly string[] | undefined = FIELD_TYPES[type as PropertyType];
  if (allowed === undefined) throw invalid(`${type} is no type of a property: [${Object.keys(FIELD_TYPES).join(', ')}]`);
  if (!allowed.includes(fieldType)) throw invalid(`${fieldType} is no field type of ${type}: [${allowed.join(', ')}]`);
  return { kind: type as PropertyType, fieldType: fieldType as PropertyFieldType };
}

function assertGroup({ groups, name }: ObjectType, body: Json): void {
  const groupName = bodyText(body, 'groupName');
  if (!groups.includes(groupName)) throw invalid(`The property group ${groupName} of ${name} does not exist`);
}

function readOptions(raw: unknown): readonly PropertyOption[] {
  if (!Array.isArray(raw)) throw invalidJson('Cannot deserialize value of type `java.util.ArrayList` (through reference chain: options)');
  return (raw as readonly Json[]).map((option) => {
    const { label, value, displayOrder, hidden, description = '' } = option;
    if (typeof label !== 'string' || typeof value !== 'string' || typeof displayOrder !== 'number' || typeof hidden !== 'boolean')
      throw missingFields('label', 'value', 'displayOrder', 'hidden');
    return { label, value, displayOrder, hidden, description: String(description) };
  });
}

import type { Millis } from '../../../core/values/value.ts';
import { HubSpotFailure, unsupported } from '../failure.ts';
import { calls, communications, notes } from './activities.ts';
import { companies } from './companies.ts';
import { contacts } from './contacts.ts';
import { deals, tickets } from './deals-and-tickets.ts';
import { type ObjectType, objectType, stampProperties, systemProperties } from './object-type.ts';
import type { Property } from './property.ts';
import { type PropertySpec, propertyOfSpec } from './property-spec.ts';

const BUILT_IN = [contacts, companies, deals, tickets, calls, communications, notes];
/** Objects that HubSpot has and the fake has not, under each of their names. */
const ELSEWHERE =
  /^(products?|line_items?|quotes?|tasks?|meetings?|emails?|leads?|users?|postal_mail|goals|invoices?|0-(7|8|14|27|47|49|115|116|136))$/;

/** The objects and properties of a portal, and what the connected app may see of them. */
export interface Schema {
  readonly objects: readonly ObjectType[];
  /** By any name that a path may use: `contacts`, `contact`, `0-1`; custom objects `2-10001` and `p1234_machine`. */
  find(name: string): ObjectType | undefined;
  /** By the name of the test: custom objects go by their plain name too. */
  named(name: string): ObjectType | undefined;
  /** The live property if the connected app may see it. */
  visible(type: ObjectType, name: string): Property | undefined;
  /** Names of the visible live properties. */
  visibleNames(type: ObjectType): readonly string[];
  /** `contacts.ssn` */
  hide(path: string): void;
  show(path: string): void;
}

export function createSchema(
  specs: Readonly<Record<string, Readonly<Record<string, PropertySpec>>>>,
  hidden: readonly string[],
  { portalId, at }: { readonly portalId: number; readonly at: Millis },
): Schema {
  const builtIn = BUILT_IN.map((definition) => objectType(definition));
  const names = new Set(builtIn.map(({ name }) => name));
  const custom = Object.keys(specs)
    .filter((name) => !names.has(name))
    .map((name, index) => customObject(name, index));
  const objects = [...builtIn, ...custom];
  const byPathName = new Map<string, ObjectType>();
  for (const type of objects) {
    byPathName.set(type.typeId, type);
    for (const name of type.custom ? [`p${portalId}_${type.name}`] : [type.name, type.singular]) byPathName.set(name, type);
  }
  const byName = new Map(objects.map((type) => [type.name, type]));
  for (const [object, properties] of Object.entries(specs)) {
    const type = byName.get(object)!;
    for (const [name, spec] of Object.entries(properties)) {
      const made = propertyOfSpec({ name: object, group: type.groups[0]! }, name, spec, type.properties.get(name), at);
      type.properties.set(name, { ...made, displayOrder: type.properties.get(name)?.displayOrder ?? type.properties.size });
    }
    assertUniqueCount(type);
  }

  const concealed = new Set<string>();
  const checkedPath = (path: string): string => {
    const [object = '', name = ''] = path.split('.');
    if (byName.get(object)?.properties.has(name) !== true)
      throw new TypeError(`fakeHubSpot: there is no property ${path} to hide or show.`);
    return path;
  };
  for (const path of hidden) concealed.add(checkedPath(path));
  const isVisible = (type: ObjectType, property: Property): boolean =>
    property.archivedAt === null && (concealed.size === 0 || !concealed.has(`${type.name}.${property.name}`));
  return {
    objects,
    find: (name) => byPathName.get(name.toLowerCase()),
    named: (name) => byName.get(name) ?? byPathName.get(name.toLowerCase()),
    visible(type, name) {
      const property = type.properties.get(name);
      return property !== undefined && isVisible(type, property) ? property : undefined;
    },
    visibleNames: (type) => [...type.properties.values()].filter((property) => isVisible(type, property)).map(({ name }) => name),
    hide: (path) => {
      concealed.add(checkedPath(path));
    },
    show: (path) => {
      concealed.delete(checkedPath(path));
    },
  };
}

/** Most unique properties of an object, HubSpot's own not counted. */
export const UNIQUE_MAX = 10;

export const uniqueCount = ({ properties }: ObjectType): number =>
  [...properties.values()].filter(({ hasUniqueValue, hubspotDefined }) => hasUniqueValue && !hubspotDefined).length;

function assertUniqueCount(type: ObjectType): void {
  if (uniqueCount(type) > UNIQUE_MAX)
    throw new TypeError(`fakeHubSpot: ${type.name} have more than ${UNIQUE_MAX} unique properties, which HubSpot refuses.`);
}

/** The object of a path. @throws HubSpotFailure 400 for one that the portal has not. */
export function objectOf(schema: Schema, name: string): ObjectType {
  const found = schema.find(name);
  if (found !== undefined) return found;
  if (ELSEWHERE.test(name.toLowerCase())) throw unsupported(`the object ${name}`);
  throw new HubSpotFailure(
    400,
    /^\d+-\d+$/.test(name) ? `Invalid object or event type id: ${name}` : `Unable to infer object type from: ${name}`,
  );
}

function customObject(name: string, index: number): ObjectType {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || ELSEWHERE.test(name))
    throw new TypeError(`fakeHubSpot: ${name} can be no custom object; a name has small letters, digits and underscores.`);
  return objectType(
    {
      name,
      singular: name,
      typeId: `2-${10_001 + index}`,
      createdProperty: 'hs_createdate',
      modifiedProperty: 'hs_lastmodifieddate',
      shownByDefault: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
      readsArchived: true,
      mergeable: false,
      namedEvents: false,
      readScope: 'crm.objects.custom.read',
      writeScope: 'crm.objects.custom.write',
      schemaScopes: ['crm.schemas.custom.read', 'crm.objects.custom.read'],
      schemaWriteScope: 'crm.schemas.custom.write',
      groups: [`${name}_information`],
      properties: [...stampProperties('hs_createdate'), ...systemProperties],
    },
    true,
  );
}

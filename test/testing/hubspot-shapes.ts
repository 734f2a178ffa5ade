import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const CODE = join(dirname(require.resolve('@hubspot/api-client')), 'codegen');

/** A member as the client's tables have it: its name in the client, and its name on the wire. */
interface TypedMember {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}
interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly required: boolean;
}

/** Members that dated versions have beside those of the numbered ones, or that recorded answers leave out. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  SimplePublicObject: ['url', 'warnings'],
  SimplePublicObjectWithAssociations: ['url', 'warnings'],
  SimplePublicUpsertObject: ['url', 'warnings'],
  AssociationSpecWithLabel: ['fromObjectTypeId', 'toObjectTypeId'],
  TokenResponseIF: ['token_use', 'hub_id', 'scopes', 'user_id'],
  PublicObjectList: ['size'],
  Property: ['dataSensitivity', 'dateDisplayHint'],
  ModelError: ['status'],
};
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  StandardError: ['links', 'errors', 'context'],
};

/** The members of a shape, from the tables of HubSpot's own client; undefined for a name that is no shape. */
function attributesOf(group: string, name: string): readonly Attribute[] | undefined {
  if (!/^[A-Z]\w+$/.test(name) || name.endsWith('Enum')) return undefined;
  const file = join(CODE, group, 'models', name);
  const { [name]: model } = require(`${file}.js`) as Record<string, { getAttributeTypeMap(): readonly TypedMember[] } | undefined>;
  const declared = readFileSync(`${file}.d.ts`, 'utf8');
  return model
    ?.getAttributeTypeMap()
    .map(({ name: member, baseName, type }) => ({ baseName, type, required: declared.includes(`'${member}':`) }));
}

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  'string | null': (value) => value === null || typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  Date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value),
  any: () => true,
};

/**
 * Where a JSON value does not have a shape that HubSpot's client knows: members that it lacks, that nobody knows, or that are
 * of another type.
 *
 * @param group - Folder of the shape, such as `crm/contacts`.
 */
export function misfits(group: string, type: string, value: unknown, path = type): readonly string[] {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined)
    return Array.isArray(value) ? value.flatMap((item, index) => misfits(group, list, item, `${path}[${index}]`)) : [`${path} is no list`];
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) return Object.entries(value as object).flatMap(([key, item]) => misfits(group, map, item, `${path}.${key}`));
  const primitive = PRIMITIVES[type];
  if (primitive !== undefined) return primitive(value) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
  const attributes = attributesOf(group, type);
  if (attributes === undefined) return typeof value === 'string' ? [] : [`${path} is no text`];
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const members = value as Readonly<Record<string, unknown>>;
  const known = new Map(attributes.map((attribute) => [attribute.baseName, attribute]));
  const lacking = attributes.filter(({ baseName, required }) => required && !(baseName in members) && !LEFT_OUT[type]?.includes(baseName));
  return [
    ...lacking.map(({ baseName }) => `${path} lacks ${baseName}`),
    ...Object.entries(members).flatMap(([name, member]) => {
      const attribute = known.get(name);
      if (attribute !== undefined)
        return member === null && !attribute.required ? [] : misfits(group, attribute.type, member, `${path}.${name}`);
      return BESIDE[type]?.includes(name) ? [] : [`${path} has ${name}, which HubSpot does not send`];
    }),
  ];
}

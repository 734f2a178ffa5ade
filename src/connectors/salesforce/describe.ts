import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import type { CrmFieldType, DescribedField, DescribedObject, DescribedParent } from '../../core/schema/described.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { fieldTypeOf } from './codec.ts';
import { brokenAnswer } from './errors.ts';
import { isName, objectName } from './query/soql.ts';

const TTL_MS = 60 * 60_000;
const OPERATION = '/sobjects/{object}/describe';

const text = lazy(() => z.string().nullish().catch(null));
const flag = lazy(() => z.boolean().nullish().catch(null));
const number = lazy(() => z.number().nullish().catch(null));
const wireField = lazy(() =>
  z.object({
    name: z.string(),
    type: z.string(),
    label: text(),
    length: number(),
    scale: number(),
    createable: flag(),
    updateable: flag(),
    nillable: flag(),
    defaultedOnCreate: flag(),
    filterable: flag(),
    caseSensitive: flag(),
    unique: flag(),
    externalId: flag(),
    idLookup: flag(),
    restrictedPicklist: flag(),
    deprecatedAndHidden: flag(),
    nameField: flag(),
    relationshipName: text(),
    referenceTo: z.array(z.string()).nullish().catch(null),
    picklistValues: z
      .array(z.object({ value: z.string(), label: text(), active: flag() }))
      .nullish()
      .catch(null),
  }),
);
type WireField = z.infer<ReturnType<typeof wireField>>;
const wireObject = lazy(() =>
  z.object({
    name: z.string(),
    label: text(),
    createable: flag(),
    updateable: flag(),
    fields: z.array(z.unknown()),
    childRelationships: z.array(z.unknown()).nullish().catch(null),
  }),
);
const wireChild = lazy(() => z.object({ childSObject: z.string(), field: z.string(), relationshipName: z.string() }));

/** How a parent is reached: `Account` through `AccountId`. */
interface Relation {
  readonly lookup: string;
  /** Several: the parent may be of any of these objects. */
  readonly targets: readonly string[];
}
/** Records of another object that name this one in a look-up, as a subquery asks for them. */
export interface ChildRelation {
  readonly object: string;
  readonly lookup: string;
  /** `CampaignMembers`. */
  readonly name: string;
}
export interface ObjectInfo {
  readonly described: DescribedObject;
  readonly fields: ReadonlyMap<string, DescribedField>;
  readonly relations: ReadonlyMap<string, Relation>;
  readonly children: readonly ChildRelation[];
  /** The field that people know a record by; null: none. */
  readonly nameField: string | null;
  /** Fields whose texts Salesforce compares with regard to case. */
  readonly caseSensitive: ReadonlySet<string>;
  /** The connected user's permissions on the object; true where describe does not say. */
  readonly creatable: boolean;
  readonly updatable: boolean;
}
export interface Describer {
  /** @throws CrmSyncError code `object_not_visible`. */
  object(name: string, call: Call): Promise<ObjectInfo>;
  /** After Salesforce refused a field: what was described no longer holds. */
  forget(): void;
}

export function createDescriber(client: Client, clock: Clock): Describer {
  const kept = new Map<string, { readonly info: ObjectInfo; readonly until: number }>();
  return {
    async object(name, call) {
      const known = kept.get(name);
      if (known && clock.now() < known.until) return known.info;
      const info = await describeObject(client, objectName(name), call);
      kept.set(name, { info, until: clock.now() + TTL_MS });
      return info;
    },
    forget: () => kept.clear(),
  };
}

async function describeObject(client: Client, name: string, call: Call): Promise<ObjectInfo> {
  try {
    const { body } = await client.read({ path: `/sobjects/${name}/describe`, operation: OPERATION }, call);
    return toObjectInfo(body);
  } catch (error) {
    if (!(error instanceof CrmSyncError)) throw error;
    if (error.code !== 'not_found' && error.code !== 'object_not_visible') throw error.locate({ object: name });
    throw new CrmSyncError(`Salesforce does not show the object ${name} to the connected user.`, {
      code: 'object_not_visible',
      category: 'permission',
      remedy: 'Check the API name of the object and give the connected user access to it, or take it out of the mappings.',
      at: { object: name },
    });
  }
}

/** Reads a describe answer. A field that can't be read is left out, as a hidden one is. */
export function toObjectInfo(body: unknown): ObjectInfo {
  const object = wireObject().safeParse(body);
  if (!object.success) throw brokenAnswer(`GET ${OPERATION}`);
  const fields = object.data.fields
    .map((field) => wireField().safeParse(field))
    .filter((field) => field.success)
    .map((field) => field.data)
    .filter((field) => isName(field.name) && field.deprecatedAndHidden !== true);
  const described = fields.map(toDescribedField);
  const parents = fields.flatMap(toParent);
  return {
    described: {
      name: object.data.name,
      label: object.data.label ?? object.data.name,
      fields: described,
      ...(parents.length > 0 && { parents }),
    },
    fields: new Map(described.map((field) => [field.name, field])),
    relations: new Map(
      fields.flatMap(({ name, relationshipName, referenceTo }) =>
        relationshipName && isName(relationshipName) && referenceTo?.length
          ? [[relationshipName, { lookup: name, targets: referenceTo }]]
          : [],
      ),
    ),
    children: (object.data.childRelationships ?? []).flatMap((child) => toChildRelation(child)),
    nameField: fields.find(({ nameField }) => nameField === true)?.name ?? null,
    caseSensitive: new Set(fields.filter(({ caseSensitive }) => caseSensitive === true).map(({ name }) => name)),
    creatable: object.data.createable !== false,
    updatable: object.data.updateable !== false,
  };
}

/** Of look-ups that a subquery can name. */
function toChildRelation(child: unknown): readonly ChildRelation[] {
  const { data } = wireChild().safeParse(child);
  if (!data || ![data.childSObject, data.field, data.relationshipName].every(isName)) return [];
  return [{ object: data.childSObject, lookup: data.field, name: data.relationshipName }];
}

/** Of a look-up that leads to several objects no describe says what the parent has. */
function toParent({ label, relationshipName, referenceTo }: WireField): readonly DescribedParent[] {
  const [object, ...others] = referenceTo ?? [];
  if (!relationshipName || !isName(relationshipName) || object === undefined || others.length > 0) return [];
  return [{ name: relationshipName, label: label?.replace(/ ID$/, '') ?? relationshipName, object }];
}

const TEXT: readonly CrmFieldType[] = ['string', 'text', 'phone', 'email', 'url', 'picklist', 'multipicklist'];
const DECIMAL: readonly CrmFieldType[] = ['number', 'currency', 'percent'];

/** Source: REST API Developer Guide, sObject Describe; SOAP API Developer Guide, Field. */
function toDescribedField(field: WireField): DescribedField {
  const type = fieldTypeOf(field.type);
  const picklist = type === 'picklist' || type === 'multipicklist';
  const options = (field.picklistValues ?? []).filter(({ active }) => active !== false);
  return {
    name: field.name,
    label: field.label ?? field.name,
    type,
    ...(TEXT.includes(type) && field.length ? { length: field.length } : {}),
    ...(picklist ? { options: options.map(({ value, label }) => ({ value, label: label ?? value })) } : {}),
    ...(picklist && field.restrictedPicklist === true ? { restricted: true } : {}),
    creatable: field.createable === true,
    updatable: field.updateable === true,
    nullable: field.nillable !== false,
    required: field.createable === true && field.nillable === false && field.defaultedOnCreate === false,
    filterable: field.filterable === true,
    // An external id alone may repeat, and an id look-up such as Email too: only the unique flag proves that an upsert
    // can't hit two records or make a second one.
    unique: field.unique === true && field.createable === true && (field.externalId === true || field.idLookup === true),
    ...(DECIMAL.includes(type) && typeof field.scale === 'number' ? { scale: field.scale } : {}),
    ...(type === 'integer' || type === 'datetime' ? { scale: 0 } : {}), // whole seconds
  };
}

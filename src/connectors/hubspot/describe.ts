import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import type { CrmFieldType, DescribedField, DescribedObject, DescribedOption, DescribedParent } from '../../core/schema/described.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { fieldTypeOf } from './codec.ts';
import { EMPLOYER } from './employer.ts';
import { brokenAnswer } from './errors.ts';
import { type ObjectKind, objectKind } from './objects.ts';
import { propertiesOf } from './paths.ts';
import { NO_PIPELINES, type Pipelines, readPipelines, type Stages } from './pipelines.ts';

const TTL_MS = 60 * 60_000;
/** Most characters of a text. Source: HubSpot developer docs, "Properties". */
const TEXT_MAX = 65_536;

const text = lazy(() => z.string().nullish().catch(null));
const flag = lazy(() => z.boolean().nullish().catch(null));
const wireProperty = lazy(() =>
  z.object({
    name: z.string().regex(/^[\w-]{1,200}$/),
    type: z.string(),
    fieldType: text(),
    label: text(),
    options: z
      .array(z.object({ value: z.string(), label: text(), hidden: flag() }))
      .nullish()
      .catch(null),
    calculated: flag(),
    externalOptions: flag(),
    hasUniqueValue: flag(),
    archived: flag(),
    modificationMetadata: z.object({ readOnlyValue: flag() }).nullish().catch(null),
  }),
);
type WireProperty = z.infer<ReturnType<typeof wireProperty>>;
const wireProperties = lazy(() => z.object({ results: z.array(z.unknown()) }));

export interface ObjectInfo {
  readonly kind: ObjectKind;
  readonly described: DescribedObject;
  readonly fields: ReadonlyMap<string, DescribedField>;
  /** Of its pipelines. */
  readonly stages: Stages;
}
export interface Describer {
  /** @throws CrmSyncError code `object_not_visible`. */
  object(name: string, call: Call): Promise<ObjectInfo>;
  /** What was described before, however long ago. Costs no request. */
  known(name: string): ObjectInfo | null;
  /** After HubSpot refused a property, or left one out: what was described no longer holds. */
  forget(): void;
}

export function createDescriber(client: Client, clock: Clock): Describer {
  const kept = new Map<string, { readonly info: ObjectInfo; readonly until: number }>();
  return {
    async object(name, call) {
      const known = kept.get(name);
      if (known && clock.now() < known.until) return known.info;
      const info = await describeObject(client, name, call);
      kept.set(name, { info, until: clock.now() + TTL_MS });
      return info;
    },
    known: (name) => kept.get(name)?.info ?? null,
    forget: () => kept.clear(),
  };
}

async function describeObject(client: Client, name: string, call: Call): Promise<ObjectInfo> {
  const kind = objectKind(name);
  const resource = propertiesOf(kind.name);
  try {
    const { body } = await client.read(resource, {}, call);
    return toObjectInfo(name, kind, body, await readPipelines(client, kind, call));
  } catch (error) {
    if (!(error instanceof CrmSyncError)) throw error;
    // An object that is not there is answered with 400 or 404, and only its name is at fault here.
    if (error.category !== 'not_found' && error.category !== 'validation') throw error.locate({ object: name });
    throw new CrmSyncError(`HubSpot does not show the object ${name} to the app.`, {
      code: 'object_not_visible',
      category: 'permission',
      remedy: 'Check the name of the object and the scopes of the app, or take it out of the mappings.',
      at: { object: name },
    });
  }
}

/**
 * Reads a list of properties. One that can't be read is left out, as a hidden one is.
 *
 * @param pipelines - What the properties themselves do not tell.
 */
export function toObjectInfo(name: string, kind: ObjectKind, body: unknown, pipelines: Pipelines = NO_PIPELINES): ObjectInfo {
  const list = wireProperties().safeParse(body);
  if (!list.success) throw brokenAnswer(`GET ${propertiesOf(name).operation}`);
  const properties = list.data.results
    .map((property) => wireProperty().safeParse(property))
    .filter((property) => property.success)
    .map((property) => property.data)
    .filter((property) => property.archived !== true)
    .map((property) => withOptions(property, pipelines.options.get(property.name)));
  const fields = new Map(properties.map((property) => [property.name, toDescribedField(property, kind)]));
  const oneOf = kind.requiredOneOf;
  const requires = oneOf.length === 0 ? {} : { requiredOneOf: [oneOf] };
  const parents = kind.name === COMPANY.object ? {} : { parents: [COMPANY] };
  return {
    kind,
    described: { name, label: name, fields: [...fields.values()], ...requires, ...parents },
    fields,
    stages: pipelines.stages,
  };
}

/** The company that a record belongs to: `company.name`. */
const COMPANY: DescribedParent = { name: 'company', label: 'Company', object: 'companies' };

const withOptions = (property: WireProperty, options: readonly DescribedOption[] | undefined): WireProperty =>
  options === undefined || options.length === 0
    ? property
    : { ...property, externalOptions: false, options: options.map((option) => ({ ...option, hidden: false })) };

const TEXT: readonly CrmFieldType[] = ['string', 'text', 'phone', 'email'];

/** Source: HubSpot developer docs, "Properties". */
function toDescribedField(property: WireProperty, kind: ObjectKind): DescribedField {
  const { name, label, options, externalOptions, calculated, modificationMetadata, hasUniqueValue } = property;
  const type = fieldTypeOf({
    name,
    type: property.type,
    fieldType: property.fieldType ?? '',
    external: externalOptions === true || !options?.length, // an empty list means that the options are somewhere else
  });
  const picklist = type === 'picklist' || type === 'multipicklist';
  const shown = (options ?? []).filter(({ value, hidden }) => value !== '' && hidden !== true);
  // It is an association, which the writes of this connector change.
  const employer = kind.name === 'contacts' && name === EMPLOYER;
  const settable = modificationMetadata?.readOnlyValue === false || employer;
  const writable = calculated !== true && settable && type !== 'id' && type !== 'unsupported';
  const required = writable && kind.required.includes(name);
  // The address of a contact is what HubSpot itself tells duplicates by.
  const unique = hasUniqueValue === true || (kind.name === 'contacts' && name === 'email');
  return {
    name,
    label: label ?? name,
    type,
    ...(TEXT.includes(type) ? { length: TEXT_MAX } : {}),
    ...(picklist ? { options: shown.map(({ value, label: text }) => ({ value, label: text ?? value })), restricted: true } : {}),
    creatable: writable,
    updatable: writable,
    nullable: !required,
    required,
    filterable: type !== 'unsupported',
    unique: unique && writable,
  };
}

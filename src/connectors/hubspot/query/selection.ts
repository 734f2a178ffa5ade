import type { DescribedField } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import type { Call, Fetched } from '../../../ports/connector.ts';
import { decodeValue, toInstant } from '../codec.ts';
import type { Describer, ObjectInfo } from '../describe.ts';
import { recordId } from '../objects.ts';
import { orNoPermission } from '../optional.ts';
import type { WireRecord } from '../wire-record.ts';

/** A property of the company that a record belongs to: `company.name`. */
export interface CompanyPath {
  readonly path: string;
  readonly property: DescribedField;
}

/** Whether a record is on a list: `lists.list_611`. */
export interface ListPath {
  readonly path: string;
  readonly id: string;
}

export type Present = Extract<Fetched, { readonly state: 'present' }>;

/** What to ask for, and how to read the records that come back. */
export interface Selection {
  readonly object: string;
  readonly info: ObjectInfo;
  /** To be asked for. */
  readonly properties: readonly string[];
  /** Reached through associations, in a request of their own. */
  readonly company: readonly CompanyPath[];
  /** Asked of the lists, in a request of its own. */
  readonly lists: readonly ListPath[];
  readonly decode: (record: WireRecord) => Present | Extract<Fetched, { readonly state: 'unreadable' }>;
}

/** What every record is asked for: which others were merged into it. */
export const MERGED_IDS = 'hs_merged_object_ids';
const LIST = /^lists\.list_([1-9]\d{0,19})$/;
/** The list of a path; null for a path that means something else. */
export const listOf = (path: string): string | null => LIST.exec(path)?.[1] ?? null;
const COMPANY = /^company\.([\w-]+)$/;

/**
 * Properties that HubSpot does not describe, a record's own or its company's, are left out: it would silently leave out
 * such a one, and what was never asked for can't be taken for blank.
 */
export async function selectProperties(describer: Describer, object: string, fields: readonly string[], call: Call): Promise<Selection> {
  const info = await describer.object(object, call);
  const names = [...new Set(fields)];
  const own = names.flatMap((name) => info.fields.get(name) ?? []).filter(({ type }) => type !== 'unsupported');
  const wanted = names.flatMap((path): readonly (readonly [string, string])[] => {
    const property = COMPANY.exec(path)?.[1];
    return property === undefined || info.fields.has(path) ? [] : [[path, property]];
  });
  const companies = wanted.length === 0 || info.kind.name === 'companies' ? null : await visible(describer, 'companies', call);
  const modified = info.kind.modified;
  return {
    object,
    info,
    properties: [...new Set([...own.map(({ name }) => name), modified, ...(info.kind.merges ? [MERGED_IDS] : [])])],
    company: wanted.flatMap(([path, name]) => {
      const property = companies?.fields.get(name);
      return property && property.type !== 'unsupported' ? [{ path, property }] : [];
    }),
    lists: names.flatMap((path) => {
      const id = listOf(path);
      return id === null ? [] : [{ path, id }];
    }),
    decode: (record) => decodeRecord(record, { own, modified, describer }),
  };
}

/** Null: the app may not see the object. */
export const visible = (describer: Describer, object: string, call: Call): Promise<ObjectInfo | null> =>
  orNoPermission(() => describer.object(object, call));

function decodeRecord(
  { id, properties, updatedAt }: WireRecord,
  { own, modified, describer }: { own: readonly DescribedField[]; modified: string; describer: Describer },
): ReturnType<Selection['decode']> {
  const modifiedAt = toInstant(properties[modified]) ?? toInstant(updatedAt);
  if (modifiedAt === null) {
    return {
      id,
      state: 'unreadable',
      code: 'undecodable_record',
      remedy: `HubSpot gave the record without its ${modified}: read it again.`,
    };
  }
  // A property without a value is there as null: one that is not there was removed, or hidden from us.
  if (own.some(({ name }) => !Object.hasOwn(properties, name))) describer.forget();
  return { id, state: 'present', modifiedAt, values: valuesOf(properties, own) };
}

/** The canonical values of those properties that the answer holds. */
export function valuesOf(
  properties: WireRecord['properties'],
  fields: readonly Pick<DescribedField, 'name' | 'type'>[],
): Readonly<Record<string, Value>> {
  const pairs = fields.flatMap(({ name, type }): [string, Value][] => {
    const value = Object.hasOwn(properties, name) ? decodeValue(properties[name], type) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(pairs);
}

/** The records that were merged into this one. */
export function mergedInto({ id, properties }: WireRecord): readonly string[] {
  const listed = properties[MERGED_IDS];
  const ids = typeof listed === 'string' ? listed.split(';').map((each) => recordId(each.trim())) : [];
  return ids.filter((each) => each !== null && each !== id) as string[];
}

import type { CrmFieldType } from '../../core/described.ts';
import type { Value } from '../../core/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Call, Fetched } from '../../ports/connector.ts';
import { decodeValue, toInstant } from './codec.ts';
import type { Describer, ObjectInfo } from './describe.ts';
import { toId18 } from './record-id.ts';
import { isPath } from './soql.ts';

export type WireRow = Readonly<Record<string, unknown>>;

/** One field that was asked for and can be read: where its value is, and which look-ups lead there. */
interface Path {
  readonly name: string;
  readonly type: CrmFieldType;
  readonly filterable: boolean;
  readonly segments: readonly string[];
  /** By segment but the last: the field that holds the parent's id. */
  readonly lookups: readonly string[];
}

/** What a condition may compare: by field or path. */
export type FilterFields = ReadonlyMap<string, { readonly type: CrmFieldType; readonly filterable: boolean }>;

/** What to put into SELECT, and how to read the rows that come back. */
export interface Selection {
  readonly object: string;
  readonly columns: readonly string[];
  /** Describe shows deletions of this object, so that queryAll can tell them from present records. */
  readonly tellsDeleted: boolean;
  /** The fields that were asked for and can be read, as conditions need them. */
  readonly filterFields: FilterFields;
  /** Null for a row without a record id. */
  decode(row: WireRow): Fetched | null;
}

/** What a converted lead shows of the contact that it became. Source: Object Reference, Lead. */
const CONVERSION = ['IsConverted', 'ConvertedContactId'] as const;
export const CONVERTED_TO = 'Contact';

/** What the parent of a polymorphic look-up has, whatever it is. Source: Object Reference, Name. */
const NAME_FIELDS = new Set(['Id', 'Name', 'FirstName', 'LastName', 'Type', 'Alias', 'Username', 'Email', 'Phone', 'Title']);

/**
 * Fields that describe does not show, its own or a parent's, are left out: selecting one would fail the whole query.
 *
 * @param options.conversions - A converted lead is read as one that its contact took over; else as the record that it still is.
 */
export async function selectFields(
  describer: Describer,
  object: string,
  fields: readonly string[],
  call: Call,
  { conversions = false }: { readonly conversions?: boolean } = {},
): Promise<Selection> {
  const info = await describer.object(object, call);
  if (!info.fields.has('Id') || !info.fields.has('SystemModstamp')) {
    throw new CrmSyncError(`${object} has no Id and SystemModstamp that the connected user can read, so its changes can't be followed.`, {
      code: 'object_not_supported',
      category: 'configuration',
      remedy: 'Take the object out of the mappings, or map the object that it belongs to.',
      at: { object },
    });
  }
  const paths: Path[] = [];
  for (const field of new Set(fields)) {
    const path = isPath(field) ? await resolvePath(describer, info, field, call) : null;
    if (path) paths.push(path);
  }
  const follows = conversions && CONVERSION.every((name) => info.fields.has(name));
  const own = ['Id', 'SystemModstamp', 'IsDeleted', 'MasterRecordId', ...(follows ? CONVERSION : [])].filter((name) =>
    info.fields.has(name),
  );
  const columns = new Set([...own, ...paths.flatMap(({ name, lookups }) => [...lookups, name])]);
  return {
    object,
    columns: [...columns],
    tellsDeleted: info.fields.has('IsDeleted'),
    filterFields: new Map(paths.map((path) => [path.name, path])),
    decode: (row) => (follows ? convertedRow(row) : null) ?? decodeRow(row, paths),
  };
}

async function resolvePath(describer: Describer, start: ObjectInfo, name: string, call: Call): Promise<Path | null> {
  const segments = name.split('.');
  const lookups: string[] = [];
  let info = start;
  for (const [index, relationship] of segments.slice(0, -1).entries()) {
    const relation = info.relations.get(relationship);
    if (!relation) return null;
    lookups.push([...segments.slice(0, index), relation.lookup].join('.'));
    const [target, ...others] = relation.targets;
    if (target === undefined) return null;
    if (others.length > 0) {
      const last = segments.slice(index + 1);
      return last.length === 1 && NAME_FIELDS.has(last[0]!) ? { name, type: 'string', filterable: true, segments, lookups } : null;
    }
    const parent = await visible(describer, target, call);
    if (!parent) return null;
    info = parent;
  }
  const field = info.fields.get(segments.at(-1)!);
  if (!field || field.type === 'unsupported') return null;
  return { name, type: field.type, filterable: field.filterable, segments, lookups };
}

async function visible(describer: Describer, object: string, call: Call): Promise<ObjectInfo | null> {
  try {
    return await describer.object(object, call);
  } catch (error) {
    if (error instanceof CrmSyncError && error.code === 'object_not_visible') return null;
    throw error;
  }
}

/** A converted lead stays, read only, and names its contact; null for any other record, and where it does not tell. */
function convertedRow(row: WireRow): Fetched | null {
  const [id, successor] = [toId18(row['Id']), toId18(row['ConvertedContactId'])];
  if (row['IsConverted'] !== true || id === null || successor === null) return null;
  return { id, state: 'merged', successor, successorObject: CONVERTED_TO };
}

function decodeRow(row: WireRow, paths: readonly Path[]): Fetched | null {
  const id = toId18(row['Id']);
  if (id === null) return null;
  if (row['IsDeleted'] === true) {
    const successor = toId18(row['MasterRecordId']);
    return successor === null ? { id, state: 'deleted' } : { id, state: 'merged', successor };
  }
  const modifiedAt = toInstant(row['SystemModstamp']);
  if (modifiedAt === null) {
    return {
      id,
      state: 'unreadable',
      code: 'undecodable_record',
      remedy: 'Salesforce gave the record without its SystemModstamp: read it again.',
    };
  }
  const values = paths.flatMap((path): [string, Value][] => {
    const value = readPath(row, path);
    return value === undefined ? [] : [[path.name, value]];
  });
  return { id, state: 'present', modifiedAt, values: Object.fromEntries(values) };
}

/** A parent that is set but not visible leaves its fields absent; one that is not set leaves them empty. */
function readPath(row: WireRow, { segments, lookups, type }: Path): Value | undefined {
  let at: WireRow = row;
  for (const [index, relationship] of segments.slice(0, -1).entries()) {
    const parent = at[relationship];
    if (typeof parent !== 'object' || parent === null) return at[lookups[index]!.split('.').at(-1)!] === null ? null : undefined;
    at = parent as WireRow;
  }
  return decodeValue(at[segments.at(-1)!], type);
}

import type { CrmFieldType } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call, Fetched } from '../../../ports/connector.ts';
import { toInstant } from '../codec.ts';
import type { Describer } from '../describe.ts';
import { CONVERTED_TO } from '../limits.ts';
import { toId18 } from '../record-id.ts';
import { type Campaigns, selectCampaigns } from './campaigns.ts';
import { type FieldPath, type Parent, readPath, resolvePath, type WireRow } from './field-path.ts';
import { isPath } from './soql.ts';

/** What a condition may compare: by field or path. */
export type FilterFields = ReadonlyMap<string, { readonly type: CrmFieldType; readonly filterable: boolean }>;

/** What to put into SELECT, and how to read the rows that come back. */
export interface Selection {
  readonly object: string;
  readonly columns: readonly string[];
  /** Those that a search can give too: it has no subqueries. */
  readonly plainColumns: readonly string[];
  /** Memberships that are read along; null: none is asked for. */
  readonly campaigns: Campaigns | null;
  /** Parents that fields are read from, each once: their changes don't move a record's own stamp. */
  readonly parents: readonly Parent[];
  /** Describe shows deletions of this object, so that queryAll can tell them from present records. */
  readonly tellsDeleted: boolean;
  /** The fields that were asked for and can be read, as conditions need them. */
  readonly filterFields: FilterFields;
  /** Null for a row without a record id. */
  decode(row: WireRow): Fetched | null;
}

/** What a converted lead shows of the contact that it became. Source: Object Reference, Lead. */
const CONVERSION = ['IsConverted', 'ConvertedContactId'] as const;
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
  const paths: FieldPath[] = [];
  for (const field of new Set(fields)) {
    const path = isPath(field) ? await resolvePath(describer, info, field, call) : null;
    if (path) paths.push(path);
  }
  const campaigns = await selectCampaigns(describer, info, fields, call);
  const follows = conversions && CONVERSION.every((name) => info.fields.has(name));
  const own = ['Id', 'SystemModstamp', 'IsDeleted', 'MasterRecordId', ...(follows ? CONVERSION : [])].filter((name) =>
    info.fields.has(name),
  );
  const plainColumns = [...new Set([...own, ...paths.flatMap(({ name, lookups }) => [...lookups, name])])];
  return {
    object,
    columns: campaigns === null ? plainColumns : [...plainColumns, campaigns.column],
    plainColumns,
    campaigns,
    parents: [...new Map(paths.flatMap(({ parents }) => parents.map((parent) => [parent.path, parent] as const))).values()],
    tellsDeleted: info.fields.has('IsDeleted'),
    filterFields: new Map(paths.map((path) => [path.name, path])),
    decode: (row) => (follows ? convertedRow(row) : null) ?? decodeRow(row, paths, campaigns),
  };
}

/** A converted lead stays, read only, and names its contact; null for any other record, and where it does not tell. */
function convertedRow(row: WireRow): Fetched | null {
  const [id, successor] = [toId18(row['Id']), toId18(row['ConvertedContactId'])];
  if (row['IsConverted'] !== true || id === null || successor === null) return null;
  return { id, state: 'merged', successor, successorObject: CONVERTED_TO };
}

function decodeRow(row: WireRow, paths: readonly FieldPath[], campaigns: Campaigns | null): Fetched | null {
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
  const memberships = campaigns === null ? {} : campaigns.read(row);
  if (memberships === null) return { id, state: 'unreadable', ...MEMBERSHIP_UNKNOWN };
  const values = paths.flatMap((path): [string, Value][] => {
    const value = readPath(row, path);
    return value === undefined ? [] : [[path.name, value]];
  });
  return { id, state: 'present', modifiedAt, values: { ...Object.fromEntries(values), ...memberships } };
}

/** Nobody is taken out of a campaign by an answer that does not tell. */
const MEMBERSHIP_UNKNOWN = {
  code: 'membership_unknown',
  remedy: 'Salesforce did not tell which campaigns the record is in: it is read again later.',
} as const;

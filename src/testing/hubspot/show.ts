import type { Millis } from '../../core/values/value.ts';
import { primaryCompanyOf } from './associations/links.ts';
import type { StoredRecord, Values } from './database.ts';
import { instantText } from './instant.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from './schema/object-type.ts';

/** What a value is read from: a record, or the record as the search index has it. */
export interface Readable {
  readonly record: StoredRecord;
  readonly values: Values;
  readonly modifiedAt: Millis;
}

export const asStored = (record: StoredRecord): Readable => ({ record, values: record.values, modifiedAt: record.modifiedAt });

/** A value as the API shows it, whoever may see it; undefined where it was never set. */
export function textOf(portal: Portal, { record, values, modifiedAt }: Readable, name: string): string | undefined {
  const { type } = record;
  switch (name) {
    case 'hs_object_id':
      return record.id;
    case type.createdProperty:
      return instantText(record.createdAt);
    case type.modifiedProperty:
      return instantText(modifiedAt);
    case 'associatedcompanyid':
      return type.name === 'contacts' ? primaryCompanyOf(portal, record) : values[name];
    case 'hs_ticket_id':
      return type.name === 'tickets' ? record.id : values[name];
    case 'hs_all_contact_vids':
      return type.name === 'contacts' ? [record.id, ...mergedIdsOf(values)].join(';') : values[name];
    default:
      return values[name];
  }
}

export const mergedIdsOf = (values: Values): readonly string[] =>
  (values['hs_merged_object_ids'] ?? '').split(';').filter((id) => id !== '');

/** Come along with every read. */
const always = ({ createdProperty, modifiedProperty }: ObjectType): readonly string[] => [
  createdProperty,
  'hs_object_id',
  modifiedProperty,
];

/** Which properties an answer shows. */
export type Shown =
  /** Those a read asks for, null where they are not set; what is unknown or hidden is left out without a word. */
  | { readonly only: readonly string[] }
  /** Every one that the portal has, also what the app may not see. */
  | 'everything'
  /** Every one that has a value: the answer to a creation. */
  | 'stored'
  /** Those that a write touched: the answer to an update. */
  | { readonly touched: readonly string[] };

export function showProperties(portal: Portal, readable: Readable, shown: Shown): Record<string, string | null> {
  const { type } = readable.record;
  const isShown = (name: string): boolean =>
    shown === 'everything' ? type.properties.get(name)?.archivedAt === null : portal.schema.visible(type, name) !== undefined;
  const properties: Record<string, string | null> = {};
  for (const name of [...new Set([...namesOf(readable, shown), ...always(type)])].sort()) {
    if (isShown(name)) properties[name] = textOf(portal, readable, name) ?? null;
  }
  return properties;
}

function namesOf({ record: { type }, values }: Readable, shown: Shown): readonly string[] {
  if (shown === 'everything') return [...type.properties.keys()];
  if (shown === 'stored') return [...Object.keys(values), ...(type.name === 'contacts' ? ['hs_all_contact_vids'] : [])];
  return 'only' in shown ? shown.only : shown.touched;
}

export interface ShowOptions {
  readonly history?: readonly string[];
  readonly associations?: Readonly<Record<string, unknown>>;
}

/** A record as answers show it. Source: HubSpot developer docs, "Using object APIs". */
export function showRecord(
  portal: Portal,
  readable: Readable,
  shown: Shown,
  { history = [], associations = {} }: ShowOptions = {},
): Record<string, unknown> {
  const { record, modifiedAt } = readable;
  return {
    id: record.id,
    properties: showProperties(portal, readable, shown),
    ...(history.length === 0 ? {} : { propertiesWithHistory: showHistory(portal, record, history) }),
    ...(Object.keys(associations).length === 0 ? {} : { associations }),
    createdAt: instantText(record.createdAt),
    updatedAt: instantText(modifiedAt),
    archived: record.archivedAt !== null,
    ...(record.archivedAt === null ? {} : { archivedAt: instantText(record.archivedAt) }),
    url: `https://${portal.uiDomain}/contacts/${portal.id}/record/${record.type.typeId}/${record.id}`,
  };
}

/** Newest first. */
function showHistory({ schema }: Portal, { type, changes }: StoredRecord, names: readonly string[]): Record<string, unknown> {
  const history: Record<string, unknown> = {};
  for (const name of names) {
    if (schema.visible(type, name) === undefined) continue;
    history[name] = changes
      .filter(({ values }) => name in values)
      .map(({ at, source, values }) => ({ value: values[name], timestamp: instantText(at), ...source }))
      .reverse();
  }
  return history;
}

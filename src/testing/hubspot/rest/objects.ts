import { associate } from '../activity.ts';
import { readTies } from '../associations/input.ts';
import { linksTo } from '../associations/links.ts';
import type { StoredRecord } from '../database.ts';
import { invalid, invalidJson, missingFields, noSuchId, notFound } from '../failure.ts';
import { isRecordId } from '../ids.ts';
import { mergeRecords } from '../merge.ts';
import { type Portal, transaction } from '../portal.ts';
import { archiveRecord, eraseRecord } from '../remove.ts';
import { createRecord, type Input, type Save, type Saved, updateRecord } from '../save.ts';
import type { ObjectType } from '../schema/object-type.ts';
import { objectOf } from '../schema/schema.ts';
import { search } from '../search/search.ts';
import { asStored, showRecord } from '../show.ts';
import {
  bodyObject,
  bodyText,
  bodyTextOr,
  created,
  type DataCall,
  type Endpoint,
  type Json,
  noContent,
  ok,
  pagingTo,
  queryFlag,
  queryLimit,
  queryList,
  saveOf,
} from './call.ts';
import { findRecord, recordAt } from './find-record.ts';

const PAGE_DEFAULT = 10;
const PAGE_MAX = 100;
/** With `propertiesWithHistory`. */
const HISTORY_PAGE_MAX = 50;

export const typeOf = ({ service, segments }: DataCall, at = 0): ObjectType => objectOf(service.portal.schema, segments[at]!);

export const listObjects: Endpoint = (call) => {
  const { portal, pageSizeMax } = call.service;
  const type = typeOf(call);
  const history = queryList(call, 'propertiesWithHistory');
  const limit = Math.min(queryLimit(call, PAGE_DEFAULT, history.length > 0 ? HISTORY_PAGE_MAX : PAGE_MAX), pageSizeMax);
  const after = call.query.get('after');
  if (after !== null && !isRecordId(after)) throw invalid(`after must be the cursor of a page, not ${JSON.stringify(after)}`);
  const show = showerOf(call, type, history);
  const records: StoredRecord[] = [];
  let more = false;
  for (const record of portal.database.inOrder(type, archivedFlag(call, type), after)) {
    more = records.length === limit;
    if (more) break;
    records.push(record);
  }
  const last = records.at(-1);
  const path = `/crm/objects/${call.version}/${type.name}`;
  return ok({ results: records.map(show), ...pagingTo(call, path, more && last !== undefined ? String(last.number + 1) : null) });
};

export const getObject: Endpoint = (call) => {
  const type = typeOf(call);
  const archived = archivedFlag(call, type);
  const show = showerOf(call, type, queryList(call, 'propertiesWithHistory'));
  return ok(show(recordAt(call.service.portal, { type, id: call.segments[1]!, idProperty: call.query.get('idProperty'), archived })));
};

export const createObject: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const body = bodyObject(call);
  const saved = transaction(portal, () => createWithTies(portal, type, body, saveOf(call)));
  return created(showSaved(portal, saved, 'stored'));
};

export const updateObject: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const input = propertiesOf(bodyObject(call));
  const record = recordAt(portal, { type, id: call.segments[1]!, idProperty: call.query.get('idProperty'), archived: false });
  if (Object.keys(input).length === 0) throw invalid('No properties found to update, please provide at least one.');
  return ok(
    showSaved(
      portal,
      transaction(portal, () => updateRecord(portal, record, input, saveOf(call))),
      'touched',
    ),
  );
};

export const archiveObject: Endpoint = (call) => {
  const { portal } = call.service;
  const [, id] = call.segments;
  if (!isRecordId(id!)) throw noSuchId(id!);
  const record = portal.database.get(id!);
  if (record?.type !== typeOf(call) || record.mergedInto !== null || record.erased) throw notFound();
  transaction(portal, () => archiveRecord(portal, record, portal.now()));
  return noContent;
};

export const searchObjects: Endpoint = (call) => ok(search(call.service.portal, typeOf(call), bodyObject(call), call.service.pageSizeMax));

export const mergeObjects: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const body = bodyObject(call);
  const [primary, other] = (['primaryObjectId', 'objectIdToMerge'] as const).map((name) =>
    recordAt(portal, { type, id: bodyText(body, name), idProperty: null, archived: false }),
  );
  const survivor = transaction(portal, () => mergeRecords(portal, primary!, other!));
  return ok(showRecord(portal, asStored(survivor), 'stored'));
};

/** Contacts only, by id or by address. One that is gone already is no error. */
export const gdprDelete: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  if (type.name !== 'contacts') throw notFound();
  const body = bodyObject(call);
  const wanted = {
    type,
    id: bodyText(body, 'objectId'),
    idProperty: bodyTextOr(body, 'idProperty', null),
  };
  const record = findRecord(portal, { ...wanted, archived: false }) ?? findRecord(portal, { ...wanted, archived: true });
  if (record !== undefined) transaction(portal, () => eraseRecord(portal, record, portal.now()));
  return noContent;
};

/** A creation with the ties that it asks for. All of it, or a refusal. */
export function createWithTies(portal: Portal, type: ObjectType, body: Json, save: Save): Saved {
  const ties = readTies(portal, type, body['associations']);
  const saved = createRecord(portal, type, propertiesOf(body), save);
  for (const tie of ties) associate(portal, saved.record, tie.to, tie.type, portal.now());
  return saved;
}

/** `properties` of a write. @throws HubSpotFailure 400. */
export function propertiesOf(body: Json): Input {
  const { properties } = body;
  if (properties === undefined || properties === null) throw missingFields('properties');
  if (typeof properties !== 'object' || Array.isArray(properties))
    throw invalidJson('Cannot deserialize value of type `java.util.LinkedHashMap` (through reference chain: properties)');
  return properties as Input;
}

/** What a write answers: everything stored after a creation, after an update only what it touched. */
export function showSaved(portal: Portal, { record, touched, warnings }: Saved, shown: 'stored' | 'touched'): Record<string, unknown> {
  return {
    ...showRecord(portal, asStored(record), shown === 'stored' ? 'stored' : { touched }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** @throws HubSpotFailure 400 for an object whose archived records cannot be read. */
export function archivedFlag(call: DataCall, { name, readsArchived }: ObjectType): boolean {
  const archived = queryFlag(call, 'archived');
  if (archived && !readsArchived) throw invalid(`Archived ${name} can not be read`);
  return archived;
}

function showerOf(call: DataCall, type: ObjectType, history: readonly string[]): (record: StoredRecord) => unknown {
  const { portal } = call.service;
  const asked = queryList(call, 'properties');
  const only = asked.length > 0 || history.length > 0 ? [...asked, ...history] : type.shownByDefault;
  const tied = queryList(call, 'associations').map((name) => objectOf(portal.schema, name));
  return (record) => showRecord(portal, asStored(record), { only }, { history, associations: associationsOf(portal, record, tied) });
}

/** By object: ids with the name of each kind of tie. One record may be in it several times. */
function associationsOf(portal: Portal, record: StoredRecord, types: readonly ObjectType[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const type of types) {
    const results = linksTo(portal, record, type).flatMap(({ toId, types: kinds }) => kinds.map(({ name }) => ({ id: toId, type: name })));
    if (results.length > 0) shown[type.name] = { results };
  }
  return shown;
}

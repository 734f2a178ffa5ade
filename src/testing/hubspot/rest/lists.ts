import { isLive, type StoredRecord } from '../database.ts';
import { HubSpotFailure, invalid, invalidJson, missingFields, notFound } from '../failure.ts';
import { instantText } from '../instant.ts';
import { changeMembers, type Membership, membersOf, type Segment } from '../segments.ts';
import { assertCount, batchAnswer } from './batch.ts';
import { bodyList, bodyObject, type DataCall, type Endpoint, type Json, ok, pagingTo, queryLimit } from './call.ts';
import { typeOf } from './objects.ts';

const PAGE_DEFAULT = 100;
const PAGE_MAX = 250;
/** HubSpot names none for this batch; its others take as many. */
const BATCH_MAX = 100;
const SEARCH_DEFAULT = 20;
const SEARCH_MAX = 500;

/** Source: HubSpot developer docs, "Lists". */
export const searchLists: Endpoint = (call) => {
  const { portal, segments } = call.service;
  const { query = '', objectTypeId, processingTypes, listIds, count = SEARCH_DEFAULT, offset = 0 } = bodyObject(call);
  const size = Number(count);
  if (!Number.isInteger(size) || size < 1 || size > SEARCH_MAX) throw invalid(`count must be between 1 and ${SEARCH_MAX}`);
  const start = Number(offset);
  const wanted = (segment: Segment): boolean =>
    segment.name.toLowerCase().includes(String(query).toLowerCase()) &&
    (objectTypeId === undefined || segment.type.typeId === objectTypeId) &&
    (!Array.isArray(processingTypes) || processingTypes.length === 0 || processingTypes.includes(segment.processingType)) &&
    (!Array.isArray(listIds) || listIds.length === 0 || listIds.includes(segment.id));
  const found = segments.all.filter(wanted);
  const page = found.slice(start, start + Math.min(size, call.service.pageSizeMax));
  const lists = page.map((segment) => ({
    ...showList(segment),
    additionalProperties: { hs_list_size: String(membersOf(portal, segment).length) },
  }));
  return ok({ total: found.length, hasMore: start + page.length < found.length, offset: start + page.length, lists });
};

export const getList: Endpoint = (call) => {
  const segment = segmentAt(call);
  return ok({ list: { ...showList(segment), size: membersOf(call.service.portal, segment).length } });
};

/** In ascending order of record ids. */
export const listMembers: Endpoint = (call) => {
  const members = [...membersOf(call.service.portal, segmentAt(call))].sort((a, b) => a.record.number - b.record.number);
  return pageOf(call, members, 'memberships');
};

/** In the order they were added. */
export const listMembersByTime: Endpoint = (call) =>
  pageOf(call, membersOf(call.service.portal, segmentAt(call)), 'memberships/join-order');

export const listsOfRecord: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call, 1);
  const record = portal.database.get(call.segments[2]!);
  if (record?.type !== type || !isLive(record)) throw notFound();
  const results = membershipsOf(call, record);
  return ok({ total: results.length, results });
};

const membershipsOf = ({ service }: DataCall, { id }: StoredRecord): readonly Json[] =>
  service.segments.all.flatMap((segment) => {
    const at = segment.members.get(id);
    if (at === undefined) return [];
    const stamp = instantText(at);
    return [
      { listId: segment.id, listVersion: segment.version, isPublicList: true, firstAddedTimestamp: stamp, lastAddedTimestamp: stamp },
    ];
  });

/** Source: HubSpot developer docs, "Lists", batch read of memberships. */
export const listsOfRecords: Endpoint = (call) => {
  const { portal } = call.service;
  const inputs = bodyList(bodyObject(call), 'inputs');
  assertCount(inputs, BATCH_MAX, 'a batch');
  const results: Json[] = [];
  const missing: string[] = [];
  for (const { objectTypeId, recordId } of inputs) {
    if (typeof objectTypeId !== 'string' || typeof recordId !== 'string') throw missingFields('objectTypeId', 'recordId');
    const record = portal.database.get(recordId);
    if (record === undefined || record.type.typeId !== objectTypeId || !isLive(record)) missing.push(recordId);
    else results.push({ objectTypeId, recordId, recordListMemberships: membershipsOf(call, record) });
  }
  const error = new HubSpotFailure(404, 'Some records do not exist', { category: 'OBJECT_NOT_FOUND' });
  return batchAnswer(call, 200, results, missing.length === 0 ? [] : [error.toItem({ recordId: missing })]);
};

export const addMembers: Endpoint = (call) => changed(call, 'recordsIdsAdded');
export const removeMembers: Endpoint = (call) => changed(call, 'recordIdsRemoved');

/** A bare array of ids. Only manual and snapshot lists take it. */
function changed(call: DataCall, what: 'recordsIdsAdded' | 'recordIdsRemoved'): ReturnType<Endpoint> {
  const { portal } = call.service;
  const segment = segmentAt(call);
  const { body } = call;
  if (!Array.isArray(body)) throw invalidJson('Cannot deserialize value of type `java.util.ArrayList`');
  if (segment.processingType === 'DYNAMIC') throw invalid('Records can not be added to or removed from a dynamic list');
  const ids = body.map(String);
  const isRecord = (id: string): boolean => {
    const record = portal.database.get(id);
    return record?.type === segment.type && isLive(record);
  };
  const known = ids.filter(isRecord);
  const effective = known.filter((id) => segment.members.has(id) !== (what === 'recordsIdsAdded'));
  changeMembers(segment, what === 'recordsIdsAdded' ? { add: known } : { remove: known }, portal.now());
  return ok({ recordsIdsAdded: [], recordIdsRemoved: [], [what]: effective, recordIdsMissing: ids.filter((id) => !isRecord(id)) });
}

function pageOf(call: DataCall, members: readonly Membership[], path: string): ReturnType<Endpoint> {
  const size = Math.min(queryLimit(call, PAGE_DEFAULT, PAGE_MAX), call.service.pageSizeMax);
  const start = offsetOf(call.query.get('after'));
  const page = members.slice(start, start + size);
  const end = start + page.length;
  const results = page.map(({ record, at }) => ({ recordId: record.id, membershipTimestamp: instantText(at) }));
  const next = pagingTo(call, `/crm/lists/${call.version}/${call.segments[0]}/${path}`, end < members.length ? btoa(String(end)) : null);
  return ok({ results, ...next, total: members.length });
}

/** Cursors of lists are opaque. */
function offsetOf(after: string | null): number {
  if (after === null) return 0;
  try {
    const offset = Number(atob(after));
    if (Number.isInteger(offset) && offset >= 0) return offset;
  } catch {
    // no base64: refused like any other text
  }
  throw invalid(`after must be the cursor of a page, not ${JSON.stringify(after)}`);
}

/** @throws HubSpotFailure 404. */
function segmentAt({ service, segments }: DataCall): Segment {
  const found = service.segments.get(segments[0]!);
  if (found === undefined) throw new HubSpotFailure(404, `List does not exist with ID ${segments[0]}.`, { category: 'OBJECT_NOT_FOUND' });
  return found;
}

function showList({ id, name, type, processingType, createdAt, updatedAt, version }: Segment): Json {
  return {
    listId: id,
    name,
    objectTypeId: type.typeId,
    processingType,
    processingStatus: 'COMPLETE',
    listVersion: version,
    createdAt: instantText(createdAt),
    updatedAt: instantText(updatedAt),
    filtersUpdatedAt: instantText(createdAt),
  };
}

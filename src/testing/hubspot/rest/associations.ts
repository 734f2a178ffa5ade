import { associate, dissociate } from '../activity.ts';
import { idText, readTypes, targetOf } from '../associations/input.ts';
import { linksTo } from '../associations/links.ts';
import type { AssociationType } from '../associations/types.ts';
import { isLive, type Link, type StoredRecord } from '../database.ts';
import { HubSpotFailure, invalid, missingFields } from '../failure.ts';
import { type Portal, transaction } from '../portal.ts';
import type { ObjectType } from '../schema/object-type.ts';
import { assertCount, batchAnswer } from './batch.ts';
import { bodyList, bodyObject, created, type DataCall, type Endpoint, type Json, noContent, ok, pagingTo, queryLimit } from './call.ts';
import { recordAt } from './find-record.ts';
import { typeOf } from './objects.ts';

const READ_MAX = 1000;
const WRITE_MAX = 2000;
const PAGE_MAX = 500;

export const readAssociations: Endpoint = (call) => {
  const { portal, pageSizeMax } = call.service;
  const [from, to] = [typeOf(call, 0), typeOf(call, 1)];
  const inputs = bodyList(bodyObject(call), 'inputs');
  assertCount(inputs, READ_MAX, 'a batch');
  const spoil = call.takeSpoil();
  const results: Json[] = [];
  const errors: Json[] = [];
  for (const [index, { id: raw, after }] of inputs.entries()) {
    const id = idText(raw);
    if (id === null) throw invalid(`${JSON.stringify(raw)} is no id`);
    if (index === 0 && spoil !== null) continue;
    const record = portal.database.get(id);
    const links = record?.type === from && isLive(record) ? linksTo(portal, record, to) : [];
    if (links.length === 0) errors.push(noneItem(from, to, id));
    else results.push({ from: { id }, ...pageOf(links, typeof after === 'string' ? after : null, Math.min(PAGE_MAX, pageSizeMax)) });
  }
  return batchAnswer(call, 200, results, errors);
};

export const createAssociations: Endpoint = (call) =>
  tieAll(call, 201, (portal, from, to, input) => {
    const types = readTypes(portal, from.type, to.type, input['types']);
    for (const type of types) associate(portal, from, to, type, portal.now());
    return [pairOf(from, to, types)];
  });

export const createDefaultAssociations: Endpoint = (call) => tieAll(call, 200, (portal, from, to) => defaultTie(portal, from, to));

export const archiveAssociations: Endpoint = (call) => {
  const { portal } = call.service;
  const [from, to] = [typeOf(call, 0), typeOf(call, 1)];
  const inputs = bodyList(bodyObject(call), 'inputs');
  assertCount(inputs, WRITE_MAX, 'a batch');
  transaction(portal, () => {
    for (const input of inputs) {
      const [one] = idsIn([input['from']]);
      for (const id of idsIn(Array.isArray(input['to']) ? input['to'] : [])) untie(portal, from, one!, to, id);
    }
  });
  return noContent;
};

export const listLabels: Endpoint = (call) => {
  const types = call.service.portal.types.between(typeOf(call, 0), typeOf(call, 1));
  return ok({ results: types.map(({ category, typeId, label }) => ({ category, typeId, label })) });
};

/** Not among the paths of 2026-09: there the batch does it. */
export const listAssociations: Endpoint = (call) => {
  const { portal, pageSizeMax } = call.service;
  const record = recordAt(portal, { type: typeOf(call, 0), id: call.segments[1]!, idProperty: null, archived: false });
  const to = typeOf(call, 3);
  const limit = Math.min(queryLimit(call, PAGE_MAX, PAGE_MAX), pageSizeMax);
  const { to: results, paging } = pageOf(linksTo(portal, record, to), call.query.get('after'), limit);
  const path = `/crm/objects/${call.version}/${record.type.name}/${record.id}/associations/${to.name}`;
  return ok({ results, ...pagingTo(call, path, paging?.next.after ?? null) });
};

export const putAssociation: Endpoint = (call) => {
  const { portal } = call.service;
  const [from, to] = endsOf(call, 3, 4);
  const types = readTypes(portal, from.type, to.type, call.body);
  transaction(portal, () => {
    for (const type of types) associate(portal, from, to, type, portal.now());
  });
  return created(pairOf(from, to, types));
};

export const putDefaultAssociation: Endpoint = (call) => {
  const { portal } = call.service;
  const [from, to] = endsOf(call, 4, 5);
  const results = transaction(portal, () => defaultTie(portal, from, to));
  return batchAnswer(call, 200, results, []);
};

export const deleteAssociation: Endpoint = (call) => {
  const { portal } = call.service;
  const [from, to] = [typeOf(call, 0), typeOf(call, 3)];
  untie(portal, from, call.segments[1]!, to, call.segments[4]!);
  return noContent;
};

type TieOne = (portal: Portal, from: StoredRecord, to: StoredRecord, input: Json) => readonly Json[];

/** Each input stands by itself. */
function tieAll(call: DataCall, status: number, tie: TieOne): ReturnType<Endpoint> {
  const { portal } = call.service;
  const [from, to] = [typeOf(call, 0), typeOf(call, 1)];
  const inputs = bodyList(bodyObject(call), 'inputs');
  assertCount(inputs, WRITE_MAX, 'a batch');
  const results: Json[] = [];
  const errors: Json[] = [];
  for (const input of inputs) {
    const [fromId, toId] = idsIn([input['from'], input['to']]);
    try {
      results.push(...transaction(portal, () => tie(portal, targetOf(portal, from, fromId!), targetOf(portal, to, toId!), input)));
    } catch (error) {
      if (!(error instanceof HubSpotFailure)) throw error;
      errors.push(error.toItem({ fromObjectId: [fromId!], toObjectId: [toId!] }));
    }
  }
  return batchAnswer(call, status, results, errors);
}

function defaultTie(portal: Portal, from: StoredRecord, to: StoredRecord): readonly Json[] {
  const type = portal.types.plain(from.type, to.type);
  if (type === undefined) throw invalid(`${from.type.name} and ${to.type.name} can not be associated`);
  associate(portal, from, to, type, portal.now());
  const one = (source: StoredRecord, target: StoredRecord, kind: AssociationType): Json => ({
    from: { id: source.id },
    to: { id: target.id },
    associationSpec: { associationCategory: kind.category, associationTypeId: kind.typeId },
  });
  return [one(from, to, type), one(to, from, portal.types.get(type.inverse)!)];
}

/** Says nothing where there is no tie, or no such record. */
function untie(portal: Portal, from: ObjectType, fromId: string, to: ObjectType, toId: string): void {
  const [one, other] = [portal.database.get(fromId), portal.database.get(toId)];
  if (one?.type === from && other?.type === to) dissociate(portal, one, other, portal.now());
}

function endsOf(call: DataCall, typeAt: number, idAt: number): readonly [StoredRecord, StoredRecord] {
  const { portal } = call.service;
  const from = recordAt(portal, { type: typeOf(call, 0), id: call.segments[1]!, idProperty: null, archived: false });
  return [from, targetOf(portal, typeOf(call, typeAt), call.segments[idAt]!)];
}

function idsIn(ends: readonly unknown[]): readonly string[] {
  return ends.map((end) => {
    const id = idText((end as { readonly id?: unknown } | null | undefined)?.id);
    if (id === null) throw missingFields('from', 'to');
    return id;
  });
}

const pairOf = (from: StoredRecord, to: StoredRecord, types: readonly AssociationType[]): Json => ({
  fromObjectTypeId: from.type.typeId,
  fromObjectId: from.id,
  toObjectTypeId: to.type.typeId,
  toObjectId: to.id,
  labels: types.flatMap(({ label }) => (label === null ? [] : [label])),
});

/** `toObjectId` is a number here, whatever the reference says. Its cursor is that of the next record. */
function pageOf(
  links: readonly Link[],
  after: string | null,
  size: number,
): { readonly to: readonly Json[]; readonly paging?: { readonly next: { readonly after: string } } } {
  const start = after === null ? 0 : links.findIndex(({ toId }) => Number(toId) >= Number(after));
  if (after !== null && !/^\d+$/.test(after)) throw invalid(`after must be the cursor of a page, not ${JSON.stringify(after)}`);
  const page = start === -1 ? [] : links.slice(start, start + size);
  const next = start === -1 ? undefined : links[start + size];
  return {
    to: page.map(({ toId, types }) => ({
      toObjectId: Number(toId),
      associationTypes: types.map(({ category, typeId, label }) => ({ category, typeId, label })),
    })),
    ...(next === undefined ? {} : { paging: { next: { after: next.toId } } }),
  };
}

const noneItem = (from: ObjectType, to: ObjectType, id: string): Json => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
  message: `No ${to.singular} is associated with ${from.singular} ${id}.`,
  context: { fromObjectId: [id], fromObjectType: [from.singular], toObjectType: [to.singular] },
});

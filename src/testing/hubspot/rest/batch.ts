import { isLive, type StoredRecord } from '../database.ts';
import { HubSpotFailure, invalid } from '../failure.ts';
import { isRecordId } from '../ids.ts';
import { instantText } from '../instant.ts';
import { transaction } from '../portal.ts';
import { archiveRecord } from '../remove.ts';
import { type Saved, updateRecord } from '../save.ts';
import type { ObjectType } from '../schema/object-type.ts';
import { asStored, showRecord } from '../show.ts';
import {
  bodyList,
  bodyObject,
  bodyText,
  bodyTextOr,
  type DataAnswer,
  type DataCall,
  type Endpoint,
  type Json,
  noContent,
  saveOf,
} from './call.ts';
import { assertUniqueProperty, findRecord } from './find-record.ts';
import { archivedFlag, createWithTies, propertiesOf, showSaved, typeOf } from './objects.ts';

const INPUTS_MAX = 100;
/** With `propertiesWithHistory`. */
const HISTORY_INPUTS_MAX = 50;

export const batchRead: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const archived = archivedFlag(call, type);
  const body = bodyObject(call);
  const [properties, history] = [namesIn(body, 'properties'), namesIn(body, 'propertiesWithHistory')];
  const idProperty = bodyTextOr(body, 'idProperty', null);
  if (idProperty !== null && idProperty !== 'hs_object_id') assertUniqueProperty(portal, type, idProperty);
  const ids = readIds(readInputs(body, history.length > 0), idProperty === null);
  const spoil = call.takeSpoil();

  const found = new Set<StoredRecord>();
  const missing: string[] = [];
  for (const [index, id] of ids.entries()) {
    if (index === 0 && spoil !== null) continue;
    const record = findRecord(portal, { type, id, idProperty, archived });
    if (record === undefined) missing.push(id);
    else found.add(record);
  }
  // newest first: an order that is neither that of the ids sent nor that of the ids
  const results = [...found]
    .sort((a, b) => b.sequence - a.sequence)
    .map((record) => showRecord(portal, asStored(record), { only: [...properties, ...history] }, { history }));
  return batchAnswer(call, 200, results, missing.length === 0 ? [] : [notFoundItem(type, missing)]);
};

export const batchCreate: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  return runBatch(call, 201, readInputs(bodyObject(call)), (input) => ({
    shown: showSaved(portal, createWithTies(portal, type, input, saveOf(call)), 'stored'),
  }));
};

/** By record id, or by a unique property where the object is not contacts. */
export const batchUpdate: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const inputs = readInputs(bodyObject(call));
  const idProperty = idPropertyOf(call, type, inputs);
  if (idProperty !== null && type.name === 'contacts') throw invalid('Contacts are updated by their record ids');
  assertUnique(readIds(inputs, idProperty === null));
  return runBatch(call, 200, inputs, (input) => {
    const id = bodyText(input, 'id');
    const named = idProperty === null ? portal.database.get(id) : undefined;
    if (named?.type === type && named.mergedInto !== null) return 'omitted';
    const record = findRecord(portal, { type, id, idProperty, archived: false });
    if (record === undefined) return { missing: id };
    return { shown: showSaved(portal, updateRecord(portal, record, propertiesOf(input), saveOf(call)), 'touched') };
  });
};

/** By address or another unique property. By address, one that is refused fails all. */
export const batchUpsert: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const inputs = readInputs(bodyObject(call));
  const idProperty = idPropertyOf(call, type, inputs);
  if (idProperty === null && inputs.length > 0) throw invalid('idProperty is required: email, or another unique property');
  assertUnique(readIds(inputs, false).map((id) => id.toLowerCase()));
  const upsert = (input: Json): Outcome => {
    const [name, id] = [idProperty!, bodyText(input, 'id')];
    const record = portal.database.holder(type, name, id);
    const properties = propertiesOf(input);
    const save = saveOf(call);
    const saved: Saved =
      record === undefined
        ? createWithTies(portal, type, { properties: { [name]: id, ...properties } }, save)
        : updateRecord(portal, record, properties, save);
    return { shown: { ...showSaved(portal, saved, record === undefined ? 'stored' : 'touched'), new: record === undefined } };
  };
  return runBatch(call, 200, inputs, upsert, { partial: idProperty !== 'email' });
};

/** Ids that are gone already, or never were, are no error. */
export const batchArchive: Endpoint = (call) => {
  const { portal } = call.service;
  const type = typeOf(call);
  const ids = readIds(readInputs(bodyObject(call)), true);
  transaction(portal, () => {
    for (const id of ids) {
      const record = portal.database.get(id);
      if (record?.type === type && isLive(record)) archiveRecord(portal, record, portal.now());
    }
  });
  return noContent;
};

type Outcome = { readonly shown: Json } | { readonly missing: string } | 'omitted';

/**
 * Runs every input. Without a unique `objectWriteTraceId` on each, one refused input fails the whole batch and nothing
 * is written; with them, each stands by itself. Source: HubSpot developer docs, "Error handling", Multi-status errors.
 */
function runBatch(
  call: DataCall,
  status: number,
  inputs: readonly Json[],
  run: (input: Json) => Outcome,
  { partial = true } = {},
): DataAnswer {
  const { portal } = call.service;
  const traces = inputs.map((input) => (typeof input['objectWriteTraceId'] === 'string' ? input['objectWriteTraceId'] : null));
  const traced = partial && traces.every((trace) => trace !== null) && new Set(traces).size === traces.length;
  const spoil = call.takeSpoil();
  const results: Json[] = [];
  const errors: Json[] = [];
  const missing: string[] = [];
  const one = (input: Json, index: number): void => {
    const named = namesOf(input, traces[index] ?? null);
    if (index === 0 && spoil === 'omitted') return;
    if (index === 0 && spoil === 'partial') {
      errors.push(invalid('This input was refused by fault of the test').toItem(named));
      return;
    }
    const outcome = run(input);
    if (outcome === 'omitted') return;
    if ('shown' in outcome) results.push(traces[index] == null ? outcome.shown : { ...outcome.shown, objectWriteTraceId: traces[index] });
    else if (traced) errors.push(notFoundItem(typeOf(call), [outcome.missing], { objectWriteTraceId: [traces[index]!] }));
    else missing.push(outcome.missing);
  };
  if (!traced) transaction(portal, () => inputs.forEach(one));
  else {
    for (const [index, input] of inputs.entries()) {
      try {
        transaction(portal, () => one(input, index));
      } catch (error) {
        if (!(error instanceof HubSpotFailure)) throw error;
        errors.push(error.toItem({ objectWriteTraceId: [traces[index]!] }));
      }
    }
  }
  return batchAnswer(call, status, results, missing.length === 0 ? errors : [...errors, notFoundItem(typeOf(call), missing)]);
}

function namesOf(input: Json, trace: string | null): Readonly<Record<string, readonly string[]>> {
  return {
    ...(input['id'] === undefined ? {} : { ids: [bodyText(input, 'id')] }),
    ...(trace === null ? {} : { objectWriteTraceId: [trace] }),
  };
}

const notFoundItem = ({ code }: ObjectType, ids: readonly string[], named: Readonly<Record<string, readonly string[]>> = {}): Json =>
  new HubSpotFailure(404, `Could not get some ${code} objects, they may be deleted or not exist. Check that ids are valid.`, {
    category: 'OBJECT_NOT_FOUND',
  }).toItem({ ids, ...named });

/** 207 where an input failed. Source: HubSpot developer docs, "Error handling", Multi-status errors. */
export function batchAnswer(call: DataCall, status: number, results: readonly unknown[], errors: readonly unknown[]): DataAnswer {
  const at = instantText(call.service.portal.now());
  const body = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
  return errors.length === 0 ? { status, body } : { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

function readInputs(body: Json, withHistory = false): readonly Json[] {
  const inputs = bodyList(body, 'inputs');
  if (withHistory) assertCount(inputs, HISTORY_INPUTS_MAX, 'a batch request for property histories');
  assertCount(inputs, INPUTS_MAX, 'a batch');
  return inputs;
}

export function assertCount(inputs: readonly unknown[], most: number, where: string): void {
  if (inputs.length > most)
    throw invalid(`The maximum number of inputs supported in ${where} is ${most}. Please reduce the number of items and try again`);
}

function readIds(inputs: readonly Json[], numeric: boolean): readonly string[] {
  const ids = inputs.map((input) => bodyText(input, 'id'));
  const wrong = numeric ? ids.filter((id) => !isRecordId(id)) : [];
  if (wrong.length > 0) throw invalid(`Ids must be numeric: [${wrong.join(', ')}]`, { ids: wrong });
  return ids;
}

function assertUnique(ids: readonly string[]): void {
  const repeated = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (repeated.length > 0)
    throw invalid(`Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`, { ids: repeated });
}

/** The one that all inputs share; null for record ids. */
function idPropertyOf({ service }: DataCall, type: ObjectType, inputs: readonly Json[]): string | null {
  const names = new Set(
    inputs.map((input) => {
      const name = bodyTextOr(input, 'idProperty', null);
      return name === 'hs_object_id' ? null : name;
    }),
  );
  if (names.size > 1) throw invalid('All inputs of a batch must have the same idProperty');
  const [name = null] = names;
  if (name !== null) assertUniqueProperty(service.portal, type, name);
  return name;
}

function namesIn(body: Json, name: string): readonly string[] {
  const names = body[name];
  return Array.isArray(names) ? names.map(String) : [];
}

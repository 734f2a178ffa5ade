import { isLive, type StoredRecord } from '../database.ts';
import { invalid, invalidJson } from '../failure.ts';
import type { Portal } from '../portal.ts';
import type { ObjectType } from '../schema/object-type.ts';
import type { Property } from '../schema/property.ts';
import { asStored, type Readable, showRecord, textOf } from '../show.ts';
import { badSearch, filterTest, numberReader, type Test } from './filter.ts';
import { queryMatcher } from './tokens.ts';

/** Source for all of them: HubSpot developer docs, "CRM search", Limits. */
const PAGE_MAX = 200;
const PAGE_DEFAULT = 10;
const RESULTS_MAX = 10_000;
const GROUPS_MAX = 5;
const FILTERS_MAX = 6;
const ALL_FILTERS_MAX = 18;
const REQUEST_MAX = 3000;

type Body = Readonly<Record<string, unknown>>;

/** @param pageSizeMax - Shorter pages than asked for; only the absence of `paging` tells the end. */
export function search(portal: Portal, type: ObjectType, body: Body, pageSizeMax: number): Record<string, unknown> {
  const { limit, offset } = readPage(body);
  const { properties, ...asked } = body;
  if (JSON.stringify(asked).length > REQUEST_MAX) throw invalid(`The request is too long: at most ${REQUEST_MAX} characters are allowed`);
  const tests = readGroups(portal, type, body['filterGroups']);
  const query = readQuery(portal, type, body['query']);
  const order = readSort(portal, type, body['sorts']);
  const names = namesIn(properties) ?? type.shownByDefault;

  const found: Readable[] = [];
  for (const record of portal.database.all(type)) {
    const readable = asIndexed(portal, record);
    if (readable !== null && (tests.length === 0 || tests.some((test) => test(readable))) && query(readable)) found.push(readable);
  }
  if (order !== null) found.sort(order);
  const end = offset + Math.min(limit, pageSizeMax);
  return {
    total: found.length,
    results: found.slice(offset, end).map((readable) => showRecord(portal, readable, { only: names })),
    ...(end < found.length ? { paging: { next: { after: String(end) } } } : {}),
  };
}

/** The record as the index has it now; null where it is not in it. */
function asIndexed(portal: Portal, record: StoredRecord): Readable | null {
  if (record.snapshots.length === 0) return isLive(record) ? asStored(record) : null;
  const at = portal.now();
  const snapshot = record.snapshots.findLast(({ visibleAt }) => visibleAt <= at);
  return snapshot === undefined || snapshot.archived ? null : { record, values: snapshot.values, modifiedAt: snapshot.modifiedAt };
}

function readPage({ limit = PAGE_DEFAULT, after = '0' }: Body): { readonly limit: number; readonly offset: number } {
  const size = Number(limit);
  if (!Number.isInteger(size) || size < 0 || size > PAGE_MAX) throw invalid(`limit must be between 0 and ${PAGE_MAX}`);
  const start = after === '' || after === null ? '0' : typeof after === 'number' ? String(after) : after;
  if (typeof start !== 'string' || !/^\d+$/.test(start)) throw invalid(`after must be an integer, not ${JSON.stringify(after)}`);
  const offset = Number(start);
  if (offset + size > RESULTS_MAX)
    throw invalid(`A search stops at ${RESULTS_MAX} results: ask for records after ${offset} with another filter`);
  return { limit: size, offset };
}

/** One test for each group: filters of a group hold together, one group is enough. */
function readGroups(portal: Portal, type: ObjectType, raw: unknown): readonly Test[] {
  const groups = listIn(raw, 'filterGroups');
  if (groups.length > GROUPS_MAX) throw badSearch(`At most ${GROUPS_MAX} filterGroups are allowed`);
  const filters = groups.map((group) => listIn((group as Body | null)?.['filters'], 'filters'));
  if (filters.some(({ length }) => length > FILTERS_MAX)) throw badSearch(`At most ${FILTERS_MAX} filters are allowed in a group`);
  if (filters.reduce((sum, { length }) => sum + length, 0) > ALL_FILTERS_MAX)
    throw badSearch(`At most ${ALL_FILTERS_MAX} filters are allowed`);
  return filters.map((group) => {
    const tests = group.map((filter) => filterTest(portal, type, filter));
    return (readable) => tests.every((test) => test(readable));
  });
}

/** Phone numbers are found by the digits that HubSpot worked out: without the country code. */
function readQuery(portal: Portal, type: ObjectType, raw: unknown): Test {
  if (raw === undefined || raw === null || raw === '') return () => true;
  if (typeof raw !== 'string') throw invalidJson('Cannot deserialize value of type `java.lang.String` (through reference chain: query)');
  const matches = queryMatcher(raw);
  const digits = /^[\d\s()+.-]+$/.test(raw) ? raw.replace(/\D/g, '') : '';
  const phones = [...type.properties.keys()].filter((name) => /^hs_searchable_calculated_(phone|mobile)_number$/.test(name));
  const names = type.searched.filter((name) => portal.schema.visible(type, name) !== undefined);
  return (readable) => {
    const text = (name: string): string => textOf(portal, readable, name) ?? '';
    return matches(names.map(text)) || (digits !== '' && phones.some((name) => text(name).startsWith(digits)));
  };
}

/** The order of a search; null for that of creation. Blank comes last. */
function readSort(portal: Portal, type: ObjectType, raw: unknown): ((a: Readable, b: Readable) => number) | null {
  const sorts = listIn(raw, 'sorts');
  if (sorts.length === 0) return null;
  if (sorts.length > 1) throw badSearch('Only one sort is allowed');
  const { name, descending } = sortOf(sorts[0]);
  const property = portal.schema.visible(type, name);
  if (property === undefined) throw badSearch(`Property "${name}" does not exist`, 'PROPERTY_DOESNT_EXIST');
  const key = keyReader(portal, type, property);
  return (a, b) => {
    const [one, other] = [key(a), key(b)];
    if (one === other) return a.record.sequence - b.record.sequence;
    if (one === null || other === null) return one === null ? 1 : -1;
    return (one < other ? -1 : 1) * (descending ? -1 : 1);
  };
}

function sortOf(raw: unknown): { readonly name: string; readonly descending: boolean } {
  if (typeof raw === 'string') return raw.startsWith('-') ? { name: raw.slice(1), descending: true } : { name: raw, descending: false };
  const { propertyName, direction = 'ASCENDING' } = (raw ?? {}) as Body;
  if (typeof propertyName !== 'string' || (direction !== 'ASCENDING' && direction !== 'DESCENDING'))
    throw badSearch('A sort has a propertyName and a direction, ASCENDING or DESCENDING');
  return { name: propertyName, descending: direction === 'DESCENDING' };
}

function keyReader(portal: Portal, type: ObjectType, property: Property): (readable: Readable) => number | string | null {
  if (property.type === 'number' || property.type === 'date' || property.type === 'datetime') return numberReader(portal, type, property);
  return (readable) => {
    const text = (textOf(portal, readable, property.name) ?? '').toLowerCase();
    return text === '' ? null : text;
  };
}

function listIn(raw: unknown, name: string): readonly unknown[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw invalidJson(`Cannot deserialize value of type \`java.util.ArrayList\` (through reference chain: ${name})`);
  return raw;
}

function namesIn(raw: unknown): readonly string[] | null {
  const names = listIn(raw, 'properties');
  return names.length === 0 ? null : names.map(String);
}

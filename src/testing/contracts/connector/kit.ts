import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isValue } from '../../../core/values/is-value.ts';
import type { Json, Millis } from '../../../core/values/value.ts';
import { type CrmSyncError, isCrmSyncError } from '../../../errors.ts';
import { completeConnector } from '../../../ports/complete-connector.ts';
import type { Call, CompleteConnector, CrmConnector, Fetched, FindQuery, Page, ReadQuery, RequestSeen } from '../../../ports/connector.ts';
import type { CrmRecord, CrmUnderTest, CrmValues, MakeConnector } from './subject.ts';

/** The engine's clock when a case starts: a time that no other clock shows. */
export const OURS = 1_000_000;
export const HOUR = 3_600_000;
/** More pages than any case needs: a read that goes on after them does not end. */
const PAGES_MAX = 500;
/** Bounds what a good connector never waits for. */
const PATIENCE_MS = 2_000;

export interface Opened {
  readonly crm: CrmUnderTest;
  readonly connector: CompleteConnector;
  /** What it has of what it may lack: cases for every connector leave the rest out. */
  readonly can: { readonly find: boolean; readonly write: boolean; readonly create: boolean; readonly log: boolean };
  /** Another connector to the same CRM. */
  reconnect(): CompleteConnector;
  /** What every call of a case gets. */
  readonly call: Call;
  /** What `call` was told. */
  readonly requests: readonly RequestSeen[];
  /** Moves the engine's clock, which `call.now` tells, and no other. */
  tick(ms: number): void;
}

export async function open(make: MakeConnector): Promise<Opened> {
  const { crm, connect } = await make();
  const requests: RequestSeen[] = [];
  let now: Millis = OURS;
  const connector = connect();
  const write = connector.write !== undefined;
  return {
    crm,
    connector: called(connector),
    can: {
      find: connector.find !== undefined,
      write,
      create: write && connector.capabilities.creates === true,
      log: connector.activityRecord !== undefined,
    },
    reconnect: () => called(connect()),
    call: {
      signal: new AbortController().signal,
      now: () => now,
      onRequest: (request) => {
        requests.push(request);
      },
    },
    requests,
    tick(ms) {
      now += ms;
    },
  };
}

const called = (connector: CrmConnector): CompleteConnector =>
  completeConnector(connector, (method) => new assert.AssertionError({ message: `the capability of this case comes with \`${method}\`` }));

/** A member of the driver that a capability comes with. */
export function need<T>(member: T | undefined, name: string): T {
  assert.ok(member !== undefined, `the capability of this case comes with \`${name}\``);
  return member;
}

/** Text that records are told apart by. */
export const labelOf = (index: number): string => `Contract ${index}`;

export const newValues = (crm: CrmUnderTest, values: CrmValues = {}): CrmValues => ({
  ...crm.required,
  [crm.fields.text]: labelOf(0),
  ...values,
});

export const add = async (crm: CrmUnderTest, values: CrmValues = {}): Promise<string> => crm.add(newValues(crm, values));

/** Adds records with a text each, at one moment. */
export async function addMany(crm: CrmUnderTest, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await add(crm, { [crm.fields.text]: labelOf(index) }));
  return ids;
}

/** Waits until what was changed is seen by reads and finds. */
export const settle = async (crm: CrmUnderTest): Promise<void> => crm.advance(crm.lagMs ?? 0);

export async function recordOf(crm: CrmUnderTest, id: string, object = crm.object): Promise<CrmRecord | undefined> {
  return (await crm.records(object)).find((record) => record.id === id);
}

export const idsIn = async (crm: CrmUnderTest, object = crm.object): Promise<readonly string[]> =>
  (await crm.records(object)).map(({ id }) => id);

// ---- reading ----------------------------------------------------------------------------------------------------

export const readQuery = (crm: CrmUnderTest, change: Partial<ReadQuery> = {}): ReadQuery => ({
  object: crm.object,
  fields: [crm.fields.text],
  filter: null,
  from: null,
  ...change,
});

/** Every page of a read, which must end. */
export async function readPages(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  const all: Page[] = [];
  for await (const page of pages) {
    all.push(page);
    for (const record of page.records) assertWellFormed(record);
    assert.ok(all.length < PAGES_MAX, 'a read should come to an end');
  }
  return all;
}

export function lastCheckpoint(pages: readonly Page[]): Json {
  const page = pages.at(-1);
  assert.ok(page, 'a read gives at least one page');
  assert.ok(page.last, 'the last page says that it is the last one');
  return page.checkpoint;
}

/** What a store gives back of a checkpoint. */
export const stored = (checkpoint: Json): Json => JSON.parse(JSON.stringify(checkpoint)) as Json;

/** Reads to the end, and where the next read goes on. */
export async function readOn(
  connector: CompleteConnector,
  query: ReadQuery,
  call: Call,
): Promise<{ readonly records: ReadonlyMap<string, Fetched>; readonly next: Json }> {
  const pages = await readPages(connector.read(query, call));
  return { records: byId(pages), next: stored(lastCheckpoint(pages)) };
}

/** Records by id; a later reading counts. */
export const byId = (pages: readonly Page[]): ReadonlyMap<string, Fetched> =>
  new Map(pages.flatMap(({ records }) => records.map((record) => [record.id, record] as const)));

/** The record is present. Answers its values. */
export function valuesOf(record: Fetched | undefined, what = 'the record'): CrmValues {
  assert.ok(record, `${what} should be there`);
  assert.equal(record.state, 'present', `${what} should be present`);
  return record.state === 'present' ? record.values : {};
}

/** The text of each record, sorted; `state` where it is not present. */
export const textsOf = (crm: CrmUnderTest, records: Iterable<Fetched>): readonly unknown[] =>
  [...records].map((record) => (record.state === 'present' ? record.values[crm.fields.text] : record.state)).sort();

export const textsUpTo = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => labelOf(index)).sort();

export async function fetchOne(connector: CompleteConnector, crm: CrmUnderTest, id: string, call: Call, fields = [crm.fields.text]) {
  const fetched = await connector.fetch({ object: crm.object, ids: [id], fields }, call);
  assert.equal(fetched.length, 1, 'one answer per id');
  for (const record of fetched) assertWellFormed(record);
  return fetched[0]!;
}

export const findQuery = (crm: CrmUnderTest, values: readonly string[], change: Partial<FindQuery> = {}): FindQuery => ({
  object: crm.object,
  by: crm.fields.text,
  values,
  fields: [crm.fields.text],
  ...change,
});

/** Pairs of a searched value and a record's id, sorted. */
export async function findIds(connector: CompleteConnector, query: FindQuery, call: Call): Promise<readonly (readonly [string, string])[]> {
  const { found, completeUntil } = await connector.find(query, call);
  assert.ok(Number.isFinite(completeUntil), '`completeUntil` is a time');
  for (const { record } of found) assertWellFormed(record);
  return sortedPairs(found.map(({ value, record }) => [value, record.id] as const));
}

export const sortedPairs = (pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] =>
  pairs.toSorted(([a, b], [c, d]) => (a < c || (a === c && b < d) ? -1 : 1));

const STATES = new Set(['present', 'deleted', 'merged', 'missing', 'unreadable']);

/** A record in canonical form. */
export function assertWellFormed(record: Fetched): void {
  assert.ok(typeof record.id === 'string' && record.id !== '', 'a record has an id');
  assert.ok(STATES.has(record.state), `a record is not ${record.state}`);
  if (record.state === 'merged')
    assert.ok(typeof record.successor === 'string' && record.successor !== record.id, 'a successor is another record');
  if (record.state !== 'present') return;
  assertInstant(record.modifiedAt);
  for (const [field, value] of Object.entries(record.values)) assert.ok(isValue(value), `${field} is a value: ${typeof value}`);
}

export function assertInstant(text: string): void {
  const millis = Date.parse(text);
  assert.ok(!Number.isNaN(millis), 'a stamp is a time');
  assert.ok(new Date(millis).toISOString().startsWith(text.replace(/(\.\d+)?Z$/, '')) && text.endsWith('Z'), `${text} is ISO 8601 UTC`);
}

// ---- failing ----------------------------------------------------------------------------------------------------

export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export const settled = async <T>(work: () => T | Promise<T>): Promise<Settled<T>> => {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error };
  }
};

/** Work that must not fail. */
export async function mustWork<T>(work: () => T | Promise<T>, what: string): Promise<T> {
  const result = await settled(work);
  assert.ok(result.ok, `${what} should not fail`);
  return result.value;
}

/** Our error, with a remedy. */
export function assertOurs(error: unknown): asserts error is CrmSyncError {
  assert.ok(isCrmSyncError(error), `a failure should be a CrmSyncError, not ${inspect(error, { depth: 0 })}`);
  assert.ok(error.remedy !== '' && error.code !== '', 'an error has a code and a remedy');
}

export async function failureOf(work: () => unknown): Promise<CrmSyncError> {
  const result = await settled(work);
  assert.ok(!result.ok, 'the call should fail');
  assertOurs(result.error);
  return result.error;
}

/** Work that ends by itself; a good connector never keeps anybody waiting. */
export async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what} should not take so long` })), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets everything run that needs nobody else. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Everything that somebody may log of an error. */
export const everythingOf = (error: unknown): string => {
  const told = isCrmSyncError(error) ? JSON.stringify(error.toJSON()) : '';
  return `${told}\n${inspect(error, { depth: 12, maxStringLength: null, maxArrayLength: null })}`;
};

/** Text that breaks naive quoting of queries, paths and patterns. */
export const HOSTILE_TEXTS: readonly string[] = [
  `' OR Id != '`,
  `x') OR (Id != null`,
  '*',
  '%',
  '_',
  '\\',
  '../../limits',
  'a/b?c=d#e&f=g',
  '__proto__',
  'constructor',
  '{"$ne":null}',
  '{{7*7}}',
  'null',
  'undefined',
  '\u0000',
];

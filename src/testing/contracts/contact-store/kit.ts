import assert from 'node:assert/strict';
import { EMPTY_BODY, type Entity, type Version } from '../../../core/link/link.ts';
import type { Fields } from '../../../core/values/value.ts';
import type {
  BoundStore,
  Changeset,
  Committed,
  ContactStore,
  EntriesQuery,
  EntryChange,
  LinkChange,
  Row,
  RowChange,
  ScanQuery,
} from '../../../ports/store.ts';
import type { Make, WrittenCase } from '../contract-case.ts';

/**
 * What a store may be able to do, beside what every store must.
 *
 * - `clock`: its clock can be set forward (`clock`).
 * - `suggestedIds`: a new contact gets the id that the insert suggests.
 * - `anyFields`: it keeps a field of any name, and finds contacts by it.
 * - `removals`: contacts can be removed through it; a `ContactTable` without `delete` has none.
 * - `refusesRows`: its table refuses some rows (`poison`) and says which.
 * - `freshVersions`: every set gives a contact a version that it never had, which a hash of its values does not.
 * - `exactScans`: `pending` and `unlinked` hold nothing but what their definition says.
 */
export type StoreCapability = 'clock' | 'suggestedIds' | 'anyFields' | 'removals' | 'refusesRows' | 'freshVersions' | 'exactScans';

/**
 * A store and what its test may do with it. Its contacts have at least the text fields `phone_number`, `first_name`,
 * `last_name`, `email` and `notes`, the number `score` and the boolean `do_not_call`; its companies `name` and `domain`.
 */
export interface StoreUnderTest {
  readonly store: ContactStore;
  readonly clock?: { advance(ms: number): void };
  /** Fields of a contact that the table refuses. */
  readonly poison?: Fields;
}

export type StoreCase = WrittenCase<StoreUnderTest, StoreCapability>;
export type MakeStore = Make<StoreUnderTest>;

export const HERE = { workspace: 'acme', connection: 'acme-salesforce' };
const PLAN = 'plan-1';
/** The time that scans are asked with; any number does, for `now` comes from the caller. */
export const NOW = 1_000_000;

export interface Opened extends StoreUnderTest {
  readonly here: BoundStore;
  /** The same workspace through another CRM account. */
  readonly otherConnection: BoundStore;
  /** Another tenant, whose connection has the same name. */
  readonly otherWorkspace: BoundStore;
}

export async function open(make: MakeStore): Promise<Opened> {
  const subject = await make();
  return {
    ...subject,
    here: subject.store.bind(HERE),
    otherConnection: subject.store.bind({ ...HERE, connection: 'acme-hubspot' }),
    otherWorkspace: subject.store.bind({ ...HERE, workspace: 'globex' }),
  };
}

/** What capability `clock` promises. */
export function clockOf({ clock }: StoreUnderTest): { advance(ms: number): void } {
  assert.ok(clock, 'capability `clock` comes with a clock');
  return clock;
}

export const commit = (bound: BoundStore, changes: Partial<Changeset>): Promise<Committed> =>
  bound.commit({ rows: changes.rows ?? [], entries: changes.entries ?? [] });

export function assertDone(committed: Committed): asserts committed is Extract<Committed, { status: 'done' }> {
  assert.equal(committed.status, 'done', `the commit should be done, not ${committed.status}`);
}

export async function mustCommit(bound: BoundStore, changes: Partial<Changeset>) {
  const committed = await commit(bound, changes);
  assertDone(committed);
  return committed;
}

export async function mustMove(bound: BoundStore, changes: Partial<Changeset>): Promise<void> {
  assert.equal((await commit(bound, changes)).status, 'moved');
}

/** An active link that has nothing left to send. Ids are ours, so they carry the object and the record by name. */
export const newLink = (recordId: string | null, change: Partial<LinkChange> = {}): LinkChange => ({
  id: `link-${change.object ?? 'Contact'}-${recordId}`,
  object: 'Contact',
  recordId,
  state: 'active',
  seen: 'after',
  plan: PLAN,
  dueAt: null,
  syncedAt: 500_000,
  body: EMPTY_BODY,
  expected: null,
  ...change,
});

/** A change of a link that was loaded. */
export function changeLink(row: Row, change: Partial<LinkChange> = {}, index = 0): LinkChange {
  const link = row.links[index];
  assert.ok(link, 'the row should have this link');
  const { contactId: _, version, ...rest } = link;
  return { ...rest, expected: version, ...change };
}

interface NewRow {
  readonly id?: string;
  readonly entity?: Entity;
  readonly set?: Fields;
  readonly links?: readonly LinkChange[];
}

export const newRow = ({ id = 'contact-1', entity = 'contact', set = {}, links = [] }: NewRow = {}): RowChange => ({
  kind: 'insert',
  entity,
  suggestedId: id,
  set,
  links,
});

/** Inserts one contact and loads it. */
export async function insert(bound: BoundStore, row: NewRow = {}): Promise<Row> {
  const { ids } = await mustCommit(bound, { rows: [newRow(row)] });
  return loadOne(bound, ids[0]!);
}

/** Inserts one contact per record, linked to it. */
export async function insertLinked(bound: BoundStore, recordIds: readonly string[]): Promise<readonly Row[]> {
  const rows = recordIds.map((recordId) => newRow({ id: `contact-of-${recordId}`, links: [newLink(recordId)] }));
  const { ids } = await mustCommit(bound, { rows });
  return Promise.all(ids.map((id) => loadOne(bound, id)));
}

export async function loadOne(bound: BoundStore, id: string): Promise<Row> {
  const rows = await bound.load({ ids: [id] });
  assert.deepEqual(idsOf(rows), [id]);
  return rows[0]!;
}

export const idsOf = (rows: readonly Row[]): readonly string[] => rows.map((row) => row.id);

export const update = (row: Row, set: Fields, links: readonly LinkChange[] = []): RowChange => ({
  kind: 'update',
  contactId: row.id,
  expected: row.version,
  set,
  links,
});

/** A change of links that expects nothing of the contact. */
export const acknowledge = (row: Row, links: readonly LinkChange[]): RowChange => ({ kind: 'update', contactId: row.id, links });

/** The named fields; one that a row does not have is null. */
export const pick = (row: Row, names: Iterable<string>): Fields =>
  Object.fromEntries([...names].map((name) => [name, Object.hasOwn(row.fields, name) ? row.fields[name]! : null]));

/** A row holds what was set, except for what the commit said it kept otherwise. */
export function assertKept(row: Row, set: Fields, stored: Fields | undefined): void {
  const expected = { ...set, ...stored };
  assert.deepEqual(pick(row, Object.keys(expected)), expected);
}

export const marker = (key: string, change: Partial<EntryChange> = {}): EntryChange => ({
  scope: 'workspace',
  kind: 'marker',
  key,
  expected: null,
  put: { body: null },
  ...change,
});

export const markers = (query: Partial<EntriesQuery> = {}): EntriesQuery => ({ scope: 'workspace', kind: 'marker', limit: 100, ...query });

/** Keys of the workspace's markers. */
export const markerKeys = async (bound: BoundStore, query: Partial<EntriesQuery> = {}): Promise<readonly string[]> =>
  (await bound.entries(markers(query))).map((entry) => entry.key);

/** Version of a marker that must be there. */
export async function markerVersion(bound: BoundStore, key: string): Promise<Version> {
  const [entry] = await bound.entries(markers({ keys: [key] }));
  assert.ok(entry, `the entry ${key} should be there`);
  return entry.version;
}

export const scanFor = (want: ScanQuery['want'], query: Partial<ScanQuery> = {}): ScanQuery => ({
  entity: 'contact',
  object: 'Contact',
  want,
  plan: PLAN,
  now: NOW,
  after: null,
  limit: 100,
  ...query,
});

export const scanIds = async (bound: BoundStore, want: ScanQuery['want'], query: Partial<ScanQuery> = {}): Promise<readonly string[]> =>
  idsOf(await bound.scan(scanFor(want, query)));

/** Reads page by page until one is not full. */
export async function pages<T>(limit: number, next: (last: T | undefined) => Promise<readonly T[]>): Promise<readonly (readonly T[])[]> {
  const all: (readonly T[])[] = [];
  for (let page = await next(undefined); ; page = await next(page.at(-1))) {
    all.push(page);
    assert.ok(all.length < 100, 'paging should come to an end');
    if (page.length < limit) return all;
  }
}

/** Everything that the bound store shows of these contacts and of the workspace's markers, to compare before and after. */
export const observe = async (bound: BoundStore, ids: readonly string[]) => ({
  rows: await bound.load({ ids }),
  markers: await bound.entries(markers()),
});

/** Text that breaks naive quoting, paths, patterns and encodings, but is well formed. */
export const HOSTILE_TEXTS: readonly string[] = [
  `it's "quoted" \`so\``,
  `'; drop table crm_sync_links; --`,
  'back\\slash \\" \\u0041 \\0',
  '__proto__',
  'constructor',
  '$.a[0]."b"',
  '%_*?',
  '?1 $1 :a @b',
  ' leading and trailing ',
  'line\nbreak\r\n\ttab',
  '1e3',
  'null',
  '{"a":1}',
  '\u00c5 A\u030a', // one letter, composed and decomposed
  '😀👩‍👩‍👧 \u{10ffff}',
  '\ufeff\u200b\u202e',
];

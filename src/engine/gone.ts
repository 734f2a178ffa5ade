import { isFromBefore, isLive, type LinkBody, type LinkState } from '../core/link/link.ts';
import type { CompiledMapping } from '../core/mapping/mapping-types.ts';
import type { Millis } from '../core/values/value.ts';
import type { Fetched } from '../ports/connector.ts';
import type { EntryChange, Row, RowChange, StoredLink } from '../ports/store.ts';
import { endedWith } from './ended-conflicts.ts';
import type { RecordRef } from './identity/record-ref.ts';
import { changeOf } from './link-change.ts';
import { keyOf } from './match-keys.ts';
import { recheckEntry } from './recheck.ts';

/** What became of a record that is not there to be read. */
export interface GoneOutcome {
  readonly recordId: string;
  readonly contactId: string | null;
  /** The state its link got; null: it had none, or had it already. */
  readonly became: LinkState | null;
  readonly reason: 'deleted' | 'merged' | 'missing' | 'unreadable';
  /** Its contact has lost its record, and no other one takes over: what the brake counts. */
  readonly isLost: boolean;
  /** The record that it was merged into, or became. */
  readonly successor?: RecordRef;
  readonly failure?: { readonly code: string; readonly remedy: string };
}

export interface GoneChanges {
  readonly rows: readonly RowChange[];
  readonly entries: readonly EntryChange[];
  readonly outcomes: readonly GoneOutcome[];
  /** Match keys of contacts that lost their record: others may have waited for them. */
  readonly releasedKeys: readonly string[];
  /** Records of links that are newer than the snapshot: it proves nothing of what they are now. */
  readonly stale: readonly string[];
}

interface GoneInput {
  readonly mapping: CompiledMapping;
  /** CRM objects of all mappings. */
  readonly objects: readonly string[];
  readonly records: readonly Fetched[];
  readonly rows: ReadonlyMap<string, Row>;
  readonly run: string | null;
  /** When the CRM was asked, and whether for these very records; the store's clock. */
  readonly snapshot: { readonly readAt: Millis; readonly fresh: boolean };
  /** The store's clock. */
  readonly at: Millis;
  /** The queue entry of a record that could not be read, or was not there. */
  readonly failed: (recordId: string, code: string, now: Millis) => EntryChange;
}

/**
 * Links of records that the page shows as gone. Only an explicit answer for that very id makes a tombstone (R14); a record
 * that was merged or converted hands over to its successor, which is fetched next; no answer stops outbound writes until
 * the record is seen again. A snapshot that is older than the link says nothing: somebody may have seen the record since (R6).
 */
export function goneChanges({ mapping, objects, records, rows, run, snapshot, at, failed }: GoneInput): GoneChanges {
  const linked = linksByRecord(mapping, rows);
  const changes: RowChange[] = [];
  const entries: EntryChange[] = [];
  const outcomes: GoneOutcome[] = [];
  const releasedKeys: string[] = [];
  const stale: string[] = [];
  for (const record of records) {
    if (record.state === 'present') continue;
    const found = linked.get(record.id);
    const became = found === undefined || found.row.removed === true ? null : nextState(record, found.link);
    if (became !== null && found !== undefined && isLive(found.link.state) && isFromBefore(found.link, snapshot)) {
      stale.push(record.id);
      continue;
    }
    const heirs = record.state === 'merged' ? heirEntries({ object: mapping.crmObject, recordId: record.id }, record, { objects, at }) : [];
    outcomes.push({
      recordId: record.id,
      contactId: found?.row.id ?? null,
      became,
      reason: record.state,
      ...(record.state === 'merged' && {
        successor: { object: record.successorObject ?? mapping.crmObject, recordId: record.successor },
      }),
      isLost: became === 'tombstone' || (became === 'superseded' && heirs.length === 0),
      ...(record.state === 'unreadable' && { failure: { code: record.code, remedy: record.remedy } }),
    });
    if (record.state === 'unreadable') entries.push(failed(record.id, record.code, at));
    if (found === undefined || became === null) continue;
    if (became === 'missing') {
      // What is under way and what waits is kept: the record may come back.
      changes.push(linkTo(found.row, found.link, { state: became, body: found.link.body, dueAt: found.link.dueAt, at }));
      entries.push(failed(record.id, 'missing', at)); // an answer may leave a record out: it is asked for once more
      continue;
    }
    // Writes that were under way are given up with their record, and so is what was to be decided about it.
    const ended = endedWith(found.link, { run, at });
    const body = { ...ended.body, sent: [], held: {}, ...(record.state === 'merged' && successorOf(record)) };
    changes.push(linkTo(found.row, found.link, { state: became, body, dueAt: null, at }));
    releasedKeys.push(...keysOf(mapping, found.row));
    entries.push(...ended.entries, ...heirs);
  }
  return { rows: changes, entries, outcomes, releasedKeys, stale };
}

/**
 * Queues the successor of a record, which takes over its contact when it is fetched. Nothing where its object is not
 * mapped: the contact then has no record any more.
 */
export function heirEntries(
  predecessor: { readonly object: string; readonly recordId: string },
  { successor, successorObject = predecessor.object }: { readonly successor: string; readonly successorObject?: string },
  { objects, at }: { readonly objects: readonly string[]; readonly at: Millis },
): EntryChange[] {
  if (!objects.includes(successorObject)) return [];
  const heir = { object: successorObject, recordId: successor, code: 'successor', attempts: 0, predecessor: predecessor.recordId };
  return [recheckEntry(successorObject === predecessor.object ? heir : { ...heir, predecessorObject: predecessor.object }, at)];
}

/** Ids of records that take over from one of these: they are fetched once that one has given up its contact. */
export function successorsOf(mapping: CompiledMapping, records: readonly Fetched[], rows: ReadonlyMap<string, Row>): ReadonlySet<string> {
  const linked = linksByRecord(mapping, rows);
  const handingOver = records.flatMap((record) => {
    const found = linked.get(record.id);
    const isOfObject = record.state === 'merged' && (record.successorObject ?? mapping.crmObject) === mapping.crmObject;
    return isOfObject && found !== undefined && found.row.removed !== true && nextState(record, found.link) !== null
      ? [record.successor]
      : [];
  });
  return new Set(handingOver);
}

function nextState(record: Fetched, { state }: StoredLink): LinkState | null {
  const next = ({ deleted: 'tombstone', merged: 'superseded', missing: 'missing', present: null, unreadable: null } as const)[record.state];
  if (next === null || next === state || state === 'superseded' || state === 'declined') return null;
  // A write may have found the record gone before anybody said that it was merged.
  return state === 'tombstone' && next !== 'superseded' ? null : next;
}

interface NextLink {
  readonly state: LinkState;
  readonly body: LinkBody;
  readonly dueAt: Millis | null;
  readonly at: Millis;
}

function linkTo(row: Row, link: StoredLink, { at, ...next }: NextLink): RowChange {
  const change = { ...changeOf(link), ...next, syncedAt: at };
  return { kind: 'update', contactId: row.id, ...(row.removed !== true && { expected: row.version }), links: [change] };
}

/** Where a record went, as its link keeps it. */
export const successorOf = ({ successor, successorObject }: { readonly successor?: string; readonly successorObject?: string }) => ({
  ...(successor !== undefined && { successor }),
  ...(successorObject !== undefined && { successorObject }),
});

/** By record: the link that is live, else one that ended; not of a contact whose it is not. */
function linksByRecord(mapping: CompiledMapping, rows: ReadonlyMap<string, Row>): Map<string, { row: Row; link: StoredLink }> {
  const linked = new Map<string, { row: Row; link: StoredLink }>();
  for (const row of rows.values())
    for (const link of row.links) {
      const { object, recordId, state } = link;
      if (object !== mapping.crmObject || recordId === null || state === 'declined') continue;
      const known = linked.get(recordId);
      if (known === undefined || !isLive(known.link.state)) linked.set(recordId, { row, link });
    }
  return linked;
}

function keysOf(mapping: CompiledMapping, row: Row): string[] {
  return mapping.matchKeys.flatMap(({ field }) =>
    typeof row.fields[field] === 'string' ? [keyOf(mapping.entity, field, row.fields[field])] : [],
  );
}

import type { LinkBody, Version } from '../../core/link/link.ts';
import { remoteOf } from '../../core/link/pair.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import { dueAt, settleDone, settleExpired } from '../../core/sync/settle.ts';
import type { Value } from '../../core/values/value.ts';
import type { Wrote } from '../../ports/connector.ts';
import type { EntryChange, LinkChange, Row, RowChange, StoredLink } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { type ErasedRecords, erasedRecords, suppressLate } from '../erasure/suppressions.ts';
import { historyEntry } from '../history.ts';
import { releaseWaiting } from '../identity/waiting.ts';
import { changeOf } from '../link-change.ts';
import { keysOf } from '../match-keys.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { doneCreate, leftCreate, loadCreates, refusedCreate, type StoredCreate } from './entry.ts';
import { holdersOf } from './look-up.ts';

/** What became of one create. */
export interface CreateOutcome {
  readonly contactId: string;
  readonly op: string;
  readonly hash: string;
  /** Contact version that was sent; null: not known any more, so the contact is looked at again. */
  readonly version: Version | null;
  readonly keys: MatchValues;
  readonly wrote: Wrote;
  /** False: it is made again at once in another way, so that a refusal is nothing to remember. */
  readonly isFinal: boolean;
  /** The record was found, and may be somebody else's: only what it shows as it was sent is agreed on (R18). */
  readonly isFound: boolean;
}

/**
 * Of each outcome: `created`, or what is left to report; `taken`: another contact got the record meanwhile; `removed`: the
 * contact was erased meanwhile. None: somebody else has settled it.
 */
export type Settled = 'created' | 'taken' | 'removed' | 'nothing';

/**
 * Records what the CRM did about new records. A fact is never dropped (R5): it expects neither the contact's version nor
 * the lease. A link whose record was not made is removed, as if nobody had tried; of unknown ones nothing is recorded yet.
 */
export async function acknowledgeCreates(
  context: Context,
  run: RunRecorder,
  mapping: CompiledMapping,
  outcomes: readonly CreateOutcome[],
): Promise<ReadonlyMap<string, Settled>> {
  const known = outcomes.filter(({ wrote }) => wrote.outcome !== 'unknown');
  if (known.length === 0) return new Map();
  const { result } = await untilCommitted(context, run.session, async () => {
    const there = await whatIsThere(context, mapping, known);
    const now = run.session.storeNow();
    const settled = new Map<string, Settled>();
    const rows: RowChange[] = [];
    const entries: EntryChange[] = [...there.fence];
    for (const outcome of known) {
      const one = settle({ context, run, mapping, there, now }, outcome);
      if (one === null) continue;
      settled.set(outcome.contactId, one.as);
      if (one.link !== null) rows.push({ kind: 'update', contactId: outcome.contactId, links: [one.link] });
      entries.push(...one.entries);
    }
    entries.push(...(await leftBehind(context, mapping, { known, there, now })));
    return { result: settled, changes: { rows, entries } };
  });
  return result;
}

/** What the store has of the contacts and records of these outcomes. */
interface There {
  readonly rows: ReadonlyMap<string, Row>;
  readonly creates: ReadonlyMap<string, StoredCreate>;
  /** By record: the contact that has it; outcomes may name one record twice. */
  readonly holders: Map<string, Row>;
  readonly erased: ErasedRecords;
  readonly fence: readonly EntryChange[];
}

async function whatIsThere(context: Context, mapping: CompiledMapping, known: readonly CreateOutcome[]): Promise<There> {
  const object = mapping.crmObject;
  const ids = known.map(({ contactId }) => contactId);
  const rows = new Map((await context.store.load({ ids })).map((row) => [row.id, row]));
  const creates = await loadCreates(context, object, ids);
  const made = known.flatMap(({ wrote }) => (wrote.outcome === 'done' ? [wrote.id] : []));
  const holders = new Map(await holdersOf(context, object, made));
  const found = known.flatMap(({ wrote, isFound }) => (isFound && wrote.outcome === 'done' ? [wrote.id] : []));
  return { rows, creates, holders, ...(await erasedRecords(context, mapping, new Map(found.map((id) => [id, {}])))) };
}

interface Settling {
  readonly context: Context;
  readonly run: RunRecorder;
  readonly mapping: CompiledMapping;
  readonly there: There;
  readonly now: number;
}

interface SettledOne {
  readonly as: Settled;
  /** What becomes of the link; null: it went with its contact. */
  readonly link: LinkChange | null;
  readonly entries: readonly EntryChange[];
}

/** Null: settled by somebody who found the intent expired, or to be looked for again. */
function settle({ context, run, mapping, there, now }: Settling, outcome: CreateOutcome): SettledOne | null {
  const { contactId, op, hash, wrote, isFinal, isFound } = outcome;
  const row = there.rows.get(contactId);
  if (row === undefined) return { as: 'removed', link: null, entries: [] };
  const link = openLink(row, op);
  if (link === undefined) return null;
  if (wrote.outcome === 'done' && isFound && there.erased.has(wrote.id)) return null; // of a person who was erased since (R21)
  const place = { object: mapping.crmObject, contactId, known: there.creates.get(contactId) };
  const isTaken = wrote.outcome === 'done' && (there.holders.get(wrote.id)?.id ?? contactId) !== contactId;
  if (wrote.outcome === 'done' && !isTaken) {
    there.holders.set(wrote.id, row);
    const made = madeLink(link, outcome, wrote, now);
    const created = createdEntry(context, run, mapping, { contactId, recordId: wrote.id, agreed: made.body.base, now });
    return { as: 'created', link: made, entries: [doneCreate(place) ?? [], created].flat() };
  }
  const code = isTaken ? 'record_taken' : wrote.outcome === 'refused' && !wrote.retryable && isFinal ? wrote.code : null;
  const entry = code === null ? leftCreate(place) : refusedCreate(place, { code, hash, now });
  return { as: isTaken ? 'taken' : 'nothing', link: { ...changeOf(link), remove: true }, entries: entry === null ? [] : [entry] };
}

interface Known {
  readonly known: readonly CreateOutcome[];
  readonly there: There;
  readonly now: number;
}

/**
 * Lets go on what waits for these match keys, as a record does that was read before its contact knew of it; of a contact that is
 * gone, nothing is left but hashes (R21).
 */
async function leftBehind(context: Context, mapping: CompiledMapping, { known, there, now }: Known): Promise<readonly EntryChange[]> {
  const keysIn = (some: readonly CreateOutcome[]) => some.flatMap(({ keys }) => keysOf(mapping.entity, keys));
  const ofGone = known.filter(({ contactId }) => !there.rows.has(contactId));
  const released = await releaseWaiting(context, keysIn(known), now, keysIn(ofGone));
  if (mapping.entity !== 'contact') return released;
  const late = ofGone.flatMap(({ wrote, isFound }) => {
    return wrote.outcome === 'done' && !isFound && !there.holders.has(wrote.id) ? [wrote.id] : [];
  });
  return [...released, ...(await suppressLate(context, mapping.crmObject, late, now))];
}

export const openLink = (row: Row | undefined, op: string): StoredLink | undefined =>
  row?.links.find(({ state, body }) => state === 'creating' && body.sent.some((sent) => sent.op === op));

function madeLink(
  link: StoredLink,
  { op, version, isFound }: CreateOutcome,
  wrote: Extract<Wrote, { outcome: 'done' }>,
  now: number,
): LinkChange {
  const body = isFound
    ? settleExpired(link.body, wrote.values, Number.POSITIVE_INFINITY)
    : settleDone(link.body, op, wrote.values, wrote.modifiedAt);
  return { ...changeOf(link), recordId: wrote.id, state: 'active', seen: version, body, dueAt: dueAt(body), syncedAt: now };
}

interface Created {
  readonly contactId: string;
  readonly recordId: string;
  readonly agreed: LinkBody['base'];
  readonly now: number;
}

function createdEntry(context: Context, run: RunRecorder, mapping: CompiledMapping, created: Created): EntryChange {
  const { contactId, recordId, agreed, now } = created;
  const changes = Object.entries(agreed).map(([key, pair]) => ({
    field: mapping.rules.find((rule) => rule.key === key)?.field ?? key,
    before: null as Value,
    after: remoteOf(pair),
    rule: key,
    reason: 'pushed',
  }));
  const source = { flow: 'push', ...run.source, object: mapping.crmObject, recordId } as const;
  return historyEntry(context, contactId, { at: new Date(now).toISOString(), source, changes });
}

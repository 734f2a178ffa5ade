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
import { erasedRecords, suppressLate } from '../erasure/suppressions.ts';
import { historyEntry } from '../history.ts';
import { releaseWaiting } from '../identity/waiting.ts';
import { changeOf } from '../link-change.ts';
import { keysOf } from '../match-keys.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { doneCreate, leftCreate, loadCreates, refusedCreate } from './entry.ts';
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
  const object = mapping.crmObject;
  const { result } = await untilCommitted(context, run.session, async () => {
    const now = run.session.storeNow();
    const ids = known.map(({ contactId }) => contactId);
    const rows = new Map((await context.store.load({ ids })).map((row) => [row.id, row]));
    const entries = await loadCreates(context, object, ids);
    const made = known.flatMap(({ wrote }) => (wrote.outcome === 'done' ? [wrote.id] : []));
    const holders = new Map(await holdersOf(context, object, made));
    const found = known.flatMap(({ wrote, isFound }) => (isFound && wrote.outcome === 'done' ? [wrote.id] : []));
    const { erased, fence } = await erasedRecords(context, mapping, new Map(found.map((id) => [id, {}])));
    const settled = new Map<string, Settled>();
    const changes: { rows: RowChange[]; entries: EntryChange[] } = { rows: [], entries: [...fence] };
    for (const outcome of known) {
      const { contactId, op, wrote, isFinal, isFound } = outcome;
      if (!rows.has(contactId)) settled.set(contactId, 'removed');
      const link = openLink(rows.get(contactId), op);
      if (link === undefined) continue; // settled by somebody who found the intent expired
      if (wrote.outcome === 'done' && isFound && erased.has(wrote.id)) continue; // of a person who was erased since: it is looked for again (R21)
      const isTaken = wrote.outcome === 'done' && (holders.get(wrote.id)?.id ?? contactId) !== contactId;
      const isMade = wrote.outcome === 'done' && !isTaken;
      if (isMade) holders.set(wrote.id, rows.get(contactId) as Row); // another outcome may name the same record
      settled.set(contactId, isMade ? 'created' : isTaken ? 'taken' : 'nothing');
      const made = isMade ? madeLink(link, outcome, wrote, now) : null;
      changes.rows.push({
        kind: 'update',
        contactId,
        links: [made ?? { ...changeOf(link), remove: true }],
      });
      const place = { object, contactId, known: entries.get(contactId) };
      const code = isTaken ? 'record_taken' : wrote.outcome === 'refused' && !wrote.retryable && isFinal ? wrote.code : null;
      const entry = isMade
        ? doneCreate(place)
        : code === null
          ? leftCreate(place)
          : refusedCreate(place, { code, hash: outcome.hash, now });
      if (entry !== null) changes.entries.push(entry);
      if (made !== null && made.recordId !== null)
        changes.entries.push(createdEntry(context, run, mapping, { contactId, recordId: made.recordId, agreed: made.body.base, now }));
    }
    // A record that was read before its contact knew of it waits for this.
    const keys = known.flatMap(({ keys }) => keysOf(mapping.entity, keys));
    // Of a contact that is gone no claim is left behind (R21).
    const ofGone = known.filter(({ contactId }) => !rows.has(contactId));
    const theirKeys = ofGone.flatMap(({ keys }) => keysOf(mapping.entity, keys));
    changes.entries.push(...(await releaseWaiting(context, keys, now, theirKeys)));
    const late = ofGone.flatMap(({ wrote, isFound }) => (wrote.outcome === 'done' && !isFound && !holders.has(wrote.id) ? [wrote.id] : []));
    if (mapping.entity === 'contact') changes.entries.push(...(await suppressLate(context, object, late, now)));
    return { result: settled, changes };
  });
  return result;
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

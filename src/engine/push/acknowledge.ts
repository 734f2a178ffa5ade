import type { Held, LinkBody, LinkState, Version } from '../../core/link/link.ts';
import { agreedOn } from '../../core/link/pair.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { dueAt, settleDone, settleNothing } from '../../core/sync/settle.ts';
import type { EntryChange, LinkChange, Row, RowChange, StoredLink } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { endedWith, tellClosed } from '../ended-conflicts.ts';
import { heirEntries, successorOf } from '../gone.ts';
import { historyEntry } from '../history.ts';
import { releaseWaiting } from '../identity/waiting.ts';
import { keyOf } from '../match-keys.ts';
import { onePerKey, recheckEntry } from '../recheck.ts';
import type { RunRecorder } from '../run-recorder.ts';
import type { WriteOutcome } from './types.ts';
import { writtenOverEntries } from './written-over.ts';

interface Acknowledgement {
  readonly mapping: CompiledMapping;
  readonly outcomes: readonly WriteOutcome[];
  /** Version that the commit of the intents gave their links. */
  readonly intended: Version | null;
  readonly heldBy: (outcome: WriteOutcome) => Readonly<Record<string, Held>>;
}

/**
 * Records what the CRM did. A fact is never dropped: it expects neither the contact's version nor the lease, and where the
 * link has moved meanwhile it is applied to the link as it is now, never planned anew (R5).
 */
export async function acknowledge(
  context: Context,
  run: RunRecorder,
  { mapping, outcomes, intended, heldBy }: Acknowledgement,
): Promise<void> {
  const known = outcomes.filter(({ wrote }) => wrote.outcome !== 'unknown'); // of the others there is nothing to record yet
  if (known.length === 0) return;
  let isFirst = true;
  const { result } = await untilCommitted(context, run.session, async () => {
    const at = run.session.storeNow();
    const links = isFirst && intended !== null ? intendedLinks(outcomes, intended) : await storedLinks(context, outcomes);
    isFirst = false;
    const rows: RowChange[] = [];
    const entries: EntryChange[] = [];
    let deleted = 0;
    for (const outcome of known) {
      const found = links.get(outcome.write.op);
      if (found === undefined) continue; // settled by somebody who found the intent expired
      const end = outcome.wrote.outcome === 'gone' ? endedWith(found, { run: run.source.run ?? null, at }) : null;
      const link = end === null ? found : { ...found, body: end.body };
      entries.push(...(end?.entries ?? []));
      rows.push({
        kind: 'update',
        contactId: outcome.write.plan.contactId,
        links: [settled(outcome, link, heldBy(outcome), at)],
      });
      if (outcome.wrote.outcome === 'done')
        entries.push(writtenEntry(context, run, mapping, outcome), ...writtenOverEntries(context, mapping, outcome));
      if (outcome.wrote.outcome !== 'gone' || heirsOf(context, mapping, outcome, at).length > 0) continue;
      deleted += 1;
      if (outcome.wrote.successor === undefined) entries.push(...deletedEntries(context, run, mapping, outcome, at));
    }
    const weighed = await run.brake.learn(mapping, { deleted, cleared: 0 }, at);
    entries.push(...weighed.entries);
    const released = await releaseWaiting(context, await keysOfGone(context, mapping, known), at);
    const heirs = known.flatMap((outcome) => heirsOf(context, mapping, outcome, at));
    // A record that is gone may be one of those that wait for a match key of its contact.
    const distinct = onePerKey([...entries, ...released, ...heirs]);
    return { result: { exceeded: weighed.exceeded, entries: distinct }, changes: { rows, entries: distinct } };
  });
  tellClosed(context, result.entries);
  run.brake.hold(result.exceeded);
}

/** The links as this worker's own commit left them: no read between intent and acknowledgement unless somebody was faster. */
function intendedLinks(outcomes: readonly WriteOutcome[], version: Version): Map<string, StoredLink> {
  return new Map(
    outcomes.map(({ write: { op, plan, link, intent } }) => {
      const { expected: _, ...committed } = intent;
      return [op, { ...committed, seen: link.seen, contactId: plan.contactId, version }];
    }),
  );
}

async function storedLinks(context: Context, outcomes: readonly WriteOutcome[]): Promise<Map<string, StoredLink>> {
  const rows: readonly Row[] = await context.store.load({ ids: outcomes.map(({ write }) => write.plan.contactId) });
  const links = new Map<string, StoredLink>();
  for (const row of rows) for (const link of row.links) for (const { op } of link.body.sent) links.set(op, link);
  return links;
}

/** Match keys of contacts whose record turned out to be gone: other records may wait for them (R20). */
async function keysOfGone(context: Context, mapping: CompiledMapping, outcomes: readonly WriteOutcome[]): Promise<readonly string[]> {
  const ids = outcomes.flatMap(({ write, wrote }) => (wrote.outcome === 'gone' ? [write.plan.contactId] : []));
  const rows = ids.length === 0 ? [] : await context.store.load({ ids });
  return rows.flatMap(({ fields }) =>
    mapping.matchKeys.flatMap(({ field }) => (typeof fields[field] === 'string' ? [keyOf(mapping.entity, field, fields[field])] : [])),
  );
}

/**
 * The link is closed, and the next pull looks at the record once more: a refused write does not tell whether it was merged
 * into another one, and what becomes of the contact is decided there.
 */
function deletedEntries(
  context: Context,
  run: RunRecorder,
  { crmObject: object }: CompiledMapping,
  { write: { plan } }: WriteOutcome,
  at: number,
): EntryChange[] {
  const { contactId, recordId } = plan;
  if (recordId === null) return [];
  const again = recheckEntry({ object, recordId, code: 'deleted', attempts: 0 }, at);
  if ((context.options.onDelete ?? 'unlink') !== 'unlink') return [again];
  const source = { flow: 'push', ...run.source, object, recordId } as const;
  return [again, historyEntry(context, contactId, { at: new Date(at).toISOString(), source, event: 'record_deleted', changes: [] })];
}

/** The record that took over from one which turned out to be gone is fetched next, as a pull does (P11). */
function heirsOf(context: Context, { crmObject: object }: CompiledMapping, { write, wrote }: WriteOutcome, at: number): EntryChange[] {
  const { recordId } = write.plan;
  if (wrote.outcome !== 'gone' || wrote.successor === undefined || recordId === null) return [];
  const objects = context.mappings.map(({ crmObject }) => crmObject);
  const { successor, successorObject = object } = wrote;
  return heirEntries({ object, recordId }, { successor, successorObject }, { objects, at });
}

function settled({ write, wrote }: WriteOutcome, link: StoredLink, held: Readonly<Record<string, Held>>, now: number): LinkChange {
  const { op, version, isPartial } = write;
  const { version: expected, contactId: _, ...kept } = link;
  let body: LinkBody = link.body;
  let state: LinkState = link.state;
  let seen = link.seen;
  if (wrote.outcome === 'done') {
    body = settleDone(link.body, op, wrote.values, wrote.modifiedAt);
    if (!isPartial) seen = version;
  } else if (wrote.outcome === 'gone') {
    state = wrote.successor === undefined ? 'tombstone' : 'superseded';
    body = { ...settleNothing(link.body, op), ...successorOf(wrote) };
  } else body = settleNothing(link.body, op, held);
  return { ...kept, expected, state, seen, body, dueAt: dueAt(body), syncedAt: wrote.outcome === 'done' ? now : link.syncedAt };
}

function writtenEntry(context: Context, run: RunRecorder, mapping: CompiledMapping, { write: { plan, link } }: WriteOutcome): EntryChange {
  const changes = Object.entries(plan.sent).map(([key, { remote }]) => ({
    field: mapping.rules.find((rule) => rule.key === key)?.field ?? key,
    before: agreedOn(link.body.base, key)?.remote ?? null,
    after: remote,
    rule: key,
    reason: 'pushed',
  }));
  const source = { flow: 'push', ...run.source, object: mapping.crmObject, recordId: plan.recordId ?? '' } as const;
  return historyEntry(context, plan.contactId, { at: new Date(run.session.storeNow()).toISOString(), source, changes });
}

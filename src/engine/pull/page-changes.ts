import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { Conflict, FieldChange, LinkPlan, MatchValues, RecordPlan } from '../../core/sync/plan-types.ts';
import { dueAt } from '../../core/sync/settle.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Changeset, ContactRef, EntryChange, LinkChange, Row, RowChange } from '../../ports/store.ts';
import { untiedEntry } from '../companies/untied.ts';
import { conflictEntries } from '../conflict-entry.ts';
import type { Context } from '../context.ts';
import { flipsEntry } from '../flips.ts';
import { historyEntry } from '../history.ts';
import { noLongerWaiting, type StoredWaiting, stillWaiting } from '../identity/waiting.ts';
import { claimsOf, hasAnyKey } from '../match-keys.ts';
import type { Source } from '../run-recorder.ts';
import type { PagePlan } from './plan-page.ts';

interface PageChangesInput {
  readonly context: Context;
  readonly mapping: CompiledMapping;
  readonly planned: PagePlan;
  /** By record: what is noted of those that may wait, or have waited. */
  readonly waiting: ReadonlyMap<string, StoredWaiting>;
  /** By record: the record of its company, which is none here. */
  readonly untied: ReadonlyMap<string, string>;
  /** What the history says of where a change came from. */
  readonly source: Source;
  /** The store's clock. */
  readonly at: Millis;
  readonly flow: 'pull' | 'push';
}

/** The changeset of a planned page: contacts, links, claims of new match keys, history, notes of records that wait. */
export function changesOf(input: PageChangesInput): Changeset {
  const rows: RowChange[] = [];
  const entries: EntryChange[] = [];
  for (const plan of input.planned.plan.records) {
    const next = { row: rows.length };
    addRecord(input, plan, rows, entries);
    entries.push(...untiedEntries(input, plan, next));
    entries.push(...waitingEntries(input, plan));
  }
  return { rows, entries };
}

function addRecord(input: PageChangesInput, plan: RecordPlan, rows: RowChange[], entries: EntryChange[]): void {
  const { context, planned } = input;
  if (plan.action === 'create') {
    const row = { row: rows.length };
    rows.push({
      kind: 'insert',
      entity: input.mapping.entity,
      suggestedId: context.ids(),
      set: plan.fields,
      links: [newLink(context, plan.link, input.at)],
    });
    entries.push(
      ...claimsOf(planned.claims, input.mapping.entity, plan.keys, row, input.at),
      historyOfPlan(input, row, plan, plan.changes),
    );
    return;
  }
  if (plan.action === 'refetch') return;
  if (plan.action === 'skip') {
    if (plan.link !== undefined && plan.contactId !== undefined) rows.push(linkOnly(input, plan.contactId, plan.link));
    return;
  }
  const stored = planned.rows.get(plan.contactId) as Row;
  if (plan.action === 'unchanged') {
    // A note of it is put only while it is there (R21).
    if (input.untied.has(plan.recordId)) rows.push({ kind: 'update', contactId: stored.id, expected: stored.version });
    return;
  }
  const link = linkChange(input, stored, plan.link);
  if (plan.action === 'update') {
    rows.push({ kind: 'update', contactId: stored.id, expected: stored.version, set: plan.fields, links: [link] });
    entries.push(...claimsOf(planned.claims, input.mapping.entity, plan.keys, stored.id, input.at));
  } else rows.push({ kind: 'update', contactId: stored.id, expected: stored.version, links: [link] });
  entries.push(...conflictEntries(plan.conflicts, { object: input.mapping.crmObject, run: input.source.run ?? null, at: input.at }));
  entries.push(...flipsEntry(planned.flips, plan.contactId, plan.flips));
  const changes = plan.action === 'update' ? plan.changes : [];
  const isNews = changes.length > 0 || plan.conflicts.some(({ event }) => event === 'found');
  if (isNews) entries.push(historyOfPlan(input, stored.id, plan, changes));
}

function newLink(context: Context, plan: LinkPlan, at: Millis): LinkChange {
  const { rebased: _, ...link } = plan;
  return { ...link, id: context.ids(), expected: null, dueAt: dueAt(plan.body), syncedAt: at };
}

/** An existing link keeps its `syncedAt` unless its base moved: that is what makes older snapshots stale (R6). */
function linkChange({ context, at }: PageChangesInput, row: Row, plan: LinkPlan): LinkChange {
  const stored = row.links.find(({ object, recordId }) => object === plan.object && recordId === plan.recordId);
  if (stored === undefined) return newLink(context, plan, at);
  const { rebased, ...link } = plan;
  return { ...link, id: stored.id, expected: stored.version, dueAt: dueAt(plan.body), syncedAt: rebased ? at : stored.syncedAt };
}

const linkOnly = (input: PageChangesInput, contactId: string, link: LinkPlan): RowChange => {
  const row = input.planned.rows.get(contactId) as Row;
  return { kind: 'update', contactId, expected: row.version, links: [linkChange(input, row, link)] };
};

function historyOfPlan(
  input: PageChangesInput,
  contactId: ContactRef,
  plan: RecordPlan & { readonly conflicts: readonly Conflict[] },
  changes: readonly FieldChange[],
): EntryChange {
  const { context, source, at, flow, mapping } = input;
  const conflicts = plan.conflicts.filter(({ event }) => event === 'found');
  return historyEntry(context, contactId, {
    at: new Date(at).toISOString(),
    source: { flow, ...source, object: mapping.crmObject, recordId: plan.recordId },
    changes,
    ...(conflicts.length > 0 && {
      conflicts: conflicts.map(({ field, local, remote, winner, reason }) => ({ field, local, remote, winner, reason })),
    }),
  });
}

/** A record of a contact that is here, whose company is not, is noted. */
function untiedEntries({ untied, mapping }: PageChangesInput, plan: RecordPlan, next: ContactRef): readonly EntryChange[] {
  const company = untied.get(plan.recordId);
  if (company === undefined || plan.action === 'skip' || plan.action === 'refetch') return [];
  const place = { company, object: mapping.crmObject, recordId: plan.recordId };
  return [untiedEntry(place, plan.action === 'create' ? next : plan.contactId)];
}

/** A record that waits is noted; of one that waits no longer the note goes. */
function waitingEntries({ context, waiting, mapping, planned, at }: PageChangesInput, plan: RecordPlan): readonly EntryChange[] {
  const known = waiting.get(plan.recordId);
  const place = { object: mapping.crmObject, recordId: plan.recordId, since: at };
  if (plan.action === 'skip' && plan.reason === 'ambiguous')
    return stillWaiting(
      context,
      { ...place, reason: 'ambiguous', keys: plan.keys ?? {}, candidates: plan.candidates ?? [], contactId: null },
      known,
      planned.claims,
    );
  if (plan.action === 'refetch') return [];
  const keys = takenKeys(plan, planned.values.get(plan.recordId));
  const contactId = 'contactId' in plan ? (plan.contactId ?? null) : null;
  if (Object.keys(keys).length === 0) return known === undefined ? [] : noLongerWaiting(context, known);
  const candidates = [...planned.rows.values()]
    .filter((row) => row.id !== contactId && hasAnyKey(mapping.entity, row.fields, keys))
    .map(({ id }) => id);
  return stillWaiting(context, { ...place, reason: 'match_key_taken', keys, candidates, contactId }, known, planned.claims);
}

/** Match keys that the record has and its contact can't get, for another one has them. */
function takenKeys({ refused }: RecordPlan, values: MatchValues = {}): MatchValues {
  const fields = refused.flatMap(({ code, field }) => (code === 'match_key_taken' && Object.hasOwn(values, field) ? [field] : []));
  return Object.fromEntries(fields.map((field) => [field, values[field] as string]));
}

import type { InboundPlan } from '../core/inbound.ts';
import type { Version } from '../core/link.ts';
import type { CompiledMapping } from '../core/mapping-types.ts';
import type { Conflict, FieldChange, LinkPlan, MatchValues, RecordPlan } from '../core/plan-types.ts';
import { dueAt } from '../core/settle.ts';
import type { Json, Millis } from '../core/value.ts';
import type { Changeset, ContactRef, EntryChange, LinkChange, Row, RowChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { historyEntry } from './history.ts';
import { KIND } from './kinds.ts';
import type { Source } from './runs.ts';

export interface KnownEntries {
  /** Versions of claims by `<field>:<value>`. */
  readonly claims: ReadonlyMap<string, Version>;
  /** Versions of waiting notes by key. */
  readonly waiting: ReadonlyMap<string, Version>;
}

interface PageChangesInput {
  readonly context: Context;
  readonly mapping: CompiledMapping;
  readonly plan: InboundPlan;
  readonly rows: ReadonlyMap<string, Row>;
  readonly known: KnownEntries;
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
  for (const plan of input.plan.records) addRecord(input, plan, rows, entries);
  return { rows, entries };
}

function addRecord(input: PageChangesInput, plan: RecordPlan, rows: RowChange[], entries: EntryChange[]): void {
  const { context, known } = input;
  if (plan.action === 'create') {
    const row = { row: rows.length };
    rows.push({
      kind: 'insert',
      entity: input.mapping.entity,
      suggestedId: context.ids(),
      set: plan.fields,
      links: [newLink(context, plan.link, input.at)],
    });
    entries.push(...claims(known, plan.keys, row), historyOfPlan(input, row, plan, plan.changes), ...noLongerWaiting(input, plan));
    return;
  }
  if (plan.action === 'unchanged' || plan.action === 'refetch') return;
  if (plan.action === 'skip') {
    if (plan.link !== undefined && plan.contactId !== undefined) rows.push(linkOnly(input, plan.contactId, plan.link));
    if (plan.reason === 'ambiguous') entries.push(...stillWaiting(input, plan));
    return;
  }
  const stored = input.rows.get(plan.contactId) as Row;
  const link = linkChange(input, stored, plan.link);
  if (plan.action === 'update') {
    rows.push({ kind: 'update', contactId: stored.id, expected: stored.version, set: plan.fields, links: [link] });
    entries.push(...claims(known, plan.keys, stored.id));
  } else rows.push({ kind: 'update', contactId: stored.id, expected: stored.version, links: [link] });
  const changes = plan.action === 'update' ? plan.changes : [];
  if (changes.length > 0 || plan.conflicts.length > 0) entries.push(historyOfPlan(input, stored.id, plan, changes));
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
  const row = input.rows.get(contactId) as Row;
  return { kind: 'update', contactId, expected: row.version, links: [linkChange(input, row, link)] };
};

/** Whoever gives a contact a match key expects the claim as it was seen: of two at once, one plans again (R19). */
function claims({ claims }: KnownEntries, keys: MatchValues, contactId: ContactRef): EntryChange[] {
  return Object.entries(keys).map(([field, value]) => {
    const key = `${field}:${value}`;
    return { scope: 'workspace', kind: KIND.claim, key, expected: claims.get(key) ?? null, put: { body: null, contactId } };
  });
}

function historyOfPlan(
  input: PageChangesInput,
  contactId: ContactRef,
  plan: RecordPlan & { readonly conflicts: readonly Conflict[] },
  changes: readonly FieldChange[],
): EntryChange {
  const { context, source, at, flow, mapping } = input;
  return historyEntry(context, contactId, {
    at: new Date(at).toISOString(),
    source: { flow, ...source, object: mapping.crmObject, recordId: plan.recordId },
    changes: changes.map(({ field, before, after, rule, reason }) => ({ field, before, after, rule, reason })),
    ...(plan.conflicts.length > 0 && {
      conflicts: plan.conflicts.map(({ field, local, remote, winner, reason }) => ({ field, local, remote, winner, reason })),
    }),
  });
}

function stillWaiting({ known, mapping, at }: PageChangesInput, plan: Extract<RecordPlan, { action: 'skip' }>): EntryChange[] {
  return waitingKeys(mapping, plan)
    .filter((key) => !known.waiting.has(key))
    .map((key) => {
      const body = {
        object: mapping.crmObject,
        recordId: plan.recordId,
        reason: plan.reason,
        candidates: plan.candidates ?? [],
        since: at,
      } as Json;
      return { scope: 'connection', kind: KIND.waiting, key, expected: null, put: { body } };
    });
}

function noLongerWaiting({ known, mapping }: PageChangesInput, plan: RecordPlan): EntryChange[] {
  return waitingKeys(mapping, plan)
    .filter((key) => known.waiting.has(key))
    .map((key) => ({ scope: 'connection', kind: KIND.waiting, key, expected: known.waiting.get(key) as Version, put: 'delete' }));
}

/** A record that waits for a contact is noted under each of its match keys, so that a change of one brings it back (R20). */
export function waitingKeys(mapping: CompiledMapping, plan: RecordPlan): readonly string[] {
  if (!('keys' in plan) || plan.keys === undefined || plan.action === 'update') return [];
  return Object.entries(plan.keys).map(([field, value]) => `${field}:${value}|${mapping.crmObject}|${plan.recordId}`);
}

import type { Version } from '../../core/link.ts';
import type { CompiledMapping } from '../../core/mapping-types.ts';
import type { Conflict, FieldChange, LinkPlan, MatchValues, RecordPlan } from '../../core/plan-types.ts';
import { dueAt } from '../../core/settle.ts';
import type { Json, Millis } from '../../core/value.ts';
import type { Changeset, ContactRef, EntryChange, LinkChange, Row, RowChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { historyEntry } from '../history.ts';
import { KIND } from '../kinds.ts';
import { claimsOf, keysOf } from '../match-keys.ts';
import { waitingKey } from '../recheck.ts';
import type { Source } from '../run-recorder.ts';
import type { PagePlan } from './plan-page.ts';

interface PageChangesInput {
  readonly context: Context;
  readonly mapping: CompiledMapping;
  readonly planned: PagePlan;
  /** Versions of the notes of its records that wait, by key. */
  readonly waiting: ReadonlyMap<string, Version>;
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
  for (const plan of input.planned.plan.records) addRecord(input, plan, rows, entries);
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
      ...claimsOf(planned.claims, plan.keys, row),
      historyOfPlan(input, row, plan, plan.changes),
      ...noLongerWaiting(input, plan),
    );
    return;
  }
  if (plan.action === 'unchanged' || plan.action === 'refetch') return;
  if (plan.action === 'skip') {
    if (plan.link !== undefined && plan.contactId !== undefined) rows.push(linkOnly(input, plan.contactId, plan.link));
    if (plan.reason === 'ambiguous') entries.push(...stillWaiting(input, plan));
    return;
  }
  const stored = planned.rows.get(plan.contactId) as Row;
  const link = linkChange(input, stored, plan.link);
  if (plan.action === 'update') {
    rows.push({ kind: 'update', contactId: stored.id, expected: stored.version, set: plan.fields, links: [link] });
    entries.push(...claimsOf(planned.claims, plan.keys, stored.id));
  } else rows.push({ kind: 'update', contactId: stored.id, expected: stored.version, links: [link] });
  entries.push(...noLongerWaiting(input, plan));
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
  return historyEntry(context, contactId, {
    at: new Date(at).toISOString(),
    source: { flow, ...source, object: mapping.crmObject, recordId: plan.recordId },
    changes: changes.map(({ field, before, after, rule, reason }) => ({ field, before, after, rule, reason })),
    ...(plan.conflicts.length > 0 && {
      conflicts: plan.conflicts.map(({ field, local, remote, winner, reason }) => ({ field, local, remote, winner, reason })),
    }),
  });
}

function stillWaiting({ waiting, mapping, at }: PageChangesInput, plan: Extract<RecordPlan, { action: 'skip' }>): EntryChange[] {
  return waitingKeys(mapping, plan.recordId, plan.keys)
    .filter((key) => !waiting.has(key))
    .map((key) => {
      const { recordId, reason, candidates = [] } = plan;
      const body = { object: mapping.crmObject, recordId, reason, candidates, since: at } as Json;
      return { scope: 'connection', kind: KIND.waiting, key, expected: null, put: { body } };
    });
}

function noLongerWaiting({ waiting, mapping, planned }: PageChangesInput, { recordId }: RecordPlan): EntryChange[] {
  return waitingKeys(mapping, recordId, planned.unlinked.get(recordId)).flatMap((key) => {
    const expected = waiting.get(key);
    return expected === undefined ? [] : [{ scope: 'connection', kind: KIND.waiting, key, expected, put: 'delete' }];
  });
}

/** The notes of the page's records that waited for a contact, or are about to. */
export async function loadWaiting(
  context: Context,
  mapping: CompiledMapping,
  { unlinked }: PagePlan,
): Promise<ReadonlyMap<string, Version>> {
  const keys = [...unlinked].flatMap(([recordId, values]) => waitingKeys(mapping, recordId, values));
  if (keys.length === 0) return new Map();
  const notes = await context.store.entries({ scope: 'connection', kind: KIND.waiting, keys, limit: keys.length });
  return new Map(notes.map(({ key, version }) => [key, version]));
}

/** A record that waits for a contact is noted under each of its match keys. */
const waitingKeys = ({ crmObject }: CompiledMapping, recordId: string, values: MatchValues = {}): readonly string[] =>
  keysOf(values).map((key) => waitingKey(key, crmObject, recordId));

import { hashOf } from '../../core/hash.ts';
import type { Json } from '../../core/value.ts';
import type { Merged } from '../../ports/merger.ts';
import type { Entry, EntryChange, Row } from '../../ports/store.ts';
import { commitOnce } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { tellClosed } from '../ended-conflicts.ts';
import { historyEntry } from '../history.ts';
import { KIND } from '../kinds.ts';
import { retryDelayMs } from '../recheck.ts';
import { cancelledWork } from '../removal/cancelled-work.ts';
import type { Session } from '../session.ts';
import type { StepChange } from '../step.ts';
import { askMerger, type MergeOutcome, mergeItems, mergeOutcome, type QueuedText } from './merge-answers.ts';

/** Incoming texts of one conversation that wait for the merger. Kept until they are merged: a failing model loses nothing. */
export interface QueuedMerge {
  readonly conversation: string;
  /** ISO 8601 UTC: when the conversation took place; merges of a contact go in this order. */
  readonly at: string;
  readonly items: readonly QueuedText[];
  readonly attempts: number;
}

export interface Drained {
  readonly changes: readonly StepChange[];
  readonly failure: MergeFailure | null;
  /** The contact is gone: its texts were given up. */
  readonly cancelled?: true;
}
export interface MergeFailure {
  readonly code: string;
  readonly remedy: string;
}

/** A result that lost this many races stays queued (R10). */
export const MERGE_RACES_MAX = 3;
export const LOST_RACES: MergeFailure = {
  code: 'merge_lost_races',
  remedy: 'The contact is being edited; the merge is tried again later.',
};

/** Merges what waits for a contact, oldest conversation first. A failure keeps its texts queued, and those after it. */
export async function drainMerges(context: Context, session: Session, contactId: string): Promise<Drained> {
  const changes: StepChange[] = [];
  const queue = await context.store.entries({ scope: 'workspace', kind: KIND.merge, contactId, limit: 100 });
  for (const { key } of queue) {
    const drained = await drainOne(context, session, contactId, key);
    changes.push(...drained.changes);
    if (drained.failure !== null || drained.cancelled === true) return { ...drained, changes };
  }
  return { changes, failure: null };
}

async function drainOne(context: Context, session: Session, contactId: string, key: string): Promise<Drained> {
  let answered: { readonly inputs: string; readonly answers: Readonly<Record<string, Merged>> } = { inputs: '', answers: {} };
  for (let race = 1; ; race += 1) {
    const [entry] = await context.store.entries({ scope: 'workspace', kind: KIND.merge, keys: [key], limit: 1 });
    const [row] = await context.store.load({ ids: [contactId] });
    if (entry === undefined) return { changes: [], failure: null }; // merged or erased by another worker
    if (row === undefined || row.removed === true) return giveUp(context, session, contactId);
    const { items: texts, at } = entry.body as unknown as QueuedMerge;
    const fields = fieldsOf(context, row.fields);
    const request = { items: mergeItems(context, texts, fields), at };
    const inputs = hashOf(request);
    // A result is bound to what it was made from: an edit in between asks anew.
    if (request.items.length > 0 && answered.inputs !== inputs) {
      const asked = await askMerger(context, session, request);
      if ('failure' in asked) return postpone(context, session, entry, asked.failure);
      answered = { inputs, answers: asked.answers };
    }
    const outcome = mergeOutcome(context, texts, fields, answered.answers);
    const ended = await commitMerged(context, session, row, entry, outcome);
    if (ended === 'done') return { changes: outcome.changes, failure: outcome.failed[0] ?? null };
    if (ended !== 'moved') return postpone(context, session, entry, ended);
    if (race === MERGE_RACES_MAX) return postpone(context, session, entry, LOST_RACES);
  }
}

/** The contact was removed: nobody is left to merge a text into. */
async function giveUp(context: Context, session: Session, contactId: string): Promise<Drained> {
  const entries = await cancelledWork(context, contactId, session.storeNow());
  const committed = await context.store.commit({ rows: [], entries }); // moved: the next run does it
  if (committed.status === 'done') tellClosed(context, entries);
  return { changes: [], failure: null, cancelled: true };
}

/** The merged texts and what is left of the queue, in one commit. */
async function commitMerged(
  context: Context,
  session: Session,
  row: Row,
  entry: Entry,
  { set, changes, failed }: MergeOutcome,
): Promise<'done' | 'moved' | MergeFailure> {
  const at = session.storeNow();
  const queued = entry.body as unknown as QueuedMerge;
  const items = failed.map(({ field, incoming, rule }) => ({ field, incoming, rule }));
  const entries: EntryChange[] = [failed.length === 0 ? { ...placeOf(entry), put: 'delete' } : later(session, entry, { ...queued, items })];
  if (changes.length > 0) {
    const source = { flow: 'merge', conversation: queued.conversation } as const;
    entries.push(historyEntry(context, row.id, { at: new Date(at).toISOString(), source, changes }));
  }
  const rows = changes.length === 0 ? [] : [{ kind: 'update' as const, contactId: row.id, expected: row.version, set }];
  const committed = await commitOnce(context, session, { rows, entries });
  if (committed.status === 'moved') return 'moved';
  if (committed.status === 'refused')
    return {
      code: committed.rows[0]?.code ?? 'store_refused',
      remedy: 'The contacts table refused the merged text: look at its constraints.',
    };
  for (const { field, code, remedy } of failed) context.notify({ type: 'merge.failed', contactId: row.id, field, error: { code, remedy } });
  if (changes.length > 0) context.notify({ type: 'contact.changed', contactId: row.id, fields: Object.keys(set), cause: 'merge' });
  return 'done';
}

/** Nothing was merged: all texts stay queued. */
async function postpone(context: Context, session: Session, entry: Entry, failure: MergeFailure): Promise<Drained> {
  const queued = entry.body as unknown as QueuedMerge;
  await context.store.commit({ rows: [], entries: [later(session, entry, queued)] }); // moved: somebody else is at it
  for (const { field } of queued.items) context.notify({ type: 'merge.failed', contactId: entry.contactId ?? '', field, error: failure });
  return { changes: [], failure };
}

const placeOf = ({ scope, kind, key, version }: Entry) => ({ scope, kind, key, expected: version });

function later(session: Session, entry: Entry, queued: QueuedMerge): EntryChange {
  const attempts = queued.attempts + 1;
  const body = { ...queued, attempts } as unknown as Json;
  return { ...placeOf(entry), put: { body, contactId: entry.contactId, dueAt: session.storeNow() + retryDelayMs(attempts) } };
}

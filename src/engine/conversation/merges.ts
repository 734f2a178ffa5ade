import type { Json } from '../../core/values/value.ts';
import type { Entry, EntryChange, Row } from '../../ports/store.ts';
import { commitOnce } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { tellClosed } from '../ended-conflicts.ts';
import { historyEntry } from '../history.ts';
import { KIND } from '../kinds.ts';
import { mergingOf, type QueuedMerging } from '../merging/ask-merger.ts';
import { type MergeOutcome, mergeOutcome, type QueuedText } from '../merging/merge-answers.ts';
import { LOST_RACES, type MergeFailure, UNDER_WAY, WAITS } from '../merging/merge-failure.ts';
import { later, placeOf } from '../merging/queue-place.ts';
import { MERGE_RACES_MAX, QueuedAnswers } from '../merging/queued-answers.ts';
import { cancelledWork } from '../removal/cancelled-work.ts';
import type { Session } from '../session.ts';
import type { StepChange } from '../step.ts';

/** Incoming texts of one conversation that wait for the merger. Kept until they are merged: a failing model loses nothing. */
export interface QueuedMerge extends QueuedMerging {
  readonly conversation: string;
  /** ISO 8601 UTC: when the conversation took place; merges of a contact go in this order. */
  readonly at: string;
  readonly items: readonly QueuedText[];
}

export interface Drained {
  readonly changes: readonly StepChange[];
  /** Why texts wait, of the first ones that do. */
  readonly failure: MergeFailure | null;
  /** Keys of the conversations whose texts they are. */
  readonly waiting: ReadonlySet<string>;
  /** The contact is gone: its texts were given up. */
  readonly cancelled?: true;
}

/** Of one place in the queue. */
interface DrainedOne extends Pick<Drained, 'changes' | 'failure' | 'cancelled'> {
  /** Fields whose texts are left there. */
  readonly left: readonly string[];
}

const EMPTY: DrainedOne = { changes: [], failure: null, left: [] };

/**
 * Merges what waits for a contact, oldest conversation first. Where the merger fails altogether everything waits; a field that
 * can't be merged keeps its own texts queued, in their order, and holds up no other field.
 */
export async function drainMerges(context: Context, session: Session, contactId: string): Promise<Drained> {
  const changes: StepChange[] = [];
  const waiting = new Set<string>();
  const held = new Set<string>();
  let failure: MergeFailure | null = null;
  const queue = await context.store.entries({ scope: 'workspace', kind: KIND.merge, contactId, limit: 100 });
  for (const entry of queue) {
    const { conversation, items } = entry.body as unknown as QueuedMerge;
    const fields = items.map(({ field }) => field);
    const isStopped: boolean = failure !== null && failure.isOfFields !== true;
    const waits: MergeFailure | null = isStopped ? null : waitingFor(session, entry);
    if (isStopped || waits !== null || fields.every((field) => held.has(field))) {
      failure ??= waits;
      waiting.add(conversation);
      for (const field of fields) held.add(field);
      continue;
    }
    const drained = await drainOne(context, session, contactId, entry.key, held);
    changes.push(...drained.changes);
    if (drained.cancelled === true) return { changes, failure: null, waiting: new Set(), cancelled: true };
    for (const field of drained.left) held.add(field);
    if (drained.failure !== null || drained.left.length > 0) waiting.add(conversation);
    if (failure === null || drained.failure?.isOfFields !== true) failure = drained.failure ?? failure;
  }
  return { changes, failure, waiting };
}

/** Its turn has not come: a question is under way or has failed lately, and each one is paid. */
function waitingFor(session: Session, entry: Entry): MergeFailure | null {
  const { askedUntil, failure } = mergingOf(entry);
  const now = session.storeNow();
  if ((entry.dueAt ?? 0) <= now) return null;
  return askedUntil !== undefined && askedUntil > now ? UNDER_WAY : { ...(failure ?? WAITS), isUntried: true };
}

/** @param held - Fields of which earlier texts wait: theirs keep their order. */
async function drainOne(
  context: Context,
  session: Session,
  contactId: string,
  key: string,
  held: ReadonlySet<string>,
): Promise<DrainedOne> {
  const queued = new QueuedAnswers(context, session);
  for (let race = 0; ; ) {
    const [entry] = await context.store.entries({ scope: 'workspace', kind: KIND.merge, keys: [key], limit: 1 });
    const [row] = await context.store.load({ ids: [contactId] });
    if (entry === undefined) return EMPTY; // merged or erased by another worker
    if (row === undefined || row.removed === true) return giveUp(context, session, contactId);
    const { items, at } = entry.body as unknown as QueuedMerge;
    const texts = items.filter(({ field }) => !held.has(field));
    const waiting = items.filter(({ field }) => held.has(field));
    const fields = fieldsOf(context, row.fields);
    const answered = await queued.of({ entry, texts, at, fields });
    if (answered === 'again') continue; // as often as it asks, and that has a bound
    if ('failure' in answered) return postpone(context, session, answered.entry, answered.failure);
    const outcome = mergeOutcome(context, texts, fields, answered.answers);
    const ended = await commitMerged(context, session, row, entry, outcome, waiting);
    const left = [...outcome.failed, ...waiting].map(({ field }) => field);
    if (ended === 'done') return { changes: outcome.changes, failure: ofFields(outcome.failed[0]), left };
    if (ended !== 'moved') return postpone(context, session, entry, ended);
    race += 1;
    if (race === MERGE_RACES_MAX) return postpone(context, session, entry, LOST_RACES);
  }
}

const ofFields = (failure: MergeFailure | undefined): MergeFailure | null =>
  failure === undefined ? null : { ...failure, isOfFields: true };

/** The contact was removed: nobody is left to merge a text into. */
async function giveUp(context: Context, session: Session, contactId: string): Promise<DrainedOne> {
  const entries = await cancelledWork(context, contactId, session.storeNow());
  const committed = await context.store.commit({ rows: [], entries }); // moved: the next run does it
  if (committed.status === 'done') tellClosed(context, entries);
  return { ...EMPTY, cancelled: true };
}

/** The merged texts and what is left of the queue, in one commit. */
async function commitMerged(
  context: Context,
  session: Session,
  row: Row,
  entry: Entry,
  { set, changes, failed }: MergeOutcome,
  waiting: readonly QueuedText[],
): Promise<'done' | 'moved' | MergeFailure> {
  const at = session.storeNow();
  const { askedUntil: _, ...body } = entry.body as unknown as QueuedMerge;
  const { conversation } = body;
  const items = [...failed, ...waiting].map(({ field, incoming, rule }) => ({ field, incoming, rule }));
  const failure = ofFields(failed[0]);
  const left: EntryChange =
    failure !== null
      ? later(session, entry, failure, { items, answers: {} })
      : { ...placeOf(entry), put: { body: { ...body, items, answers: {} } as unknown as Json, contactId: row.id, dueAt: at } };
  const entries: EntryChange[] = [items.length === 0 ? { ...placeOf(entry), put: 'delete' } : left];
  if (changes.length > 0) {
    const source = { flow: 'merge', conversation } as const;
    entries.push(historyEntry(context, row.id, { at: new Date(at).toISOString(), source, changes }));
  }
  const rows = changes.length === 0 ? [] : [{ kind: 'update' as const, contactId: row.id, expected: row.version, set }];
  const committed = await commitOnce(context, session, { rows, entries });
  if (committed.status === 'moved') return 'moved';
  if (committed.status === 'refused')
    return {
      code: committed.rows[0]?.code ?? 'store_refused',
      remedy: 'The contacts table refused the merged text: look at its constraints.',
      isOfFields: true,
    };
  for (const { field, code, remedy } of failed) context.notify({ type: 'merge.failed', contactId: row.id, field, error: { code, remedy } });
  if (changes.length > 0) context.notify({ type: 'contact.changed', contactId: row.id, fields: Object.keys(set), cause: 'merge' });
  return 'done';
}

/** Nothing was merged: all texts stay queued. */
async function postpone(context: Context, session: Session, entry: Entry, failure: MergeFailure): Promise<DrainedOne> {
  const { items } = entry.body as unknown as QueuedMerge;
  const left = items.map(({ field }) => field);
  if (failure.isUntried === true) return { changes: [], failure, left };
  await context.store.commit({ rows: [], entries: [later(session, entry, failure)] }); // moved: somebody else is at it
  const { code, remedy } = failure;
  for (const { field } of items) context.notify({ type: 'merge.failed', contactId: entry.contactId ?? '', field, error: { code, remedy } });
  return { changes: [], failure, left };
}

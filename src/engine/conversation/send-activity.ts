import type { PartMark } from '../../core/activity/merge-activity-text.ts';
import type { TiedRecord } from '../../core/forms/activity-answers.ts';
import type { Version } from '../../core/link/link.ts';
import type { Value } from '../../core/values/value.ts';
import type { ActivityRecord, Wrote } from '../../ports/connector.ts';
import type { EntryChange } from '../../ports/store.ts';
import { commitOnce } from '../commit.ts';
import type { Context } from '../context.ts';
import { intentEnd, mayStart } from '../intent.ts';
import type { Permit } from '../permit.ts';
import type { Session } from '../session.ts';
import { givenBy } from './activity-changes.ts';
import { type ActivityEntry, activityChange, settleActivity, type Written, withDeliveries } from './activity-entry.ts';
import { type ActivityWritten, pending } from './activity-outcome.ts';
import type { Bound } from './bound.ts';
import { askedQuestion, closedQuestion, type StoredQuestion } from './question-entry.ts';
import { sharedWith } from './shared-activity.ts';
import { threadTiesChange } from './thread-ties.ts';

/** What each write of a conversation's activity has in common. */
export interface ActivityDelivery {
  readonly context: Context;
  readonly session: Session;
  readonly permit: Permit;
  readonly place: { readonly key: string; readonly contactId: string | null };
  /** Deliveries that are carried out by it. */
  readonly deliveries: readonly string[];
  /** Of several people whose it is. */
  readonly people: readonly string[];
  /** What an automatic form has left open: kept with a new activity. */
  readonly question: StoredQuestion | null;
  /** Whose conversation it is was found before any erasure: an entry about an erased contact is not made. */
  readonly fence: EntryChange;
}

export interface ActivityToSend {
  readonly form: ActivityRecord;
  /** What the entry is without this write. */
  readonly entry: ActivityEntry;
  /** Of the stored entry; null: there is none, nobody has tried before. */
  readonly version: Version | null;
  readonly values: Readonly<Record<string, Value>>;
  /** Of an update; a new one is tied to what its form says. */
  readonly ties?: { readonly associations: readonly TiedRecord[]; readonly untie: readonly TiedRecord[] };
  readonly bound: Bound | undefined;
  /** Hashes of everything that is ours once it is written. */
  readonly written: Written;
  readonly parts: readonly PartMark[];
  /** Of the conversation, where several make the activity. */
  readonly order: string | undefined;
  /** What becomes of questions about it once the write took effect. */
  readonly questions: 'asked' | 'answered' | null;
  /** The thread whose later activities are tied as somebody has answered for this one. */
  readonly thread: string | null;
}

/** Commits the intent, sends, and records the outcome. Whoever loses the race for the entry leaves the activity to the other (P5). */
export async function sendActivity(delivery: ActivityDelivery, toSend: ActivityToSend): Promise<ActivityWritten | Wrote> {
  const { context, session, place } = delivery;
  const op = context.ids();
  const until = intentEnd(context, session);
  const committed = await commitOnce(context, session, { rows: [], entries: intended(delivery, toSend, { op, until }) });
  if (committed.status !== 'done') return pending('write_in_flight', 'Another worker is logging this conversation.');

  const settle = (id: string | null) => settleActivity(context, session, place, { op, id });
  if (!mayStart(context, session, until)) {
    await settle(null);
    return pending('not_sent', 'Nothing was written: it is sent the next time.');
  }
  const { entry, form, values } = toSend;
  try {
    const write = { op, object: form.object, id: entry.id, values, ...extras(toSend) };
    const [answer] = await context.connector.write([write], session.call);
    const wrote = answer as Wrote;
    if (wrote.outcome !== 'unknown') await settle(wrote.outcome === 'done' ? wrote.id : null);
    return wrote;
  } catch (error) {
    await settle(null); // it throws only if nothing was sent
    throw error;
  }
}

function intended(
  { permit, fence, people, place, question, deliveries }: ActivityDelivery,
  { form, entry, version, bound, written, parts, order, questions, thread }: ActivityToSend,
  intent: { readonly op: string; readonly until: number },
): readonly EntryChange[] {
  const after = {
    written,
    parts,
    givenBy: givenBy(form, entry.givenBy, order),
    ...(bound !== undefined && { bound }),
    ...(questions !== null && { question: questions }),
    deliveries: withDeliveries(entry.deliveries, deliveries),
  };
  return [
    ...permit.fences(),
    fence,
    ...sharedWith(place.key, people),
    ...(entry.id === null ? questionChange(place, question, version) : []),
    ...(thread === null || place.contactId === null ? [] : [threadTiesChange({ thread, contactId: place.contactId }, bound?.ties ?? {})]),
    activityChange(place, { ...entry, intent: { ...intent, ...after } }, version),
  ];
}

function questionChange(
  place: ActivityDelivery['place'],
  question: StoredQuestion | null,
  version: Version | null,
): readonly EntryChange[] {
  if (question !== null) return [askedQuestion(place, question)];
  return version === null ? [] : [closedQuestion(place.key)];
}

function extras({ form: { associations, uniqueKey }, entry, ties }: ActivityToSend) {
  const isNew = entry.id === null;
  return {
    // Ties count when it is made, for people may have changed them since; later only those that a form answers.
    ...(ties !== undefined && ties.associations.length > 0 && { associations: ties.associations }),
    ...(ties !== undefined && ties.untie.length > 0 && { untie: ties.untie }),
    ...(isNew && associations !== undefined && { associations }),
    ...(isNew && uniqueKey !== undefined && { uniqueKey }),
  };
}

import type { Activity } from '../../core/activity/activity.ts';
import { composeText } from '../../core/activity/activity-parts.ts';
import { marksOf } from '../../core/activity/merge-activity-text.ts';
import { hashOf } from '../../core/base/hash.ts';
import type { RefusedAnswer, TiedRecord } from '../../core/forms/activity-answers.ts';
import type { Version } from '../../core/link/link.ts';
import type { Value } from '../../core/values/value.ts';
import type { ActivityRecord, Wrote } from '../../ports/connector.ts';
import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import type { Permit } from '../permit.ts';
import type { Session } from '../session.ts';
import { changesOf, givenBy, newsOf } from './activity-changes.ts';
import {
  type ActivityEntry,
  activityChange,
  hashes,
  loadActivity,
  type StoredActivity,
  settleActivity,
  withDeliveries,
} from './activity-entry.ts';
import {
  ACTIVITY_GONE,
  type ActivityWritten,
  created,
  EDITED_IN_CRM,
  NOT_LOGGED,
  pending,
  RECORD_GONE,
  TEXT_FULL,
  unchanged,
  updated,
} from './activity-outcome.ts';
import { type Bound, boundAfter, isCarriedOut, type Submitted, tieChanges } from './bound.ts';
import { presentRecord, presentTies } from './present-record.ts';
import { closedQuestion, type StoredQuestion } from './question-entry.ts';
import { type ActivityDelivery, type ActivityToSend, sendActivity } from './send-activity.ts';

interface ActivityToWrite {
  readonly activity: Activity;
  readonly contactId: string | null;
  /** Of several people whose it is. */
  readonly people: readonly string[];
  /** Hash of the conversation as delivered: the same delivery twice changes nothing. */
  readonly delivery: string;
  /** Earlier deliveries that this one replaces. */
  readonly replaced: readonly string[];
  /** Answers to a form, checked; null: none are given. */
  readonly submitted: Submitted | null;
  /** Of a message: its thread, which somebody's answers tie from then on. */
  readonly thread: string | null;
  /** What an automatic form has left open: kept with a new activity. */
  readonly question?: StoredQuestion | null;
  /** The activity is there, and nothing but the answers is written. */
  readonly onlyAnswers?: boolean;
  /** Whose conversation it is was found before any erasure: an entry about an erased contact is not made. */
  readonly fence: EntryChange;
}

type Values = Readonly<Record<string, Value>>;

/** Writes one activity exactly once (P5): intent, look-up where an answer was lost, write, acknowledgement. */
export class ActivityWriter {
  readonly #delivery: ActivityDelivery;
  #activity: Activity;
  readonly #hash: string;
  /** Answers that are still to be carried out. */
  #submitted: Submitted | null;
  readonly #thread: string | null;
  readonly #onlyAnswers: boolean;
  readonly #refused: RefusedAnswer[] = [];

  constructor(context: Context, session: Session, permit: Permit, toWrite: ActivityToWrite) {
    const { activity, contactId, people, delivery, replaced, fence, submitted, thread, question = null, onlyAnswers = false } = toWrite;
    const place = { key: activity.key, contactId };
    this.#delivery = { context, session, permit, place, deliveries: [...replaced, delivery], people, question, fence };
    this.#activity = activity;
    this.#hash = delivery;
    this.#submitted = submitted;
    const says = submitted !== null && !submitted.isAutomatic && Object.keys(submitted.ties).length + submitted.cleared.length > 0;
    this.#thread = says ? thread : null;
    this.#onlyAnswers = onlyAnswers;
  }

  async write(): Promise<ActivityWritten> {
    return { ...(await this.#write()), refused: this.#refused };
  }

  async #write(): Promise<ActivityWritten> {
    const { context, session, place } = this.#delivery;
    const stored = await loadActivity(context, place.key);
    if (stored !== null && this.#isDone(stored.entry)) return unchanged(stored.entry);
    const { intent = null } = stored?.entry ?? {};
    if (intent !== null && intent.until >= session.storeNow())
      return pending('write_in_flight', 'A write of this activity may still take effect; it is looked up afterwards.');
    if (stored !== null) this.#activity = { ...this.#activity, loggedAs: stored.entry.object };
    if (this.#onlyAnswers && stored?.entry.id == null) return NOT_LOGGED;
    if (stored === null) return this.#create(null);
    return stored.entry.id === null ? this.#settleCreate(stored) : this.#update(stored);
  }

  /** Nothing is left to do: the delivery was logged, and the answers were carried out, or are no news for one that is there. */
  #isDone({ id, bound, deliveries }: ActivityEntry): boolean {
    const isNews = this.#submitted !== null && !isCarriedOut(bound, this.#submitted) && !(this.#submitted.isAutomatic && id !== null);
    if (!isNews) this.#submitted = null;
    return !isNews && (this.#onlyAnswers || deliveries.includes(this.#hash));
  }

  /** @param left - What an earlier try of the same create would have tied. */
  async #create(version: Version | null, left?: Bound, hops = 0): Promise<ActivityWritten> {
    const bound = this.#submitted === null ? left : boundAfter(left, this.#submitted);
    const form = await this.#form(Object.values(bound?.ties ?? {}));
    const { object, text } = form;
    const values = withAnswers(form.values, this.#submitted?.values ?? {});
    const creating = { object, id: null, written: {}, deliveries: [], intent: null };
    const parts = text === undefined ? [] : marksOf(text.parts, composeText(text.parts, text).parts);
    const sent = await this.#send({ form, entry: creating, version, values, bound, written: hashes(values), parts });
    if ('status' in sent) return sent;
    if (sent.outcome === 'done') return created({ object, id: sent.id });
    if (sent.outcome === 'gone' || (sent.outcome === 'refused' && !sent.retryable)) {
      const record = await this.#follow(hops);
      if (record === 'moved') return this.#create(null, left, hops + 1);
      if (record === 'gone') return RECORD_GONE;
      if (await this.#followTies(hops)) return this.#create(null, left, hops + 1);
      if (sent.outcome === 'gone') return RECORD_GONE;
      if (this.#leaveOut(sent)) return this.#create(null, left, hops);
      // Whoever chose them does not ask this time: if they are at fault, the activity is not lost with them.
      if (this.#submitted === null && left !== undefined) return this.#create(null, undefined, hops);
    }
    // Unknown: the intent stays, and the next attempt looks it up before anything is sent again (R4).
    return pending(sent.code, sent.outcome === 'unknown' ? 'The activity is looked up before it is sent again.' : sent.remedy);
  }

  #form(ties: readonly TiedRecord[] = []): Promise<ActivityRecord> {
    const { associations = [] } = this.#activity;
    const tied = ties.length === 0 ? this.#activity : { ...this.#activity, associations: [...associations, ...ties] };
    return this.#delivery.context.connector.activityRecord(tied, this.#delivery.session.call);
  }

  /**
   * After a refusal: the activity is of the record that its own goes on as. Nobody may know yet that it was merged; and some
   * CRMs of a record that is gone only say that a reference is wrong.
   */
  async #follow(hops: number): Promise<'moved' | 'there' | 'gone'> {
    const { record } = this.#activity;
    const present = await presentRecord(this.#delivery.context, this.#delivery.session, record);
    if (present === null) return 'gone';
    if (present.id === record.id || hops >= HOPS_MAX) return 'there';
    this.#activity = { ...this.#activity, record: present };
    return 'moved';
  }

  /**
   * The same of what was answered: a tie goes to what its record became, and one whose record is gone is left out and told, for the
   * activity is not lost with it.
   */
  async #followTies(hops: number): Promise<boolean> {
    const submitted = this.#submitted;
    if (submitted === null || hops >= HOPS_MAX) return false;
    const { ties, gone } = await presentTies(this.#delivery.context, this.#delivery.session, submitted.ties);
    this.#refused.push(...gone);
    if (hashOf(ties) === hashOf(submitted.ties)) return false;
    this.#submitted = { ...submitted, ties };
    return true;
  }

  /** What the settings alone have put into a field holds up no log: where the CRM refuses it, it is left out and told. Each field once. */
  #leaveOut({ field, code, remedy }: Extract<Wrote, { outcome: 'refused' }>): boolean {
    const submitted = this.#submitted;
    if (submitted?.isAutomatic !== true || field === undefined || !Object.hasOwn(submitted.values, field)) return false;
    const { [field]: _, ...values } = submitted.values;
    this.#submitted = { ...submitted, values };
    this.#refused.push({ field, code, message: 'The CRM does not take the value.', remedy });
    return true;
  }

  /** A create whose outcome is not known, and which can't take effect any more: look it up, and only then send again (R4). */
  async #settleCreate({ entry, version }: StoredActivity): Promise<ActivityWritten> {
    const { context, session, place } = this.#delivery;
    const { object } = entry;
    const form = await this.#form();
    const { op, until, bound } = entry.intent as NonNullable<ActivityEntry['intent']>;
    const { key, startedAt: near, record } = this.#activity;
    const query = { object, by: '$activity', values: [key], fields: Object.keys(form.values), near, record } as const;
    const { found, completeUntil } = await context.connector.find(query, session.call);
    const [match] = found;
    if (match === undefined) {
      if (completeUntil <= until && form.uniqueKey === undefined)
        return pending('not_yet_searchable', 'The CRM can not tell yet whether the activity exists; it is looked up again later.');
      return this.#create(version, bound);
    }
    const { id } = match.record;
    await settleActivity(context, session, place, { op, id });
    const settled = await loadActivity(context, place.key);
    const isOlder = settled !== null && settled.entry.id !== null && !this.#isDone(settled.entry);
    return isOlder ? this.#update(settled) : created({ object, id }); // the lost one was an earlier delivery
  }

  /**
   * A later delivery: fields and parts of the text that it changes are written, except what a person has edited since (R22). What a
   * form has answered is not the delivery's to change; answers themselves go over whatever stands there.
   */
  async #update({ entry, version }: StoredActivity, hops = 0): Promise<ActivityWritten> {
    const { context, place } = this.#delivery;
    const record = { object: entry.object, id: entry.id as string };
    const submitted = this.#submitted;
    const bound = submitted === null ? entry.bound : boundAfter(entry.bound, submitted);
    const form = this.#onlyAnswers
      ? { object: entry.object, values: {}, createOnly: [] }
      : withoutFields(await this.#form(), bound?.fields ?? []);
    const news = newsOf(form, entry, this.#activity.order);
    const asked = [...news.fields.map(([field]) => field), ...(news.text === null ? [] : [news.text.field])];
    const present = asked.length === 0 && submitted === null ? {} : await this.#valuesOf(record, asked);
    if (present === null) return { ...ACTIVITY_GONE, record };
    const { seen, parts, kept, full, ...changes } = changesOf(news, entry, present);
    const answers = submitted?.values ?? {};
    const values = { ...changes.values, ...answers };
    const ties = submitted === null ? NO_TIES : tieChanges(entry.bound, submitted);
    const current = { ...entry, written: seen };
    if (Object.keys(values).length === 0 && ties.associations.length === 0 && ties.untie.length === 0) {
      const given = givenBy(form, entry.givenBy, this.#activity.order);
      const deliveries = withDeliveries(entry.deliveries, this.#delivery.deliveries);
      const done = { ...current, parts, givenBy: given, ...(bound !== undefined && { bound }), deliveries, intent: null };
      const closed = this.#questionOf(entry) === 'answered' ? [closedQuestion(place.key)] : [];
      await context.store.commit({ rows: [], entries: [activityChange(place, done, version), ...closed] });
      return news.fields.every(([field, value]) => present[field] === value) && !kept
        ? { ...unchanged(done), ...(full && TEXT_FULL) }
        : { ...unchanged(done), ...EDITED_IN_CRM };
    }
    const written = { ...changes.written, ...hashes(answers) };
    const sent = await this.#send({ form, entry: current, version, values, ties, bound, written, parts });
    if ('status' in sent) return sent;
    if (sent.outcome === 'done') return { ...updated(record), ...(full && TEXT_FULL) };
    if (sent.outcome === 'gone') return { ...ACTIVITY_GONE, record };
    if (sent.outcome === 'refused' && !sent.retryable) {
      const again = async (): Promise<ActivityWritten | null> => {
        const stored = await loadActivity(context, place.key);
        return stored === null || stored.entry.id === null ? null : this.#update(stored, hops + 1);
      };
      const named = await this.#follow(hops);
      const moved = named === 'moved' || (named === 'there' && (await this.#followTies(hops))) ? await again() : null;
      if (moved !== null) return moved;
      if (named === 'gone') return { ...RECORD_GONE, record };
    }
    return pending(
      sent.code,
      sent.outcome === 'refused' && submitted !== null ? sent.remedy : 'The update of the activity is tried again later.',
    );
  }

  /** What the CRM shows of these fields now; null: the activity is not there. */
  async #valuesOf({ object, id }: { object: string; id: string }, fields: readonly string[]): Promise<Values | null> {
    const [fetched] = await this.#delivery.context.connector.fetch({ object, ids: [id], fields }, this.#delivery.session.call);
    return fetched?.state === 'present' ? fetched.values : null;
  }

  #send(toSend: Omit<ActivityToSend, 'order' | 'questions' | 'thread'>): Promise<ActivityWritten | Wrote> {
    const { order } = this.#activity;
    const thread = this.#submitted === null ? null : this.#thread;
    return sendActivity(this.#delivery, { ...toSend, order, questions: this.#questionOf(toSend.entry), thread });
  }

  /** What becomes of questions about the activity once the write took effect. */
  #questionOf({ id }: ActivityEntry): 'asked' | 'answered' | null {
    if (this.#submitted?.isAutomatic === false) return 'answered';
    return id === null && this.#delivery.question !== null ? 'asked' : null;
  }
}

const NO_TIES = { associations: [], untie: [] } as const;

/** Of a new activity: what was answered goes before what the conversation says, and nothing is cleared that is not there yet. */
const withAnswers = (values: Values, answers: Values): Values =>
  Object.fromEntries(
    Object.entries({ ...values, ...answers }).filter(([field, value]) => value !== null || !Object.hasOwn(answers, field)),
  );

const withoutFields = ({ values, ...form }: ActivityRecord, fields: readonly string[]): ActivityRecord => ({
  ...form,
  values: Object.fromEntries(Object.entries(values).filter(([field]) => !fields.includes(field))),
});

/** Records that were merged one into the other; a CRM answers with the last of them at once. */
const HOPS_MAX = 3;

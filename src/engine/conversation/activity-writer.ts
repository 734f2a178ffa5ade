import type { Activity } from '../../core/activity.ts';
import { composeText } from '../../core/activity-parts.ts';
import type { Version } from '../../core/link.ts';
import { marksOf, type PartMark } from '../../core/merge-activity-text.ts';
import type { Value } from '../../core/value.ts';
import type { ActivityRecord, Wrote } from '../../ports/connector.ts';
import type { EntryChange } from '../../ports/store.ts';
import { commitOnce } from '../commit.ts';
import type { Context } from '../context.ts';
import { intentEnd, mayStart } from '../intent.ts';
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
  type Written,
  withDeliveries,
} from './activity-entry.ts';
import { sharedWith } from './shared-activity.ts';

export interface ActivityWritten {
  readonly status: 'done' | 'unchanged' | 'pending' | 'skipped';
  readonly record: { readonly object: string; readonly id: string } | null;
  readonly created: boolean;
  readonly reason: string | null;
  readonly remedy: string | null;
}

interface ActivityToWrite {
  readonly activity: Activity;
  readonly contactId: string | null;
  /** Of several people whose it is. */
  readonly people: readonly string[];
  /** Hash of the conversation as delivered: the same delivery twice changes nothing. */
  readonly delivery: string;
  /** Earlier deliveries that this one replaces. */
  readonly replaced: readonly string[];
  /** Whose conversation it is was found before any erasure: an entry about an erased contact is not made. */
  readonly fence: EntryChange;
}

type Values = Readonly<Record<string, Value>>;

interface SendInput {
  /** What the entry is without this write. */
  readonly entry: ActivityEntry;
  /** Of the stored entry; null: there is none. */
  readonly version: Version | null;
  readonly values: Values;
  /** Hashes of everything that is ours once it is written. */
  readonly written: Written;
  readonly parts: readonly PartMark[];
}

/** Writes one activity exactly once (P5): intent, look-up where an answer was lost, write, acknowledgement. */
export class ActivityWriter {
  readonly #context: Context;
  readonly #session: Session;
  readonly #permit: Permit;
  #activity: Activity;
  readonly #place: { readonly key: string; readonly contactId: string | null };
  readonly #delivery: string;
  readonly #deliveries: readonly string[];
  readonly #fence: EntryChange;
  readonly #people: readonly string[];

  constructor(context: Context, session: Session, permit: Permit, toWrite: ActivityToWrite) {
    const { activity, contactId, people, delivery, replaced, fence } = toWrite;
    this.#context = context;
    this.#session = session;
    this.#permit = permit;
    this.#activity = activity;
    this.#place = { key: activity.key, contactId };
    this.#delivery = delivery;
    this.#fence = fence;
    this.#people = people;
    this.#deliveries = [...replaced, delivery];
  }

  async write(): Promise<ActivityWritten> {
    const stored = await loadActivity(this.#context, this.#place.key);
    if (stored?.entry.deliveries.includes(this.#delivery) === true) return unchanged(stored.entry);
    const { intent = null } = stored?.entry ?? {};
    if (intent !== null && intent.until >= this.#session.storeNow())
      return pending('write_in_flight', 'A write of this activity may still take effect; it is looked up afterwards.');
    if (stored !== null) this.#activity = { ...this.#activity, loggedAs: stored.entry.object };
    const form = await this.#form();
    if (stored === null) return this.#create(form, null);
    return stored.entry.id === null ? this.#settleCreate(form, stored) : this.#update(form, stored);
  }

  async #create(form: ActivityRecord, version: Version | null, hops = 0): Promise<ActivityWritten> {
    const { object, values, text } = form;
    const creating = { object, id: null, written: {}, deliveries: [], intent: null };
    const parts = text === undefined ? [] : marksOf(text.parts, composeText(text.parts, text).parts);
    const sent = await this.#send(form, { entry: creating, version, values, written: hashes(values), parts });
    if ('status' in sent) return sent;
    if (sent.outcome === 'done') return { ...NOTHING, status: 'done', record: { object, id: sent.id }, created: true };
    if (sent.outcome === 'gone' || (sent.outcome === 'refused' && !sent.retryable)) {
      const record = await this.#follow(hops);
      if (record === 'moved') return this.#create(await this.#form(), null, hops + 1);
      if (record === 'gone' || sent.outcome === 'gone') return RECORD_GONE;
    }
    // Unknown: the intent stays, and the next attempt looks it up before anything is sent again (R4).
    return pending(sent.code, sent.outcome === 'unknown' ? 'The activity is looked up before it is sent again.' : sent.remedy);
  }

  #form(): Promise<ActivityRecord> {
    return this.#context.connector.activityRecord(this.#activity, this.#session.call);
  }

  /**
   * After a refusal: the activity is of the record that its own goes on as. Nobody may know yet that it was merged; and some
   * CRMs of a record that is gone only say that a reference is wrong.
   */
  async #follow(hops: number): Promise<'moved' | 'there' | 'gone'> {
    const { record } = this.#activity;
    const present = await this.#present(record);
    if (present === null) return 'gone';
    if (present.id === record.id || hops >= HOPS_MAX) return 'there';
    this.#activity = { ...this.#activity, record: present };
    return 'moved';
  }

  /** The record, or what it goes on as; null: it is not there. */
  async #present({ object, id }: Activity['record']): Promise<Activity['record'] | null> {
    const [fetched] = await this.#context.connector.fetch({ object, ids: [id], fields: [] }, this.#session.call);
    if (fetched?.state === 'merged') return { object: fetched.successorObject ?? object, id: fetched.successor };
    return fetched?.state === 'deleted' || fetched?.state === 'missing' ? null : { object, id };
  }

  /** A create whose outcome is not known, and which can't take effect any more: look it up, and only then send again (R4). */
  async #settleCreate(form: ActivityRecord, { entry, version }: StoredActivity): Promise<ActivityWritten> {
    const { object } = entry;
    const { op, until } = entry.intent as NonNullable<ActivityEntry['intent']>;
    const { key, startedAt: near, record } = this.#activity;
    const query = { object, by: '$activity', values: [key], fields: Object.keys(form.values), near, record } as const;
    const { found, completeUntil } = await this.#context.connector.find(query, this.#session.call);
    const [match] = found;
    if (match === undefined) {
      if (completeUntil <= until && form.uniqueKey === undefined)
        return pending('not_yet_searchable', 'The CRM can not tell yet whether the activity exists; it is looked up again later.');
      return this.#create(form, version);
    }
    const { id } = match.record;
    await settleActivity(this.#context, this.#session, this.#place, { op, id });
    const settled = await loadActivity(this.#context, this.#place.key);
    const isOlder = settled !== null && settled.entry.id !== null && !settled.entry.deliveries.includes(this.#delivery);
    const updated = isOlder ? await this.#update(form, settled) : null; // the lost one was an earlier delivery
    return updated ?? { ...NOTHING, status: 'done', record: { object, id }, created: true };
  }

  /** A later delivery: fields and parts of the text that it changes are written, except what a person has edited since (R22). */
  async #update(form: ActivityRecord, { entry, version }: StoredActivity, hops = 0): Promise<ActivityWritten> {
    const record = { object: entry.object, id: entry.id as string };
    const news = newsOf(form, entry, this.#activity.order);
    const asked = [...news.fields.map(([field]) => field), ...(news.text === null ? [] : [news.text.field])];
    const present = await this.#valuesOf(record, asked);
    if (present === null) return { ...skipped('activity_gone', 'The activity is no longer in the CRM; it is not logged again.'), record };
    const { values, seen, written, parts, kept, full } = changesOf(news, entry, present);
    const current = { ...entry, written: seen };
    if (Object.keys(values).length === 0) {
      const given = givenBy(form, entry.givenBy, this.#activity.order);
      const done = { ...current, parts, givenBy: given, deliveries: withDeliveries(entry.deliveries, this.#deliveries), intent: null };
      await this.#context.store.commit({ rows: [], entries: [activityChange(this.#place, done, version)] });
      return news.fields.every(([field, value]) => present[field] === value) && !kept
        ? { ...unchanged(done), ...(full && TEXT_FULL) }
        : { ...unchanged(done), reason: 'edited_in_crm', remedy: 'Nothing to do: what was edited in the CRM is kept.' };
    }
    const sent = await this.#send(form, { entry: current, version, values, written, parts });
    if ('status' in sent) return sent;
    if (sent.outcome === 'done') return { ...NOTHING, status: 'done', record, ...(full && TEXT_FULL) };
    if (sent.outcome === 'gone')
      return { ...skipped('activity_gone', 'The activity is no longer in the CRM; it is not logged again.'), record };
    if (sent.outcome === 'refused' && !sent.retryable) {
      const named = await this.#follow(hops);
      const stored = named === 'moved' ? await loadActivity(this.#context, this.#place.key) : null;
      if (stored !== null && stored.entry.id !== null) return this.#update(await this.#form(), stored, hops + 1);
      if (named === 'gone') return { ...RECORD_GONE, record };
    }
    return pending(sent.code, 'The update of the activity is tried again later.');
  }

  /** What the CRM shows of these fields now; null: the activity is not there. */
  async #valuesOf({ object, id }: { object: string; id: string }, fields: readonly string[]): Promise<Values | null> {
    if (fields.length === 0) return {};
    const [fetched] = await this.#context.connector.fetch({ object, ids: [id], fields }, this.#session.call);
    return fetched?.state === 'present' ? fetched.values : null;
  }

  /** Commits the intent, sends, and records the outcome. Whoever loses the race for the entry leaves the activity to the other (P5). */
  async #send(form: ActivityRecord, { entry, version, values, written, parts }: SendInput): Promise<ActivityWritten | Wrote> {
    const op = this.#context.ids();
    const until = intentEnd(this.#context, this.#session);
    const deliveries = withDeliveries(entry.deliveries, this.#deliveries);
    const given = givenBy(form, entry.givenBy, this.#activity.order);
    const intended: ActivityEntry = { ...entry, intent: { op, until, written, parts, givenBy: given, deliveries } };
    const entries = [
      ...this.#permit.fences(),
      this.#fence,
      ...sharedWith(this.#place.key, this.#people),
      activityChange(this.#place, intended, version),
    ];
    const committed = await commitOnce(this.#context, this.#session, { rows: [], entries });
    if (committed.status !== 'done') return pending('write_in_flight', 'Another worker is logging this conversation.');

    const settle = (id: string | null) => settleActivity(this.#context, this.#session, this.#place, { op, id });
    if (!mayStart(this.#context, this.#session, until)) {
      await settle(null);
      return pending('not_sent', 'Nothing was written: it is sent the next time.');
    }
    const { object, associations, uniqueKey } = form;
    const extras = {
      // Ties count when it is made: people may have changed them since.
      ...(entry.id === null && associations !== undefined && { associations }),
      ...(entry.id === null && uniqueKey !== undefined && { uniqueKey }),
    };
    try {
      const [answer] = await this.#context.connector.write([{ op, object, id: entry.id, values, ...extras }], this.#session.call);
      const wrote = answer as Wrote;
      if (wrote.outcome !== 'unknown') await settle(wrote.outcome === 'done' ? wrote.id : null);
      return wrote;
    } catch (error) {
      await settle(null); // it throws only if nothing was sent
      throw error;
    }
  }
}

const NOTHING = { record: null, created: false, reason: null, remedy: null } as const;

const TEXT_FULL = {
  reason: 'text_full',
  remedy: 'The CRM holds no longer text: let people read the rest in your own application (`activityText.link`).',
} as const;

const pending = (reason: string, remedy: string): ActivityWritten => ({ ...NOTHING, status: 'pending', reason, remedy });
const skipped = (reason: string, remedy: string): ActivityWritten => ({ ...NOTHING, status: 'skipped', reason, remedy });
const RECORD_GONE = skipped('record_gone', 'The record it belongs to is no longer in the CRM.');
/** Records that were merged one into the other; a CRM answers with the last of them at once. */
const HOPS_MAX = 3;

const unchanged = ({ object, id }: ActivityEntry): ActivityWritten => ({
  ...NOTHING,
  status: 'unchanged',
  record: id === null ? null : { object, id },
});

import type { Activity } from '../core/activity.ts';
import { hashOf } from '../core/hash.ts';
import type { Version } from '../core/link.ts';
import type { Json, Millis, Value } from '../core/value.ts';
import type { ActivityRecord, Wrote } from '../ports/connector.ts';
import { untilCommitted } from './commit.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import type { Session } from './session.ts';

/** The entry of a conversation's one activity. Hashes, no texts: those are in the CRM and in the conversation's own entry. */
interface ActivityEntry {
  readonly state: 'creating' | 'logged';
  readonly object: string;
  readonly id: string | null;
  /** Hash of each field as it was last sent: what a person edited since is told by it (R22). */
  readonly written: Readonly<Record<string, string>>;
  /** Hashes of the deliveries that were logged: an older one that comes again changes nothing. */
  readonly deliveries: readonly string[];
  /** The write that may be under way (R3). */
  readonly op: string | null;
  readonly sentAt: Millis;
  readonly until: Millis;
}

/** Deliveries of one conversation that are told apart. */
const DELIVERIES_MAX = 20;

export interface ActivityWritten {
  readonly status: 'done' | 'unchanged' | 'pending' | 'skipped';
  readonly record: { readonly object: string; readonly id: string } | null;
  readonly created: boolean;
  readonly reason: string | null;
  readonly remedy: string | null;
}

/** Writes one activity exactly once (P5): intent, look-up where an answer was lost, write, acknowledgement. */
export class ActivityWriter {
  readonly #context: Context;
  readonly #session: Session;
  readonly #activity: Activity;
  readonly #contactId: string | null;

  constructor(context: Context, session: Session, activity: Activity, contactId: string | null) {
    this.#context = context;
    this.#session = session;
    this.#activity = activity;
    this.#contactId = contactId;
  }

  async write(): Promise<ActivityWritten> {
    const form = await this.#context.connector.activityRecord(this.#activity, this.#session.call);
    const stored = await this.#load();
    if (stored === null) return this.#create(form, null);
    const { entry, version } = stored;
    if (entry.state === 'logged') return this.#update(form, entry, version);
    return this.#settleCreate(form, entry, version);
  }

  /** Commits the intent, then sends. Whoever loses the race for the entry leaves the activity to the other (P5). */
  async #create(form: ActivityRecord, version: Version | null): Promise<ActivityWritten> {
    const { requestTimeoutMs, settleMs } = this.#context.connector.capabilities;
    const op = this.#context.ids();
    const sentAt = this.#session.storeNow();
    const intent: ActivityEntry = {
      state: 'creating',
      object: form.object,
      id: null,
      written: hashes(form.values),
      deliveries: [hashOf(form.values)],
      op,
      sentAt,
      until: sentAt + requestTimeoutMs + settleMs,
    };
    const committed = await this.#context.store.commit({ rows: [], entries: [this.#put(intent, version)] });
    if (committed.status !== 'done') return pending('write_in_flight', 'Another worker is logging this conversation.');
    this.#session.heard(committed.at);
    const [wrote] = await this.#send(form, op, null, form.values, async () => this.#forget(committed.version));
    return this.#finishCreate(form, op, wrote);
  }

  async #finishCreate(form: ActivityRecord, op: string, wrote: Wrote): Promise<ActivityWritten> {
    if (wrote.outcome === 'done') {
      await this.#acknowledge(op, { id: wrote.id });
      return { status: 'done', record: { object: form.object, id: wrote.id }, created: true, reason: null, remedy: null };
    }
    // Unknown: the intent stays, and the next attempt looks it up before anything is sent again (R4).
    if (wrote.outcome === 'unknown') return pending(wrote.code, 'The answer was lost; the activity is looked up before it is sent again.');
    await this.#acknowledge(op, null);
    if (wrote.outcome === 'gone')
      return { ...pending('record_gone', 'The record it belongs to is no longer in the CRM.'), status: 'skipped' };
    return pending(wrote.code, wrote.remedy);
  }

  /** A create whose outcome is not known: wait until it can't take effect any more, look it up, and only then send again (R4, R8). */
  async #settleCreate(form: ActivityRecord, entry: ActivityEntry, version: Version): Promise<ActivityWritten> {
    if (entry.until >= this.#session.storeNow())
      return pending('write_in_flight', 'A write of this activity may still take effect; it is looked up afterwards.');
    const { found, completeUntil } = await this.#context.connector.find(
      {
        object: form.object,
        by: '$activity',
        values: [this.#activity.key],
        fields: Object.keys(form.values),
        near: this.#activity.startedAt,
        record: this.#activity.record,
      },
      this.#session.call,
    );
    const [match] = found;
    if (match !== undefined) {
      await this.#acknowledge(entry.op, { id: match.record.id });
      const logged = await this.#load();
      if (logged?.entry.state === 'logged') {
        const updated = await this.#update(form, logged.entry, logged.version); // this may be a later delivery than the lost one
        if (updated.status !== 'unchanged') return updated;
      }
      return { status: 'done', record: { object: form.object, id: match.record.id }, created: true, reason: null, remedy: null };
    }
    const { settleMs } = this.#context.connector.capabilities;
    if (completeUntil <= entry.sentAt + settleMs && form.uniqueKey === undefined)
      return pending('not_yet_searchable', 'The CRM can not tell yet whether the activity exists; it is looked up again later.');
    return this.#create(form, version);
  }

  /** A later delivery: fields that it changes are written, except those that a person has edited since (R22). */
  async #update(form: ActivityRecord, entry: ActivityEntry, version: Version): Promise<ActivityWritten> {
    const record = { object: entry.object, id: entry.id as string };
    const unchanged = { status: 'unchanged', record, created: false, reason: null, remedy: null } as const;
    const delivery = hashOf(form.values);
    if (entry.deliveries.includes(delivery) && entry.op === null) return unchanged;
    const changed = Object.entries(form.values).filter(
      ([field, value]) => !form.createOnly.includes(field) && entry.written[field] !== hashOf(value),
    );
    const present =
      changed.length === 0
        ? {}
        : await this.#present(
            record,
            changed.map(([field]) => field),
          );
    if (present === null)
      return {
        ...unchanged,
        status: 'skipped',
        reason: 'activity_gone',
        remedy: 'The activity was deleted in the CRM; it is not logged again.',
      };
    const isThere = ([field, value]: readonly [string, Value]) => present[field] === value;
    const isOurs = ([field]: readonly [string, Value]) => present[field] === undefined || entry.written[field] === hashOf(present[field]);
    const values = Object.fromEntries(changed.filter((pair) => !isThere(pair) && isOurs(pair)));
    const written = { ...entry.written, ...hashes(Object.fromEntries(changed.filter(isThere))), ...hashes(values) };
    const done = { ...entry, written, deliveries: [...entry.deliveries, delivery].slice(-DELIVERIES_MAX), op: null };
    if (Object.keys(values).length === 0) {
      await this.#context.store.commit({ rows: [], entries: [this.#put(done, version)] });
      return changed.every(isThere) ? unchanged : { ...unchanged, reason: 'edited_in_crm', remedy: 'What was edited in the CRM is kept.' };
    }
    const op = this.#context.ids();
    const committed = await this.#context.store.commit({
      rows: [],
      entries: [this.#put({ ...entry, op, sentAt: this.#session.storeNow() }, version)],
    });
    if (committed.status !== 'done') return pending('write_in_flight', 'Another worker is updating this activity.');
    const [wrote] = await this.#send(form, op, record.id, values, async () => undefined);
    if (wrote.outcome !== 'done')
      return pending(wrote.outcome === 'gone' ? 'activity_gone' : wrote.code, 'The update of the activity is tried again later.');
    await this.#acknowledge(op, done);
    return { ...unchanged, status: 'done' };
  }

  /** What the CRM shows of the activity now; null: it is gone. */
  async #present(
    { object, id }: { object: string; id: string },
    fields: readonly string[],
  ): Promise<Readonly<Record<string, Value>> | null> {
    const [fetched] = await this.#context.connector.fetch({ object, ids: [id], fields }, this.#session.call);
    return fetched?.state === 'present' ? fetched.values : null;
  }

  async #send(
    form: ActivityRecord,
    op: string,
    id: string | null,
    values: Readonly<Record<string, Value>>,
    onNotSent: () => Promise<void>,
  ): Promise<readonly [Wrote]> {
    const key = id === null && form.uniqueKey !== undefined ? { uniqueKey: form.uniqueKey } : {};
    const associations = form.associations === undefined ? {} : { associations: form.associations };
    try {
      const wrote = await this.#context.connector.write(
        [{ op, object: form.object, id, values, ...associations, ...key }],
        this.#session.call,
      );
      return [wrote[0] as Wrote];
    } catch (error) {
      await onNotSent(); // it throws only if nothing was sent
      throw error;
    }
  }

  /** Nothing was sent: the intent goes, and the next attempt starts anew. */
  async #forget(version: Version): Promise<void> {
    const key = { scope: 'connection', kind: KIND.activity, key: this.#activity.key } as const;
    await this.#context.store.commit({ rows: [], entries: [{ ...key, expected: version, put: 'delete' }] });
  }

  /** Records the outcome of our own operation on the entry as it is now; null: it had none (R5). */
  async #acknowledge(op: string | null, done: Partial<ActivityEntry> | null): Promise<void> {
    await untilCommitted(this.#context, this.#session, async () => {
      const stored = await this.#load();
      if (stored === null || stored.entry.op !== op) return { result: undefined, changes: null }; // settled by another worker
      const { entry, version } = stored;
      const key = { scope: 'connection', kind: KIND.activity, key: this.#activity.key } as const;
      const change =
        done === null
          ? { ...key, expected: version, put: 'delete' as const }
          : this.#put({ ...entry, ...done, state: 'logged', op: null }, version);
      return { result: undefined, changes: { rows: [], entries: [change] } };
    });
  }

  #put(entry: ActivityEntry, expected: Version | null) {
    const put = { body: entry as unknown as Json, contactId: this.#contactId };
    return { scope: 'connection', kind: KIND.activity, key: this.#activity.key, expected, put } as const;
  }

  async #load(): Promise<{ readonly entry: ActivityEntry; readonly version: Version } | null> {
    const [stored] = await this.#context.store.entries({ scope: 'connection', kind: KIND.activity, keys: [this.#activity.key], limit: 1 });
    return stored === undefined ? null : { entry: stored.body as unknown as ActivityEntry, version: stored.version };
  }
}

const pending = (reason: string, remedy: string): ActivityWritten => ({ status: 'pending', record: null, created: false, reason, remedy });

const hashes = (values: Readonly<Record<string, Value>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([field, value]) => [field, hashOf(value)]));

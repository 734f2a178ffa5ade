import type { Version } from '../core/link.ts';
import type { CompiledMapping } from '../core/mapping-types.ts';
import { type ContactPlan, planOutbound } from '../core/outbound.ts';
import { readRemotes } from '../core/plan-fields.ts';
import { dueAt } from '../core/settle.ts';
import type { Millis, Value } from '../core/value.ts';
import type { Wrote } from '../ports/connector.ts';
import type { EntryChange, LinkChange, Row, RowChange, StoredLink } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import { type Context, fieldsOf } from './context.ts';
import type { Lease } from './lease.ts';
import { applyPage } from './page.ts';
import { acknowledge } from './push-acknowledge.ts';
import { Refusals } from './push-refusals.ts';
import type { IntendedWrite, WriteOutcome, WritePlan } from './push-types.ts';
import type { RunRecorder } from './runs.ts';

/** A `both` field is written at most this long after it was read (R24). */
const READ_AGE_MAX_MS = 10_000;

interface Remote {
  readonly values: Readonly<Record<string, Value>>;
  readonly requestedAt: Millis;
}

/** What has become of each contact of the batch, for the run's counts. */
type Result = 'updated' | 'unchanged' | 'failed' | 'skipped';

/** One write batch of one object: read where needed, intend, write, acknowledge; again for what a refusal held up. */
export class PushBatch {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #lease: Lease | null;
  readonly #mapping: CompiledMapping;
  readonly #refusals = new Refusals();
  /** Records read for this batch, by contact. */
  readonly #remotes = new Map<string, Remote>();
  readonly #results = new Map<string, Result>();

  constructor(context: Context, run: RunRecorder, lease: Lease | null, mapping: CompiledMapping) {
    this.#context = context;
    this.#run = run;
    this.#lease = lease;
    this.#mapping = mapping;
  }

  async send(rows: readonly Row[]): Promise<void> {
    // Each round holds a field, or tries one alone: there can't be more rounds than fields, plus one for a row lock.
    const roundsMax = this.#mapping.rules.length + 3;
    let left = rows;
    for (let round = 0; left.length > 0 && round < roundsMax; round += 1) {
      await this.#round(left);
      const again = this.#refusals.takeAgain();
      left = again.length === 0 ? [] : await this.#context.store.load({ ids: again });
    }
    for (const result of this.#results.values()) {
      if (result === 'skipped') this.#run.skip('write_in_flight');
      else this.#run.count(result);
    }
  }

  async #round(rows: readonly Row[]): Promise<void> {
    await this.#readWhereNeeded(rows);
    const { writes, version } = await this.#intend(rows.map(({ id }) => id));
    if (writes.length === 0) return;
    const outcomes = await this.#write(writes, version);
    this.#note(outcomes);
  }

  /** Reads the records of contacts with a `both` field or without a pair, and applies them as a pull would. */
  async #readWhereNeeded(rows: readonly Row[]): Promise<void> {
    const toRead = this.#plan(rows).filter(({ action }) => action === 'read');
    const { fetchBatchMax } = this.#context.connector.capabilities;
    for (let start = 0; start < toRead.length; start += fetchBatchMax) {
      const batch = toRead.slice(start, start + fetchBatchMax);
      const requestedAt = this.#context.clock.now();
      const ids = batch.map(({ recordId }) => recordId as string);
      const records = await this.#context.connector.fetch(
        { object: this.#mapping.crmObject, ids, fields: this.#mapping.crmFields },
        this.#run.session.call,
      );
      await applyPage(this.#context, this.#run, {
        mapping: this.#mapping,
        records,
        readAt: this.#run.session.inStoreTime(requestedAt),
        fresh: true,
        flow: 'push',
        entries: () => this.#fence(),
        onRace: async () => this.#lease?.renew(),
      });
      for (const [index, record] of records.entries())
        if (record.state === 'present')
          this.#remotes.set(batch[index]?.contactId ?? '', {
            values: readRemotes(this.#mapping, { id: record.id, fields: record.values }),
            requestedAt,
          });
    }
  }

  #plan(rows: readonly Row[]): readonly ContactPlan[] {
    const oldest = this.#context.clock.now() - READ_AGE_MAX_MS;
    const fresh = [...this.#remotes]
      .filter(([, { requestedAt }]) => requestedAt >= oldest)
      .map(([id, { values }]) => [id, values] as const);
    return planOutbound({
      mapping: this.#mapping,
      contacts: rows.map((row) => ({
        id: row.id,
        version: row.version,
        ...(row.removed === true ? { fields: {}, removed: true } : { fields: fieldsOf(this.#context, row.fields) }),
      })),
      links: rows.flatMap((row) => this.#linkOf(row) ?? []),
      remote: Object.fromEntries(fresh),
      now: this.#run.session.storeNow(),
      only: this.#refusals.only(),
    }).contacts;
  }

  /** Commits the intents (R3) and, for contacts with nothing (more) to send, what they are done with. */
  async #intend(ids: readonly string[]): Promise<{ writes: readonly IntendedWrite[]; version: Version | null }> {
    const { result, committed } = await untilCommitted(this.#context, this.#run.session, async () => {
      const rows = await this.#context.store.load({ ids });
      const byId = new Map(rows.map((row) => [row.id, row]));
      const writes: IntendedWrite[] = [];
      const changes: RowChange[] = [];
      const only = this.#refusals.only();
      const plans = this.#plan(rows);
      for (const plan of plans) {
        const row = byId.get(plan.contactId) as Row;
        const link = this.#linkOf(row);
        if (link === undefined) continue;
        if (plan.action === 'write') {
          const op = this.#context.ids();
          const intent = this.#intent(op, plan, link);
          writes.push({ op, plan, link, intent, isPartial: Object.hasOwn(only, plan.contactId), version: row.version });
          changes.push({ kind: 'update', contactId: row.id, expected: row.version, links: [intent] });
        } else if (plan.action === 'none' && !isSettled(plan, row, link, this.#mapping)) {
          const next = {
            ...changeOf(link),
            seen: row.version,
            plan: this.#mapping.planFingerprint,
            body: plan.body,
            dueAt: dueAt(plan.body),
          };
          changes.push({ kind: 'update', contactId: row.id, expected: row.version, links: [next] });
        }
      }
      return { result: { writes, plans }, changes: { rows: changes, entries: changes.length === 0 ? [] : this.#fence() } };
    });
    this.#noteUnsent(result.plans);
    return { writes: result.writes, version: committed?.version ?? null };
  }

  #intent(op: string, plan: WritePlan, link: StoredLink): LinkChange {
    const { requestTimeoutMs, settleMs } = this.#context.connector.capabilities;
    const at = this.#run.session.storeNow();
    // The request starts at once; whatever it does is over by `until`, and only then may somebody else write (R8).
    const sent = { op, at, until: at + requestTimeoutMs + settleMs, values: plan.sent };
    const body = { ...plan.body, sent: [...plan.body.sent, sent] };
    return { ...changeOf(link), plan: this.#mapping.planFingerprint, body, dueAt: dueAt(body) };
  }

  async #write(writes: readonly IntendedWrite[], version: Version | null): Promise<readonly WriteOutcome[]> {
    const batch = writes.map(({ op, plan }) => ({ op, object: this.#mapping.crmObject, id: plan.recordId, values: plan.values }));
    let wrote: readonly Wrote[];
    try {
      wrote = await this.#context.connector.write(batch, this.#run.session.call);
    } catch (error) {
      // It throws only if nothing was sent: the intents go, the contacts stay pending.
      const notSent = { outcome: 'not_sent', code: 'not_sent', remedy: '' } as const;
      await this.#acknowledge(
        writes.map((write) => ({ write, wrote: notSent })),
        version,
      );
      throw error;
    }
    const outcomes = writes.map((write, index) => ({ write, wrote: wrote[index] as Wrote }));
    await this.#acknowledge(outcomes, version);
    return outcomes;
  }

  #acknowledge(outcomes: readonly WriteOutcome[], version: Version | null): Promise<void> {
    for (const outcome of outcomes) this.#refusals.consider(outcome);
    return acknowledge(this.#context, this.#run, this.#mapping, outcomes, version, (outcome) =>
      this.#refusals.heldBy(outcome, this.#run.session.storeNow()),
    );
  }

  #note(outcomes: readonly WriteOutcome[]): void {
    const object = this.#mapping.crmObject;
    for (const outcome of outcomes) {
      const { write, wrote } = outcome;
      const { contactId } = write.plan;
      const recordId = write.plan.recordId ?? '';
      if (wrote.outcome === 'done') {
        this.#results.set(contactId, 'updated');
        this.#context.notify({ type: 'record.written', object, recordId, contactId, fields: Object.keys(write.plan.values) });
      } else if (wrote.outcome === 'gone') {
        this.#results.set(contactId, 'failed');
        this.#run.error({
          object,
          recordId,
          contactId,
          code: 'record_gone',
          message: 'The record is no longer in the CRM.',
          remedy: 'Its link is a tombstone now; the contact is kept.',
        });
        this.#context.notify({ type: 'link.changed', object, recordId, contactId, state: 'tombstone' });
      } else {
        if (this.#results.get(contactId) !== 'updated') this.#results.set(contactId, wrote.outcome === 'unknown' ? 'skipped' : 'failed');
        if (!this.#refusals.isConclusive(outcome)) continue; // it is tried again in this very run
        const { code, remedy } = wrote;
        const field = wrote.outcome === 'refused' ? wrote.field : undefined;
        const keys = Object.keys(write.plan.sent);
        const refusedField = field ?? (keys.length === 1 ? keys[0] : undefined);
        this.#run.error({
          object,
          recordId,
          contactId,
          ...(refusedField !== undefined && { field: refusedField }),
          code,
          message: 'The CRM did not take the record.',
          remedy,
        });
        this.#context.notify({ type: 'record.failed', run: this.#run.source.run ?? null, object, recordId, error: { code, remedy } });
      }
    }
  }

  #noteUnsent(plans: readonly ContactPlan[]): void {
    const object = this.#mapping.crmObject;
    for (const plan of plans) {
      const { contactId } = plan;
      for (const { recordId, field, crm, code, message, remedy } of plan.refused) {
        this.#run.error({ object, ...(recordId !== null && { recordId }), contactId, field, code, message: `${crm}: ${message}`, remedy });
        this.#context.notify({ type: 'field.refused', object, recordId, contactId, field, error: { code, remedy } });
      }
      for (const crm of plan.truncated)
        this.#run.note({ code: 'truncated', object, message: `${crm}: text was cut to the CRM's length, as the mapping asks.` });
      if (this.#results.has(contactId)) continue;
      if (plan.action === 'none') this.#results.set(contactId, plan.refused.length > 0 ? 'failed' : 'unchanged');
      if (plan.action === 'wait' || plan.action === 'read') this.#results.set(contactId, 'skipped');
    }
  }

  #fence(): readonly EntryChange[] {
    return this.#lease === null ? [] : [this.#lease.fence()];
  }

  #linkOf(row: Row): StoredLink | undefined {
    return row.links.find(({ object, state }) => object === this.#mapping.crmObject && state === 'active');
  }
}

/** The change that leaves a stored link as it is. */
export function changeOf(link: StoredLink): LinkChange {
  const { version, contactId: _, ...kept } = link;
  return { ...kept, expected: version };
}

function isSettled(plan: Extract<ContactPlan, { action: 'none' }>, row: Row, link: StoredLink, mapping: CompiledMapping): boolean {
  const isSeen = link.seen === row.version && link.plan === mapping.planFingerprint;
  return isSeen && link.dueAt === dueAt(plan.body) && JSON.stringify(plan.body) === JSON.stringify(link.body);
}

import type { Version } from '../../core/link/link.ts';
import { agreedOn } from '../../core/link/pair.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { type ContactPlan, planOutbound } from '../../core/sync/outbound.ts';
import { readRemotes } from '../../core/sync/plan-fields.ts';
import { PUSH_FILTER } from '../../core/sync/push-filter.ts';
import { dueAt } from '../../core/sync/settle.ts';
import type { Millis, Value } from '../../core/values/value.ts';
import type { Wrote } from '../../ports/connector.ts';
import type { EntryChange, LinkChange, Row, RowChange, StoredLink } from '../../ports/store.ts';
import { TOO_LATE } from '../../ports/too-late.ts';
import { untilCommitted } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { historyEntry } from '../history.ts';
import { lookElsewhere, type TellingRow, tellForeign } from '../identity/foreign.ts';
import { intentEnd, mayStart, READ_AGE_MAX_MS } from '../intent.ts';
import { changeOf } from '../link-change.ts';
import type { Permit } from '../permit.ts';
import { applyPage } from '../pull/page.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { sendWrites } from '../send-writes.ts';
import { acknowledge } from './acknowledge.ts';
import { isTooLate, READS_MAX, Refusals } from './refusals.ts';
import { PushReport } from './report.ts';
import type { IntendedWrite, WriteOutcome, WritePlan } from './types.ts';

/** Beside a round for each field: the first, the last, one for a row lock, and those for records that were read too long ago. */
const EXTRA_ROUNDS = 3 + READS_MAX;

interface Remote {
  readonly values: Readonly<Record<string, Value>>;
  readonly requestedAt: Millis;
}

/** One write batch of one object: read where needed, intend, write, acknowledge; again for what a refusal held up. */
export class PushBatch {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #permit: Permit;
  readonly #mapping: CompiledMapping;
  readonly #refusals = new Refusals();
  readonly #report: PushReport;
  /** Records read for this batch, by contact. */
  readonly #remotes = new Map<string, Remote>();

  readonly #readAll: boolean;

  constructor(context: Context, run: RunRecorder, permit: Permit, mapping: CompiledMapping, options: { readonly readAll: boolean }) {
    this.#readAll = options.readAll;
    this.#context = context;
    this.#run = run;
    this.#permit = permit;
    this.#mapping = mapping;
    this.#report = new PushReport(context, run, mapping.crmObject, this.#refusals);
  }

  async send(rows: readonly Row[]): Promise<void> {
    const roundsMax = this.#mapping.rules.length + EXTRA_ROUNDS;
    // Rows that come from a scan do not tell what other CRMs gave.
    let left: readonly TellingRow[] = this.#permit.keptApart.size === 0 ? rows : await this.#load(rows.map(({ id }) => id));
    if (this.#readAll) await this.#read(rows.flatMap((row) => this.#linkOf(row) ?? []));
    try {
      for (let round = 0; left.length > 0 && round < roundsMax; round += 1) {
        await this.#round(left);
        const again = this.#refusals.takeAgain();
        left = again.length === 0 ? [] : await this.#load(again);
      }
    } finally {
      this.#report.count();
    }
  }

  /** Contacts whose record has to be read before anything is sent to it. */
  toRead(rows: readonly Row[]): ReadonlySet<string> {
    return new Set(this.#plan(rows).flatMap(({ action, contactId }) => (action === 'read' ? [contactId] : [])));
  }

  async #round(rows: readonly TellingRow[]): Promise<void> {
    await this.#readWhereNeeded(rows);
    const { writes, version } = await this.#intend(rows.map(({ id }) => id));
    if (writes.length === 0) return;
    this.#report.wrote(await this.#write(writes, version));
    this.#run.brake.assertHolds();
  }

  /** Reads the records of contacts with a `both` field or without a pair, and applies them as a pull would. */
  async #readWhereNeeded(rows: readonly TellingRow[]): Promise<void> {
    await this.#read(this.#plan(rows).filter(({ action }) => action === 'read'));
  }

  async #read(toRead: readonly { readonly contactId: string; readonly recordId: string | null }[]): Promise<void> {
    const { fetchBatchMax } = this.#context.connector.capabilities;
    const { crmObject: object, crmFields: fields } = this.#mapping;
    for (let start = 0; start < toRead.length; start += fetchBatchMax) {
      const batch = toRead.slice(start, start + fetchBatchMax);
      const requestedAt = this.#context.clock.now();
      const ids = batch.map(({ recordId }) => recordId as string);
      const records = await this.#context.connector.fetch({ object, ids, fields }, this.#run.session.call);
      await applyPage(this.#context, this.#run, {
        mapping: this.#mapping,
        records,
        readAt: this.#run.session.inStoreTime(requestedAt),
        fresh: true,
        flow: 'push',
        permit: this.#permit,
        entries: () => [],
      });
      for (const [index, record] of records.entries())
        if (record.state === 'present')
          this.#remotes.set(batch[index]?.contactId ?? '', {
            values: readRemotes(this.#mapping, { id: record.id, fields: record.values }),
            requestedAt,
          });
    }
  }

  #plan(rows: readonly TellingRow[]): readonly ContactPlan[] {
    this.#forgetOld();
    return planOutbound({
      mapping: this.#mapping,
      contacts: rows.map((row) => ({
        id: row.id,
        version: row.version,
        ...(row.removed === true ? { fields: {}, removed: true } : { fields: fieldsOf(this.#context, row.fields) }),
        ...(row.foreign !== undefined && { foreign: row.foreign }),
      })),
      links: rows.flatMap((row) => this.#linkOf(row) ?? []),
      remote: Object.fromEntries([...this.#remotes].map(([id, { values }]) => [id, values])),
      now: this.#run.session.storeNow(),
      only: this.#refusals.only(),
    }).contacts;
  }

  /** What was read too long ago counts in no plan, so that it holds up no write either. */
  #forgetOld(): void {
    const oldest = this.#context.clock.now() - READ_AGE_MAX_MS;
    for (const [id, { requestedAt }] of this.#remotes) if (requestedAt < oldest) this.#remotes.delete(id);
  }

  /** Commits the intents (R3) and, for contacts with nothing (more) to send, what they are done with. */
  async #intend(ids: readonly string[]): Promise<{ writes: readonly IntendedWrite[]; version: Version | null }> {
    let turns = 0;
    const { result, committed } = await untilCommitted(this.#context, this.#run.session, async () => {
      turns += 1;
      if (turns > 1) await this.#permit.renew();
      const byId = new Map((await this.#load(ids)).map((row) => [row.id, row]));
      const writes: IntendedWrite[] = [];
      const changes: RowChange[] = [];
      const entries: EntryChange[] = [];
      const plans = this.#plan([...byId.values()]);
      for (const plan of plans) {
        const row = byId.get(plan.contactId) as Row;
        const link = this.#linkOf(row);
        if (link === undefined) continue;
        if (plan.action === 'write') writes.push(this.#intended(plan, row, link, plans.length));
        const change =
          plan.action === 'write' ? writes.at(-1)?.intent : plan.action === 'none' ? this.#settled(plan, row, link) : undefined;
        if (change !== undefined) changes.push({ kind: 'update', contactId: row.id, expected: row.version, links: [change] });
        if (plan.action === 'none' && link.seen !== row.version) entries.push(...this.#keptBack(plan));
      }
      const closed = [...byId.values()].filter((row) => this.#linkOf(row) === undefined);
      return {
        result: { writes, plans, closed },
        changes: { rows: changes, entries: changes.length === 0 ? [] : [...entries, ...this.#permit.fences()] },
      };
    });
    this.#refusals.considerUnsent(result.plans);
    this.#report.unsent(result.plans);
    for (const row of result.closed) this.#report.closed(row);
    return { writes: result.writes, version: committed?.version ?? null };
  }

  /** Told once for each version of the contact: why the CRM does not have what it has. */
  #keptBack({ contactId, recordId, kept = [] }: Extract<ContactPlan, { action: 'none' }>): readonly EntryChange[] {
    if (kept.length === 0) return [];
    const source = { flow: 'push', ...this.#run.source, object: this.#mapping.crmObject, recordId: recordId ?? '' } as const;
    const at = new Date(this.#run.session.storeNow()).toISOString();
    return [historyEntry(this.#context, contactId, { at, source, changes: kept.map((field) => ({ ...field, reason: PUSH_FILTER })) })];
  }

  /** @param batch - How many go together, at most. */
  #intended(plan: WritePlan, row: Row, link: StoredLink, batch: number): IntendedWrite {
    const op = this.#context.ids();
    const { session } = this.#run;
    const until = intentEnd(this.#context, session, batch);
    const sent = { op, at: session.storeNow(), until, values: plan.sent };
    const body = { ...plan.body, sent: [...plan.body.sent, sent] };
    const intent = { ...changeOf(link), plan: this.#mapping.planFingerprint, body, dueAt: dueAt(body) };
    return { op, until, plan, link, intent, isPartial: this.#refusals.isPartial(row.id), version: row.version };
  }

  /** What the link becomes where nothing is left to send; undefined: it says so already. */
  #settled({ body }: Extract<ContactPlan, { action: 'none' }>, row: Row, link: StoredLink): LinkChange | undefined {
    if (this.#refusals.isPartial(row.id)) return undefined; // its other fields are still to come
    const next = { ...changeOf(link), seen: row.version, plan: this.#mapping.planFingerprint, body, dueAt: dueAt(body) };
    const isSame = link.seen === next.seen && link.plan === next.plan && link.dueAt === next.dueAt;
    return isSame && JSON.stringify(link.body) === JSON.stringify(body) ? undefined : next;
  }

  async #write(writes: readonly IntendedWrite[], version: Version | null): Promise<readonly WriteOutcome[]> {
    // Committing the intents may have taken long: then they are planned anew (R8, R24).
    const { session } = this.#run;
    const now = this.#context.clock.now();
    const notAfter = writes.map((write) => this.#notAfter(write));
    const isLate = writes.some(({ until }, index) => {
      return !mayStart(this.#context, session, until, writes.length) || now > (notAfter[index] ?? Number.POSITIVE_INFINITY);
    });
    if (isLate) {
      const unsent = writes.map((write): WriteOutcome => ({ write, wrote: NOT_STARTED }));
      return this.#acknowledged(unsent, version);
    }
    const batch = writes.map(({ op, plan }) => ({ op, object: this.#mapping.crmObject, id: plan.recordId, values: plan.values }));
    const { outcomes, error } = await sendWrites(this.#context, session, batch, notAfter);
    const acknowledged = await this.#acknowledged(
      writes.map((write, index) => ({ write, wrote: outcomes[index] as Wrote })),
      version,
    );
    if (error !== null) throw error;
    return acknowledged;
  }

  /** Until when the write may be sent (R24); undefined: it does not follow from what the record showed. */
  #notAfter({ plan: { contactId, sent, body } }: IntendedWrite): Millis | undefined {
    const isRead = (key: string) =>
      agreedOn(body.base, key) === undefined || this.#mapping.rules.some((rule) => rule.key === key && rule.direction === 'both');
    const remote = this.#remotes.get(contactId);
    return remote !== undefined && Object.keys(sent).some(isRead) ? remote.requestedAt + READ_AGE_MAX_MS : undefined;
  }

  async #acknowledged(outcomes: readonly WriteOutcome[], version: Version | null): Promise<readonly WriteOutcome[]> {
    for (const outcome of outcomes) {
      this.#refusals.consider(outcome);
      if (isTooLate(outcome.wrote)) this.#remotes.delete(outcome.write.plan.contactId);
    }
    const heldBy = (outcome: WriteOutcome) => this.#refusals.heldBy(outcome, this.#run.session.storeNow());
    await acknowledge(this.#context, this.#run, { mapping: this.#mapping, outcomes, intended: version, heldBy });
    return outcomes;
  }

  async #load(ids: readonly string[]): Promise<readonly TellingRow[]> {
    const rows = await this.#context.store.load({ ids, ...lookElsewhere(this.#permit) });
    return tellForeign(this.#context, { permit: this.#permit, mapping: this.#mapping }, rows);
  }

  #linkOf(row: Row): StoredLink | undefined {
    return row.links.find(({ object, state }) => object === this.#mapping.crmObject && state === 'active');
  }
}

const NOT_STARTED: Wrote = {
  outcome: 'not_sent',
  code: TOO_LATE,
  remedy: 'Nothing was written: it is planned anew, and then sent.',
};

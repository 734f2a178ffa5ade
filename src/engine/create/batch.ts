import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { dueAt } from '../../core/sync/settle.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Write, Wrote } from '../../ports/connector.ts';
import type { EntryChange, LinkChange, Row, RowChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { erasedPeople } from '../erasure/suppressions.ts';
import { intentEnd, mayStart } from '../intent.ts';
import { claimsOf, hasAnyKey, keysOf, loadClaims, matchValues } from '../match-keys.ts';
import { onePerKey } from '../recheck.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { sendWrites } from '../send-writes.ts';
import { acknowledgeCreates, type CreateOutcome, type Settled } from './acknowledge.ts';
import { adopt } from './adopt.ts';
import { type Candidate, CreateCandidates, type Creation, REMOVED, TAKEN, withoutField } from './candidates.ts';
import { loadCreates, openCreate, type StoredCreate } from './entry.ts';
import { type CreatePlace, isWithoutRecord } from './place.ts';
import { CreateReport } from './report.ts';

interface Intended extends Candidate {
  readonly op: string;
  readonly until: Millis;
}

/** Makes the records of one batch of contacts, behind an intent each (R3), and links those that the CRM says it has. */
export class CreateBatch {
  readonly #place: CreatePlace;
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #mapping: CompiledMapping;
  readonly #report: CreateReport;

  constructor(place: CreatePlace) {
    this.#place = place;
    this.#context = place.context;
    this.#run = place.run;
    this.#mapping = place.mapping;
    this.#report = new CreateReport(place.context, place.run, place.mapping.crmObject);
  }

  async send(rows: readonly Row[]): Promise<void> {
    let candidates = await new CreateCandidates(this.#place, this.#report).of(rows);
    // Bound: each turn leaves out at least one field more of each contact that comes again.
    while (candidates.length > 0) candidates = await this.#make(candidates);
  }

  /** @returns Those to make again, without a field that the CRM refuses. */
  async #make(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    const writes = await this.#intend(candidates);
    return writes.length === 0 ? [] : this.#write(writes);
  }

  /** Commits the intents of all contacts that are still as they were looked up. */
  async #intend(candidates: readonly Candidate[]): Promise<readonly Intended[]> {
    if (candidates.length === 0) return [];
    const { crmObject: object } = this.#mapping;
    const ids = candidates.map(({ plan }) => plan.contactId);
    let turns = 0;
    const { result } = await untilCommitted(this.#context, this.#run.session, async () => {
      turns += 1;
      if (turns > 1) await this.#place.permit.renew();
      const claims = await loadClaims(this.#context, [
        ...new Set(candidates.flatMap(({ plan }) => keysOf(this.#mapping.entity, plan.keys))),
      ]);
      const rows = new Map((await this.#context.store.load({ ids })).map((row) => [row.id, row]));
      const known = await loadCreates(this.#context, object, ids);
      const until = intentEnd(this.#context, this.#run.session, candidates.length);
      const keys = candidates.map(({ plan }) => plan.keys);
      const { erased, fence } = await erasedPeople(this.#context, this.#mapping.entity, keys);
      const intended = candidates.flatMap((candidate, index): Intended[] => {
        const row = rows.get(candidate.plan.contactId);
        const isSame = row !== undefined && row.version === candidate.version && isWithoutRecord(this.#context, object, row);
        return isSame && !erased[index] ? [{ ...candidate, op: this.#context.ids(), until }] : [];
      });
      // A pull that meets the record finds whose it is by its keys, should the contact have others by then (R19).
      const claimed = intended.flatMap(({ plan: { contactId, keys } }) => claimsOf(claims, this.#mapping.entity, keys, contactId, null));
      const changes = intended.map((write) => this.#intention(write, known.get(write.plan.contactId)));
      return {
        result: intended,
        changes: {
          rows: changes.map(({ row }) => row),
          // Companies may share a name, and so a claim.
          entries:
            changes.length === 0
              ? []
              : [...this.#place.permit.fences(), fence, ...changes.map(({ entry }) => entry), ...onePerKey(claimed)],
        },
      };
    });
    for (let moved = result.length; moved < candidates.length; moved += 1) this.#report.skipped('changed_meanwhile');
    return result;
  }

  #intention({ plan, op, until, version }: Intended, known: StoredCreate | undefined): { row: RowChange; entry: EntryChange } {
    const { crmObject: object, planFingerprint } = this.#mapping;
    const { contactId, sent, held, hash } = plan;
    const now = this.#run.session.storeNow();
    const body = { base: {}, sent: [{ op, at: now, until, values: sent }], held, modifiedAt: null };
    const link: LinkChange = {
      id: this.#context.ids(),
      object,
      recordId: null,
      state: 'creating',
      seen: null,
      plan: planFingerprint,
      dueAt: dueAt(body),
      syncedAt: now,
      body,
      expected: null,
    };
    return {
      row: { kind: 'update', contactId, expected: version, links: [link] },
      entry: openCreate({ object, contactId, known }, { op, hash, until }),
    };
  }

  async #write(writes: readonly Intended[]): Promise<readonly Candidate[]> {
    const object = this.#mapping.crmObject;
    const batch = writes.map(({ op, plan: { values, uniqueKey } }): Write => {
      return { op, object, id: null, values, ...(uniqueKey !== undefined && { uniqueKey }) };
    });
    const { outcomes: wrote, error } = writes.every(({ until }) => mayStart(this.#context, this.#run.session, until, writes.length))
      ? await sendWrites(this.#context, this.#run.session, batch)
      : { outcomes: batch.map(() => NOT_STARTED), error: null };
    const now = this.#run.session.storeNow();
    const retries = new Map<string, Candidate>();
    const outcomes = writes.map((write, index): CreateOutcome => {
      const { op, version, plan } = write;
      const answer = wrote[index] as Wrote;
      const retry = answer.outcome === 'refused' ? withoutField(this.#mapping, write, answer, now) : null;
      if (retry !== null) retries.set(plan.contactId, retry);
      const { contactId, hash, keys } = plan;
      return { contactId, op, version, hash, keys, wrote: answer, isFinal: retry === null, isFound: false };
    });
    const settled = await acknowledgeCreates(this.#context, this.#run, this.#mapping, outcomes);
    const unmade: (() => Promise<void>)[] = [];
    for (const [index, { wrote, isFinal }] of outcomes.entries()) {
      const { plan } = writes[index] as Intended;
      if (wrote.outcome === 'done') this.#reportMade(plan, wrote.id, settled.get(plan.contactId));
      else if (wrote.outcome === 'unknown') this.#report.skipped('write_in_flight');
      else if (wrote.outcome === 'not_sent' && error !== null)
        continue; // the run ends here, and its error says why
      else if (isFinal) unmade.push(() => this.#settleUnmade(plan, wrote));
    }
    for (const settle of unmade) await settle();
    if (error !== null) throw error;
    return [...retries.values()];
  }

  #reportMade({ contactId, values, refused, truncated }: Creation, recordId: string, settled: Settled | undefined): void {
    if (settled === 'taken') this.#report.failed(contactId, TAKEN);
    else if (settled === 'removed') this.#report.failed(contactId, REMOVED);
    else if (settled !== 'created')
      this.#report.skipped('changed_meanwhile'); // told by whoever settled it
    else {
      this.#report.created(contactId, recordId, Object.keys(values));
      this.#report.withoutFields(refused);
      this.#report.truncated(truncated);
    }
  }

  async #settleUnmade({ contactId }: Creation, wrote: Exclude<Wrote, { outcome: 'done' }>): Promise<void> {
    if (wrote.outcome === 'refused' && wrote.existing !== undefined && (await this.#linkExisting(contactId, wrote.existing))) return;
    this.#report.failed(contactId, { ...(wrote.outcome === 'gone' ? GONE : wrote), message: 'The CRM did not make the record.' });
  }

  /** The CRM says itself which record is the contact's: it is linked where their match keys agree. */
  async #linkExisting(contactId: string, recordId: string): Promise<boolean> {
    const { crmObject: object, crmFields: fields } = this.#mapping;
    const requestedAt = this.#context.clock.now();
    const [record] = await this.#context.connector.fetch({ object, ids: [recordId], fields }, this.#run.session.call);
    if (record?.state !== 'present') return false;
    const readAt = this.#run.session.inStoreTime(requestedAt);
    const keys = matchValues(this.#mapping, { id: record.id, fields: record.values });
    const isOf = (row: Row) => hasAnyKey(this.#mapping.entity, row.fields, keys);
    if ((await adopt(this.#place, { contactId, record, readAt, isOf })) !== 'linked') return false;
    this.#report.linked(contactId, record.id);
    return true;
  }
}

const GONE = { code: 'record_gone', remedy: 'A record that this one belongs to is no longer in the CRM.' };
const NOT_STARTED: Wrote = {
  outcome: 'not_sent',
  code: 'not_started',
  remedy: 'Nothing was written: it is sent the next time.',
};

import type { Version } from '../../core/link/link.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { type CreatePlan, planCreate } from '../../core/sync/plan-create.ts';
import type { Reason } from '../../core/sync/plan-fields.ts';
import { isPushed, PUSH_FILTER } from '../../core/sync/push-filter.ts';
import type { Fields, Millis, Value } from '../../core/values/value.ts';
import type { Wrote } from '../../ports/connector.ts';
import type { Row } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { erasedPeople } from '../erasure/suppressions.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { adopt } from './adopt.ts';
import { isRefused, loadCreates, refusedCreate } from './entry.ts';
import { lookUp, type Present, sharing } from './look-up.ts';
import type { CreatePlace } from './place.ts';
import type { CreateReport } from './report.ts';

export type Creation = Extract<CreatePlan, { action: 'create' }>;

/** A record to make, for the contact as it was when it was planned. */
export interface Candidate {
  readonly plan: Creation;
  readonly version: Version;
  readonly fields: Fields;
  /** By CRM field: what somebody gave for the record. */
  readonly asked: Readonly<Record<string, Value>>;
  /** By CRM field: why it is left out. */
  readonly without: Readonly<Record<string, Reason>>;
}

/** The same record without the field that the CRM refused it for; null: it is not known which, or the CRM requires it. */
export function withoutField(
  mapping: CompiledMapping,
  { plan: { contactId, values }, version, fields, asked, without: before }: Candidate,
  { code, remedy, field, retryable }: Extract<Wrote, { outcome: 'refused' }>,
  now: Millis,
): Candidate | null {
  if (retryable || field === undefined || !Object.hasOwn(values, field) || Object.hasOwn(before, field)) return null;
  const without = { ...before, [field]: { code, remedy, message: 'The CRM does not take the value.' } };
  const plan = planCreate({ mapping, contact: { id: contactId, fields, version }, now, asked, without });
  return plan.action === 'create' && !Object.hasOwn(plan.values, field) ? { plan, version, fields, asked, without } : null;
}

/**
 * Whose records are to be made. The contacts are looked up first: who is found is linked, whose record nobody can name
 * waits, and only the others are left.
 */
export class CreateCandidates {
  readonly #place: CreatePlace;
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #mapping: CompiledMapping;
  readonly #report: CreateReport;

  constructor(place: CreatePlace, report: CreateReport) {
    this.#place = place;
    this.#context = place.context;
    this.#run = place.run;
    this.#mapping = place.mapping;
    this.#report = report;
  }

  async of(rows: readonly Row[]): Promise<readonly Candidate[]> {
    return this.#withoutFound(await this.#withoutErased(await this.#withoutShared(await this.#planned(rows))));
  }

  /** What can be made at all, less what the CRM refused before and would refuse again. */
  async #planned(rows: readonly Row[]): Promise<readonly Candidate[]> {
    const now = this.#run.session.storeNow();
    const known = await loadCreates(
      this.#context,
      this.#mapping.crmObject,
      rows.map(({ id }) => id),
    );
    return rows.flatMap((row): Candidate[] => {
      const contact = { id: row.id, version: row.version, fields: fieldsOf(this.#context, row.fields) };
      if (!isPushed(this.#mapping, contact.fields)) {
        this.#report.skipped(PUSH_FILTER);
        return [];
      }
      const { asked = {} } = known.get(row.id)?.entry ?? {};
      const plan = planCreate({ mapping: this.#mapping, contact, now, asked });
      if (plan.action === 'refuse') {
        this.#report.withoutFields(plan.refused);
        this.#report.refused(row.id, { ...plan, message: 'The record can not be made.' });
        return [];
      }
      if (!isRefused(known.get(row.id), plan.hash, now))
        return [{ plan, version: row.version, fields: contact.fields, asked, without: {} }];
      this.#report.skipped('create_refused');
      return [];
    });
  }

  /** Of contacts with one match key between them nobody can say whose record it would be. */
  async #withoutShared(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    const shared = await sharing(
      this.#context,
      this.#mapping,
      candidates.map(({ plan }) => plan),
    );
    return candidates.filter(({ plan: { contactId } }) => {
      if (shared.has(contactId)) this.#report.refused(contactId, SHARED);
      return !shared.has(contactId);
    });
  }

  /** Somebody has made a contact here of a person who was erased: the CRM gets no record of it. */
  async #withoutErased(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    if (candidates.length === 0) return [];
    const keys = candidates.map(({ plan }) => plan.keys);
    const { erased } = await erasedPeople(this.#context, this.#mapping.entity, keys);
    return candidates.filter((_, index) => {
      if (erased[index]) this.#report.skipped('erased');
      return !erased[index];
    });
  }

  /** Links those whose record is there, and leaves those alone whose record can't be told. */
  async #withoutFound(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    if (candidates.length === 0) return [];
    const found = await lookUp(
      this.#context,
      this.#run.session,
      this.#mapping,
      candidates.map(({ plan }) => plan),
    );
    const readAt = this.#run.session.inStoreTime(found.requestedAt);
    const missing: Candidate[] = [];
    for (const candidate of candidates) {
      const { contactId } = candidate.plan;
      const records = found.byId.get(contactId) ?? found.byKeys.get(contactId) ?? [];
      const [only, ...others] = records;
      if (only === undefined) missing.push(candidate);
      else if (others.length > 0) await this.#refuse(candidate, SEVERAL);
      else await this.#link(candidate, only, readAt);
    }
    return missing;
  }

  async #link(candidate: Candidate, record: Present, readAt: Millis): Promise<void> {
    const { contactId } = candidate.plan;
    const isOf = ({ version }: Row) => version === candidate.version; // looked up by values that it still has
    const adopted = await adopt(this.#place, { contactId, record, readAt, isOf });
    if (adopted === 'linked') this.#report.linked(contactId, record.id);
    else if (adopted === 'taken') await this.#refuse(candidate, TAKEN);
    else this.#report.skipped(adopted === 'erased' ? 'erased' : 'changed_meanwhile');
  }

  /** Remembered, so that the same is not looked up again with every push: of a contact that is still there (R21). */
  async #refuse({ plan: { contactId, hash } }: Candidate, refusal: { code: string; message: string; remedy: string }): Promise<void> {
    const object = this.#mapping.crmObject;
    const { result: isThere } = await untilCommitted(this.#context, this.#run.session, async () => {
      const [row] = await this.#context.store.load({ ids: [contactId] });
      if (row === undefined || row.removed === true) return { result: false, changes: null };
      const known = (await loadCreates(this.#context, object, [contactId])).get(contactId);
      const place = { object, contactId, known };
      const entries = [refusedCreate(place, { code: refusal.code, hash, now: this.#run.session.storeNow() })];
      return { result: true, changes: { rows: [{ kind: 'update', contactId, expected: row.version }], entries } };
    });
    if (isThere) this.#report.failed(contactId, refusal);
    else this.#report.skipped('changed_meanwhile');
  }
}

const SHARED = {
  code: 'ambiguous',
  message: 'Another contact has the same match key.',
  remedy: 'Correct the key of all but one of them, or merge the contacts: then its record is looked for.',
};
const SEVERAL = {
  code: 'ambiguous',
  message: 'Several records of the CRM have the match keys of the contact.',
  remedy: 'Correct the key on all but one of the records, or merge them in the CRM; it is looked up again after a day.',
};
export const REMOVED = {
  code: 'contact_removed',
  message: 'The contact was erased while its record was made.',
  remedy: 'Delete the record in the CRM, too, if the person is to be gone there: no pull makes a contact of it.',
};
export const TAKEN = {
  code: 'record_taken',
  message: 'The record with the match keys of the contact belongs to another contact.',
  remedy: 'Merge the two contacts, or correct the key of one; it is looked up again after a day.',
};

import { matchesFilter } from './filter.ts';
import { EMPTY_BODY, isLive, type LinkBody, type LinkState } from './link.ts';
import type { CompiledMapping, CrmRecord } from './mapping-types.ts';
import { type FieldsPlan, planFields } from './plan-fields.ts';
import type { Conflict, LinkPlan, MatchValues, PlannedContact, PlannedLink, RecordPlan, RefusedField, SkipReason } from './plan-types.ts';
import type { Fields, Millis, Value } from './value.ts';

export interface InboundInput {
  readonly mapping: CompiledMapping;
  /** Each record once. */
  readonly records: readonly CrmRecord[];
  /** Contacts that the records may belong to: linked ones, and all that have one of their match keys. */
  readonly contacts: readonly PlannedContact[];
  /** Links of this mapping's object for these records and contacts. Absent: records are matched by their keys alone. */
  readonly links?: readonly PlannedLink[];
  /** Time of the snapshot: a `Date`, ISO text or milliseconds, on the clock of the links' `syncedAt`. */
  readonly now: Date | string | Millis;
  /** The snapshot was fetched by id: it is not stale for having been taken soon after a commit. */
  readonly fresh?: boolean;
  /** When a contact's fields were last edited here, ISO 8601 UTC by contact id and field; what `newest` decides by. */
  readonly editedAt?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface InboundPlan {
  /** One for each record, in order. */
  readonly records: readonly RecordPlan[];
  readonly creates: readonly Extract<RecordPlan, { action: 'create' }>[];
  readonly updates: readonly Extract<RecordPlan, { action: 'update' }>[];
  readonly unchanged: readonly Extract<RecordPlan, { action: 'unchanged' | 'link' }>[];
  readonly skipped: readonly Extract<RecordPlan, { action: 'skip' }>[];
  /** Fields that could not be read; the other fields of their record went on. */
  readonly refused: readonly RefusedField[];
  readonly conflicts: readonly Conflict[];
}

/** A snapshot taken this soon after a link changed may still show the record as it was (R6). */
const SNAPSHOT_MARGIN_MS = 2_000;

/**
 * What a page of CRM records means for the contacts at hand. Decides, does nothing: who belongs to whom (link first, then
 * match keys), what each field becomes, and why. Planning the same page on the result changes nothing.
 */
export function planInbound(input: InboundInput): InboundPlan {
  const planner = new PagePlanner(input);
  return planOf(input.records.map((record) => planner.plan(record)));
}

/** Two halves of a page as one plan. */
export const joinPlans = (first: InboundPlan, second: InboundPlan): InboundPlan => planOf([...first.records, ...second.records]);

function planOf(records: readonly RecordPlan[]): InboundPlan {
  return {
    records,
    creates: records.filter((plan) => plan.action === 'create'),
    updates: records.filter((plan) => plan.action === 'update'),
    unchanged: records.filter((plan) => plan.action === 'unchanged' || plan.action === 'link'),
    skipped: records.filter((plan) => plan.action === 'skip'),
    refused: records.flatMap(({ refused }) => refused),
    conflicts: records.flatMap(({ conflicts }) => conflicts),
  };
}

const NOTHING = { refused: [], conflicts: [], drift: [] } as const;
const REMEDIES: Readonly<Record<SkipReason, string>> = {
  filtered: 'Nothing to do: the record does not match the filter of the mapping.',
  no_match_key: 'Fill the match key in the CRM with a usable value, or map another field as match key.',
  ambiguous: 'Several records or contacts share this match key: correct the key on all but one of them, or merge them.',
  contact_removed: 'The contact was removed here; link it again or delete the record in the CRM.',
  superseded: 'The record was merged into another one, which is followed instead.',
  declined: 'The record was declined for this contact.',
  deleted: 'Nothing to do: the record is deleted in the CRM.',
  merged: 'Nothing to do: the record was merged into another one.',
  missing: 'Check that the connected user may see the record.',
  unknown_record: 'The record is not linked to a contact.',
};

/** The state of one page: rows that the page itself makes are seen by the records after them (R19). */
class PagePlanner {
  readonly #input: InboundInput;
  readonly #mapping: CompiledMapping;
  readonly #readAt: Millis;
  readonly #contacts: Map<string, PlannedContact>;
  readonly #linkOfRecord = new Map<string, PlannedLink>();
  /** Contacts that hold another record of the object: no candidates. */
  readonly #taken = new Set<string>();
  readonly #byKey = new Map<string, string[]>();

  constructor(input: InboundInput) {
    this.#input = input;
    this.#mapping = input.mapping;
    this.#readAt = typeof input.now === 'number' ? input.now : new Date(input.now).getTime();
    this.#contacts = new Map(input.contacts.map((contact) => [contact.id, contact]));
    for (const link of input.links ?? []) {
      if (link.recordId !== null) this.#linkOfRecord.set(link.recordId, link);
      if (isLive(link.state) || link.state === 'declined') this.#taken.add(link.contactId);
    }
    for (const { field } of this.#mapping.matchKeys)
      for (const contact of input.contacts) if (contact.removed !== true) this.#index(field, contact.fields[field] ?? null, contact.id);
  }

  plan(record: CrmRecord): RecordPlan {
    const link = this.#linkOfRecord.get(record.id);
    const matches = this.#mapping.filter === null || matchesFilter(this.#mapping.filter, (field) => readField(record, field));
    if (link !== undefined) return this.#planLinked(record, link, matches);
    if (!matches) return this.#skip(record, 'filtered');
    return this.#planNew(record);
  }

  #planLinked(record: CrmRecord, link: PlannedLink, matches: boolean): RecordPlan {
    const { contactId } = link;
    const contact = this.#contacts.get(contactId);
    if (link.state === 'superseded' || link.state === 'declined') return this.#skip(record, link.state, { contactId });
    if (contact === undefined || contact.removed === true) return this.#skip(record, 'contact_removed', { contactId });
    if (!isLive(link.state) && this.#taken.has(contactId)) return this.#skip(record, 'superseded', { contactId }); // it has another record now
    if (!matches) {
      if (link.state === 'left_filter') return this.#skip(record, 'filtered', { contactId });
      return this.#skip(record, 'filtered', { contactId, link: this.#linkPlan(link, 'left_filter', link.body, link.seen, false) });
    }
    const plan = this.#planFields(record, contact, link.body, link.plan === this.#mapping.planFingerprint);
    const state: LinkState = link.state === 'creating' || link.state === 'ambiguous' ? link.state : 'active';
    const seen = plan.send ? link.seen : plan.changes.length > 0 ? 'after' : (contact.version ?? link.seen);
    const changed = plan.rebased || plan.body !== link.body || state !== link.state || plan.changes.length > 0;
    const replanned =
      !plan.send && (link.plan !== this.#mapping.planFingerprint || (contact.version !== undefined && link.seen !== contact.version));
    if (plan.recheck) return { action: 'refetch', recordId: record.id, contactId, reason: 'intent_open', ...NOTHING };
    if (changed && this.#isStale(record, link)) return { action: 'refetch', recordId: record.id, contactId, reason: 'stale', ...NOTHING };
    if (!changed && !replanned) return { action: 'unchanged', recordId: record.id, contactId, ...explained(plan) };
    const next = this.#linkPlan(link, state, plan.body, seen, plan.rebased, plan.send ? link.plan : this.#mapping.planFingerprint);
    return this.#planned(record, contact, plan, next, false);
  }

  #planNew(record: CrmRecord): RecordPlan {
    const { keys, refused } = this.#matchValues(record);
    if (Object.keys(keys).length === 0) return this.#skip(record, 'no_match_key', { refused });
    const match = this.#match(keys);
    if (match.candidates.length === 0) return this.#planCreate(record, keys);
    if (match.contact === null) return this.#skip(record, 'ambiguous', { candidates: match.candidates, keys });
    const { contact } = match;
    const plan = this.#planFields(record, contact, EMPTY_BODY);
    const seen = plan.send ? null : plan.changes.length > 0 ? 'after' : (contact.version ?? null);
    this.#taken.add(contact.id);
    return this.#planned(record, contact, plan, this.#newLink(record, plan, seen), true);
  }

  /** The one contact that has a key and no other record of the object; keys count in their order. */
  #match(keys: MatchValues): { contact: PlannedContact | null; candidates: readonly string[] } {
    const candidates: string[] = [];
    for (const [field, value] of Object.entries(keys)) {
      const found = this.#byKey.get(`${field}:${value}`) ?? [];
      candidates.push(...found);
      const free = found.filter((id) => !this.#taken.has(id));
      if (free.length > 1) break;
      if (free.length === 1) return { contact: this.#contacts.get(free[0] as string) as PlannedContact, candidates };
    }
    return { contact: null, candidates };
  }

  #planCreate(record: CrmRecord, keys: MatchValues): RecordPlan {
    const plan = this.#planFields(record, null, EMPTY_BODY);
    const fields = { ...emptyOf(this.#mapping), ...plan.set };
    const id = `new:${record.id}`;
    this.#contacts.set(id, { id, fields });
    this.#taken.add(id);
    for (const [field, value] of Object.entries(keys)) this.#index(field, value, id);
    const link = this.#newLink(record, plan, plan.send ? null : 'after');
    return { action: 'create', recordId: record.id, fields, changes: plan.changes, link, keys, ...explained(plan) };
  }

  #planned(record: CrmRecord, contact: PlannedContact, plan: FieldsPlan, link: LinkPlan, isNew: boolean): RecordPlan {
    const common = { recordId: record.id, contactId: contact.id, link, ...explained(plan) };
    if (plan.changes.length === 0) return { action: 'link', isNew, ...common };
    const keys = this.#movedKeys(contact, plan.set);
    for (const [field, value] of Object.entries(keys)) this.#index(field, value, contact.id);
    this.#contacts.set(contact.id, { ...contact, fields: { ...contact.fields, ...plan.set } });
    return { action: 'update', ...common, fields: plan.set, changes: plan.changes, keys };
  }

  #movedKeys(contact: PlannedContact, set: Fields): MatchValues {
    const moved = this.#mapping.matchKeys.filter(({ field }) => typeof set[field] === 'string' && set[field] !== contact.fields[field]);
    return Object.fromEntries(moved.map(({ field }) => [field, set[field] as string]));
  }

  #matchValues(record: CrmRecord): { keys: MatchValues; refused: readonly RefusedField[] } {
    const keys: Record<string, string> = {};
    const refused: RefusedField[] = [];
    for (const rule of this.#mapping.matchKeys) {
      const remote = rule.readRemote(record);
      if (remote === undefined) continue;
      const value = rule.toLocal(remote);
      if (!value.ok)
        refused.push({
          recordId: record.id,
          contactId: null,
          field: rule.field,
          crm: rule.key,
          code: value.code,
          message: value.message,
          remedy: value.remedy,
        });
      else if (typeof value.value === 'string') keys[rule.field] = value.value;
    }
    return { keys, refused };
  }

  #planFields(record: CrmRecord, contact: PlannedContact | null, body: LinkBody, planIsCurrent = true): FieldsPlan {
    const contactId = contact?.id ?? null;
    const editedAt = contactId === null ? undefined : this.#input.editedAt?.[contactId];
    const isTaken = (field: string, value: string) => (this.#byKey.get(`${field}:${value}`) ?? []).some((id) => id !== contactId);
    const fields = contact?.fields ?? {};
    return planFields({ mapping: this.#mapping, record, contactId, fields, body, planIsCurrent, readAt: this.#readAt, editedAt, isTaken });
  }

  #isStale(record: CrmRecord, link: PlannedLink): boolean {
    const requestedTooEarly = this.#readAt < link.syncedAt + (this.#input.fresh === true ? 0 : SNAPSHOT_MARGIN_MS);
    const older = record.modifiedAt !== undefined && link.body.modifiedAt !== null && record.modifiedAt < link.body.modifiedAt;
    return requestedTooEarly || older;
  }

  #newLink(record: CrmRecord, plan: FieldsPlan, seen: LinkPlan['seen']): LinkPlan {
    const body = { ...plan.body, modifiedAt: record.modifiedAt ?? null };
    return {
      object: this.#mapping.crmObject,
      recordId: record.id,
      state: 'active',
      plan: this.#mapping.planFingerprint,
      seen,
      rebased: true,
      body,
    };
  }

  #linkPlan(link: PlannedLink, state: LinkState, body: LinkBody, seen: LinkPlan['seen'], rebased: boolean, plan = link.plan): LinkPlan {
    return { object: link.object, recordId: link.recordId as string, state, plan, seen, rebased, body };
  }

  #index(field: string, value: Value, id: string): void {
    if (typeof value !== 'string' || value === '') return;
    const key = `${field}:${value}`;
    const ids = this.#byKey.get(key);
    if (ids === undefined) this.#byKey.set(key, [id]);
    else if (!ids.includes(id)) ids.push(id);
  }

  #skip(record: CrmRecord, reason: SkipReason, more: Partial<Extract<RecordPlan, { action: 'skip' }>> = {}): RecordPlan {
    return { action: 'skip', recordId: record.id, reason, remedy: REMEDIES[reason], ...NOTHING, ...more };
  }
}

const explained = ({ refused, conflicts, drift }: FieldsPlan) => ({ refused, conflicts, drift });

function readField(record: CrmRecord, path: string): Value | undefined {
  if (!Object.hasOwn(record.fields, path)) return undefined;
  const value = record.fields[path];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
}

function emptyOf({ schema }: CompiledMapping): Record<string, null> {
  return Object.fromEntries(Object.keys(schema.fields).map((field) => [field, null]));
}

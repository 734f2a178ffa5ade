import { own } from '../base/own.ts';
import { isFromBefore, isLive, type LinkBody, type LinkState } from '../link/link.ts';
import { matchesFilter } from '../mapping/filter.ts';
import type { CompiledMapping, CrmRecord } from '../mapping/mapping-types.ts';
import { readPath } from '../values/paths.ts';
import type { Fields, Millis } from '../values/value.ts';
import { nothingNewFinder } from './brings-nothing-new.ts';
import { Candidates, isNew, type KeyMove } from './candidates.ts';
import type { InboundInput } from './inbound-types.ts';
import { matchText, matchValuesOf } from './match-text.ts';
import { type NewFieldsPlan, newFieldsPlanner } from './new-fields.ts';
import { type FieldsInput, type FieldsPlan, planFields, refusedField } from './plan-fields.ts';
import type { LinkPlan, MatchValues, PlannedContact, PlannedLink, RecordPlan, RefusedField, SkipReason } from './plan-types.ts';
import { isSamePerson } from './same-person.ts';
import { sentKeys } from './sent-keys.ts';

const NONE = [] as const;
const NOTHING = { refused: NONE, conflicts: NONE, drift: NONE, flips: NONE } as const;
const REMEDIES = {
  filtered: 'Nothing to do: the record does not match the filter of the mapping.',
  no_match_key: 'Fill the match key in the CRM with a usable value, or map another field as match key.',
  ambiguous: 'Several records or contacts share this match key: correct the key on all but one of them, or merge them.',
  contact_removed: 'The contact was removed here: delete the record in the CRM, or bring it back with `contacts.restore()`.',
  superseded: 'The record was merged into another one, which is followed instead.',
  erased:
    'Nothing to do: this person was erased here. Delete the record in the CRM, or let the person in again with `contacts.unsuppress()`.',
} as const satisfies Partial<Record<SkipReason, string>>;

type IsTaken = FieldsInput['isTaken'];

/** A record whose contact is known. */
interface Draft {
  readonly record: CrmRecord;
  readonly decide: (isTaken: IsTaken) => RecordPlan;
}

/** The state of one page: what is decided for one record is seen by the records after it (R19). */
export class PagePlanner {
  readonly #input: InboundInput;
  readonly #mapping: CompiledMapping;
  readonly #readAt: Millis;
  readonly #bringsNothingNew: ReturnType<typeof nothingNewFinder>;
  readonly #planNewFields: (record: CrmRecord, keys: MatchValues) => NewFieldsPlan;
  readonly #contacts = new Map<string, PlannedContact>();
  readonly #links: readonly PlannedLink[];
  readonly #linkOfRecord = new Map<string, PlannedLink>();
  readonly #candidates: Candidates;
  /** Contacts that had a record of the object which is gone. */
  readonly #bereft = new Set<string>();
  readonly #plans = new Map<CrmRecord, RecordPlan>();

  constructor(input: InboundInput) {
    this.#input = input;
    this.#mapping = input.mapping;
    this.#readAt = typeof input.now === 'number' ? input.now : new Date(input.now).getTime();
    this.#bringsNothingNew = nothingNewFinder(input.mapping);
    this.#planNewFields = newFieldsPlanner(input.mapping);
    for (const contact of input.contacts) this.#contacts.set(contact.id, contact);
    this.#candidates = new Candidates(input.mapping);
    this.#links = lastLive(input.links ?? NONE);
    for (const link of this.#links) {
      const isKnown = link.state !== 'declined' && !this.#isLeftBehind(link);
      if (link.recordId !== null && isKnown) this.#linkOfRecord.set(link.recordId, link);
    }
  }

  /**
   * One plan per record, in order. Links count before match keys, so linked records are decided first. Who waits for a match
   * key is looked at again once others have moved on: the same page on its own result finds nothing new.
   */
  plan(): readonly RecordPlan[] {
    const { records } = this.#input;
    const settled = records.map((record) => this.#planSettled(record));
    const others = records.filter((_, index) => settled[index] === undefined);
    if (others.length === 0) return settled as RecordPlan[];
    this.#meetCandidates();
    this.#planAll(others);
    return records.map((record, index) => settled[index] ?? (this.#plans.get(record) as RecordPlan));
  }

  /** A record that changes nothing, neither itself nor what the others see: nearly all of most pages. */
  #planSettled(record: CrmRecord): RecordPlan | undefined {
    const link = this.#linkOfRecord.get(record.id);
    if (link?.state !== 'active' || link.plan !== this.#mapping.planFingerprint) return undefined;
    const { contactId } = link;
    const contact = this.#contacts.get(contactId);
    if (contact === undefined || contact.removed === true || (contact.version ?? link.seen) !== link.seen) return undefined;
    if (!this.#matchesFilter(record) || !this.#bringsNothingNew(record, contact.fields, link.body)) return undefined;
    return { action: 'unchanged', recordId: record.id, contactId, refused: NONE, conflicts: NONE, drift: NONE, flips: NONE };
  }

  #meetCandidates(): void {
    for (const { id, fields, removed } of this.#input.contacts) if (removed !== true) this.#candidates.add(id, fields);
    for (const { contactId, recordId, state, body } of this.#links) {
      if (state === 'declined' && recordId !== null) this.#candidates.decline(contactId, recordId);
      if (isLive(state) || (state === 'declined' && recordId === null)) this.#candidates.take(contactId, recordId);
      if (state === 'tombstone' || state === 'superseded') this.#bereft.add(contactId);
      if (state === 'creating') this.#candidates.making(contactId, sentKeys(this.#mapping, body));
    }
  }

  #planAll(records: readonly CrmRecord[]): void {
    let drafts: readonly Draft[] = [];
    let open = records;
    if (this.#linkOfRecord.size > 0) {
      drafts = records.flatMap((record) => this.#linkedDraft(record) ?? []);
      open = records.filter(({ id }) => !this.#linkOfRecord.has(id));
    }
    while (drafts.length + open.length > 0) {
      const before = drafts.length + open.length;
      const blocked = this.#decide(drafts, 'where keys are free');
      const { found, waiting } = this.#identify(open);
      drafts = [...blocked, ...found];
      open = waiting;
      if (found.length > 0 || drafts.length + open.length < before) continue;
      // Nobody moves on any more: records of known contacts go on without the key, others have none.
      if (drafts.length === 0) {
        for (const record of open) this.#carryOut(record, this.#planNew(record) as RecordPlan);
        open = NONE;
      }
      drafts = this.#decide(drafts, 'all');
    }
  }

  /** Decides records of known contacts together: one may leave the match key that another one comes to. Returns what is left. */
  #decide(drafts: readonly Draft[], which: 'all' | 'where keys are free'): readonly Draft[] {
    const planned = drafts.map((draft) => {
      const plan = draft.decide(nobody);
      if ('link' in plan && plan.link !== undefined && 'contactId' in plan && plan.contactId !== undefined)
        this.#candidates.take(plan.contactId, draft.record.id);
      return { draft, plan, moves: movesOf(plan) };
    });
    const refused = this.#candidates.refused(planned.flatMap(({ moves }) => moves));
    return planned.flatMap(({ draft, plan, moves }) => {
      const taken = moves.filter((move) => refused.has(move)).map(({ field }) => field);
      if (taken.length > 0 && which !== 'all') return [draft];
      this.#carryOut(draft.record, taken.length === 0 ? plan : draft.decide((field) => taken.includes(field)));
      return [];
    });
  }

  /** Decides records without a link that need no contact or a new one; finds the contact of others, or lets them wait. */
  #identify(records: readonly CrmRecord[]): { readonly found: readonly Draft[]; readonly waiting: CrmRecord[] } {
    const found: Draft[] = [];
    const waiting: CrmRecord[] = [];
    for (const record of records) {
      const plan = this.#planNew(record);
      if ('decide' in plan) found.push(plan);
      else if (plan.action === 'skip' && plan.reason === 'ambiguous') waiting.push(record);
      else this.#carryOut(record, plan);
    }
    return { found, waiting };
  }

  /** Its contact went with its record, which is there again: it is a new one, unless the snapshot is from before that. */
  #isLeftBehind(link: PlannedLink): boolean {
    if (link.state !== 'tombstone' || this.#contacts.get(link.contactId)?.removed !== true) return false;
    const record = this.#input.records.find(({ id }) => id === link.recordId);
    return record !== undefined && !this.#isStale(record, link);
  }

  #linkedDraft(record: CrmRecord): Draft | undefined {
    const link = this.#linkOfRecord.get(record.id);
    return link && { record, decide: (isTaken) => this.#planLinked(record, link, isTaken) };
  }

  #matchesFilter(record: CrmRecord): boolean {
    return this.#mapping.filter === null || matchesFilter(this.#mapping.filter, (field) => readPath(record, field));
  }

  #planLinked(record: CrmRecord, link: PlannedLink, isTaken: IsTaken): RecordPlan {
    const { contactId } = link;
    const contact = this.#contacts.get(contactId);
    if (link.state === 'superseded') return this.#skip(record, 'superseded', { contactId });
    if (link.state === 'tombstone' && contact?.removed === true)
      return { action: 'refetch', recordId: record.id, contactId, reason: 'stale', ...NOTHING };
    if (contact === undefined || contact.removed === true) return this.#skip(record, 'contact_removed', { contactId });
    if (!isLive(link.state) && this.#candidates.hasOtherRecord(contactId, record.id))
      return this.#skip(record, 'superseded', { contactId });
    const refetch = (reason: 'stale' | 'intent_open') =>
      ({ action: 'refetch', recordId: record.id, contactId, reason, ...NOTHING }) as const;
    if (!this.#matchesFilter(record)) {
      if (link.state === 'left_filter') return this.#skip(record, 'filtered', { contactId });
      if (this.#isStale(record, link)) return refetch('stale');
      return this.#skip(record, 'filtered', { contactId, link: this.#linkPlan(link, { state: 'left_filter' }) });
    }
    const plan = this.#planFields(record, contact, link, isTaken);
    if (plan.recheck) return refetch('intent_open');
    const state: LinkState = link.state === 'creating' || link.state === 'ambiguous' ? link.state : 'active';
    const isCurrent = link.plan === this.#mapping.planFingerprint;
    const seen = seenAfter(plan, contact, link);
    const changed = plan.rebased || state !== link.state || plan.changes.length > 0;
    const isLinkBehind = seen !== link.seen || (!isCurrent && !isLeftToDo(plan));
    if (changed && this.#isStale(record, link)) return refetch('stale');
    if (!changed && !isLinkBehind) return { action: 'unchanged', recordId: record.id, contactId, ...explained(plan) };
    const rebased = plan.rebased || !isLive(link.state);
    const next = this.#linkPlan(link, { state, body: plan.body, rebased, seen, plan: this.#mapping.planFingerprint });
    return this.#planned(record, contact, plan, next, false);
  }

  /** The plan of a record without a link, or the contact that it turns out to belong to. */
  #planNew(record: CrmRecord): RecordPlan | Draft {
    if (!this.#matchesFilter(record)) return this.#skip(record, 'filtered');
    if (this.#input.erased?.get(record.id) === 'record') return this.#skip(record, 'erased');
    const { keys, refused } = this.#matchValues(record);
    const assigned = this.#input.assigned === undefined ? undefined : own(this.#input.assigned, record.id);
    if (assigned === null) return this.#planFirst(record, keys);
    if (Object.keys(keys).length === 0 && assigned === undefined) return this.#skip(record, 'no_match_key', { refused });
    const { only, all } = assigned === undefined ? this.#match(record, keys) : this.#named(assigned, record);
    const contact = only === null ? undefined : this.#contacts.get(only);
    if (contact !== undefined) {
      this.#candidates.take(contact.id, record.id);
      return { record, decide: (isTaken) => this.#planLink(record, contact, isTaken) };
    }
    if (all.length === 0) return this.#planFirst(record, keys);
    const candidates = all.filter((id) => !isNew(id)); // a contact that this page makes has no id yet
    return this.#skip(record, 'ambiguous', { candidates, keys });
  }

  /** A contact whose record is gone gets another one only if more than the number speaks for it. */
  #match(record: CrmRecord, keys: MatchValues): ReturnType<Candidates['match']> {
    return this.#candidates.match(record.id, keys, (id) => {
      const contact = this.#contacts.get(id);
      return contact === undefined || !this.#bereft.has(id) || isSamePerson(this.#mapping, record, contact);
    });
  }

  #named(id: string, record: CrmRecord): ReturnType<Candidates['match']> {
    const isFree = this.#contacts.get(id)?.removed !== true && !this.#candidates.hasOtherRecord(id, record.id);
    return { only: isFree ? id : null, all: [id] };
  }

  #planLink(record: CrmRecord, contact: PlannedContact, isTaken: IsTaken): RecordPlan {
    const plan = this.#planFields(record, contact, undefined, isTaken);
    const seen = plan.send ? null : plan.changes.length > 0 ? 'after' : (contact.version ?? null);
    const body = { ...plan.body, modifiedAt: record.modifiedAt ?? null };
    return this.#planned(record, contact, plan, this.#newLink(record, body, seen), true);
  }

  /** Nobody is made who was erased (R21). */
  #planFirst(record: CrmRecord, keys: MatchValues): RecordPlan {
    return this.#input.erased?.has(record.id) === true ? this.#skip(record, 'erased') : this.#planCreate(record, keys);
  }

  #planCreate(record: CrmRecord, keys: MatchValues): RecordPlan {
    const { set, changes, refused, body, send } = this.#planNewFields(record, keys);
    const link = this.#newLink(record, body, send ? null : 'after');
    const recordId = record.id;
    return { action: 'create', recordId, fields: set, changes, link, keys, refused, conflicts: NONE, drift: NONE, flips: NONE };
  }

  #planned(record: CrmRecord, contact: PlannedContact, plan: FieldsPlan, link: LinkPlan, isNew: boolean): RecordPlan {
    const common = { recordId: record.id, contactId: contact.id, link, ...explained(plan) };
    if (plan.changes.length === 0) return { action: 'link', isNew, ...common };
    return { action: 'update', ...common, fields: plan.set, changes: plan.changes, keys: this.#movedKeys(plan.set) };
  }

  /** Keeps the plan of a record; the records after it see what it does. */
  #carryOut(record: CrmRecord, plan: RecordPlan): void {
    this.#plans.set(record, plan);
    if (plan.action === 'create') this.#candidates.addNew(plan.recordId, plan.fields);
    else if (plan.action === 'update') this.#put(plan.contactId, plan.fields, plan.recordId);
  }

  #put(id: string, set: Fields, recordId: string): void {
    const before = this.#contacts.get(id);
    const fields = before === undefined ? set : { ...before.fields, ...set };
    this.#contacts.set(id, { id, ...before, fields });
    this.#candidates.add(id, fields, before?.fields);
    this.#candidates.take(id, recordId);
  }

  #movedKeys(set: Fields): MatchValues {
    return matchValuesOf(this.#mapping, set);
  }

  #matchValues(record: CrmRecord): { keys: MatchValues; refused: readonly RefusedField[] } {
    const keys: Record<string, string> = {};
    let refused: readonly RefusedField[] = NONE;
    for (const rule of this.#mapping.matchKeys) {
      const remote = rule.unusable?.inbound === true ? undefined : rule.readRemote(record);
      if (remote === undefined) continue;
      const value = rule.toLocal(remote);
      if (!value.ok) refused = [...refused, refusedField({ recordId: record.id, contactId: null }, rule, value)];
      else if (matchText(this.#mapping.entity, rule.field, value.value) !== null) keys[rule.field] = value.value as string;
    }
    return { keys, refused };
  }

  #planFields(record: CrmRecord, contact: PlannedContact | null, link: PlannedLink | undefined, isTaken: IsTaken): FieldsPlan {
    const contactId = contact?.id ?? null;
    const editedAt = contactId === null ? undefined : this.#input.editedAt?.[contactId];
    const fields = contact?.fields ?? {};
    const { foreign } = contact ?? {};
    const flips = contactId === null ? undefined : this.#input.flips?.[contactId];
    const common = { mapping: this.#mapping, record, contactId, fields, link, readAt: this.#readAt };
    const remoteEditedAt = own(this.#input.remoteEditedAt ?? {}, record.id);
    return planFields({ ...common, editedAt, remoteEditedAt, flips, isTaken, foreign });
  }

  #isStale(record: CrmRecord, link: PlannedLink): boolean {
    const older = record.modifiedAt !== undefined && link.body.modifiedAt !== null && record.modifiedAt < link.body.modifiedAt;
    return older || isFromBefore(link, { readAt: this.#readAt, fresh: this.#input.fresh === true });
  }

  #newLink(record: CrmRecord, body: LinkBody, seen: LinkPlan['seen']): LinkPlan {
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

  /** A link as it is, but for what is given. */
  #linkPlan(link: PlannedLink, next: Partial<LinkPlan>): LinkPlan {
    const { object, recordId, state, plan, seen, body } = link;
    return { object, recordId: recordId as string, state, plan, seen, rebased: false, body, ...next };
  }

  #skip(record: CrmRecord, reason: keyof typeof REMEDIES, more: Partial<Extract<RecordPlan, { action: 'skip' }>> = {}): RecordPlan {
    return { action: 'skip', recordId: record.id, reason, remedy: REMEDIES[reason], ...NOTHING, ...more };
  }
}

/** A record may have past links beside the one that is live: that one counts, and so comes last. */
function lastLive(links: readonly PlannedLink[]): readonly PlannedLink[] {
  const isPast = ({ state }: PlannedLink): boolean => !isLive(state);
  return links.some(isPast) ? [...links.filter(isPast), ...links.filter(({ state }) => isLive(state))] : links;
}

const explained = ({ refused, conflicts, drift, flips }: Pick<FieldsPlan, 'refused' | 'conflicts' | 'drift' | 'flips'>) => ({
  refused,
  conflicts,
  drift,
  flips,
});

const nobody: IsTaken = () => false;

/** The match keys that a plan gives to its contact. */
const movesOf = (plan: RecordPlan): readonly KeyMove[] =>
  plan.action === 'update' ? Object.entries(plan.keys).map(([field, to]) => ({ contactId: plan.contactId, field, to })) : [];

/** Something has to reach the CRM, or may be on its way there. */
const isLeftToDo = ({ send, body }: FieldsPlan): boolean => send || body.sent.length > 0;

/**
 * The contact version at which nothing was left to do (R11). Otherwise the link must stay behind the contact, or it would
 * not be found again: one that is not behind is set back.
 */
function seenAfter(plan: FieldsPlan, { version }: PlannedContact, link: PlannedLink): LinkPlan['seen'] {
  const isChanged = plan.changes.length > 0;
  if (!isLeftToDo(plan)) return isChanged ? 'after' : (version ?? link.seen);
  return isChanged || link.seen !== version ? link.seen : null;
}

import { hashOf } from '../base/hash.ts';
import { own } from '../base/own.ts';
import type { ConflictTimes } from '../link/conflict-types.ts';
import { type Flip, isRewritten, markOf } from '../link/flips.ts';
import { type Agreed, EMPTY_BODY, type Held, type Link, type LinkBody, type Pair } from '../link/link.ts';
import { agreed, agreedOn, pairOf } from '../link/pair.ts';
import { COMPANY_UNKNOWN } from '../mapping/company-tie.ts';
import type { CompiledMapping, CompiledRule, CrmRecord } from '../mapping/mapping-types.ts';
import type { Fields, Millis, Value } from '../values/value.ts';
import { carryOver } from './carry-over.ts';
import { isDecided } from './decided.ts';
import { OpenConflicts } from './open-conflicts.ts';
import type { Conflict, FieldChange, RefusedField } from './plan-types.ts';
import { settleExpired } from './settle.ts';
import { decideField, type FieldDecision } from './three-way.ts';

export interface FieldsInput {
  readonly mapping: CompiledMapping;
  readonly record: CrmRecord;
  /** Null for a contact that is about to be made. */
  readonly contactId: string | null;
  readonly fields: Fields;
  /** Absent: a first link. */
  readonly link?: Pick<Link, 'body' | 'plan'> | undefined;
  /** Store time of the snapshot: intents that ended before it are settled by what it shows. */
  readonly readAt: Millis;
  /** When fields were last edited here, ISO 8601 UTC, as far as known. */
  readonly editedAt?: Readonly<Record<string, string>> | undefined;
  /** When fields were last edited in the CRM, by CRM field, where that is known exactly. */
  readonly remoteEditedAt?: Readonly<Record<string, string>> | undefined;
  /** Earlier flips of the contact's fields; absent: nobody has asked for them. */
  readonly flips?: readonly Flip[] | undefined;
  /** Whether another contact has this value of a match key: the old value stays then (R20). */
  readonly isTaken: (field: string, value: string) => boolean;
  /** Fields whose value here is not sent to this CRM, for another one gave it (R25). */
  readonly foreign?: readonly string[] | undefined;
}

export interface FieldsPlan {
  readonly set: Fields;
  readonly changes: readonly FieldChange[];
  readonly refused: readonly RefusedField[];
  readonly conflicts: readonly Conflict[];
  readonly drift: readonly string[];
  readonly flips: readonly Flip[];
  readonly body: LinkBody;
  readonly rebased: boolean;
  /** At least one field still has to reach the CRM, or could not be judged. */
  readonly send: boolean;
  /** A write is open, and what the record shows can't be judged before it is settled. */
  readonly recheck: boolean;
}

/** Every rule of a mapping against one record and one contact. Inbound rules first: outbound ones see what they set. */
export function planFields(input: FieldsInput): FieldsPlan {
  const { mapping, record, contactId, fields, link, readAt, editedAt, remoteEditedAt, flips: earlier, isTaken, foreign = [] } = input;
  const given = link?.body ?? EMPTY_BODY;
  const remotes = readRemotes(mapping, record);
  const settled = settleExpired(given, remotes, readAt);
  const ended = given.sent.filter((sent) => !settled.sent.includes(sent));
  const body = link === undefined ? settled : carryOver(mapping, link.plan, settled);
  const base: Record<string, Pair> = { ...body.base };
  const held: Record<string, Held> = { ...body.held };
  const set: Record<string, Value> = {};
  const changes: FieldChange[] = [];
  const refused: RefusedField[] = [];
  const open = new OpenConflicts(body.open, readAt);
  if (contactId !== null) open.end(mapping.rules, { recordId: record.id, contactId, base: given.base, fields });
  const isPlanned = link?.plan === mapping.planFingerprint;
  const drift: string[] = [];
  const flips: Flip[] = [];
  const over: Record<string, Value> = { ...body.over };
  let rebased = settled.base !== given.base;
  let send = false;
  // What a write under way will have agreed on is meant by the mapping that it was planned with.
  let recheck = body.sent.length > 0 && !isPlanned;

  /**
   * The CRM refused this very value: it is not tried again before something changes or it is due (R12). Nor is one sent that
   * another CRM gave.
   */
  const isHeld = ({ key, field }: CompiledRule, local: Value): boolean =>
    own(held, key)?.valueHash === hashOf(local) || (foreign.includes(field) && !Object.hasOwn(set, field) && !isDecided(body, key, local));

  for (const rule of inReadingOrder(mapping.rules)) {
    const { key, field } = rule;
    const local = (Object.hasOwn(set, field) ? set[field] : fields[field]) ?? null;
    const pair = agreedOn(base, key);
    const refuse = (reason: Reason): void => {
      refused.push(refusedField({ recordId: record.id, contactId }, rule, reason));
      // What is not taken from the CRM keeps nothing here from being sent, or held; at a first link nothing is written (R18).
      send ||= pair !== undefined && isLeftToSend(rule, local, pair) && !isHeld(rule, local) && open.of(key) === undefined;
    };
    if (!Object.hasOwn(remotes, key)) {
      const isOpen = open.of(key) !== undefined;
      send ||= isLeftToSend(rule, local, pair) && !isHeld(rule, local) && !isOpen; // absent never counts as a move (R15)
      continue;
    }
    const remote = remotes[key] as Value;
    const incoming = incomingValue(rule, remote, local, pair);
    if (!incoming.ok) {
      refuse(incoming);
      continue;
    }
    if (own(held, key)?.code === COMPANY_UNKNOWN) {
      delete held[key]; // what the record showed was no company here, and now it is one
      rebased = true;
    }
    const isMatchKey = mapping.matchKeys.some((matchKey) => matchKey.field === field);
    const isMoved = rule.direction !== 'outbound' && remote !== pair?.remote && incoming.value !== local;
    if (isMatchKey && isMoved && typeof incoming.value === 'string' && isTaken(field, incoming.value)) {
      refuse(keyTaken(field));
      continue;
    }
    const sent = sentOf(body, key).map((pair) => pair.remote);
    const unsure = sentOf({ sent: ended }, key).flatMap((pair) => (pair.remote === remote ? [] : [pair.local]));
    const known = open.of(key);
    const times = timesOf(editedAt?.[field], record.modifiedAt, exactTime(rule, remoteEditedAt));
    const decision = decideField({
      direction: rule.direction,
      field,
      policy: rule.conflict,
      firstLink: rule.firstLink,
      blank: rule.blank.inbound,
      isMatchKey,
      base: pair,
      local,
      remote,
      incoming: incoming.value,
      sent,
      unsure,
      times,
      // Under another mapping it is decided anew.
      isOpen: known !== undefined && known.kind !== 'rewritten' && isPlanned,
    });
    if (isMatchKey && decision.reason === 'crm_blank_kept')
      refused.push(refusedField({ recordId: record.id, contactId }, rule, keyBlank(field)));
    if (decision.set !== undefined) {
      set[field] = decision.set;
      changes.push({ field, before: local, after: decision.set, reason: decision.reason, rule: key });
    }
    if (contactId !== null) {
      const place = { recordId: record.id, contactId, field, crm: key, base: pair ?? null, local, remote };
      open.decided({ ...place, incoming: incoming.value, times }, decision);
      if (pair !== undefined && remote !== pair.remote && decision.base !== undefined && Object.hasOwn(over, key)) {
        if (markOf(remote) === over[key] && known === undefined) {
          const flip = { field, at: readAt, sent: markOf(pair.local), taken: markOf(incoming.value) };
          flips.push(flip);
          // Its record shows what was sent, which may have been taken back here by now.
          if (earlier !== undefined && isRewritten(earlier, flip))
            open.rewritten({ ...place, local: pair.local, incoming: incoming.value, times });
        }
        delete over[key];
      }
    }
    if (decision.reason === 'drift') drift.push(key);
    if (decision.base !== undefined) {
      base[key] = contactId === null ? pairOf(decision.base) : withOrigin(decision, decision.base, pair);
      if (!decision.send) delete held[key]; // agreed on: there is nothing left to hold
      rebased = true;
    }
    recheck ||= decision.recheck === true;
    send ||= decision.send && !isHeld(rule, local) && !open.isRewritten(key);
  }
  rebased ||= open.hasChanged;
  const { conflicts } = open;
  if (!rebased) return { set, changes, refused, conflicts, drift, flips, body, rebased, send, recheck };
  const { open: _, over: __, ...rest } = body;
  const replaced = Object.keys(over).length > 0 && { over };
  const modifiedAt = later(given.modifiedAt, record.modifiedAt ?? null);
  const next = { ...rest, base, held, ...open.open, ...replaced, modifiedAt };
  return { set, changes, refused, conflicts, drift, flips, body: next, rebased, send, recheck };
}

const sentOf = ({ sent }: Pick<LinkBody, 'sent'>, key: string): readonly Agreed[] => sent.flatMap(({ values }) => own(values, key) ?? []);

/** Only a value that is taken over comes from the CRM; a half that stays keeps what is known of it. */
function withOrigin({ set }: FieldDecision, { local, remote }: Agreed, before: Agreed | undefined): Pair {
  const isOurs = set === undefined && (before === undefined || before.local !== local || before.ours === true);
  return isOurs ? { local, remote, ours: true } : agreed(local, remote);
}

/** Why a field is refused: one sentence each of what happened and what to do. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export const refusedField = (
  { recordId, contactId }: Pick<RefusedField, 'recordId' | 'contactId'>,
  { field, key }: Pick<CompiledRule, 'field' | 'key'>,
  { code, message, remedy }: Reason,
): RefusedField => ({ recordId, contactId, field, crm: key, code, message, remedy });

const keyTaken = (field: string) => ({
  code: 'match_key_taken',
  message: `Another contact has this ${field} already.`,
  remedy: `Correct ${field} on one of the two records, or merge them; the contact keeps its old ${field} until then.`,
});

const keyBlank = (field: string) => ({
  code: 'match_key_blank',
  message: `The record has no ${field} any more.`,
  remedy: `Nothing to do if that is meant: the contact keeps the ${field} it had, by which it is still found. Else fill it in the CRM.`,
});

/** The CRM values of a record by mapping key; absent ones are not in it. */
export function readRemotes(mapping: CompiledMapping, record: CrmRecord): Record<string, Value> {
  const remotes: Record<string, Value> = Object.create(null);
  for (const rule of mapping.rules) {
    const remote = rule.unusable?.inbound === true && rule.direction !== 'outbound' ? undefined : rule.readRemote(record);
    if (remote !== undefined) remotes[rule.key] = remote;
  }
  return remotes;
}

/** Inbound rules first. */
export const inReadingOrder = (rules: readonly CompiledRule[]): readonly CompiledRule[] =>
  rules.some(({ direction }) => direction === 'outbound')
    ? [...rules.filter(({ direction }) => direction !== 'outbound'), ...rules.filter(({ direction }) => direction === 'outbound')]
    : rules;

/** The CRM's value in the field's type. Values already agreed on, or equal on their way out, need no reading. */
export function incomingValue(rule: CompiledRule, remote: Value, local: Value, base: Agreed | undefined) {
  if (base !== undefined && base.remote === remote) return { ok: true, value: base.local } as const;
  if (rule.direction !== 'inbound') {
    const out = rule.toRemote(local);
    if (out.ok && out.value === remote) return { ok: true, value: local } as const;
  }
  const incoming = rule.toLocal(remote);
  // An outbound-only field takes nothing in: that its CRM value doesn't fit the type is no refusal.
  return !incoming.ok && rule.direction === 'outbound' ? ({ ok: true, value: remote } as const) : incoming;
}

/** Without a CRM value to compare with, a field is left to send (or to hold) where it moved, or was never agreed on. */
export function isLeftToSend({ direction }: CompiledRule, local: Value, base: Agreed | undefined): boolean {
  if (direction === 'inbound') return false;
  return base === undefined ? local !== null : local !== base.local;
}

function timesOf(editedAt: string | undefined, modifiedAt: string | undefined, exact: string | undefined): ConflictTimes {
  const remote = exact ?? modifiedAt;
  return {
    local: editedAt === undefined ? undefined : Date.parse(editedAt),
    remote: remote === undefined ? undefined : Date.parse(remote),
    ...(exact !== undefined && { remoteIsExact: true }),
  };
}

/** Of a value that is made of several CRM fields no time is its own. */
const exactTime = ({ crm }: CompiledRule, times: Readonly<Record<string, string>> = {}): string | undefined =>
  crm.length === 1 ? own(times, crm[0] as string) : undefined;

const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

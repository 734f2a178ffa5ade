import type { ConflictTimes } from './conflict.ts';
import { hashOf } from './hash.ts';
import type { Agreed, LinkBody } from './link.ts';
import { EMPTY_BODY } from './link.ts';
import type { CompiledMapping, CompiledRule, CrmRecord } from './mapping-types.ts';
import type { Conflict, FieldChange, RefusedField } from './plan-types.ts';
import { settleExpired } from './settle.ts';
import { decideField } from './three-way.ts';
import type { Fields, Millis, Value } from './value.ts';

export interface FieldsInput {
  readonly mapping: CompiledMapping;
  readonly record: CrmRecord;
  /** Null for a contact that is about to be made. */
  readonly contactId: string | null;
  readonly fields: Fields;
  readonly body?: LinkBody;
  /** The link was planned with this mapping: what the CRM refused under it stays held. Default true. */
  readonly planIsCurrent?: boolean;
  /** Store time of the snapshot: intents that ended before it are settled by what it shows. */
  readonly readAt: Millis;
  /** When fields were last edited here, ISO 8601 UTC, as far as known. */
  readonly editedAt?: Readonly<Record<string, string>> | undefined;
  /** Whether another contact has this value of a match key: the old value stays then (R20). */
  readonly isTaken: (field: string, value: string) => boolean;
}

export interface FieldsPlan {
  readonly set: Fields;
  readonly changes: readonly FieldChange[];
  readonly refused: readonly RefusedField[];
  readonly conflicts: readonly Conflict[];
  readonly drift: readonly string[];
  readonly body: LinkBody;
  readonly rebased: boolean;
  /** At least one field still has to reach the CRM, or could not be judged. */
  readonly send: boolean;
  /** A write is open, and the record shows something that is neither the old value nor ours. */
  readonly recheck: boolean;
}

/** Every rule of a mapping against one record and one contact. Inbound rules first: outbound ones see what they set. */
export function planFields({
  mapping,
  record,
  contactId,
  fields,
  body: given = EMPTY_BODY,
  planIsCurrent = true,
  readAt,
  editedAt,
  isTaken,
}: FieldsInput): FieldsPlan {
  const remotes = readRemotes(mapping, record);
  const body = settleExpired(given, remotes, readAt);
  const base: Record<string, Agreed> = { ...body.base };
  const set: Record<string, Value> = {};
  const changes: FieldChange[] = [];
  const refused: RefusedField[] = [];
  const conflicts: Conflict[] = [];
  const drift: string[] = [];
  let rebased = body.base !== given.base;
  let send = false;
  let recheck = false;

  /** The CRM refused this very value: it is not tried again before something changes or it is due (R12). */
  const isHeld = ({ key }: CompiledRule, local: Value): boolean => {
    const held = planIsCurrent ? body.held[key] : undefined;
    return held !== undefined && held.valueHash === hashOf(local);
  };

  for (const rule of inReadingOrder(mapping.rules)) {
    const { key, field } = rule;
    const local = (field in set ? set[field] : fields[field]) ?? null;
    if (!Object.hasOwn(remotes, key)) {
      send ||= isLeftToSend(rule, local, base[key]) && !isHeld(rule, local); // absent never counts as a move (R15)
      continue;
    }
    const remote = remotes[key] as Value;
    const incoming = incomingValue(rule, remote, local, base[key]);
    if (!incoming.ok) {
      refused.push({
        recordId: record.id,
        contactId,
        field,
        crm: key,
        code: incoming.code,
        message: incoming.message,
        remedy: incoming.remedy,
      });
      continue;
    }
    const isMatchKey = mapping.matchKeys.some((matchKey) => matchKey.field === field);
    if (
      isMatchKey &&
      rule.direction !== 'outbound' &&
      remote !== base[key]?.remote &&
      typeof incoming.value === 'string' &&
      isTaken(field, incoming.value)
    ) {
      refused.push({ recordId: record.id, contactId, field, crm: key, ...keyTaken(field) });
      continue;
    }
    const sent = body.sent.flatMap(({ values }) => (Object.hasOwn(values, key) ? [(values[key] as Agreed).remote] : []));
    const decision = decideField({
      direction: rule.direction,
      policy: rule.conflict,
      blank: rule.blank,
      isMatchKey,
      base: base[key],
      local,
      remote,
      incoming: incoming.value,
      sent,
      times: timesOf(editedAt?.[field], record.modifiedAt),
    });
    if (decision.set !== undefined && decision.set !== local) {
      set[field] = decision.set;
      changes.push({ field, before: local, after: decision.set, reason: decision.reason, rule: key });
    }
    if (decision.conflict !== undefined && contactId !== null)
      conflicts.push({ ...decision.conflict, recordId: record.id, contactId, field, crm: key, base: base[key] ?? null, local, remote });
    if (decision.reason === 'drift') drift.push(key);
    if (decision.base !== undefined) {
      base[key] = decision.base;
      rebased = true;
    }
    recheck ||= decision.recheck === true;
    send ||= decision.send && !isHeld(rule, local);
  }
  const modifiedAt = later(given.modifiedAt, record.modifiedAt ?? null);
  return { set, changes, refused, conflicts, drift, body: rebased ? { ...body, base, modifiedAt } : body, rebased, send, recheck };
}

const keyTaken = (field: string) => ({
  code: 'match_key_taken',
  message: `Another contact has this ${field} already.`,
  remedy: `Correct ${field} on one of the two records, or merge them; the contact keeps its old ${field} until then.`,
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

const inReadingOrder = (rules: readonly CompiledRule[]): readonly CompiledRule[] =>
  rules.some(({ direction }) => direction === 'outbound')
    ? [...rules.filter(({ direction }) => direction !== 'outbound'), ...rules.filter(({ direction }) => direction === 'outbound')]
    : rules;

/** The CRM's value in the field's type. Values already agreed on, or equal on their way out, need no reading. */
function incomingValue(rule: CompiledRule, remote: Value, local: Value, base: Agreed | undefined) {
  if (base !== undefined && base.remote === remote) return { ok: true, value: base.local } as const;
  if (rule.direction !== 'inbound') {
    const out = rule.toRemote(local);
    if (out.ok && out.value === remote) return { ok: true, value: local } as const;
  }
  const incoming = rule.toLocal(remote);
  // An outbound-only field takes nothing in: that its CRM value doesn't fit the type is no refusal.
  return !incoming.ok && rule.direction === 'outbound' ? ({ ok: true, value: remote } as const) : incoming;
}

/** A field without a CRM value to compare with: it is left to send where it moved, or was never agreed on. */
function isLeftToSend(rule: CompiledRule, local: Value, base: Agreed | undefined): boolean {
  if (rule.direction === 'inbound' || rule.unusable?.outbound === true) return false;
  return base === undefined ? local !== null : local !== base.local;
}

function timesOf(editedAt: string | undefined, modifiedAt: string | undefined): ConflictTimes {
  return {
    local: editedAt === undefined ? undefined : Date.parse(editedAt),
    remote: modifiedAt === undefined ? undefined : Date.parse(modifiedAt),
  };
}

const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

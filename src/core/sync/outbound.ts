import { hashOf } from '../base/hash.ts';
import { own } from '../base/own.ts';
import { FLIP_WINDOW_MS } from '../link/flips.ts';
import type { Agreed, Held, LinkBody, Pair } from '../link/link.ts';
import { agreedOn } from '../link/pair.ts';
import { COMPANY_WITHOUT_RECORD } from '../mapping/company-tie.ts';
import type { CompiledMapping, CompiledRule } from '../mapping/mapping-types.ts';
import type { Millis, Value } from '../values/value.ts';
import { carryOver } from './carry-over.ts';
import { isDecided, stillDecided } from './decided.ts';
import { isLeftToSend, type Reason, refusedField } from './plan-fields.ts';
import type { PlannedContact, PlannedLink, RefusedField } from './plan-types.ts';
import { isPushed } from './push-filter.ts';

export interface OutboundInput {
  readonly mapping: CompiledMapping;
  readonly contacts: readonly PlannedContact[];
  /** Links of this mapping's object. A contact without an active one is skipped. */
  readonly links: readonly PlannedLink[];
  /** The CRM's present values by mapping key, for contacts whose record has just been read. */
  readonly remote?: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  /** On the clock of the links' times. */
  readonly now: Date | string | Millis;
  /** Mapping keys to look at, by contact: to find out which field a refused record was refused for. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
}

/** What a contact's changes mean for its record. `body` holds new pairs and held fields, but no intent yet. */
export type ContactPlan = {
  readonly contactId: string;
  readonly recordId: string | null;
  /** Values that the CRM can't take: held, and not tried again before they change (R12). */
  readonly refused: readonly RefusedField[];
  /** CRM fields whose text was cut to the CRM's length, as the mapping asks. */
  readonly truncated: readonly string[];
} & (
  | {
      readonly action: 'write';
      /** By CRM field. */
      readonly values: Readonly<Record<string, Value>>;
      /** The same by mapping key, both halves of the pair to be. */
      readonly sent: Readonly<Record<string, Agreed>>;
      readonly body: LinkBody;
    }
  /** A `both` field, or one without a pair: the CRM's present value decides, so read the record first. */
  | { readonly action: 'read' }
  /** A write whose outcome is not known yet is under way. */
  | { readonly action: 'wait'; readonly until: Millis }
  /** Nothing (more) to send for this version of the contact. `kept`: what its mapping's `pushFilter` keeps from being sent. */
  | { readonly action: 'none'; readonly body: LinkBody; readonly kept?: readonly KeptField[] }
  | { readonly action: 'skip'; readonly reason: 'no_link' | 'link_not_active' | 'contact_removed' }
);

/** A field whose value is not sent. */
export interface KeptField {
  readonly field: string;
  /** What was agreed on last. */
  readonly before: Value;
  readonly after: Value;
  /** Mapping key. */
  readonly rule: string;
}

export interface OutboundPlan {
  /** One for each contact, in order. */
  readonly contacts: readonly ContactPlan[];
  readonly writes: readonly Extract<ContactPlan, { action: 'write' }>[];
  readonly reads: readonly Extract<ContactPlan, { action: 'read' }>[];
  readonly refused: readonly RefusedField[];
}

/**
 * What has to be written to the CRM for these contacts: only fields whose value moved away from the pair last agreed on
 * (R1), only what the CRM can take, never over a value that was not read where the mapping goes both ways.
 */
export function planOutbound(input: OutboundInput): OutboundPlan {
  // A contact may have past links beside the one that is live.
  const byState = [...input.links].sort((a, b) => Number(a.state === 'active') - Number(b.state === 'active'));
  const links = new Map(byState.map((link) => [link.contactId, link]));
  const contacts = input.contacts.map((contact) => planContact(input, contact, links.get(contact.id)));
  return {
    contacts,
    writes: contacts.filter((plan) => plan.action === 'write'),
    reads: contacts.filter((plan) => plan.action === 'read'),
    refused: contacts.flatMap(({ refused }) => refused),
  };
}

function planContact(input: OutboundInput, contact: PlannedContact, link: PlannedLink | undefined): ContactPlan {
  const common = { contactId: contact.id, recordId: link?.recordId ?? null, refused: [], truncated: [] };
  if (contact.removed === true) return { action: 'skip', reason: 'contact_removed', ...common };
  if (link === undefined) return { action: 'skip', reason: 'no_link', ...common };
  if (link.state !== 'active') return { action: 'skip', reason: 'link_not_active', ...common };
  const { body } = link;
  const remote = own(input.remote ?? {}, contact.id);
  if (body.sent.length > 0) {
    const until = Math.max(...body.sent.map((sent) => sent.until));
    return until >= millis(input.now) || remote !== undefined ? { action: 'wait', until, ...common } : { action: 'read', ...common };
  }
  if (!isPushed(input.mapping, contact.fields)) return { action: 'none', ...keptBack(input.mapping, contact, link), ...common };
  return planFieldsOut(input, contact, link, remote);
}

/** Of a contact that is not sent nothing is agreed on: once it matches again, all that has changed since goes. */
function keptBack(mapping: CompiledMapping, { fields }: PlannedContact, link: PlannedLink) {
  const body = { ...carryOver(mapping, link.plan, link.body), held: {} };
  const kept = mapping.rules.flatMap((rule): readonly KeptField[] => {
    const [after, pair] = [fields[rule.field] ?? null, agreedOn(body.base, rule.key)];
    return isLeftToSend(rule, after, pair) ? [{ field: rule.field, before: pair?.local ?? null, after, rule: rule.key }] : [];
  });
  return { body, kept };
}

/** A `hold` without a message is told of by the mapping as a whole, and not for each contact. */
type FieldOut =
  | { readonly do: 'nothing' }
  | { readonly do: 'read' }
  | { readonly do: 'agree'; readonly pair: Agreed }
  | { readonly do: 'hold'; readonly held: Held; readonly message: string | null }
  | { readonly do: 'write'; readonly pair: Agreed; readonly truncated: boolean };

function planFieldsOut(
  input: OutboundInput,
  contact: PlannedContact,
  link: PlannedLink,
  remote: Readonly<Record<string, Value>> | undefined,
): ContactPlan {
  const { mapping } = input;
  const now = millis(input.now);
  const known = carryOver(mapping, link.plan, link.body);
  const only = own(input.only ?? {}, contact.id);
  const base: Record<string, Pair> = { ...known.base };
  const held: Record<string, Held> = {};
  const values: Record<string, Value> = {};
  const sent: Record<string, Agreed> = {};
  const refused: RefusedField[] = [];
  const truncated: string[] = [];
  // Under another mapping every conflict is decided anew, or is over with its rule: the record says how.
  let mustRead = known.open !== undefined && link.plan !== mapping.planFingerprint && remote === undefined;
  for (const rule of mapping.rules) {
    const { key, field } = rule;
    const local = contact.fields[field] ?? null;
    const open = own(known.open ?? {}, key);
    if (open !== undefined) {
      // Both sides may be equal by an edit here, of a field that is only read, too; or the CRM may have left it alone.
      const isOver = open.kind === 'rewritten' ? open.since + FLIP_WINDOW_MS <= now : open.local !== local;
      if (isOver && remote === undefined) mustRead = true;
      continue;
    }
    const isForeign = contact.foreign?.includes(field) === true && !isDecided(known, key, local);
    if (rule.direction === 'inbound' || isForeign) continue;
    const kept = own(known.held, key);
    const isLeftOut = only !== undefined && !only.includes(key);
    const pair = agreedOn(base, key);
    const isLeft = isLeftToSend(rule, local, pair);
    if (kept !== undefined && (isLeftOut || (isLeft && isStillHeld(kept, local, now)))) held[key] = kept;
    if (isLeftOut || !isLeft || Object.hasOwn(held, key)) continue;
    const out = planFieldOut(rule, local, pair, remote, now);
    if (out.do === 'read') mustRead = true;
    else if (out.do === 'agree') base[key] = { ...out.pair, ours: true };
    else if (out.do === 'hold') {
      held[key] = out.held;
      const { message } = out;
      if (message !== null) refused.push(refusedField({ recordId: link.recordId, contactId: contact.id }, rule, { ...out.held, message }));
    } else if (out.do === 'write') {
      sent[key] = out.pair;
      values[key] = out.pair.remote;
      if (out.truncated) truncated.push(key);
    }
  }
  const common = { contactId: contact.id, recordId: link.recordId, refused, truncated };
  if (mustRead) return { action: 'read', ...common, refused: [], truncated: [] };
  const body = stillDecided(
    { ...known, base, held },
    (key) => Object.hasOwn(sent, key) || Object.hasOwn(held, key) || only?.includes(key) === false,
  );
  return Object.keys(values).length > 0 ? { action: 'write', values, sent, body, ...common } : { action: 'none', body, ...common };
}

/** For a field that has something left to send. */
function planFieldOut(
  rule: CompiledRule,
  local: Value,
  base: Agreed | undefined,
  remote: Readonly<Record<string, Value>> | undefined,
  now: Millis,
): FieldOut {
  // Kept until the field is shown, or may be written, again (R15).
  if (rule.unusable?.outbound === true) return { do: 'hold', message: null, held: heldField(rule.unusable, local, now) };
  if (base !== undefined && local === null && rule.blank.outbound === 'keep') return { do: 'agree', pair: { local, remote: base.remote } };
  const out = rule.toRemote(local);
  // Nothing that the record shows would change that: no call is spent on it, however often it is tried.
  if (!out.ok && out.code === COMPANY_WITHOUT_RECORD) return hold(out, local, now);
  if (base === undefined || rule.direction === 'both') {
    if (remote === undefined) return { do: 'read' };
    const present = own(remote, rule.key);
    if (present === undefined) return hold(UNREAD, local, now);
    // Without a pair only a blank CRM field is filled; a filled one was agreed on, or refused, when it was read (R18).
    if (base === undefined && present !== null) return { do: 'nothing' };
    // A CRM value that could not be taken over is not written over either.
    if (base !== undefined && present !== base.remote) return holdUntilSettled(rule, present, local, now);
  }
  if (!out.ok) return hold(out, local, now);
  const pair = { local, remote: out.value };
  return out.value === base?.remote ? { do: 'agree', pair } : { do: 'write', pair, truncated: out.truncated === true };
}

const UNREAD: Reason = {
  code: 'not_readable',
  message: 'The record does not show the field.',
  remedy: 'Let the connected user see the field of this record: it is not written without knowing what is there.',
};
const UNSETTLED: Reason = {
  code: 'changed_in_crm',
  message: 'The CRM value has changed, and could not be taken over.',
  remedy: 'Nothing to do, unless the record itself is reported with a problem: it is read again soon.',
};

const hold = (reason: Reason, local: Value, now: Millis): FieldOut => ({
  do: 'hold',
  message: reason.message,
  held: heldField(reason, local, now),
});

function holdUntilSettled(rule: CompiledRule, present: Value, local: Value, now: Millis): FieldOut {
  const incoming = rule.toLocal(present);
  if (!incoming.ok) return hold(incoming, local, now);
  return { do: 'hold', message: UNSETTLED.message, held: { ...heldField(UNSETTLED, local, now), retryAt: now + UNSETTLED_MS } };
}

/** The record was read too early, or its new value waits for another record: this settles itself, or is reported there. */
const UNSETTLED_MS = 5 * 60 * 1000;
/** The CRM may learn to take the value (a new picklist option, a longer field): a held field is tried again after a day. */
const HELD_MS = 24 * 60 * 60 * 1000;
/** A company mostly gets its record soon, and to find out costs no call. */
const TIE_HELD_MS = 10 * 60 * 1000;

/** A field that the CRM can't take, or refused, with this value. */
export const heldField = ({ code, remedy }: { readonly code: string; readonly remedy: string }, local: Value, now: Millis): Held => ({
  code,
  remedy,
  valueHash: hashOf(local),
  retryAt: now + (code === COMPANY_WITHOUT_RECORD ? TIE_HELD_MS : HELD_MS),
});

/** Of a mapping that has changed no field is held any more. */
const isStillHeld = ({ retryAt, valueHash }: Held, local: Value, now: Millis): boolean =>
  (retryAt === null || retryAt > now) && valueHash === hashOf(local);

const millis = (time: Date | string | Millis): Millis => (typeof time === 'number' ? time : new Date(time).getTime());

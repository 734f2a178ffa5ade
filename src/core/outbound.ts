import { hashOf } from './hash.ts';
import type { Agreed, Held, LinkBody } from './link.ts';
import type { CompiledMapping, CompiledRule } from './mapping-types.ts';
import type { PlannedContact, PlannedLink, RefusedField } from './plan-types.ts';
import type { Millis, Value } from './value.ts';

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
  /** Nothing (more) to send for this version of the contact. */
  | { readonly action: 'none'; readonly body: LinkBody }
  | { readonly action: 'skip'; readonly reason: 'no_link' | 'link_not_active' | 'contact_removed' }
);

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
  const links = new Map(input.links.map((link) => [link.contactId, link]));
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
  const remote = input.remote?.[contact.id];
  if (body.sent.length > 0) {
    const until = Math.max(...body.sent.map((sent) => sent.until));
    return until >= millis(input.now) || remote !== undefined ? { action: 'wait', until, ...common } : { action: 'read', ...common };
  }
  return planFieldsOut(input, contact, link, remote);
}

type FieldOut =
  | { readonly do: 'nothing' }
  | { readonly do: 'read' }
  | { readonly do: 'agree'; readonly pair: Agreed }
  | { readonly do: 'hold'; readonly held: Held; readonly message: string }
  | { readonly do: 'write'; readonly pair: Agreed; readonly truncated: boolean };

function planFieldsOut(
  input: OutboundInput,
  contact: PlannedContact,
  link: PlannedLink,
  remote: Readonly<Record<string, Value>> | undefined,
): ContactPlan {
  const only = input.only?.[contact.id];
  const base: Record<string, Agreed> = { ...link.body.base };
  const held: Record<string, Held> = {};
  const values: Record<string, Value> = {};
  const sent: Record<string, Agreed> = {};
  const refused: RefusedField[] = [];
  const truncated: string[] = [];
  let mustRead = false;
  for (const rule of input.mapping.rules) {
    const { key, field } = rule;
    const kept = link.body.held[key];
    if (rule.direction === 'inbound' || rule.unusable?.outbound === true) continue;
    if (only !== undefined && !only.includes(key)) {
      if (kept !== undefined) held[key] = kept;
      continue;
    }
    const local = contact.fields[field] ?? null;
    if (kept !== undefined && isStillHeld(kept, local, input, link)) {
      held[key] = kept;
      continue;
    }
    const out = planFieldOut(rule, local, base[key], remote, millis(input.now));
    if (out.do === 'read') mustRead = true;
    else if (out.do === 'agree') base[key] = out.pair;
    else if (out.do === 'hold') {
      held[key] = out.held;
      refused.push({
        recordId: link.recordId,
        contactId: contact.id,
        field,
        crm: key,
        code: out.held.code,
        message: out.message,
        remedy: out.held.remedy,
      });
    } else if (out.do === 'write') {
      sent[key] = out.pair;
      values[key] = out.pair.remote;
      if (out.truncated) truncated.push(key);
    }
  }
  const common = { contactId: contact.id, recordId: link.recordId, refused, truncated };
  if (mustRead) return { action: 'read', ...common, refused: [], truncated: [] };
  const body = { ...link.body, base, held };
  return Object.keys(values).length > 0 ? { action: 'write', values, sent, body, ...common } : { action: 'none', body, ...common };
}

function planFieldOut(
  rule: CompiledRule,
  local: Value,
  base: Agreed | undefined,
  remote: Readonly<Record<string, Value>> | undefined,
  now: Millis,
): FieldOut {
  if (base !== undefined && base.local === local) return { do: 'nothing' };
  if (base === undefined && local === null) return { do: 'nothing' };
  if (remote === undefined && (base === undefined || rule.direction === 'both')) return { do: 'read' };
  // Without a pair only a blank CRM field is filled; a filled or hidden one was settled, or refused, when it was read (R18).
  if (base === undefined && remote?.[rule.key] !== null) return { do: 'nothing' };
  if (local === null && rule.blank === 'keep') return { do: 'agree', pair: { local, remote: base?.remote ?? null } };
  const out = rule.toRemote(local);
  if (!out.ok) return { do: 'hold', message: out.message, held: heldField(out, local, now) };
  const pair = { local, remote: out.value };
  return out.value === base?.remote ? { do: 'agree', pair } : { do: 'write', pair, truncated: out.truncated === true };
}

/** The CRM may learn to take the value (a new picklist option, a longer field): a held field is tried again after a day. */
const HELD_MS = 24 * 60 * 60 * 1000;

/** A field that the CRM can't take, or refused, with this value. */
export const heldField = ({ code, remedy }: { readonly code: string; readonly remedy: string }, local: Value, now: Millis): Held => ({
  code,
  remedy,
  valueHash: hashOf(local),
  retryAt: now + HELD_MS,
});

function isStillHeld(held: Held, local: Value, { now, mapping }: OutboundInput, link: PlannedLink): boolean {
  const isDue = held.retryAt !== null && held.retryAt <= millis(now);
  return !isDue && link.plan === mapping.planFingerprint && held.valueHash === hashOf(local);
}

const millis = (time: Date | string | Millis): Millis => (typeof time === 'number' ? time : new Date(time).getTime());

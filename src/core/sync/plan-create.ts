import { hashOf } from '../base/hash.ts';
import { own } from '../base/own.ts';
import { listNames } from '../base/text.ts';
import type { Agreed, Held } from '../link/link.ts';
import type { CompiledMapping } from '../mapping/mapping-types.ts';
import type { Millis, Value } from '../values/value.ts';
import { matchValuesOf } from './match-text.ts';
import { heldField } from './outbound.ts';
import { type Reason, refusedField } from './plan-fields.ts';
import type { MatchValues, PlannedContact, RefusedField } from './plan-types.ts';

export interface CreateInput {
  readonly mapping: CompiledMapping;
  /** A contact without a record of the mapping's object. */
  readonly contact: PlannedContact;
  readonly now: Millis;
  /** By CRM field: what somebody gave for this very record, beside what the contact has. */
  readonly asked?: Readonly<Record<string, Value>>;
  /** By CRM field: why the CRM refused the record just now; it is made without them. */
  readonly without?: Readonly<Record<string, Reason>>;
}

/** What a contact without a record gets in the CRM. */
export type CreatePlan = { readonly contactId: string; readonly refused: readonly RefusedField[] } & (
  | {
      readonly action: 'create';
      /** By CRM field. */
      readonly values: Readonly<Record<string, Value>>;
      /** The same by mapping key, as it will be agreed on. */
      readonly sent: Readonly<Record<string, Agreed>>;
      /** Values that the CRM can't take: left out, and told. */
      readonly held: Readonly<Record<string, Held>>;
      /** Only where the CRM keeps the field unique: creating is safe to repeat then. */
      readonly uniqueKey?: { readonly field: string; readonly value: string };
      /** By contact field: what finds a record that is there already. */
      readonly keys: MatchValues;
      /** CRM fields whose text was cut to the CRM's length, as the mapping asks. */
      readonly truncated: readonly string[];
      /** Changes with what would be sent: what was refused before is not tried again unchanged. */
      readonly hash: string;
    }
  | {
      readonly action: 'refuse';
      readonly code: 'no_match_key' | 'required_field_missing';
      readonly field?: string;
      readonly remedy: string;
    }
);

/**
 * The first values of a record: every rule that can be read backwards, inbound ones too, then what was asked for, then the
 * mapping's defaults.
 * What the CRM requires and nothing fills is refused here and costs no call.
 */
export function planCreate({ mapping, contact, now, asked = {}, without: refusals = {} }: CreateInput): CreatePlan {
  const { create } = mapping;
  const values: Record<string, Value> = {};
  const sent: Record<string, Agreed> = {};
  const held: Record<string, Held> = {};
  const refused: RefusedField[] = [];
  const truncated: string[] = [];
  for (const rule of mapping.rules) {
    const local = contact.fields[rule.field] ?? null;
    const { initial, key } = rule;
    if (initial === null || local === null || Object.hasOwn(values, initial.field)) continue;
    const refusal = own(refusals, initial.field);
    const remote = refusal === undefined ? initial.toRemote(local) : { ok: false as const, ...refusal };
    if (!remote.ok) {
      refused.push(refusedField({ recordId: null, contactId: contact.id }, rule, remote));
      if (rule.direction !== 'inbound') held[key] = heldField(remote, local, now);
    } else if (remote.value !== null) {
      values[initial.field] = remote.value;
      sent[key] = { local, remote: remote.value };
      if (remote.truncated === true) truncated.push(initial.field);
    }
  }
  for (const [crm, value] of Object.entries(asked)) {
    const refusal = own(refusals, crm);
    if (Object.hasOwn(values, crm) || value === null) continue;
    if (refusal === undefined) values[crm] = value;
    else if (refused.every((one) => one.crm !== crm)) refused.push({ recordId: null, contactId: contact.id, field: crm, crm, ...refusal });
  }
  for (const [field, value] of Object.entries(create.defaults)) if (!Object.hasOwn(values, field)) values[field] = value;
  if (create.idField !== null) values[create.idField.name] = contact.id;

  const common = { contactId: contact.id, refused };
  const missing = missingField(mapping, values);
  if (missing !== null) return { action: 'refuse', code: 'required_field_missing', ...missing, ...common };
  const keys = matchValuesOf(mapping, contact.fields);
  const isFound = mapping.matchKeys.some(({ field, key }) => Object.hasOwn(keys, field) && Object.hasOwn(sent, key));
  if (!isFound && create.idField === null) return { action: 'refuse', code: 'no_match_key', remedy: noKey(mapping), ...common };
  const uniqueKey = create.idField?.unique === true ? { field: create.idField.name, value: contact.id } : null;
  return {
    action: 'create',
    values: uniqueKey === null ? values : omit(values, uniqueKey.field),
    sent,
    held,
    ...(uniqueKey !== null && { uniqueKey }),
    keys,
    truncated,
    hash: hashOf(values),
    ...common,
  };
}

/** A required field that nothing fills. */
function missingField(
  { entity, create: { required, requiredOneOf }, crmObject }: CompiledMapping,
  values: Readonly<Record<string, Value>>,
): { readonly field: string; readonly remedy: string } | null {
  const isFilled = (field: string) => Object.hasOwn(values, field);
  const field = required.find((name) => !isFilled(name));
  if (field !== undefined)
    return {
      field,
      remedy: `${crmObject} needs ${field}: fill the ${entity}'s field that is mapped to it, or set \`create.defaults.${field}\`.`,
    };
  const group = requiredOneOf.find((names) => names.length > 0 && !names.some(isFilled));
  if (group === undefined) return null;
  const names = listNames(group);
  return {
    field: group[0] as string,
    remedy: `${crmObject} needs one of ${names}: fill a field of the ${entity} that is mapped to one, or set a default for one.`,
  };
}

const noKey = ({ entity, matchKeys }: CompiledMapping): string =>
  `Fill ${listNames(matchKeys.map(({ field }) => field))} of the ${entity} with a value that the CRM takes, or set \`create.idField\`: without it nobody can tell whether the CRM has the record already.`;

function omit(values: Readonly<Record<string, Value>>, field: string): Readonly<Record<string, Value>> {
  const { [field]: _, ...rest } = values;
  return rest;
}

import { EMPTY_BODY, type Pair } from './link.ts';
import type { CompiledMapping, CrmRecord } from './mapping-types.ts';
import { agreed, pairOf } from './pair.ts';
import { type FieldsPlan, incomingValue, inReadingOrder, refusedField } from './plan-fields.ts';
import type { FieldChange, RefusedField } from './plan-types.ts';
import { emptyFields } from './schema.ts';
import { decideField } from './three-way.ts';
import type { Value } from './value.ts';

const NONE = [] as const;

/** `set` has every field of the schema. */
export type NewFieldsPlan = Omit<FieldsPlan, 'rebased' | 'recheck'>;

/**
 * Plans the fields of contacts that are about to be made: what `planFields` does where nothing is here yet, nothing was agreed
 * and nothing is under way. Most of a first import is this; a property test compares the two.
 */
export function newFieldsPlanner(mapping: CompiledMapping): (record: CrmRecord) => NewFieldsPlan {
  const rules = inReadingOrder(mapping.rules);
  // Copied for each contact, and filled: to add one member after the other takes several times as long.
  const noFields: Readonly<Record<string, Value>> = emptyFields(mapping.schema);
  const noBase: Readonly<Record<string, Pair>> = Object.fromEntries(rules.map(({ key }) => [key, null]));
  return (record) => {
    const set = { ...noFields };
    const base = { ...noBase };
    const changes: FieldChange[] = [];
    const refused: RefusedField[] = [];
    let send = false;
    for (const rule of rules) {
      const { key, field, direction } = rule;
      const local = set[field] as Value;
      const remote = direction !== 'outbound' && rule.unusable?.inbound === true ? undefined : rule.readRemote(record);
      if (remote === undefined) {
        delete base[key];
        send ||= direction !== 'inbound' && local !== null;
        continue;
      }
      const isFirst = local === null && direction !== 'outbound';
      const incoming = isFirst ? rule.toLocal(remote) : incomingValue(rule, remote, local, undefined);
      if (!incoming.ok) {
        delete base[key];
        refused.push(refusedField({ recordId: record.id, contactId: null }, rule, incoming));
        continue;
      }
      const { value } = incoming;
      if (isFirst) {
        base[key] = agreed(value, remote);
        if (value === null) continue;
        set[field] = value;
        changes.push({ field, before: null, after: value, reason: 'first_link_filled', rule: key });
        continue;
      }
      // Another rule has filled the field, or this one only writes.
      const decision = decideField({
        direction,
        field,
        policy: rule.conflict,
        firstLink: rule.firstLink,
        blank: rule.blank.inbound,
        isMatchKey: mapping.matchKeys.some((matchKey) => matchKey.field === field),
        base: undefined,
        local,
        remote,
        incoming: value,
        sent: NONE,
      });
      if (decision.base === undefined) delete base[key];
      else base[key] = pairOf(decision.base);
      if (decision.set !== undefined) {
        set[field] = decision.set;
        changes.push({ field, before: local, after: decision.set, reason: decision.reason, rule: key });
      }
      send ||= decision.send;
    }
    const body = { base, sent: EMPTY_BODY.sent, held: EMPTY_BODY.held, modifiedAt: record.modifiedAt ?? null };
    return { set, changes, refused, conflicts: NONE, drift: NONE, flips: NONE, body, send };
  };
}

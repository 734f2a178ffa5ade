import { EMPTY_BODY, type Pair } from '../link/link.ts';
import { agreed, pairOf } from '../link/pair.ts';
import type { CompiledMapping, CompiledRule, CrmRecord } from '../mapping/mapping-types.ts';
import { emptyFields } from '../schema/schema.ts';
import type { Value } from '../values/value.ts';
import { type FieldsPlan, incomingValue, inReadingOrder, refusedField } from './plan-fields.ts';
import type { FieldChange, MatchValues, RefusedField } from './plan-types.ts';
import { remotesReader } from './remotes-reader.ts';
import { decideField } from './three-way.ts';

const NONE = [] as const;
const NO_KEYS: MatchValues = {};

/** A match key that no other rule reads: what was read of it counts for its field. */
const isOnlyKeyOf = (rule: CompiledRule, { matchKeys }: CompiledMapping): boolean =>
  matchKeys.includes(rule) && matchKeys.every((other) => other === rule || other.field !== rule.field);

/** `set` has every field of the schema. */
export type NewFieldsPlan = Omit<FieldsPlan, 'rebased' | 'recheck'>;

/**
 * Plans the fields of contacts that are about to be made: what `planFields` does where nothing is here yet, nothing was agreed
 * and nothing is under way. Most of a first import is this; a property test compares the two.
 *
 * @param keys - The record's match keys, read already.
 */
export function newFieldsPlanner(mapping: CompiledMapping): (record: CrmRecord, keys?: MatchValues) => NewFieldsPlan {
  const rules = inReadingOrder(mapping.rules);
  // Copied for each contact, and filled: to add one member after the other takes several times as long.
  const noFields: Readonly<Record<string, Value>> = emptyFields(mapping.schema);
  const noBase: Readonly<Record<string, Pair>> = Object.fromEntries(rules.map(({ key }) => [key, null]));
  const readRemotes = remotesReader(rules);
  const isRead = rules.map((rule) => isOnlyKeyOf(rule, mapping));
  return (record, keys = NO_KEYS) => {
    const set = { ...noFields };
    const base = { ...noBase };
    const changes: FieldChange[] = [];
    let refused: readonly RefusedField[] = NONE;
    let send = false;
    const remotes = readRemotes(record);
    for (let index = 0; index < rules.length; index += 1) {
      const rule = rules[index] as CompiledRule;
      const { key, field, direction } = rule;
      const local = set[field] as Value;
      const remote = remotes[index];
      if (remote === undefined) {
        delete base[key];
        send ||= direction !== 'inbound' && local !== null;
        continue;
      }
      const isFirst = local === null && direction !== 'outbound';
      let value: Value | undefined = isFirst && isRead[index] === true ? keys[field] : undefined;
      if (value === undefined && isFirst && rule.isLocal(remote)) value = remote;
      if (value === undefined) {
        const incoming = isFirst ? rule.toLocal(remote) : incomingValue(rule, remote, local, undefined);
        if (!incoming.ok) {
          delete base[key];
          refused = [...refused, refusedField({ recordId: record.id, contactId: null }, rule, incoming)];
          continue;
        }
        value = incoming.value;
      }
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

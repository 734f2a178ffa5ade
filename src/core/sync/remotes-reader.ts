import type { CompiledRule, CrmRecord } from '../mapping/mapping-types.ts';
import { isValue } from '../values/is-value.ts';
import { membersReader } from '../values/members.ts';
import type { Value } from '../values/value.ts';

/** Nothing can be read for the rule, whatever the record has (R15). */
const isBlind = ({ direction, unusable }: CompiledRule): boolean => direction !== 'outbound' && unusable?.inbound === true;

/**
 * Reads the CRM values of many records, rule by rule; undefined: absent. Most rules take the value of one CRM field as it stands:
 * these are read together.
 *
 * @returns Values in the order of the rules, in an array that the next call fills again.
 */
export function remotesReader(rules: readonly CompiledRule[]): (record: CrmRecord) => readonly (Value | undefined)[] {
  const readMembers = membersReader(rules.map(({ plain }) => plain ?? ''));
  const remotes: (Value | undefined)[] = rules.map(() => undefined);
  const isSilent = rules.map(isBlind);
  return (record) => {
    const members = readMembers(record.fields);
    for (let index = 0; index < rules.length; index += 1) {
      const rule = rules[index] as CompiledRule;
      const member = members[index];
      if (isSilent[index]) continue;
      remotes[index] = rule.plain !== null && isValue(member) ? member : rule.readRemote(record);
    }
    return remotes;
  };
}

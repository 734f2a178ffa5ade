import { listNames } from '../base/text.ts';
import type { CompiledRule } from '../mapping/mapping-types.ts';
import { compatible } from '../schema/compatibility.ts';
import type { CheckedRule, FieldsByName } from './checked-rule.ts';
import type { Finding } from './finding.ts';

/** CRM fields that fit only in part: values that are refused, and times of day that no round trip brings back. */
export function checkTypes({ rule, raw, isDomain }: CheckedRule, object: string, fields: FieldsByName): readonly Finding[] {
  const isChanged = raw.valueMap !== undefined || ('transform' in raw && raw.transform !== undefined);
  if (isChanged) return [];
  const address = rule.direction === 'inbound' || !isDomain ? undefined : fields.get(rule.crm[0]!);
  const typeOf = (path: string) => fields.get(path)?.type;
  const lossy = rule.crm.filter((path) => {
    const type = typeOf(path);
    return type !== undefined && compatible(type, rule.definition.type) === 'lossy';
  });
  const times = lossy.filter((path) => typeOf(path) === 'date' || typeOf(path) === 'datetime');
  const others = lossy.filter((path) => !times.includes(path));
  const at = { object, field: rule.key };
  return [
    ...(address?.type === 'url' ? [addressShortened(rule, at)] : []),
    ...(others.length === 0 ? [] : [lossyType(rule, others, at)]),
    ...(times.length === 0 ? [] : [timeOfDayLost(rule, times, at)]),
  ];
}

/** A host is read of an address, and no address comes back of it. */
const addressShortened = ({ key, field }: CompiledRule, at: Finding['at']): Finding => ({
  level: 'warning',
  code: 'address_shortened',
  message: `${key} is a web address, and ${field} only its host: what is written has neither \`https://\`, \`www.\` nor a path.`,
  remedy: "Map it with direction 'inbound': a new record gets the host all the same.",
  who: 'developer',
  at,
});

const lossyType = ({ definition, field }: CompiledRule, paths: readonly string[], at: Finding['at']): Finding => ({
  level: 'advice',
  code: 'lossy_type',
  message: `${listNames(paths)} is of another type than the ${definition.type} field ${field}: a value that does not read as one is refused.`,
  remedy: `Map a CRM field that holds a ${definition.type}, or make sure that people only enter such values.`,
  who: 'developer',
  at,
});

/** Of what is only read nothing is lost in the CRM. */
function timeOfDayLost({ definition, direction, field }: CompiledRule, paths: readonly string[], at: Finding['at']): Finding {
  const isDay = definition.type === 'date';
  const read = isDay ? 'only the day is read' : 'it is read as midnight';
  const written = isDay ? 'a day is written as midnight' : 'only the day is written';
  const said = { inbound: read, outbound: written, both: `${read}, and ${written}` }[direction];
  return {
    level: direction === 'inbound' ? 'advice' : 'warning',
    code: 'time_of_day_lost',
    message: `${listNames(paths)} ${isDay ? 'has a time of day, which the date field' : 'is a day, and the datetime field'} ${field} ${isDay ? 'has not' : 'a time'}: ${said}.`,
    remedy: isDay
      ? "Make it a datetime field, or map it with direction 'inbound'."
      : 'Make it a date field, or map a CRM field that has a time.',
    who: 'developer',
    at,
  };
}

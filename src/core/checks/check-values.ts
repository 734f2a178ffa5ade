import { listNames } from '../base/text.ts';
import type { DescribedField } from '../schema/described.ts';
import { namedOption } from '../schema/options.ts';
import type { Coerced } from '../values/value.ts';
import type { CheckedRule, FieldsByName } from './checked-rule.ts';
import type { Finding } from './finding.ts';

const SHOWN_MAX = 10;

/** Values that one side knows and the other refuses: options of a picklist, and lengths of texts. */
export function checkValues({ rule, raw }: CheckedRule, object: string, fields: FieldsByName): readonly Finding[] {
  const { crm, definition, direction, key, unusable } = rule;
  const at = { object, field: key };
  const found: Finding[] = [];
  if (direction !== 'outbound') {
    const known = [...new Set(crm.flatMap((path) => optionsOf(fields.get(path)).map(({ value }) => value)))];
    const missing = known.filter((value) => isUnknown(rule.toLocal(value)));
    if (missing.length > 0)
      found.push({
        level: 'warning',
        code: 'options_missing_in_schema',
        message: `${key} has options that the field ${rule.field} does not have: ${listNames(missing, SHOWN_MAX)}. They are refused when they come in.`,
        remedy: 'Add them to the options of the field, or translate them with `valueMap`.',
        who: 'developer',
        at,
      });
  }
  if (direction === 'inbound' || unusable?.outbound === true) return found;
  const target = fields.get(crm[0]!);
  const wanted = definition.type === 'enum' ? definition.options.map((option) => namedOption(option).value) : [];
  const missing = wanted.filter((value) => isUnknown(rule.toRemote(value)));
  if (missing.length > 0)
    found.push({
      level: 'warning',
      code: 'options_missing_in_crm',
      message: `The picklist ${key} takes no other values than its own, and lacks options of ${rule.field}: ${listNames(missing, SHOWN_MAX)}. They are refused when they are written.`,
      remedy: 'Add them to the picklist in the CRM, or translate them with `valueMap`.',
      who: 'crm_admin',
      at,
    });
  const most = (definition.type === 'string' && definition.maxLength) || 0;
  const room = target?.length ?? most;
  if (room < most) {
    const isCut = 'overflow' in raw && raw.overflow === 'truncate';
    found.push({
      level: isCut ? 'advice' : 'warning',
      code: 'text_shorter_in_crm',
      message: `${key} holds ${room} characters, and ${rule.field} up to ${most}: longer texts are ${isCut ? 'cut' : 'refused'}.`,
      remedy: `Lengthen the CRM field, shorten the field to ${room}${isCut ? '.' : ", or set `overflow: 'truncate'`."}`,
      who: 'crm_admin',
      at,
    });
  }
  return found;
}

const isUnknown = (coerced: Coerced): boolean => !coerced.ok && coerced.code === 'unknown_option';

/** Of several values joined by `;` no single option says what will come. */
const optionsOf = (field: DescribedField | undefined) => (field?.type === 'picklist' ? (field.options ?? []) : []);

import { listNames } from '../base/text.ts';
import type { Analysis } from '../mapping/mapping-types.ts';
import type { CrmFieldType } from '../schema/described.ts';
import type { CheckedRule, FieldsByName } from './checked-rule.ts';
import type { Finding } from './finding.ts';

/** Whatever a merge answers, these hold it. */
const FREE_TEXT: ReadonlySet<CrmFieldType> = new Set(['string', 'text']);

/** A merge makes sentences of two texts: an address, a number or an option that is merged is none afterwards. */
export function checkMergeTarget(
  { rule, raw }: CheckedRule,
  object: string,
  fields: FieldsByName,
  analysis: Analysis = [],
): readonly Finding[] {
  const byConflict = 'conflict' in raw && raw.conflict === 'merge';
  if (!byConflict && !analysis.some(({ field, mode }) => mode === 'merge' && field === rule.field)) return [];
  const others = rule.crm.flatMap((path) => fields.get(path) ?? []).filter(({ type }) => !FREE_TEXT.has(type));
  if (others.length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'merge_not_free_text',
      message: `The merged field ${rule.field} is no free text in the CRM: ${listNames(others.map(({ name }) => name))} is of the type ${others[0]!.type}.`,
      remedy: 'Use another mode than `merge`, or map the field to a free text of the CRM.',
      who: 'developer',
      at: { object, field: rule.key },
    },
  ];
}

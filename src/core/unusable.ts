import { compatible } from './compatibility.ts';
import type { DescribedField } from './described.ts';
import type { AnyRule, CompiledRule } from './mapping-types.ts';
import type { FieldDefinition } from './schema-types.ts';

/**
 * Why a rule can't be used with the CRM as described; null: it can. A hidden or deleted field makes it absent in both
 * directions, so that nothing is cleared (R15); a read-only target only stops writing.
 */
export function unusableReason(
  rule: AnyRule,
  crm: readonly string[],
  definition: FieldDefinition,
  described: ReadonlyMap<string, DescribedField>,
): CompiledRule['unusable'] {
  const knowsPaths = [...described.keys()].some((name) => name.includes('.'));
  const isKnown = (path: string) => described.has(path) || (path.includes('.') && !knowsPaths); // a parent's fields are described elsewhere
  const known = crm.filter(isKnown);
  if (known.length === 0)
    return {
      code: 'field_not_visible',
      remedy: `The connected user does not see ${crm.join(', ')}: check the spelling and the field's permissions.`,
      inbound: true,
      outbound: true,
    };
  const field = known.length === 1 && known[0] !== undefined ? described.get(known[0]) : undefined;
  if (field === undefined) return null;
  if (compatible(field.type, definition.type) === 'no')
    return {
      code: 'incompatible_type',
      remedy: `A ${field.type} of the CRM does not fit a ${definition.type} field: map another field, or change its type.`,
      inbound: true,
      outbound: true,
    };
  if (rule.direction !== 'inbound' && !field.updatable)
    return {
      code: 'read_only',
      remedy: `The connected user can not write ${field.name}: make it writable, or map it inbound only.`,
      inbound: false,
      outbound: true,
    };
  return null;
}

import { nearestName } from '../base/text.ts';
import { compatible } from '../schema/compatibility.ts';
import type { DescribedField } from '../schema/described.ts';
import type { FieldDefinition } from '../schema/schema-types.ts';
import type { AnyRule, CompiledRule } from './mapping-types.ts';

type FieldsByName = ReadonlyMap<string, DescribedField>;

/**
 * Whether the connected user sees a CRM field. Most CRMs describe a parent's fields with the parent: a path is taken on trust where
 * no other field of its parent is described, unless it is nearly one that is.
 */
export function isVisible(path: string, described: FieldsByName): boolean {
  if (described.has(path)) return true;
  if (!path.includes('.')) return false;
  const paths = [...described.keys()].filter((name) => name.includes('.'));
  return !paths.some((other) => parentOf(other) === parentOf(path)) && nearestName(path, paths) === undefined;
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('.'));

/** The visible field that a hidden one was probably meant to be. */
export const nearestField = (crm: readonly string[], described: FieldsByName): string | undefined =>
  crm.flatMap((path) => nearestName(path, [...described.keys()]) ?? [])[0];

/** A value map or a transform makes another value of it: what the types say no longer counts, but for what can't be read at all. */
export function isIncompatible(rule: AnyRule, field: DescribedField, definition: FieldDefinition): boolean {
  const isChanged = rule.valueMap !== undefined || ('transform' in rule && rule.transform !== undefined);
  return field.type === 'unsupported' || (!isChanged && compatible(field.type, definition.type) === 'no');
}

/**
 * Why a rule can't be used with the CRM as described; null: it can. A hidden or deleted field makes it absent in both
 * directions, so that nothing is cleared (R15); a read-only target only stops writing. Of several CRM fields, one that
 * can be used is enough.
 */
export function unusableReason(
  rule: AnyRule,
  crm: readonly string[],
  definition: FieldDefinition,
  described: FieldsByName,
): CompiledRule['unusable'] {
  const visible = crm.filter((path) => isVisible(path, described));
  if (visible.length === 0) {
    const remedy = `The connected user does not see ${crm.join(', ')}: check the spelling and the field's permissions.`;
    const nearest = nearestField(crm, described);
    return {
      code: 'field_not_visible',
      remedy: nearest === undefined ? remedy : `Did you mean \`${nearest}\`? Else: ${remedy}`,
      inbound: true,
      outbound: true,
    };
  }
  const fields = visible.map((path) => described.get(path));
  const [first] = fields;
  if (first !== undefined && fields.every((field) => field !== undefined && isIncompatible(rule, field, definition)))
    return {
      code: 'incompatible_type',
      remedy: `A ${first.type} of the CRM does not fit a ${definition.type} field: map another field, or change its type.`,
      inbound: true,
      outbound: true,
    };
  if (rule.direction !== 'inbound' && first?.updatable === false)
    return {
      code: 'read_only',
      remedy: `The connected user cannot write ${first.name}: make it writable, or map it inbound only.`,
      inbound: false,
      outbound: true,
    };
  return null;
}

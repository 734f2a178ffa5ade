import type { Field } from './field.ts';
import type { ObjectSchema, Schema } from './schema.ts';

/** A look-up of another object that leads here, as a parent sees it. */
export interface ChildRelationship {
  readonly child: ObjectSchema;
  readonly field: Field;
  /** How a subquery names it; null: none can. */
  readonly name: string | null;
}

/**
 * Of look-ups that the connected user may see: the plural of a standard object; of a custom look-up the plural with `__r`, which
 * is numbered from the second look-up of the same object on.
 */
export const childRelationships = (object: ObjectSchema, { objects }: Schema): readonly ChildRelationship[] =>
  objects.flatMap((child) => {
    const leading = child.visibleFields().filter(({ referenceTo }) => referenceTo.includes(object.name));
    const custom = leading.filter((field) => field.custom);
    return leading.map((field) => ({ child, field, name: nameOf(object, child, { field, order: custom.indexOf(field) }) }));
  });

function nameOf(
  parent: ObjectSchema,
  { definition: { labelPlural } }: ObjectSchema,
  { field: { name, custom }, order }: { readonly field: Field; readonly order: number },
): string | null {
  if (custom) return `${labelPlural.replaceAll(' ', '_')}${order === 0 ? '' : order + 1}__r`;
  return name === `${parent.name}Id` ? labelPlural.replaceAll(' ', '') : null;
}

import * as z from 'zod';
import { coerceValue } from './coerce.ts';
import { definitionOf } from './schema.ts';
import type { FieldDefinition, Schema } from './schema-types.ts';
import { listNames, nearestName } from './text.ts';

/** The name of a field of the schema; a misspelt one is answered with the nearest. */
export const fieldSchema = (schema: Schema) =>
  z.string().check((context) => {
    if (definitionOf(schema, context.value) !== undefined) return;
    const names = Object.keys(schema.fields);
    const nearest = nearestName(context.value, names);
    const remedy =
      nearest === undefined
        ? `Use one of ${listNames(names)}, or add the field to the schema.`
        : `Did you mean \`${nearest}\`? Else add the field to the schema.`;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'is no field of the schema',
      params: { code: 'unknown_field', remedy },
    });
  });

export const valueMapSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Why a value map doesn't fit its field; null: it does. `reversible`: it is also read backwards, so no two may become one. */
export function valueMapProblem(
  map: Readonly<Record<string, string | number | boolean>> | undefined,
  definition: FieldDefinition,
  reversible: boolean,
): string | null {
  if (map === undefined) return null;
  const misfits = Object.entries(map).filter(([, value]) => {
    const read = coerceValue(value, definition);
    return !read.ok || read.value !== value;
  });
  if (misfits.length > 0) return `maps ${listNames(misfits.map(([name]) => name))} to values that the field does not hold`;
  const values = Object.values(map);
  return reversible && new Set(values).size < values.length ? 'maps two CRM values to one, and can not be read backwards' : null;
}

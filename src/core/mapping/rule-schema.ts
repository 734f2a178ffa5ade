import * as z from 'zod';
import { lazy } from '../base/lazy.ts';
import { listNames, nearestName } from '../base/text.ts';
import { coerceValue } from '../schema/coerce.ts';
import { definitionOf } from '../schema/schema.ts';
import type { FieldDefinition, Schema } from '../schema/schema-types.ts';
import { isValue } from '../values/is-value.ts';
import type { ValueMap } from './rule-values.ts';

/** A problem that the shape can't tell, below the part that is being checked. */
export type AddProblem = (path: readonly (string | number)[], message: string, code: string, remedy: string) => void;

/**
 * A check over several members. It runs where some of them have problems of their own too, so that all problems are
 * told at once; it must not take any shape for granted.
 */
export const checkTogether = (find: (value: unknown, add: AddProblem) => void) =>
  z.superRefine<unknown>(
    (value, context) =>
      find(value, (path, message, code, remedy) =>
        context.addIssue({ code: 'custom', path: [...path], message, params: { code, remedy } }),
      ),
    { when: () => true },
  );

/** The members of untrusted data; none where it is no object. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The name of a field of the schema; a misspelt one is answered with the nearest. */
export function fieldSchema(schema: Schema) {
  const names = Object.keys(schema.fields);
  return z
    .string()
    .check((context) => {
      if (definitionOf(schema, context.value) !== undefined) return;
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
    })
    .meta({ enum: names });
}

export const valueMapSchema = lazy(() => z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])));
export const transformSchema = lazy(() => z.string().min(1).max(100));

/**
 * Why a value map doesn't fit its field; undefined: it does, or its shape is wrong, which is told elsewhere.
 * `isReversible`: it is read backwards too, so no two CRM values may become one.
 */
export function valueMapProblem(map: unknown, definition: FieldDefinition, { isReversible }: { readonly isReversible: boolean }) {
  const entries = Object.entries(membersOf(map) as ValueMap).filter(([, value]) => isValue(value));
  const misfits = entries.filter(([, value]) => {
    const read = coerceValue(value, definition);
    return !read.ok || read.value !== value;
  });
  if (misfits.length > 0) return `gives ${listNames(misfits.map(([name]) => name))} a value that the field does not hold`;
  const isTwice = isReversible && new Set(entries.map(([, value]) => value)).size < entries.length;
  return isTwice ? 'gives two CRM values the same value, and cannot be read backwards' : undefined;
}

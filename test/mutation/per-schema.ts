import type { Schema } from '../../src/core/schema/schema-types.ts';
import { lazy } from './lazy.ts';

/** As that of the core, but for each test anew. */
export function perSchema<T>(make: (schema: Schema) => T): (schema: Schema) => T {
  const known = lazy(() => new WeakMap<Schema, { readonly value: T }>());
  return (schema) => {
    const made = known().get(schema) ?? { value: make(schema) };
    known().set(schema, made);
    return made.value;
  };
}

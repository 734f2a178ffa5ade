import type { ObjectDefinition } from './object.ts';

/**
 * A permission that the connected user lacks: on an object, to see the org's limits, or (a scope of the token) to see who it
 * is itself.
 */
export type Denial = `create ${string}` | `edit ${string}` | 'limits' | 'userinfo';

/** The object as the connected user may use it. */
export function permitted(definition: ObjectDefinition, denied: readonly Denial[]): ObjectDefinition {
  const createable = definition.createable && !denied.includes(`create ${definition.name}`);
  const updateable = definition.updateable && !denied.includes(`edit ${definition.name}`);
  return { ...definition, createable, updateable };
}

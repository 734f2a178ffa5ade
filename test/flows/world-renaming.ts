import type { Person } from './world.ts';

/** Persons under the names of a CRM, and back. */
export function renaming(names: Readonly<Record<keyof Person, string>>) {
  const keys = ['firstName', 'lastName', 'phone', 'status', 'email', 'notes', 'source'] as const satisfies readonly (keyof Person)[];
  return {
    nativeOf: (person: Partial<Person>): Readonly<Record<string, unknown>> =>
      Object.fromEntries(keys.flatMap((key) => (person[key] === undefined ? [] : [[names[key], person[key]]]))),
    /** A CRM may keep what was cleared as an empty text. */
    personOf: (values: Readonly<Record<string, unknown>>): Person =>
      Object.fromEntries(keys.map((key) => [key, values[names[key]] || null])) as unknown as Person,
  };
}

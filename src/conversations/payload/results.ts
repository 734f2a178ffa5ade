import type { Json } from '../../core/values/value.ts';

/**
 * Results that have a value: `null` brings nothing new, while false, 0 and empty text are results. Of two of one name the
 * later counts. A name that code further on could take for the prototype is none.
 */
export const resultsOf = (
  ...members: readonly (Readonly<Record<string, Json | undefined>> | undefined)[]
): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    members
      .flatMap((some) => Object.entries(some ?? {}))
      .filter((entry): entry is [string, Json] => (entry[1] ?? null) !== null && entry[0] !== '__proto__'),
  );

import { testUnderWay } from './test-under-way.ts';

/** As that of the core, but for each test anew: else only the first test to come by would notice a change in what is made. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T; readonly by: number } | undefined;
  return () => {
    if (made?.by !== testUnderWay()) made = { value: make(), by: testUnderWay() };
    return made.value;
  };
}

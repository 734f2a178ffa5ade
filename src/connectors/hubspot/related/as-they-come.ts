/**
 * The values of several works in the order in which they become known. One that fails keeps nothing back: the first failure is
 * thrown when all of them have ended.
 */
export async function* asTheyCome<T>(works: readonly Promise<T>[]): AsyncGenerator<T> {
  type Ended = { readonly index: number } & ({ readonly value: T } | { readonly error: unknown });
  const left = new Map(
    works.map((work, index) => [
      index,
      work.then(
        (value): Ended => ({ index, value }),
        (error: unknown): Ended => ({ index, error }),
      ),
    ]),
  );
  const errors: unknown[] = [];
  // Bound: each turn takes one work away.
  while (left.size > 0) {
    const ended = await Promise.race(left.values());
    left.delete(ended.index);
    if ('error' in ended) errors.push(ended.error);
    else yield ended.value;
  }
  if (errors.length > 0) throw errors[0];
}

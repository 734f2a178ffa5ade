/**
 * Makes a constant when it is first asked for, and keeps it: a process that imports the package pays only for what it uses.
 *
 * @example
 * lazy(() => 1 + 1)() //=> 2
 */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

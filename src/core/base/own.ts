/** A member that the data itself has: names come from CRMs, and `constructor` is one that every object inherits. */
export const own = <T>(data: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(data, name) ? data[name] : undefined;

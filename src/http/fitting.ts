/** The items in as few parts as fit, in order. A single item that does not fit is a part of its own. */
export function fitting<T>(items: readonly T[], tooLong: (part: readonly T[]) => boolean): readonly (readonly T[])[] {
  if (items.length === 0) return [];
  if (items.length === 1 || !tooLong(items)) return [items];
  const half = Math.ceil(items.length / 2);
  return [...fitting(items.slice(0, half), tooLong), ...fitting(items.slice(half), tooLong)];
}

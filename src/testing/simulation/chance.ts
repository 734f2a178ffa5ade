/** Decisions of one seed: the same numbers in the same order, every time. */
export interface Chance {
  /** From 0 to below 1. */
  readonly next: () => number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** True in this share of cases. */
  of(share: number): boolean;
  oneOf<T>(list: readonly T[]): T;
}

/**
 * @param seed - With `place` the whole of it: what is drawn in one place moves nothing in another, so that a run without some
 *   of its steps does the others as before.
 */
export function chanceOf(seed: number, place = 0): Chance {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { next, below, of: (share) => next() < share, oneOf: <T>(list: readonly T[]) => list[below(list.length)] as T };
}

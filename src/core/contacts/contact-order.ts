import { asciiFold } from '../base/ascii-fold.ts';
import { compareCodePoints } from '../base/compare-code-points.ts';
import type { Value } from '../values/value.ts';

/** One field or fact that contacts are put in order by. */
export interface ContactSort {
  readonly field: string;
  /** Default `ascending`. Blank values come last either way. */
  readonly direction?: 'ascending' | 'descending';
}

/** Where a contact stands in an order: the values that it is sorted by, then its id, which no two share. */
export interface Place {
  readonly values: readonly Value[];
  readonly id: string;
}

const isBlank = (value: Value): boolean => value === null || value === '';
/** False before true. */
const numberOf = (value: Value): number | null => (typeof value === 'string' ? null : Number(value));

/**
 * Total: blank values last, then numbers before text; numbers by size, text by code point without regard to the case of ASCII
 * letters, and what is equal so far by code point.
 */
function compareValues(a: Value, b: Value): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  const [s, t] = [a as string, b as string];
  return compareCodePoints(asciiFold(s), asciiFold(t)) || compareCodePoints(s, t);
}

/** Below, at or above zero: which of two contacts comes first. Zero only for the same one. */
export function comparePlaces(sort: readonly ContactSort[], a: Place, b: Place): number {
  for (const [index, { direction }] of sort.entries()) {
    const [x, y] = [a.values[index] ?? null, b.values[index] ?? null];
    if (isBlank(x) && isBlank(y)) continue;
    if (isBlank(x) || isBlank(y)) return isBlank(x) ? 1 : -1;
    const compared = compareValues(x, y);
    if (compared !== 0) return direction === 'descending' ? -compared : compared;
  }
  return compareCodePoints(a.id, b.id);
}

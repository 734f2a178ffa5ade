import { hashOf } from '../base/hash.ts';
import type { Millis, Value } from '../values/value.ts';

/** The CRM undid what was sent: a field went from theirs to ours and back to theirs. */
export interface Flip {
  readonly field: string;
  /** The store's clock. */
  readonly at: Millis;
  /** The contact's value that was sent, and the one that the CRM put back, each as a mark. */
  readonly sent: Value;
  readonly taken: Value;
}

/** A field may flip so often within the window, over all records of its contact; once more, and nothing is sent any more. */
export const FLIPS_MAX = 3;
export const FLIP_WINDOW_MS = 24 * 60 * 60 * 1000;

const MARK_MAX = 40;

/** Enough of a value to know it again: long text is not kept twice. */
export const markOf = (value: Value): Value => (typeof value === 'string' && value.length > MARK_MAX ? hashOf(value) : value);

/** Flips of the same field that still count. */
export const recentFlips = (flips: readonly Flip[], { field, at }: Pick<Flip, 'field' | 'at'>): readonly Flip[] =>
  flips.filter((flip) => flip.field === field && flip.at > at - FLIP_WINDOW_MS);

/**
 * Whether an automation of the CRM rewrites the field (P4, R25). What counts is that a value goes out which was there before:
 * where every one is new, as for a field that the CRM empties once it has done its work, nothing goes round in circles.
 *
 * @param known - Earlier flips of the contact, on all its records.
 */
export function isRewritten(known: readonly Flip[], flip: Flip): boolean {
  const flips = [...recentFlips(known, flip), flip];
  const returns = flips.filter(({ sent }, index) =>
    flips.slice(0, index).some((earlier) => earlier.sent === sent || earlier.taken === sent),
  );
  return returns.length >= FLIPS_MAX;
}

/** What a mass deletion is measured in: links whose record is gone for good, and links of which a field was cleared. */
export interface Losses {
  readonly deleted: number;
  readonly cleared: number;
}

/** From where on losses are no accident any more, but may be one: both have to be exceeded. */
export interface BrakeSettings {
  /** Share of the object's links, above 0 and at most 1. Default 0.1. */
  readonly share?: number | undefined;
  /** Fewer losses than this never count. Default 20. */
  readonly minimum?: number | undefined;
}

const SHARE = 0.1;
const MINIMUM = 20;

export const NO_LOSSES: Losses = { deleted: 0, cleared: 0 };
export const lossesTogether = (a: Losses, b: Losses): Losses => ({ deleted: a.deleted + b.deleted, cleared: a.cleared + b.cleared });
export const lossCount = ({ deleted, cleared }: Losses): number => deleted + cleared;

/**
 * How many links an object must have for these losses to be few; null: they are few however many links there are (R14).
 *
 * @example
 * linksNeeded({ deleted: 30, cleared: 10 }, {}) //=> 400
 * linksNeeded({ deleted: 19, cleared: 0 }, {}) //=> null
 */
export function linksNeeded(losses: Losses, { share = SHARE, minimum = MINIMUM }: BrakeSettings): number | null {
  const count = lossCount(losses);
  return count < minimum ? null : Math.ceil(count / share - 1e-9); // 30 / 0.1 is a little more than 300
}

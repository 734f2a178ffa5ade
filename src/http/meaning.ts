import type { ErrorCategory } from '../errors.ts';

/** What one of the other side's codes means to us, and what to do about it. */
export interface Meaning {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly retryable: boolean;
  /** How long to leave it alone, where experience says so. */
  readonly waitMs?: number;
  readonly remedy: string;
}

/** A meaning as a row of a table; a number is how long to wait, in ms. */
export type MeaningRow = readonly [code: string, category: ErrorCategory, wait: 'never' | 'retry' | number, remedy: string];

export const meaningOf = ([code, category, wait, remedy]: MeaningRow): Meaning => ({
  code,
  category,
  retryable: wait !== 'never',
  ...(typeof wait === 'number' ? { waitMs: wait } : {}),
  remedy,
});

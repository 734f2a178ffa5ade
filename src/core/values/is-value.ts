import type { Value } from './value.ts';

/**
 * Text, a finite number, true, false or null: what the core can work with.
 *
 * @example
 * isValue(0) //=> true
 * isValue(Number.NaN) //=> false
 */
export const isValue = (value: unknown): value is Value =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

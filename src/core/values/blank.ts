/**
 * No value: null, undefined, or text without a visible character. `false` and `0` are values.
 *
 * @example
 * isBlank('  ') //=> true
 * isBlank(0) //=> false
 */
export const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && value.trim() === '');

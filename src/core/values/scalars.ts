const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const TRUE = new Set(['true', 'yes', 'y', 't', 'on', '1']);
const FALSE = new Set(['false', 'no', 'n', 'f', 'off', '0']);

/**
 * Reads decimal text, an exponent allowed (`1e-7` is how JSON writes small numbers). No thousand separators, currency
 * signs or hexadecimal: what they mean would be a guess.
 */
export function readNumber(text: string): number | 'too_large' | undefined {
  const trimmed = text.trim();
  return NUMERIC.test(trimmed) ? checkNumber(Number(trimmed)) : undefined;
}

/** Beyond 2^53 neighbouring integers look alike, so that an id or an amount would change silently. */
export function checkNumber(number: number): number | 'too_large' | undefined {
  if (Number.isNaN(number)) return undefined;
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) return 'too_large';
  return number === 0 ? 0 : number; // -0 is 0
}

/** Reads true, yes, y, t, on, 1 and their opposites, in any case. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/**
 * A finite number without exponent, as people and CRMs write it.
 *
 * @example
 * plainDecimal(1e-7) //=> '0.0000001'
 */
export function plainDecimal(number: number): string {
  const text = String(number);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', power] = match;
  const digits = whole + fraction;
  const exponent = Number(power);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits}${'0'.repeat(exponent - fraction.length)}`;
}

/**
 * Rounds to `scale` decimals, halves away from zero, by the decimal digits and not by their binary neighbours.
 *
 * @example
 * roundDecimal(1.005, 2) //=> 1.01
 */
export function roundDecimal(number: number, scale: number): number {
  const shifted = Math.round(Number(`${plainDecimal(Math.abs(number))}e${scale}`));
  if (shifted > Number.MAX_SAFE_INTEGER) return number; // more digits than a number holds: nothing to round
  return shifted === 0 ? 0 : Math.sign(number) * Number(`${shifted}e-${scale}`);
}

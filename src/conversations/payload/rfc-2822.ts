import { readInstant } from '../../core/values/dates.ts';
import type { Millis } from '../../core/values/value.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DATE = /^(?:[a-z]{3}, ?)?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? (?:(z|ut|utc|gmt)|([+-]\d{2})(\d{2}))$/i;

/**
 * Reads the time that mail and HTTP headers are dated with; undefined for anything else, a day that does not exist, or a
 * zone that is only an abbreviation other than GMT.
 *
 * Source: RFC 2822, section 3.3.
 *
 * @example
 * readRfc2822('Thu, 01 Jan 2026 10:02:05 +0000') //=> Date.parse('2026-01-01T10:02:05Z')
 */
export function readRfc2822(text: string): Millis | undefined {
  const match = DATE.exec(text.trim().replace(/\s+/g, ' '));
  if (match === null) return undefined;
  const [, day = '', name = '', year, hour, minute, second = '00', , hours = '+00', minutes = '00'] = match;
  const month = MONTHS.indexOf(name.toLowerCase()) + 1;
  const two = (number: string | number): string => String(number).padStart(2, '0');
  const read = readInstant(`${year}-${two(month)}-${two(day)}T${hour}:${minute}:${second}${hours}:${minutes}`, 'UTC');
  return typeof read === 'object' ? read.at : undefined;
}

import { CrmSyncError } from '../../errors.ts';
import type { Millis } from './value.ts';

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(?:\s?(?:(Z)|([+-])([01]\d|2[0-3]):?([0-5]\d)?))?$/i;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FIRST: Millis = Date.parse('0001-01-01T00:00:00Z');
const LAST: Millis = Date.parse('9999-12-31T23:59:59.999Z');

/** Text of the form `YYYY-MM-DD`, whether or not there is such a day. */
export const isDayShaped = (text: string): boolean => DAY.test(text);

/**
 * True for `YYYY-MM-DD` of a day that exists, years 0001 to 9999.
 *
 * @example
 * dayExists('2024-02-29') //=> true
 * dayExists('2025-02-29') //=> false
 */
export function dayExists(text: string): boolean {
  const match = DAY.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** An instant as the canonical text; null outside the years 0001 to 9999. */
export const instantText = (at: Millis): string | null => (at >= FIRST && at <= LAST ? new Date(at).toISOString() : null);

// One formatter per zone: making one costs far more than using it.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  try {
    const number = 'numeric' as const;
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      second: number,
    });
    formatters.set(timeZone, made);
    return made;
  } catch {
    throw new CrmSyncError('The time zone is not known.', {
      code: 'unknown_time_zone',
      category: 'configuration',
      remedy: 'Give `timeZone` as an IANA name such as `Europe/Berlin` or `UTC`.',
    });
  }
}

/**
 * True for an IANA time zone name that this runtime knows.
 *
 * @example
 * isTimeZone('America/New_York') //=> true
 * isTimeZone('Mars/Olympus') //=> false
 */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What a clock on the wall of the zone shows, as if it were UTC. */
function wallTime(at: Millis, timeZone: string): Millis {
  if (timeZone === 'UTC') return at;
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(at)) parts[type] = value;
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  date.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return date.getTime() + (((at % 1000) + 1000) % 1000);
}

/**
 * The instant at which the wall clock of the zone shows `wall`. Where a clock change shows it twice, the first; where a
 * change skips it, the instant that the clock would have shown it without the change.
 */
function instantOf(wall: Millis, timeZone: string): Millis {
  if (timeZone === 'UTC') return wall;
  const before = wallTime(wall - DAY_MS, timeZone) - (wall - DAY_MS);
  const after = wallTime(wall + DAY_MS, timeZone) - (wall + DAY_MS);
  const fitting = [wall - before, wall - after].filter((at) => wallTime(at, timeZone) === wall);
  return fitting.length > 0 ? Math.min(...fitting) : wall - before;
}

const utc = (text: string): Millis => Date.parse(`${text}Z`);

/**
 * The calendar day of an instant in the given zone; that of the machine has no say.
 *
 * @example
 * dayIn(Date.parse('2025-03-15T03:00:00Z'), 'America/Los_Angeles') //=> '2025-03-14'
 */
export const dayIn = (at: Millis, timeZone: string): string => {
  const day = new Date(wallTime(at, timeZone)).toISOString();
  return day.slice(0, day.indexOf('T'));
};

/**
 * The first instant of an existing day in the zone.
 *
 * @example
 * instantText(startOfDay('2025-03-15', 'America/Los_Angeles')) //=> '2025-03-15T07:00:00.000Z'
 */
export const startOfDay = (day: string, timeZone: string): Millis => instantOf(utc(`${day}T00:00:00`), timeZone);

/** A date with a time of day, as read. `day` is the calendar day as written, null where the text names an offset. */
export interface ReadInstant {
  readonly at: Millis;
  readonly writtenDay: string | null;
}

/**
 * Reads ISO 8601 text of a date and a time. Without `Z` or offset (`+02:00`, `+0000`, `+02`) it is a time in `timeZone`.
 * More than three decimals of a second are cut. Not accepted: 24:00, leap seconds, dates written in any other order.
 */
export function readInstant(text: string, timeZone: string): ReadInstant | 'no_such_day' | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, day = '', hour, minute, second = '00', fraction = '', zulu, sign, offsetHours, offsetMinutes = '00'] = match;
  if (!dayExists(day)) return 'no_such_day';
  const wall = utc(`${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}`);
  if (zulu === undefined && sign === undefined) return { at: instantOf(wall, timeZone), writtenDay: day };
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes));
  return { at: wall - offset * MINUTE_MS, writtenDay: null };
}

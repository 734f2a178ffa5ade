import type { Millis } from '../../../core/values/value.ts';

/** Days as `YYYY-MM-DD`: the first one, and the first one after. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The days that a date literal such as `LAST_N_DAYS:7` means in the time zone of the user.
 *
 * @returns null for a word that is no date literal.
 * Source: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE".
 */
export function daysOf(word: string, now: Millis, zone: string): DayRange | null {
  const today = dayIn(now, zone);
  const [name = '', count] = word.toUpperCase().split(':');
  const n = Number(count);
  if (count !== undefined) {
    if (name === 'LAST_N_DAYS') return { from: addDays(today, -n), to: addDays(today, 1) };
    if (name === 'NEXT_N_DAYS') return { from: addDays(today, 1), to: addDays(today, n + 1) };
    return null;
  }
  const month = (shift: number): DayRange => ({ from: monthStart(today, shift), to: monthStart(today, shift + 1) });
  const year = (shift: number): DayRange => ({
    from: `${Number(today.slice(0, 4)) + shift}-01-01`,
    to: `${Number(today.slice(0, 4)) + shift + 1}-01-01`,
  });
  switch (name) {
    case 'TODAY':
      return { from: today, to: addDays(today, 1) };
    case 'YESTERDAY':
      return { from: addDays(today, -1), to: today };
    case 'TOMORROW':
      return { from: addDays(today, 1), to: addDays(today, 2) };
    case 'LAST_MONTH':
      return month(-1);
    case 'THIS_MONTH':
      return month(0);
    case 'NEXT_MONTH':
      return month(1);
    case 'LAST_YEAR':
      return year(-1);
    case 'THIS_YEAR':
      return year(0);
    case 'NEXT_YEAR':
      return year(1);
    default:
      return null;
  }
}

/** The calendar day of an instant in a time zone. */
export function dayIn(at: Millis, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 10);
}

/** When a day begins in a time zone. */
export function startOfDay(day: string, zone: string): Millis {
  const utc = Date.parse(`${day}T00:00:00Z`);
  const guess = utc - offsetAt(utc, zone);
  return utc - offsetAt(guess, zone); // asked again: the offset may change between the two
}

const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

const monthStart = (day: string, shift: number): string =>
  new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + shift, 1)).toISOString().slice(0, 10);

/** How far the zone is ahead of UTC, in milliseconds. */
export function offsetAt(at: Millis, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

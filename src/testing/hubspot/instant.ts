import type { Millis } from '../../core/values/value.ts';

/** `2026-03-12T10:04:17.969Z`; without a fraction where the milliseconds are zero, as Java's `Instant` writes it. */
export const instantText = (at: Millis): string => new Date(at).toISOString().replace('.000Z', 'Z');

const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const DAY_MS = 86_400_000;

/** Milliseconds of an ISO 8601 instant with its offset; null for anything else, also for a day that does not exist. */
export function readInstant(text: string): Millis | null {
  const [, day, hour, minute, second = '00', fraction = '', zone] = INSTANT.exec(text) ?? [];
  if (day === undefined || zone === undefined || readDay(day) === null) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const millis = Math.floor(Number(`0${fraction || '.0'}`) * 1000);
  return readDay(day)! + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + millis - offsetOf(zone);
}

/** Midnight UTC of `YYYY-MM-DD`; null for anything else, also for a day that does not exist. */
export function readDay(text: string): Millis | null {
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (day === undefined) return null;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return dayText(at) === text ? at : null;
}

export const dayText = (at: Millis): string => new Date(at).toISOString().slice(0, 10);

/** Milliseconds since 1970 as text. */
export const readMillis = (text: string): Millis | null => (/^-?\d{1,15}$/.test(text) ? Number(text) : null);

export const isMidnight = (at: Millis): boolean => at % DAY_MS === 0;

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

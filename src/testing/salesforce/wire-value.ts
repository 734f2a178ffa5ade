import type { Stored } from './database.ts';
import type { Field } from './schema/field.ts';

/** `2025-03-15T10:30:00.000+0000`: the offset has no colon. */
export const datetimeText = (millis: number): string => new Date(millis).toISOString().replace('Z', '+0000');

/** A kept value as JSON answers show it. */
export const toWire = ({ type }: Field, value: Stored | undefined): Stored =>
  type === 'datetime' && typeof value === 'number' ? datetimeText(value) : (value ?? null);

const DATETIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Milliseconds of an ISO 8601 instant with its offset, in whole seconds; null for anything else, also for a day that does not exist. */
export function readDatetime(text: string): number | null {
  const [, year, month, day, hour, minute, second, zone] = DATETIME.exec(text) ?? [];
  if (zone === undefined || readDate(`${year}-${month}-${day}`) === null) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return utc - offsetOf(zone);
}

/** The same text where it is a day between 1700 and 4000, the range of Salesforce; else null. */
export function readDate(text: string): string | null {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (day === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
  return exists && Number(year) >= 1700 && Number(year) <= 4000 ? text : null;
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

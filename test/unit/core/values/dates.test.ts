import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayExists, dayIn, instantText, isDayShaped, isTimeZone, readInstant, startOfDay } from '../../../../src/core/values/dates.ts';

const at = (text: string, timeZone: string): string | null => {
  const read = readInstant(text, timeZone);
  return read === undefined || read === 'no_such_day' ? null : instantText(read.at);
};

describe('a time on the wall of a zone becomes an instant', () => {
  it.each([
    ['an ordinary day', '2025-01-15T10:30:00', 'America/New_York', '2025-01-15T15:30:00.000Z'],
    ['summer time', '2025-07-15T10:30:00', 'America/New_York', '2025-07-15T14:30:00.000Z'],
    ['just before the clocks go forward', '2025-03-09T01:59:59', 'America/New_York', '2025-03-09T06:59:59.000Z'],
    ['a time that is skipped: as if the clocks had not changed', '2025-03-09T02:30:00', 'America/New_York', '2025-03-09T07:30:00.000Z'],
    ['a time that comes twice: the first', '2025-11-02T01:30:00', 'America/New_York', '2025-11-02T05:30:00.000Z'],
    ['just after', '2025-11-02T02:00:00', 'America/New_York', '2025-11-02T07:00:00.000Z'],
    ['half an hour of summer time', '2025-10-05T02:15:00', 'Australia/Lord_Howe', '2025-10-04T15:45:00.000Z'],
    ['an odd offset', '2025-01-15T00:00:00', 'Asia/Kathmandu', '2025-01-14T18:15:00.000Z'],
    ['the day that Samoa skipped', '2011-12-30T12:00:00', 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
    ['local mean time, with seconds', '1880-01-01T00:00:00', 'America/New_York', '1880-01-01T04:56:02.000Z'],
    ['milliseconds', '2025-01-15T10:30:00.987', 'Asia/Tokyo', '2025-01-15T01:30:00.987Z'],
    ['the first year', '0001-01-02T00:00:00', 'Asia/Tokyo', '0001-01-01T14:41:01.000Z'],
  ])('%s', (_, text, timeZone, expected) => expect(at(text, timeZone)).toBe(expected));
});

describe('a day begins', () => {
  it.each([
    ['at midnight', '2025-03-15', 'Asia/Tokyo', '2025-03-14T15:00:00.000Z'],
    ['at one where summer time starts at midnight', '2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['at the first of two midnights', '2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
    ['at midnight in UTC', '2025-03-15', 'UTC', '2025-03-15T00:00:00.000Z'],
  ])('%s', (_, day, timeZone, expected) => {
    expect(instantText(startOfDay(day, timeZone))).toBe(expected);
    expect(dayIn(startOfDay(day, timeZone), timeZone)).toBe(day);
  });
});

it.each([
  ['2025-03-15T03:00:00Z', 'America/Los_Angeles', '2025-03-14'],
  ['2025-03-15T03:00:00Z', 'UTC', '2025-03-15'],
  ['2025-03-15T12:00:00Z', 'Pacific/Kiritimati', '2025-03-16'],
  ['1969-12-31T23:59:59.999Z', 'UTC', '1969-12-31'],
  ['1969-12-31T23:59:59.999Z', 'Europe/Paris', '1970-01-01'],
])('%s in %s is the day %s', (instant, timeZone, day) => expect(dayIn(Date.parse(instant), timeZone)).toBe(day));

it.each(['x2025-03-15T03:00:00Z', '12025-03-15T03:00:00Z', '2025-03-15T03:00:00Zx', '2025-03-15T03:00'.repeat(2)])(
  '%s is no instant',
  (text) => expect(readInstant(text, 'UTC')).toBeUndefined(),
);

it('exactly the days of the calendar exist', () => {
  const lengths = Array.from(
    { length: 12 },
    (_, month) =>
      Array.from({ length: 33 }, (__, day) => `2100-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`).filter(
        dayExists,
      ).length,
  );
  expect(lengths).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
  expect(['2000-02-29', '0004-02-29'].every(dayExists)).toBe(true);
  expect(['1900-02-29', '0000-01-01', '2025-00-01', '2025-13-01', '2025-1-1'].some(dayExists)).toBe(false);
  expect(['2025-99-99', '2025-1-1', '2025-01-01T00:00:00Z', '12025-01-01', ' 2025-01-01'].map(isDayShaped)).toEqual([
    ...[true, false, false],
    ...[false, false],
  ]);
});

it('instants outside the years 1 to 9999 have no canonical text', () => {
  expect(instantText(Date.parse('9999-12-31T23:59:59.999Z'))).toBe('9999-12-31T23:59:59.999Z');
  expect([8.64e15, -8.64e15, Number.NaN, Date.parse('0000-12-31T23:59:59Z')].map(instantText)).toEqual([null, null, null, null]);
});

it('zones are known by their IANA names', () => {
  expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', '', '__proto__'].map(isTimeZone)).toEqual([true, true, false, false, false]);
});

const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Africa/Casablanca');
const instants = fc.date({ min: new Date('0001-01-03T00:00:00Z'), max: new Date('9999-12-29T00:00:00Z'), noInvalidDate: true });
test.prop([instants, zones])('a day holds its own beginning, and every instant of it', (date, timeZone) => {
  const day = dayIn(date.getTime(), timeZone);
  expect(dayIn(startOfDay(day, timeZone), timeZone)).toBe(day);
  expect(startOfDay(day, timeZone)).toBeLessThanOrEqual(date.getTime());
});

test.prop([instants])('text with an offset means the same instant in every zone', (date) => {
  const text = date.toISOString().replace('Z', '+0000');
  for (const timeZone of ['UTC', 'Asia/Tokyo']) expect(at(text, timeZone)).toBe(date.toISOString());
});

import { describe, expect, it } from 'vitest';
import { dayIn, daysOf, offsetAt, startOfDay } from '../../../../src/testing/salesforce/soql/date-literals.ts';
import { datetimeText, readDate, readDatetime } from '../../../../src/testing/salesforce/wire-value.ts';

describe('an instant', () => {
  it.each<readonly [string, string | null]>([
    ['2026-03-15T10:30:00Z', '2026-03-15T10:30:00.000+0000'],
    ['2026-03-15T10:30:00.999Z', '2026-03-15T10:30:00.000+0000'],
    ['2026-03-15T10:30:00.000+0000', '2026-03-15T10:30:00.000+0000'],
    ['2026-03-15T10:30:00+01:00', '2026-03-15T09:30:00.000+0000'],
    ['2026-03-15T00:30:00-0830', '2026-03-15T09:00:00.000+0000'],
    ['2026-03-15T10:30:00', null],
    ['2026-03-15T24:00:00Z', null],
    ['2026-02-30T10:30:00Z', null],
    ['2026-03-15', null],
    ['1773570600000', null],
  ])('%s', (text, expected) => {
    const at = readDatetime(text);
    expect(at === null ? null : datetimeText(at)).toBe(expected);
  });
});

it.each<readonly [string, boolean]>([
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['1700-01-01', true],
  ['1699-12-31', false],
  ['4000-12-31', true],
  ['4001-01-01', false],
  ['2026-1-1', false],
])('%s is a day: %s', (text, isDay) => {
  expect(readDate(text)).toBe(isDay ? text : null);
});

describe('the zone of the user', () => {
  const now = Date.parse('2026-03-08T07:30:00Z'); // 23:30 of the day before in Los Angeles, hours before its clocks change

  it('decides what day it is', () => {
    expect([dayIn(now, 'America/Los_Angeles'), dayIn(now, 'UTC'), dayIn(now, 'Asia/Tokyo')]).toEqual([
      '2026-03-07',
      '2026-03-08',
      '2026-03-08',
    ]);
  });

  it('knows when a day begins, also when clocks change on it', () => {
    const begins = (day: string) => new Date(startOfDay(day, 'America/Los_Angeles')).toISOString();
    expect([begins('2026-03-08'), begins('2026-03-09')]).toEqual(['2026-03-08T08:00:00.000Z', '2026-03-09T07:00:00.000Z']);
    expect(offsetAt(now, 'Asia/Kolkata')).toBe(5.5 * 3_600_000);
  });

  const RANGES: Record<string, readonly [string, string] | null> = {
    TODAY: ['2026-03-07', '2026-03-08'],
    today: ['2026-03-07', '2026-03-08'],
    YESTERDAY: ['2026-03-06', '2026-03-07'],
    TOMORROW: ['2026-03-08', '2026-03-09'],
    'LAST_N_DAYS:3': ['2026-03-04', '2026-03-08'],
    'NEXT_N_DAYS:2': ['2026-03-08', '2026-03-10'],
    LAST_MONTH: ['2026-02-01', '2026-03-01'],
    THIS_MONTH: ['2026-03-01', '2026-04-01'],
    NEXT_MONTH: ['2026-04-01', '2026-05-01'],
    LAST_YEAR: ['2025-01-01', '2026-01-01'],
    THIS_YEAR: ['2026-01-01', '2027-01-01'],
    NEXT_YEAR: ['2027-01-01', '2028-01-01'],
    'TODAY:3': null,
    SOON: null,
  };
  it.each(Object.entries(RANGES))('%s', (word, expected) => {
    const days = daysOf(word, now, 'America/Los_Angeles');
    expect(days === null ? null : [days.from, days.to]).toEqual(expected);
  });
});

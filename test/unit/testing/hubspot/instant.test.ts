import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayText, instantText, readDay, readInstant, readMillis } from '../../../../src/testing/hubspot/instant.ts';
import { nextMidnight, zoneOffset } from '../../../../src/testing/hubspot/zone.ts';

const time = fc.integer({ min: 0, max: Date.UTC(2100, 0) });

test.prop([time])('an instant reads back as it was written', (at) => {
  expect(readInstant(instantText(at))).toBe(at);
  expect(readDay(dayText(at))).toBe(Math.floor(at / 86_400_000) * 86_400_000);
});

it.each([
  ['2026-03-12T10:04:17.969Z', Date.UTC(2026, 2, 12, 10, 4, 17, 969)],
  ['2026-03-12T10:04:17Z', Date.UTC(2026, 2, 12, 10, 4, 17)],
  ['2026-03-12T10:04Z', Date.UTC(2026, 2, 12, 10, 4)],
  ['2026-03-12T10:04:17+05:30', Date.UTC(2026, 2, 12, 4, 34, 17)],
  ['2026-03-12T10:04:17-0800', Date.UTC(2026, 2, 12, 18, 4, 17)],
  ['2026-03-12T10:04:17', null],
  ['2026-02-30T10:04:17Z', null],
  ['2026-03-12T24:00:00Z', null],
  ['2026-03-12', null],
  ['12.3.2026', null],
])('%s is %s', (text, at) => {
  expect(readInstant(text)).toBe(at);
});

it.each([
  ['1773309857969', 1_773_309_857_969],
  ['-5', -5],
  ['1e3', null],
  ['', null],
])('%j in milliseconds is %s', (text, at) => {
  expect(readMillis(text)).toBe(at);
});

describe('the day of an account', () => {
  it.each([
    ['US/Eastern', '2026-11-01T10:00:00Z', '2026-11-02T05:00:00.000Z', '-05:00'],
    ['Asia/Tokyo', '2026-11-01T10:00:00Z', '2026-11-01T15:00:00.000Z', '+09:00'],
    ['Asia/Kolkata', '2026-11-01T18:29:59Z', '2026-11-01T18:30:00.000Z', '+05:30'],
    ['UTC', '2026-11-01T00:00:00Z', '2026-11-02T00:00:00.000Z', '+00:00'],
  ])('in %s at %s ends at %s', (zone, now, end, text) => {
    expect(new Date(nextMidnight(zone, Date.parse(now))).toISOString()).toBe(end);
    expect(zoneOffset(zone, Date.parse(now)).text).toBe(text);
  });
});

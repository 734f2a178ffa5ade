import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from '../../../src/http/retry-policy.ts';

const NOW = Date.UTC(2026, 9, 21, 7, 28);

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
    ['-5', null],
    ['soon', null],
    ['', null],
    ['NaN', null],
    ['1e9', null],
    ['999999999', 86_400_000],
    ['99999999999999999999', 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
  ])('%j', (text, wait) => expect(retryAfterMs(new Headers({ 'retry-after': text }), NOW)).toBe(wait));
  it('is not told by a date where nobody knows what time it is', () =>
    expect(retryAfterMs(new Headers({ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }), Number.NaN)).toBeNull());
  it('is nothing without the header', () => expect(retryAfterMs(new Headers(), NOW)).toBeNull());
});

describe('backoffMs', () => {
  it('doubles, and draws the upper half', () => {
    expect([0, 1, 2].map((attempt) => backoffMs({ attempt, baseDelayMs: 500, random: 0 }))).toEqual([250, 500, 1_000]);
    expect(backoffMs({ attempt: 0, baseDelayMs: 500, random: 0.999999 })).toBe(500);
  });
});

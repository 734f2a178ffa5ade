import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { correlationIdOf, isRecordId, recordIdOf, sortKeyOf } from '../../../../src/testing/hubspot/ids.ts';

const sequence = fc.integer({ min: 1, max: 2_800_000 });

test.prop([sequence, sequence])('every record has an id of its own, a safe integer in digits', (a, b) => {
  expect(recordIdOf(a) === recordIdOf(b)).toBe(a === b);
  expect(isRecordId(recordIdOf(a))).toBe(true);
  expect(String(Number(recordIdOf(a)))).toBe(recordIdOf(a));
});

test.prop([sequence, sequence])('sort keys go as the numbers do', (a, b) => {
  const [one, other] = [recordIdOf(a), recordIdOf(b)];
  expect(sortKeyOf(one) < sortKeyOf(other)).toBe(Number(one) < Number(other));
});

it('ids are neither in the order of creation, nor do they compare as text', () => {
  const ids = [1, 2, 3, 4, 5, 6].map(recordIdOf);
  const numbers = ids.map(Number);
  expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
  expect(ids.toSorted()).not.toEqual(ids.toSorted((a, b) => Number(a) - Number(b)));
});

it('a portal is full at some point', () => {
  expect(() => recordIdOf(2_800_001)).toThrow(RangeError);
});

it.each(['', '0', '01', 'abc', '1.5', '-1', '12345678901234567'])('%j is no id', (text) => {
  expect(isRecordId(text)).toBe(false);
});

it('a correlation id is a UUID', () => {
  expect(correlationIdOf(255)).toBe('019ce0f8-6d3a-7898-a39b-0000000000ff');
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compareCodePoints } from '../../../../src/core/base/compare-code-points.ts';

const text = fc.string({ unit: 'grapheme' });

test.prop([text, text])('orders as the UTF-8 bytes of the texts do, which is how databases order them', (a, b) => {
  expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
});

test.each([
  ['힣', '～', 'one of Korea, the last before the surrogates, and one near U+FFFF'],
  ['～', '𐀀', 'one near U+FFFF, and the first beyond it'],
  ['\ue000', '～', 'the first after the surrogates, and one near U+FFFF'],
  ['\ue000', '𐀀', 'the first after the surrogates, and the first beyond U+FFFF'],
])('puts %j before %j: %s', (first, second) => {
  expect(compareCodePoints(first, second)).toBeLessThan(0);
  expect(compareCodePoints(second, first)).toBeGreaterThan(0);
});

test('puts a character beyond U+FFFF behind one before it, unlike UTF-16', () => {
  expect(compareCodePoints('～', '😀')).toBeLessThan(0);
  expect(['～', '😀'].sort()).toEqual(['😀', '～']);
});

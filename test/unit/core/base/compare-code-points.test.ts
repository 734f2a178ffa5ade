import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compareCodePoints } from '../../../../src/core/base/compare-code-points.ts';

const text = fc.string({ unit: 'grapheme' });

test.prop([text, text])('orders as the UTF-8 bytes of the texts do, which is how databases order them', (a, b) => {
  expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
});

test('puts a character beyond U+FFFF behind one before it, unlike UTF-16', () => {
  expect(compareCodePoints('～', '😀')).toBeLessThan(0);
  expect(['～', '😀'].sort()).toEqual(['😀', '～']);
});

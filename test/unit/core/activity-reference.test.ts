import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyText, referenceLine, withReference } from '../../../src/core/activity-reference.ts';
import { countCharacters } from '../../../src/core/text.ts';

const KEY = 'retell:call_1';
const LINE = 'Ref: retell:call_1';

describe('the key of an activity', () => {
  it('stands as it is where it fits', () => {
    expect(keyText(KEY, KEY.length)).toBe(KEY);
    expect(keyText('🚀🚀', 2)).toBe('🚀🚀');
  });

  it('goes by a hash where it does not, another one for another key', () => {
    const [one, two] = [`${KEY}a`, `${KEY}b`].map((key) => keyText(key, KEY.length));
    expect(one).toHaveLength(KEY.length);
    expect(one).toMatch(/^[0-9a-f]+$/);
    expect(one).not.toBe(two);
    expect(keyText(`${KEY}a`, KEY.length)).toBe(one);
  });

  it('is one line of its own, however it is written', () => {
    expect(referenceLine(KEY)).toBe(LINE);
    expect(referenceLine(' a\n\n b\tc ')).toBe('Ref: a b c');
    expect(referenceLine('x'.repeat(255))).toBe(`Ref: ${'x'.repeat(255)}`);
    expect(referenceLine('x'.repeat(256))).toMatch(/^Ref: [0-9a-f]+$/);
  });
});

describe('a text with the key', () => {
  it.each<readonly [rule: string, body: string, length: number, expected: string]>([
    ['ends with it', 'Alice called.', 255, `Alice called.\n${LINE}`],
    ['has it alone where there is no text', '', 255, LINE],
    ['has it alone where the text is blank', ' \n ', 255, LINE],
    ['has no blanks before it', 'Alice called. \n', 255, `Alice called.\n${LINE}`],
    ['is left whole where both just fit', 'Alice', LINE.length + 6, `Alice\n${LINE}`],
    ['is cut so that it still fits', 'Alice', LINE.length + 5, `Alic\n${LINE}`],
    ['gives way to it where there is no room', 'Alice', 3, LINE],
  ])('%s', (_, body, length, expected) => expect(withReference(body, KEY, length)).toBe(expected));

  test.prop([fc.string({ unit: 'grapheme' }), fc.integer({ min: 20, max: 60 })])('is never longer than the field', (body, length) => {
    const text = withReference(body, KEY, length);
    expect(countCharacters(text)).toBeLessThanOrEqual(length);
    expect(text.endsWith(LINE)).toBe(true);
  });
});

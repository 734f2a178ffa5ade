import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeText } from '../../../../src/core/activity/activity-parts.ts';
import { hasReference, keyText, referenceLine, referencePart } from '../../../../src/core/activity/activity-reference.ts';

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

  it('is a part that stands below all others and never gives way', () => {
    expect(referencePart(KEY)).toEqual({ name: 'reference', text: LINE });
    const parts = [referencePart(KEY), { name: 'transcript', text: 'Agent: Hello' }];
    expect(composeText(parts, { format: 'plain', max: 100 }).text).toBe(`Agent: Hello\n${LINE}`);
    expect(composeText(parts, { format: 'plain', max: LINE.length }).text).toBe(LINE);
  });
});

describe('a text that holds the key', () => {
  it.each([
    ['plain', `Alice called.\n${LINE}`],
    ['plain', `Alice called.\r\n${LINE}\r\n\r\nCall her back!`],
    ['html', `<div><p>Alice called.</p><p>${LINE}</p><p>Call her back!</p></div>`],
    ['html', `Alice called.<br>${LINE}`],
    ['markdown', `Alice called.  \n${LINE.replace('_', '\\_')}`],
  ] as const)('is known in %s, whatever people have added: %s', (format, text) => {
    expect(hasReference(text, format, KEY)).toBe(true);
    expect(hasReference(text, format, 'retell:call_12')).toBe(false);
    expect(hasReference(text, format, 'retell:call')).toBe(false);
  });

  test.prop([fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constantFrom('plain', 'html', 'markdown')])(
    'is found by any key',
    (key, format) => {
      const { text } = composeText([{ name: 'summary', text: 'Alice called.' }, referencePart(key)], { format, max: 5_000 });
      expect(hasReference(text, format, key)).toBe(true);
    },
  );
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSFORMS } from '../../../../src/core/mapping/transforms.ts';
import { isValue } from '../../../../src/core/values/is-value.ts';
import type { Value } from '../../../../src/core/values/value.ts';

type Name = keyof typeof TRANSFORMS;
const NAMES = Object.keys(TRANSFORMS) as Name[];

const EXAMPLES: Readonly<Record<Name, readonly (readonly [from: Value, to: Value])[]>> = {
  trim: [[' a b \n', 'a b']],
  lower_case: [['ÄNN', 'änn']],
  upper_case: [['änn', 'ÄNN']],
  title_case: [
    ["ann-marie o'neil", "Ann-Marie O'Neil"],
    ['JOSÉ ÁLVAREZ', 'José Álvarez'],
    ['o’hara', 'O’Hara'],
    ['', ''],
  ],
  digits: [
    ['+1 (415) 555-0123', '14155550123'],
    ['none', ''],
  ],
  first_word: [
    ['  Ann Marie Smith', 'Ann'],
    ['', ''],
  ],
  host: [
    ['https://www.Example.com/about?x=1', 'example.com'],
    ['example.com/path', 'example.com'],
    ['http://shop.example.com:8080', 'shop.example.com'],
    [' www.example.com ', 'example.com'],
    [' https://example.com ', 'example.com'],
    ['example.com/?from=https://example.org', 'example.com'],
    ['git+ssh://example.com/x', 'example.com'],
    ['shop.www.example.com', 'shop.www.example.com'],
    ['wwwexample.com', 'wwwexample.com'],
    ['not an address', null],
    ['localhost', null],
    ['http://10.0.0.7/x', null],
    ['', null],
  ],
};

describe.each(NAMES)('%s', (name) => {
  it.each(EXAMPLES[name])('%j becomes %j', (from, to) => expect(TRANSFORMS[name](from)).toBe(to));
  it.each([null, 7, true, false])('%j stays', (value) => expect(TRANSFORMS[name](value)).toBe(value));
  test.prop([fc.string({ unit: 'grapheme' })])('any text gives a value', (text) => {
    expect(isValue(TRANSFORMS[name](text))).toBe(true);
  });
});

// Letters such as `ŉ` become several when they are raised, so that upper_case and title_case are not among them.
const STABLE = ['trim', 'lower_case', 'digits', 'first_word', 'host'] as const satisfies readonly Name[];
test.prop([fc.constantFrom(...STABLE), fc.oneof(fc.string({ unit: 'grapheme' }), fc.webUrl())])('once is enough', (name, text) => {
  const once = TRANSFORMS[name](text);
  expect(TRANSFORMS[name](once)).toBe(once);
});

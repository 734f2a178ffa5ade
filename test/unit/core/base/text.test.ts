import { describe, expect, it } from 'vitest';
import { countCharacters, cutText, listNames, nearestName } from '../../../../src/core/base/text.ts';
import { plainDecimal, roundDecimal } from '../../../../src/core/values/scalars.ts';

it('characters are code points', () => {
  expect(['', 'abc', 'Zoë', '🚀🚀'].map(countCharacters)).toEqual([0, 3, 3, 2]);
});

it.each([
  ['abc', 3, 'abc'],
  ['abc', 2, 'ab'],
  ['🚀🚀', 1, '🚀'],
  ['a🚀b', 2, 'a🚀'],
  ['abc', 0, ''],
])('%s cut to %d', (text, max, expected) => expect(cutText(text, max)).toBe(expected));

it('a list of names says how many it leaves out', () => {
  expect(listNames(['a', 'b'], 2)).toBe('`a`, `b`');
  expect(listNames(['a', 'b', 'c'], 2)).toBe('`a`, `b` and 1 more');
});

describe('the name that was meant', () => {
  const names = ['first_name', 'last_name', 'email', 'id'];
  it.each([
    ['frist_name', 'first_name'],
    ['firstname', 'first_name'],
    ['first_name', 'first_name'],
    ['emial', 'email'],
    ['phone', undefined],
    ['xy', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s', (name, meant) => expect(nearestName(name, names)).toBe(meant));
  it('is none among none', () => expect(nearestName('email', [])).toBeUndefined());
});

describe('decimal numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1.5, '1.5'],
    [-1.25e-9, '-0.00000000125'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [1e21, `1${'0'.repeat(21)}`],
    [-1.5e22, `-15${'0'.repeat(21)}`],
  ])('%d in digits', (number, text) => {
    expect(plainDecimal(number)).toBe(text);
    expect(Number(text)).toBe(number + 0);
  });

  it.each([
    [2.345, 2, 2.35],
    [8.345, 2, 8.35],
    [-0.5, 0, -1],
    [0.4, 0, 0],
    [-0.4, 0, 0],
    [1.1, 5, 1.1],
  ])('%d rounded to %d decimals', (number, scale, rounded) => expect(roundDecimal(number, scale)).toBe(rounded));
});

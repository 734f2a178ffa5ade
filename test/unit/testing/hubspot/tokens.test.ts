import { expect, it } from 'vitest';
import { queryMatcher, tokenMatcher, tokensOf } from '../../../../src/testing/hubspot/search/tokens.ts';

it('words are letters, digits and inner dots, in small letters', () => {
  expect(tokensOf('Ann O’Neil-Smith, ann@Example.com.')).toEqual(['ann', 'o', 'neil', 'smith', 'ann', 'example.com']);
});

it.each([
  ['example.com', true],
  ['*ample*', true],
  ['ann example*', true],
  ['bea example*', false],
  ['(', false],
  ['*', true],
])('CONTAINS_TOKEN %j of an address: %s', (pattern, contains) => {
  expect(tokenMatcher(pattern)('Ann@Example.com')).toBe(contains);
});

it.each([
  ['an smi', true],
  ['smith ann', true],
  ['mith', false],
  ['', true],
])('query %j for Ann Smith: %s', (query, matches) => {
  expect(queryMatcher(query)(['Ann', 'Smith'])).toBe(matches);
});

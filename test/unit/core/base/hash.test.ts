import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashOf, shortHash, stableJson } from '../../../../src/core/base/hash.ts';

it.each([
  [{ b: 1, a: [{ d: null, c: 'x' }] }, '{"a":[{"c":"x","d":null}],"b":1}'],
  [{ a: undefined, b: 1 }, '{"b":1}'],
  [[undefined, null], '[null,null]'],
  ['text "quoted"', '"text \\"quoted\\""'],
  [undefined, 'null'],
  [-0, '0'],
])('the stable JSON of %j', (value, text) => expect(stableJson(value)).toBe(text));

it('hashes are 32 digits, and the same on every machine', () => {
  expect(hashOf({ b: 1, a: 'ü' })).toBe(hashOf({ a: 'ü', b: 1 }));
  expect(hashOf('Qualified')).toMatch(/^[0-9a-f]{32}$/);
  expect(hashOf(null)).toBe('74234e98afe7498fb5daf1f36ac2d78a');
});

it('short hashes have as many digits as asked for, all of 64, and begin alike', () => {
  expect(shortHash({ b: 1, a: 'ü' }, 6)).toBe(shortHash({ a: 'ü', b: 1 }, 10).slice(0, 6));
  const digits = new Set(Array.from({ length: 100 }, (_, index) => shortHash(index, 32)).join(''));
  expect([...digits].sort().join('')).toBe('-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz');
});

it('values that look alike have different hashes', () => {
  const values = [null, '', 'null', 0, '0', false, 'false', [], {}, [null], ['', ''], ['', null]];
  expect(new Set(values.map(hashOf)).size).toBe(values.length);
});

/** Keys in another order, on every level. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, reversed(member)] as const)
      .reverse(),
  );
};

test.prop([fc.jsonValue()])('the order of keys does not count', (value) => {
  expect(stableJson(reversed(value))).toBe(stableJson(value));
});

test.prop([fc.jsonValue()])('nothing else is lost', (value) => {
  expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import { frozenCopy } from '../../../../src/stores/memory/frozen-copy.ts';

test.prop([fc.jsonValue()])('is what JSON would make of it', (value) => {
  expect(frozenCopy(value)).toEqual(JSON.parse(JSON.stringify(value)));
});

test('leaves out undefined members, keeps odd names, and makes minus zero zero', () => {
  const odd = JSON.parse('{"__proto__":{"a":1},"b":[1]}') as object;
  expect(JSON.stringify(frozenCopy({ ...odd, gone: undefined }))).toBe('{"__proto__":{"a":1},"b":[1]}');
  expect(Object.is(frozenCopy(-0), 0)).toBe(true);
});

test('is frozen throughout and shares nothing with the original', () => {
  const original = { list: [{ a: 1 }] };
  const copy = frozenCopy(original);
  original.list[0]!.a = 2;
  expect(copy).toEqual({ list: [{ a: 1 }] });
  expect([copy, copy.list, copy.list[0]].every((part) => Object.isFrozen(part))).toBe(true);
});

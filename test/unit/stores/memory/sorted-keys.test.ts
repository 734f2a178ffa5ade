import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compareCodePoints } from '../../../../src/core/base/compare-code-points.ts';
import { SortedKeys } from '../../../../src/stores/memory/sorted-keys.ts';

const key = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 3 }), fc.nat(50).map(String));
const steps = fc.array(fc.tuple(fc.boolean(), key), { maxLength: 200 });

test.prop([steps, key])('holds what was added and not deleted, in order, from any place in both directions', (list, after) => {
  const keys = new SortedKeys();
  const model = new Set<string>();
  for (const [add, name] of list) {
    if (add) keys.add(name);
    else keys.delete(name);
    if (add) model.add(name);
    else model.delete(name);
  }
  const sorted = [...model].sort(compareCodePoints);
  expect([...keys.ascending(null)]).toEqual(sorted);
  expect([...keys.descending(null)]).toEqual(sorted.toReversed());
  expect([...keys.ascending(after)]).toEqual(sorted.filter((name) => compareCodePoints(name, after) > 0));
  expect([...keys.descending(after)]).toEqual(sorted.filter((name) => compareCodePoints(name, after) < 0).toReversed());
});

test('stays in order when its chunks split, run empty and are filled again', () => {
  const keys = new SortedKeys();
  const names = Array.from({ length: 10_000 }, (_, index) => String((index * 7919) % 10_000).padStart(5, '0'));
  for (const name of names) keys.add(name);
  expect([...keys.ascending(null)]).toEqual(names.toSorted());
  expect([...keys.ascending('04999')].length).toBe(5000);
  expect([...keys.descending('05000')].length).toBe(5000);
  for (const name of names) if (name < '09000') keys.delete(name);
  expect([...keys.ascending('00000')]).toEqual(names.filter((name) => name >= '09000').toSorted());
  for (const name of names) keys.delete(name);
  expect([...keys.ascending(null), ...keys.descending(null), ...keys.descending('x')]).toEqual([]);
  keys.add('back');
  expect([...keys.ascending(null)]).toEqual(['back']);
});

import { describe, expect, it } from 'vitest';
import { membersReader } from '../../../../src/core/values/members.ts';

describe('members of many objects', () => {
  it('are read by name, in whatever order an object has them', () => {
    const read = membersReader(['b', 'a', 'c']);
    expect([...read({ a: 1, b: 2 })]).toEqual([2, 1, undefined]);
    expect([...read({ a: 3, b: 4 })]).toEqual([4, 3, undefined]);
    expect([...read({ b: 5, a: 6 })]).toEqual([5, 6, undefined]);
    expect([...read({ c: 7 })]).toEqual([undefined, undefined, 7]);
    expect([...read({ a: 8, b: 9, c: 10 })]).toEqual([9, 8, 10]);
    expect([...read({})]).toEqual([undefined, undefined, undefined]);
  });

  it('are its own, never those that it inherits', () => {
    const read = membersReader(['a', 'b', 'toString']);
    expect([...read({ a: 1, b: 2 })]).toEqual([1, 2, undefined]);
    expect([...read(Object.assign(Object.create({ b: 3 }), { a: 1 }))]).toEqual([1, undefined, undefined]);
    expect([...read(Object.create({ a: 1, b: 2 }))]).toEqual([undefined, undefined, undefined]);
  });
});

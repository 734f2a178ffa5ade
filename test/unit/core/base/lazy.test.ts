import { expect, it } from 'vitest';
import { lazy } from '../../../../src/core/base/lazy.ts';

it('makes a constant when it is first asked for, once', () => {
  let made = 0;
  const constant = lazy(() => {
    made += 1;
    return undefined;
  });
  expect(made).toBe(0);
  expect([constant(), constant()]).toEqual([undefined, undefined]);
  expect(made).toBe(1);
});

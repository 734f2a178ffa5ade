import { describe, expect, it } from 'vitest';
import { asTheyCome } from '../../../src/connectors/hubspot/related/as-they-come.ts';

/** A work that ends when it is told to. */
function work<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  return { promise, resolve, reject };
}

describe('asTheyCome', () => {
  it('gives what is known first first', async () => {
    const [a, b] = [work<string>(), work<string>()];
    const values = asTheyCome([a.promise, b.promise]);
    b.resolve('b');
    expect(await values.next()).toEqual({ value: 'b', done: false });
    a.resolve('a');
    expect(await values.next()).toEqual({ value: 'a', done: false });
    expect((await values.next()).done).toBe(true);
  });

  it('throws the first failure when all have ended', async () => {
    const [a, b, c] = [work<string>(), work<string>(), work<string>()];
    const values = asTheyCome([a.promise, b.promise, c.promise]);
    c.reject(new Error('c'));
    const next = values.next();
    await c.promise.catch(() => {});
    a.reject(new Error('a'));
    b.resolve('b');
    expect(await next).toEqual({ value: 'b', done: false });
    await expect(values.next()).rejects.toThrow('c');
  });

  it('of nothing is nothing', async () => {
    expect((await asTheyCome([]).next()).done).toBe(true);
  });
});

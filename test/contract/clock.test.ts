import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';
import { systemClock } from '../../src/ports/system-clock.ts';
import { type ClockCapability, clockContract } from '../../src/testing/contracts/clock.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

const manual = () => manualClock('2026-01-05T09:00:00Z');
const CLOCKS: Readonly<Record<string, { readonly make: () => Clock; readonly capabilities: ReadonlySet<ClockCapability> }>> = {
  systemClock: { make: () => systemClock, capabilities: new Set(['moves']) },
  'manualClock()': { make: manual, capabilities: new Set() },
};

describe.each(Object.entries(CLOCKS))('%s keeps the contract of a clock', (_, { make, capabilities }) => {
  const cases = clockContract.filter(({ requires }) => requires.every((one) => capabilities.has(one)));
  it.each(cases)('$id $rule', ({ check }) => check(make));
});

// ---- each case can fail: a clock that breaks just its rule ------------------------------------------------------
const replacing = (methods: Partial<Clock>) => (): Clock => ({ ...systemClock, ...methods });

const BROKEN: Readonly<Record<string, () => Clock>> = {
  'CL-01': replacing({ now: () => systemClock.now() / 1_000 }),
  'CL-02': replacing({ sleep: async () => {} }),
  'CL-03': () => {
    let last = Promise.resolve();
    return {
      now: systemClock.now,
      sleep(ms, signal) {
        last = last.then(() => systemClock.sleep(ms, signal));
        return last;
      },
    };
  },
  'CL-04': replacing({ sleep: async (_, signal) => signal?.throwIfAborted() }),
  'CL-05': replacing({
    async sleep(_, signal) {
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  }),
  'CL-06': replacing({
    async sleep(ms, signal) {
      signal?.addEventListener('abort', () => {});
      await systemClock.sleep(ms);
    },
  }),
  'CL-07': manual,
};

describe('every case of the contract of a clock fails for a clock that breaks its rule', () => {
  it('there is a broken clock for every case', () => {
    expect(Object.keys(BROKEN)).toEqual(clockContract.map(({ id }) => id));
  });

  it.each(clockContract)('$id $rule', ({ id, check }) => expect(check(BROKEN[id]!)).rejects.toBeInstanceOf(AssertionError));
});

import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.ts';
import { contactStoreContract } from '../../src/testing/contracts/contact-store.ts';
import { contactStoreFaults } from './contact-store-faults.ts';

describe('every case of the contract of a contact store fails for a store that breaks its rule', () => {
  it('there is a fault for every case', () => {
    expect(Object.keys(contactStoreFaults)).toEqual(contactStoreContract.map(({ id }) => id));
  });

  it.each(contactStoreContract)('$id $rule', async ({ id, check }) => {
    let now = 1_700_000_000_000;
    const clock = {
      now: () => now,
      advance: (ms: number) => {
        now += ms;
      },
    };
    const store = contactStoreFaults[id]!(memoryStore({ clock }), clock.now);
    await expect(check(() => ({ store, clock, poison: { score: Number.NaN } }))).rejects.toBeInstanceOf(AssertionError);
  });
});

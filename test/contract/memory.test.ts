import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.ts';
import { contactStoreContract } from '../../src/testing/contracts/contact-store.ts';

/** A memory store with everything that the suite may ask for. */
function makeMemoryStore() {
  let now = 1_700_000_000_000;
  const clock = {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
  return { store: memoryStore({ clock }), clock, poison: { score: Number.NaN } };
}

describe('memoryStore keeps the contract of a contact store', () => {
  it.each(contactStoreContract)('$id $rule', ({ check }) => check(makeMemoryStore));

  it('the contract numbers its cases without a gap', () => {
    const numbers = contactStoreContract.map((_, index) => `CS-${String(index + 1).padStart(2, '0')}`);
    expect(contactStoreContract.map(({ id }) => id).toSorted()).toEqual(numbers);
  });
});

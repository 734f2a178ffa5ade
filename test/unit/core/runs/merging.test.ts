import { describe, expect, it } from 'vitest';
import { addMerge, costOfMerge, NO_MERGING } from '../../../../src/core/runs/merging.ts';

const USAGE = { inputTokens: 1_000_000, outputTokens: 500_000 };

describe('costOfMerge', () => {
  it.each([
    ['no price', undefined, USAGE, null],
    ['a price that says nothing', {}, USAGE, 0],
    ['a price by question', { perQuestion: 0.01 }, undefined, 0.01],
    ['a price by token', { perMillionInputTokens: 2, perMillionOutputTokens: 8 }, USAGE, 6],
    ['both', { perQuestion: 1, perMillionInputTokens: 2 }, USAGE, 3],
    ['a price by token, and tokens that were not told', { perQuestion: 1, perMillionOutputTokens: 2 }, undefined, null],
  ])('by %s', (_, price, usage, cost) => expect(costOfMerge(price, usage)).toBe(cost));
});

describe('addMerge', () => {
  it('counts a question whose tokens or cost are not known', () => {
    const one = addMerge(NO_MERGING, { usage: undefined, cost: null });
    expect(one).toEqual({ questions: 1, inputTokens: 0, outputTokens: 0, cost: null });
    const two = addMerge(one, { usage: USAGE, cost: 6 });
    expect(addMerge(two, { usage: USAGE, cost: null })).toEqual({ questions: 3, inputTokens: 2_000_000, outputTokens: 1_000_000, cost: 6 });
  });

  it('adds up what each question cost', () => {
    const one = addMerge(NO_MERGING, { usage: USAGE, cost: 6 });
    expect(addMerge(one, { usage: USAGE, cost: 0.5 })).toEqual({
      questions: 2,
      inputTokens: 2_000_000,
      outputTokens: 1_000_000,
      cost: 6.5,
    });
  });
});

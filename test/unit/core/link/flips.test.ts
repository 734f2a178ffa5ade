import { describe, expect, it } from 'vitest';
import { FLIP_WINDOW_MS, FLIPS_MAX, type Flip, isRewritten, markOf } from '../../../../src/core/link/flips.ts';
import type { Value } from '../../../../src/core/values/value.ts';

const flip = (sent: Value, taken: Value, at = 1_000, field = 'status'): Flip => ({ field, at, sent, taken });
const times = (count: number, one: Flip): Flip[] => Array.from({ length: count }, () => one);

describe('whether an automation rewrites a field (P4, R25)', () => {
  const CASES: Record<string, readonly [known: readonly Flip[], rewritten: boolean]> = {
    'no flip before': [[], false],
    'as often as is let pass': [times(FLIPS_MAX - 1, flip('A', 'B')), false],
    'once more': [times(FLIPS_MAX, flip('A', 'B')), true],
    'those of another field': [times(9, flip('A', 'B', 1_000, 'email')), false],
    'those before the window': [times(9, flip('A', 'B', 1_000 - FLIP_WINDOW_MS)), false],
    'those within it': [times(9, flip('A', 'B', 1_001 - FLIP_WINDOW_MS)), true],
    'values that are new each time': [['S1', 'S2', 'S3', 'S4', 'S5'].map((sent) => flip(sent, null)), false],
    'two CRMs that each put back what the other sends': [[flip('B', 'A'), flip('A', 'B'), flip('B', 'A')], true],
    'three CRMs in a ring': [[flip('B', 'C'), flip('C', 'A'), flip('A', 'B'), flip('B', 'C')], true],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [known, expected] = CASES[name]!;
    expect(isRewritten(known, flip('A', 'B'))).toBe(expected);
  });
});

describe('the mark of a value', () => {
  it.each<Value>([null, true, 0, 'New', 'x'.repeat(40)])('is the value itself where it is short: %j', (value) => {
    expect(markOf(value)).toBe(value);
  });
  it('is short for long text, and another for another text', () => {
    const [one, other] = [markOf('x'.repeat(41)), markOf(`${'x'.repeat(40)}y`)];
    expect(String(one)).toHaveLength(32);
    expect(one).not.toBe(other);
  });
});

it('flips count for a day', () => expect(FLIP_WINDOW_MS).toBe(86_400_000));

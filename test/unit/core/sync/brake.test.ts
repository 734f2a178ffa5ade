import { describe, expect, it } from 'vitest';
import { type BrakeSettings, linksNeeded, lossCount, lossesTogether, NO_LOSSES } from '../../../../src/core/sync/brake.ts';

describe('how many links make losses few (R14)', () => {
  it.each<readonly [deleted: number, cleared: number, settings: BrakeSettings, needed: number | null]>([
    [0, 0, {}, null],
    [19, 0, {}, null],
    [10, 9, {}, null],
    [10, 10, {}, 200],
    [30, 0, {}, 300],
    [0, 31, {}, 310],
    [1, 0, { minimum: 1 }, 10],
    [30, 0, { share: 0.5 }, 60],
    [31, 0, { share: 0.3 }, 104],
    [20, 0, { share: 1 }, 20],
  ])('%i gone and %i cleared, by %j: %j', (deleted, cleared, settings, needed) =>
    expect(linksNeeded({ deleted, cleared }, settings)).toBe(needed),
  );

  it('losses of pages add up, each kind by itself', () => {
    const together = lossesTogether({ deleted: 2, cleared: 3 }, { deleted: 10, cleared: 20 });
    expect(together).toEqual({ deleted: 12, cleared: 23 });
    expect(lossCount(together)).toBe(35);
    expect(lossesTogether(together, NO_LOSSES)).toEqual(together);
  });
});

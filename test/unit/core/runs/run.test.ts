import { describe, expect, it } from 'vitest';
import { count, NO_COUNTS } from '../../../../src/core/runs/run.ts';

describe('counts', () => {
  it('begin with nothing', () => expect(NO_COUNTS).toEqual({ processed: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }));

  it('count each kind, and all of them as processed', () => {
    const counts = count(count(count(NO_COUNTS, 'created'), 'failed', 3), 'created', 2);
    expect(counts).toEqual({ processed: 6, created: 3, updated: 0, unchanged: 0, skipped: 0, failed: 3 });
    expect(NO_COUNTS.processed).toBe(0);
  });

  it('stay the same object where there is nothing to count', () => expect(count(NO_COUNTS, 'updated', 0)).toBe(NO_COUNTS));
});

import { describe, expect, it } from 'vitest';
import { type FieldVersion, overwrittenBy } from '../../../../src/core/sync/overwritten.ts';
import type { Value } from '../../../../src/core/values/value.ts';

const WRITE = Date.parse('2026-01-05T09:00:00Z');
const GAP_MS = 40_000;
/** Values with their times, in seconds from our write. */
const history = (...versions: readonly (readonly [seconds: number, value: Value])[]): readonly FieldVersion[] =>
  versions.map(([seconds, value]) => ({ at: new Date(WRITE + seconds * 1000).toISOString(), value }));

describe('what went under our write of `ours` over `before` (R24)', () => {
  it.each<[name: string, expected: Value | undefined, versions: readonly FieldVersion[]]>([
    ['nothing was typed', undefined, history([-900, 'before'], [0, 'ours'])],
    ['one edit', 'theirs', history([-900, 'before'], [-3, 'theirs'], [0, 'ours'])],
    ['a clear', null, history([-900, 'before'], [-3, null], [0, 'ours'])],
    ['the last of several', 'second', history([-900, 'before'], [-4, 'first'], [-3, 'second'], [0, 'ours'])],
    ['an edit, and another one after ours', 'theirs', history([-900, 'before'], [-3, 'theirs'], [0, 'ours'], [60, 'later'])],
    ['an edit, and another one at once after ours', 'theirs', history([-900, 'before'], [-3, 'theirs'], [0, 'ours'], [4, 'later'])],
    ['an edit in the same moment', 'theirs', history([-900, 'before'], [0, 'theirs'], [0, 'ours'])],
    ['the field has a stamp of its own', 'theirs', history([-900, 'before'], [-3, 'theirs'], [1, 'ours'])],
    ['taken back at once', undefined, history([-900, 'before'], [-4, 'theirs'], [-3, 'before'], [0, 'ours'])],
    ['the same as ours', undefined, history([-900, 'before'], [-3, 'ours'], [0, 'ours'])],
    ['ours was there once, long before', 'theirs', history([-900, 'ours'], [-800, 'before'], [-3, 'theirs'], [0, 'ours'])],
    ['ours is in no version', undefined, history([-900, 'before'], [-3, 'theirs'])],
    ['ours comes first in what is left of the history', undefined, history([0, 'ours'])],
    ['what was there before has another spelling in the history', undefined, history([-900, 'BEFORE'], [0, 'ours'])],
    ['there is no history', undefined, []],
  ])('%s', (_, expected, versions) => {
    const found = overwrittenBy({ before: 'before', after: 'ours', at: WRITE, gapMs: GAP_MS }, versions);
    expect(found === null ? undefined : found.value).toBe(expected);
  });

  it('where the field was blank before', () => {
    const over = { before: null, after: 'ours', at: WRITE, gapMs: GAP_MS };
    expect(overwrittenBy(over, history([0, 'ours']))).toBeNull();
    expect(overwrittenBy(over, history([-900, null], [0, 'ours']))).toBeNull();
    expect(overwrittenBy(over, history([-3, 'theirs'], [0, 'ours']))?.value).toBe('theirs');
  });

  it('counts as far back as our look may have been, and no further', () => {
    const over = { before: 'before', after: 'ours', at: WRITE, gapMs: GAP_MS };
    expect(overwrittenBy(over, history([-45, 'theirs'], [0, 'ours']))?.value).toBe('theirs');
    expect(overwrittenBy(over, history([-46, 'theirs'], [0, 'ours']))).toBeNull();
    expect(overwrittenBy(over, history([-3, 'theirs'], [5, 'ours']))?.value).toBe('theirs');
    expect(overwrittenBy(over, history([-3, 'theirs'], [6, 'ours']))).toBeNull();
  });
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UPDATE_MODES, type UpdateMode } from '../../../../src/core/mapping/mapping-types.ts';
import { resolveUpdate } from '../../../../src/core/mapping/update.ts';
import { isBlank } from '../../../../src/core/values/blank.ts';
import type { Value } from '../../../../src/core/values/value.ts';

const EXISTING = { empty: null, blank: ' ', same: 'new', spaced: ' new\n', otherCase: 'New', other: 'old' } as const;
type Existing = keyof typeof EXISTING;
const INCOMING = { null: null, blank: ' \t', text: 'new' } as const;
type Incoming = keyof typeof INCOMING;

const set = { action: 'set', value: 'new' };
const merge = (existing: string) => ({ action: 'merge', existing, incoming: 'new' });
const keep = (reason: string) => ({ action: 'keep', reason });
const [blank, same, filled] = [keep('blank'), keep('same'), keep('already_filled')];
const FOR_BLANK: Record<Existing, object> = { empty: blank, blank, same: blank, spaced: blank, otherCase: blank, other: blank };

const EXPECTED: Readonly<Record<UpdateMode, Record<Incoming, Record<Existing, object>>>> = {
  overwrite: {
    null: FOR_BLANK,
    blank: FOR_BLANK,
    text: { empty: set, blank: set, same, spaced: same, otherCase: set, other: set },
  },
  fill_if_empty: {
    null: FOR_BLANK,
    blank: FOR_BLANK,
    text: { empty: set, blank: set, same, spaced: same, otherCase: filled, other: filled },
  },
  merge: {
    null: FOR_BLANK,
    blank: FOR_BLANK,
    text: { empty: set, blank: set, same, spaced: same, otherCase: merge('New'), other: merge('old') },
  },
};

describe.each(UPDATE_MODES)('%s', (mode) => {
  describe.each(Object.keys(INCOMING) as Incoming[])('incoming is %s', (incoming) => {
    it.each(Object.keys(EXISTING) as Existing[])('existing is %s', (existing) => {
      const resolution = resolveUpdate({ mode, existing: EXISTING[existing], incoming: INCOMING[incoming] });
      expect(resolution).toEqual(EXPECTED[mode][incoming][existing]);
    });
  });
});

describe('false and 0 are values', () => {
  it.each<readonly [existing: Value, incoming: Value, Record<UpdateMode, object>]>([
    [false, true, { overwrite: { action: 'set', value: true }, fill_if_empty: filled, merge: { action: 'set', value: true } }],
    [0, 7, { overwrite: { action: 'set', value: 7 }, fill_if_empty: filled, merge: { action: 'set', value: 7 } }],
    [true, false, { overwrite: { action: 'set', value: false }, fill_if_empty: filled, merge: { action: 'set', value: false } }],
    [7, 0, { overwrite: { action: 'set', value: 0 }, fill_if_empty: filled, merge: { action: 'set', value: 0 } }],
    [0, 0, { overwrite: same, fill_if_empty: same, merge: same }],
  ])('%o, then %o', (existing, incoming, expected) => {
    for (const mode of UPDATE_MODES) expect(resolveUpdate({ mode, existing, incoming })).toEqual(expected[mode]);
  });
});

it('a text that only has spaces around it is the same as what is there', () => {
  for (const mode of UPDATE_MODES) expect(resolveUpdate({ mode, existing: 'new', incoming: ' new\n' })).toEqual(same);
});

it.each<[existing: Value, incoming: Value]>([
  [7, 'seven'],
  ['seven', 7],
  [false, 'no'],
])('%o and then %o make no text of two: the new one is set', (existing, incoming) =>
  expect(resolveUpdate({ mode: 'merge', existing, incoming })).toEqual({ action: 'set', value: incoming }),
);

const values = fc.oneof(fc.constant(null), fc.string(), fc.double(), fc.boolean());
test.prop([fc.constantFrom(...UPDATE_MODES), values, values])(
  'what was set is kept when the same result comes again',
  (mode, existing, incoming) => {
    const first = resolveUpdate({ mode, existing, incoming });
    fc.pre(first.action === 'set' && !Number.isNaN(incoming));
    expect(resolveUpdate({ mode, existing: first.action === 'set' ? first.value : null, incoming })).toEqual(same);
  },
);

it.each([null, undefined, '', ' ', '\u00a0\n'])('%o is blank', (value) => expect(isBlank(value)).toBe(true));
it.each([false, 0, 'a', Number.NaN, [], {}])('%o is not blank', (value) => expect(isBlank(value)).toBe(false));

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConflictTimes, PolicyAnswer, PolicyInput } from '../../../../src/core/link/conflict-types.ts';
import { CONFLICT_POLICIES, type ConflictPolicy } from '../../../../src/core/mapping/mapping-types.ts';
import { type ConflictResolution, resolveConflict, SKEW_MS } from '../../../../src/core/sync/conflict.ts';
import type { Value } from '../../../../src/core/values/value.ts';

const SIDES = {
  'both filled': ['ours', 'theirs'],
  'blank here': [null, 'theirs'],
  'blank in the CRM': ['ours', null],
  'false here': [false, null],
  '0 in the CRM': [null, 0],
} as const satisfies Record<string, readonly [local: Value, remote: Value]>;
type Sides = keyof typeof SIDES;

const byFilled = (winner: 'crm' | 'local'): ConflictResolution => ({ winner, reason: 'filled_beats_blank' });
const ALIKE = {
  'blank here': byFilled('crm'),
  'blank in the CRM': byFilled('local'),
  'false here': byFilled('local'),
  '0 in the CRM': byFilled('crm'),
};
const WAITS: ConflictResolution = { winner: null, open: 'manual', reason: 'policy' };
const EXPECTED: Record<ConflictPolicy, Record<Sides, ConflictResolution>> = {
  crm: { 'both filled': { winner: 'crm', reason: 'policy' }, ...ALIKE },
  local: { 'both filled': { winner: 'local', reason: 'policy' }, ...ALIKE },
  newest: { 'both filled': { winner: 'crm', reason: 'undecided_times' }, ...ALIKE },
  merge: { 'both filled': { winner: null, open: 'merge', reason: 'policy' }, ...ALIKE },
  manual: { 'both filled': WAITS, 'blank here': WAITS, 'blank in the CRM': WAITS, 'false here': WAITS, '0 in the CRM': WAITS },
};

describe.each(CONFLICT_POLICIES)('policy %s', (policy) => {
  it.each(Object.keys(SIDES) as Sides[])('%s', (sides) => {
    const [local, remote] = SIDES[sides];
    expect(resolveConflict({ policy, local, remote })).toEqual(EXPECTED[policy][sides]);
  });
});

describe('newest (R24)', () => {
  const at = 1_000_000;
  const CASES: Record<string, readonly [ConflictTimes | undefined, ConflictResolution]> = {
    'no times': [undefined, { winner: 'crm', reason: 'undecided_times' }],
    'no time of the local edit': [{ remote: at }, { winner: 'crm', reason: 'undecided_times' }],
    'no time of the CRM': [{ local: at }, { winner: 'crm', reason: 'undecided_times' }],
    'a local edit later than the record': [
      { local: at + SKEW_MS + 1, remote: at },
      { winner: 'local', reason: 'later_edit' },
    ],
    'a local edit within the skew': [
      { local: at + SKEW_MS, remote: at },
      { winner: 'crm', reason: 'undecided_times' },
    ],
    'a record that is later, which proves nothing': [
      { local: at, remote: at + 99_000 },
      { winner: 'crm', reason: 'undecided_times' },
    ],
    "a field's own later time": [
      { local: at, remote: at + SKEW_MS + 1, remoteIsExact: true },
      { winner: 'crm', reason: 'later_edit' },
    ],
    "a field's own time within the skew": [
      { local: at, remote: at + SKEW_MS, remoteIsExact: true },
      { winner: 'crm', reason: 'undecided_times' },
    ],
    'a time that is no time': [
      { local: Number.NaN, remote: at },
      { winner: 'crm', reason: 'undecided_times' },
    ],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [times, expected] = CASES[name]!;
    expect(resolveConflict({ policy: 'newest', local: 'ours', remote: 'theirs', times })).toEqual(expected);
  });
});

const time = fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined });
test.prop([fc.constantFrom(...CONFLICT_POLICIES.filter((policy) => policy !== 'manual')), time, time, fc.boolean()])(
  'a filled value beats a blank one whatever the times, unless the host decides',
  (policy, local, remote, remoteIsExact) => {
    const times = { local, remote, remoteIsExact };
    expect(resolveConflict({ policy, local: 'ours', remote: null, times }).winner).toBe('local');
    expect(resolveConflict({ policy, local: null, remote: 'theirs', times }).winner).toBe('crm');
  },
);

describe("a host's own policy", () => {
  const answers: Record<string, readonly [PolicyAnswer | 'unusable', ConflictResolution]> = {
    crm: ['crm', { winner: 'crm', reason: 'policy' }],
    local: ['local', { winner: 'local', reason: 'policy' }],
    manual: ['manual', { winner: null, open: 'manual', reason: 'policy' }],
    merge: ['merge', { winner: null, open: 'merge', reason: 'policy' }],
    'a third value': [{ value: 'both' }, { winner: 'value', value: 'both', reason: 'policy' }],
    'the value that is here': [{ value: 'ours' }, { winner: 'local', reason: 'policy' }],
    'the value of the CRM': [{ value: 'theirs' }, { winner: 'crm', reason: 'policy' }],
    unusable: ['unusable', { winner: null, open: 'manual', reason: 'policy_failed' }],
  };
  it.each(Object.keys(answers))('answers %s', (name) => {
    const [answer, expected] = answers[name]!;
    expect(resolveConflict({ policy: () => answer, local: 'ours', remote: 'theirs' })).toEqual(expected);
  });

  it('is told of the field, both values, what was agreed on here, and the times', () => {
    let told: unknown;
    const policy = (input: PolicyInput) => {
      told = input;
      return 'crm' as const;
    };
    const times = { local: 1, remote: 2 };
    resolveConflict({ policy, field: 'email', base: { local: 'a', remote: 'A' }, local: 'b', remote: 'c', times });
    expect(told).toEqual({ field: 'email', base: 'a', local: 'b', remote: 'c', times });
  });

  it('is asked where one side is blank too, and can merge nothing there', () => {
    expect(resolveConflict({ policy: () => 'local', local: null, remote: 'theirs' })).toEqual({ winner: 'local', reason: 'policy' });
    for (const [local, remote] of [
      [null, 'theirs'],
      ['ours', null],
      [1, 2],
    ] as const)
      expect(resolveConflict({ policy: () => 'merge', local, remote })).toEqual({ winner: null, open: 'manual', reason: 'policy_failed' });
  });
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import type { CheckedPolicy } from '../../../../src/core/link/conflict-types.ts';
import {
  CONFLICT_POLICIES,
  type ConflictPolicy,
  FIRST_LINK_POLICIES,
  type FirstLinkPolicy,
  type MappingDirection,
} from '../../../../src/core/mapping/mapping-types.ts';
import { decideField, type FieldDecision, type FieldReason, type FieldState } from '../../../../src/core/sync/three-way.ts';
import type { Value } from '../../../../src/core/values/value.ts';

/** What one cell of the table expects: the reason, what the contact becomes, and whether something is left to send. */
type Cell = readonly [reason: FieldReason, set: 'set' | 'clear' | 'keep', send: boolean];

const state = (over: Partial<FieldState>): FieldState => ({
  direction: 'both',
  policy: 'crm',
  firstLink: 'crm',
  blank: 'clear',
  isMatchKey: false,
  base: undefined,
  local: null,
  remote: null,
  incoming: null,
  sent: [],
  ...over,
});

const cellOf = ({ reason, set, send }: FieldDecision): Cell => [reason, set === undefined ? 'keep' : set === null ? 'clear' : 'set', send];

describe('first link: no pair yet (R18)', () => {
  const LOCAL = { blank: null, filled: 'ours' } as const;
  const REMOTE = { blank: null, equal: 'ours', different: 'theirs' } as const;
  const EXPECTED: Record<MappingDirection, Record<keyof typeof LOCAL, Record<keyof typeof REMOTE, Cell>>> = {
    inbound: {
      blank: {
        blank: ['first_link_equal', 'keep', false],
        equal: ['first_link_filled', 'set', false],
        different: ['first_link_filled', 'set', false],
      },
      filled: {
        blank: ['first_link_quiet', 'keep', false],
        equal: ['first_link_equal', 'keep', false],
        different: ['first_link_conflict', 'set', false],
      },
    },
    both: {
      blank: {
        blank: ['first_link_equal', 'keep', false],
        equal: ['first_link_filled', 'set', false],
        different: ['first_link_filled', 'set', false],
      },
      filled: {
        blank: ['first_link_to_send', 'keep', true],
        equal: ['first_link_equal', 'keep', false],
        different: ['first_link_conflict', 'set', false],
      },
    },
    outbound: {
      blank: {
        blank: ['first_link_equal', 'keep', false],
        equal: ['first_link_quiet', 'keep', false],
        different: ['first_link_quiet', 'keep', false],
      },
      filled: {
        blank: ['first_link_to_send', 'keep', true],
        equal: ['first_link_equal', 'keep', false],
        different: ['first_link_quiet', 'keep', false],
      },
    },
  };
  for (const direction of Object.keys(EXPECTED) as MappingDirection[])
    for (const local of Object.keys(LOCAL) as (keyof typeof LOCAL)[])
      it.each(Object.keys(REMOTE) as (keyof typeof REMOTE)[])(`${direction}, ${local} here, %s in the CRM`, (remote) => {
        const decision = decideField(state({ direction, local: LOCAL[local], remote: REMOTE[remote], incoming: REMOTE[remote] }));
        expect(cellOf(decision)).toEqual(EXPECTED[direction][local][remote]);
      });

  it('never lets a policy overwrite a filled CRM field', () => {
    for (const policy of [...CONFLICT_POLICIES, () => 'local' as const]) {
      const decision = decideField(state({ policy, local: 'ours', remote: 'theirs', incoming: 'theirs' }));
      expect(decision).toMatchObject({
        set: 'theirs',
        base: { local: 'theirs', remote: 'theirs' },
        send: false,
        conflict: { winner: 'crm', reason: 'first_link' },
      });
    }
  });

  const POLICIES: Record<FirstLinkPolicy, Record<MappingDirection, Cell>> = {
    crm: {
      inbound: ['first_link_conflict', 'set', false],
      both: ['first_link_conflict', 'set', false],
      outbound: ['first_link_quiet', 'keep', false],
    },
    apart: {
      inbound: ['first_link_quiet', 'keep', false],
      both: ['first_link_quiet', 'keep', false],
      outbound: ['first_link_quiet', 'keep', false],
    },
    manual: {
      inbound: ['first_link_conflict', 'keep', false],
      both: ['first_link_conflict', 'keep', false],
      outbound: ['first_link_quiet', 'keep', false],
    },
  };
  for (const firstLink of FIRST_LINK_POLICIES)
    it.each(Object.keys(EXPECTED) as MappingDirection[])(`${firstLink}: %s, both filled and different`, (direction) => {
      const decision = decideField(state({ direction, firstLink, local: 'ours', remote: 'THEIRS', incoming: 'theirs' }));
      expect(cellOf(decision)).toEqual(POLICIES[firstLink][direction]);
      const isQuiet = decision.reason === 'first_link_quiet';
      expect(decision.base).toEqual(
        isQuiet ? { local: 'ours', remote: 'THEIRS' } : firstLink === 'manual' ? undefined : { local: 'theirs', remote: 'THEIRS' },
      );
    });

  it('a value that meets a blank of the CRM is agreed to by nobody: once the CRM has one too, it is a conflict and not lost unseen', () => {
    const { base } = decideField(state({ direction: 'inbound', local: 'ours', remote: null, incoming: null }));
    const later = { direction: 'inbound', local: 'ours', remote: 'THEIRS', incoming: 'theirs', base } as const;
    expect(decideField(state(later))).toMatchObject({ reason: 'conflict', set: 'theirs', conflict: { winner: 'crm' } });
  });
});

describe('after an agreement: each side against its own half of the pair (R1)', () => {
  const base = { local: 'agreed', remote: 'AGREED' };
  const LOCAL = { same: 'agreed', moved: 'ours', cleared: null, converged: 'theirs' } as const;
  const REMOTE = { same: 'AGREED', moved: 'THEIRS', cleared: null } as const;
  const INCOMING: Record<keyof typeof REMOTE, Value> = { same: 'agreed', moved: 'theirs', cleared: null };
  /** Where both sides moved apart, the policy says what becomes of the field. */
  type Contested = 'both moved' | 'blank here' | 'blank in the CRM';
  const EXPECTED: Record<MappingDirection, Record<keyof typeof LOCAL, Record<keyof typeof REMOTE, Cell | Contested>>> = {
    inbound: {
      same: { same: ['unchanged', 'keep', false], moved: ['crm_changed', 'set', false], cleared: ['crm_cleared', 'clear', false] },
      moved: { same: ['local_changed', 'keep', false], moved: 'both moved', cleared: 'blank in the CRM' },
      cleared: { same: ['local_changed', 'keep', false], moved: 'blank here', cleared: ['converged', 'keep', false] },
      converged: { same: ['local_changed', 'keep', false], moved: ['converged', 'keep', false], cleared: 'blank in the CRM' },
    },
    both: {
      same: { same: ['unchanged', 'keep', false], moved: ['crm_changed', 'set', false], cleared: ['crm_cleared', 'clear', false] },
      moved: { same: ['local_changed', 'keep', true], moved: 'both moved', cleared: 'blank in the CRM' },
      cleared: { same: ['local_changed', 'keep', true], moved: 'blank here', cleared: ['converged', 'keep', false] },
      converged: { same: ['local_changed', 'keep', true], moved: ['converged', 'keep', false], cleared: 'blank in the CRM' },
    },
    outbound: {
      same: { same: ['unchanged', 'keep', false], moved: ['drift', 'keep', false], cleared: ['drift', 'keep', false] },
      moved: { same: ['local_changed', 'keep', true], moved: ['drift', 'keep', true], cleared: ['drift', 'keep', true] },
      cleared: { same: ['local_changed', 'keep', true], moved: ['drift', 'keep', true], cleared: ['drift', 'keep', true] },
      converged: { same: ['local_changed', 'keep', true], moved: ['drift', 'keep', true], cleared: ['drift', 'keep', true] },
    },
  };
  /** Our policies, and each answer that a host's own may give. */
  const POLICIES = {
    crm: 'crm',
    local: 'local',
    newest: 'newest',
    merge: 'merge',
    manual: 'manual',
    'own: crm': () => 'crm',
    'own: local': () => 'local',
    'own: merge': () => 'merge',
    'own: manual': () => 'manual',
    'own: a third value': () => ({ value: 'third' }),
    'own: blank': () => ({ value: null }),
    'own: unusable': () => 'unusable',
  } as const satisfies Record<ConflictPolicy | `own: ${string}`, ConflictPolicy | CheckedPolicy>;
  /** `local` and `third` are left to send where the rule writes. */
  type Outcome = 'crm' | 'crm blank' | 'local' | 'open' | 'third' | 'blank';
  const CONTESTED: Record<keyof typeof POLICIES, Record<Contested, Outcome>> = {
    crm: { 'both moved': 'crm', 'blank here': 'crm', 'blank in the CRM': 'local' },
    local: { 'both moved': 'local', 'blank here': 'crm', 'blank in the CRM': 'local' },
    newest: { 'both moved': 'crm', 'blank here': 'crm', 'blank in the CRM': 'local' },
    merge: { 'both moved': 'open', 'blank here': 'crm', 'blank in the CRM': 'local' },
    manual: { 'both moved': 'open', 'blank here': 'open', 'blank in the CRM': 'open' },
    'own: crm': { 'both moved': 'crm', 'blank here': 'crm', 'blank in the CRM': 'crm blank' },
    'own: local': { 'both moved': 'local', 'blank here': 'local', 'blank in the CRM': 'local' },
    'own: merge': { 'both moved': 'open', 'blank here': 'open', 'blank in the CRM': 'open' },
    'own: manual': { 'both moved': 'open', 'blank here': 'open', 'blank in the CRM': 'open' },
    'own: a third value': { 'both moved': 'third', 'blank here': 'third', 'blank in the CRM': 'third' },
    'own: blank': { 'both moved': 'blank', 'blank here': 'local', 'blank in the CRM': 'crm blank' },
    'own: unusable': { 'both moved': 'open', 'blank here': 'open', 'blank in the CRM': 'open' },
  };
  const cellFor = (outcome: Outcome, direction: MappingDirection): Cell => {
    const cells: Record<Outcome, Cell> = {
      crm: ['conflict', 'set', false],
      'crm blank': ['conflict', 'clear', false],
      local: ['conflict', 'keep', direction === 'both'],
      open: ['conflict', 'keep', false],
      third: ['conflict', 'set', direction === 'both'],
      blank: ['conflict', 'clear', direction === 'both'],
    };
    return cells[outcome];
  };

  for (const policy of Object.keys(POLICIES) as (keyof typeof POLICIES)[])
    for (const direction of Object.keys(EXPECTED) as MappingDirection[])
      for (const local of Object.keys(LOCAL) as (keyof typeof LOCAL)[])
        it.each(Object.keys(REMOTE) as (keyof typeof REMOTE)[])(`${policy}, ${direction}, ${local} here, %s in the CRM`, (remote) => {
          const sides = { base, local: LOCAL[local], remote: REMOTE[remote], incoming: INCOMING[remote] };
          const decision = decideField(state({ direction, policy: POLICIES[policy], ...sides }));
          const expected = EXPECTED[direction][local][remote];
          const cell = typeof expected === 'string' ? cellFor(CONTESTED[policy][expected], direction) : expected;
          expect(cellOf(decision)).toEqual(cell);
          expect(decision.conflict === undefined).toBe(typeof expected !== 'string');
        });

  it('leaves the pair alone while nobody has decided', () => {
    const open = decideField(state({ base, policy: 'manual', local: 'ours', remote: 'THEIRS', incoming: 'theirs' }));
    expect(open).toEqual({ reason: 'conflict', send: false, conflict: { winner: null, open: 'manual', reason: 'policy' } });
  });

  it('takes the CRM value for agreed on where a third one wins, so that it is an edit here', () => {
    const third = state({ base, policy: () => ({ value: 'third' }), local: 'ours', remote: 'THEIRS', incoming: 'theirs' });
    expect(decideField(third)).toMatchObject({ set: 'third', base: { local: 'theirs', remote: 'THEIRS' }, send: true });
    const again = decideField({ ...third, local: 'third', base: { local: 'theirs', remote: 'THEIRS' } });
    expect(again).toEqual({ reason: 'local_changed', send: true });
  });

  it('gives a match key no third value: nobody knows whose it is', () => {
    const third = state({ base, isMatchKey: true, policy: () => ({ value: 'third' }), local: 'ours', remote: 'T', incoming: 'theirs' });
    expect(decideField(third)).toMatchObject({ send: false, conflict: { winner: null, open: 'manual', reason: 'policy_failed' } });
  });

  it('takes the CRM value for agreed on when the local value wins, so that it is not a move again', () => {
    const first = decideField(state({ base, policy: 'local', local: 'ours', remote: 'THEIRS', incoming: 'theirs' }));
    expect(first).toMatchObject({ base: { local: 'theirs', remote: 'THEIRS' }, send: true });
    const again = decideField(state({ base: first.base, policy: 'local', local: 'ours', remote: 'THEIRS', incoming: 'theirs' }));
    expect(again).toEqual({ reason: 'local_changed', send: true });
  });

  it('does not clear where the mapping keeps, nor ever a match key (P8, R20)', () => {
    expect(decideField(state({ base, blank: 'keep', local: 'agreed' }))).toMatchObject({ reason: 'crm_blank_kept', send: false });
    expect(decideField(state({ base, isMatchKey: true, local: 'agreed' }))).toMatchObject({ reason: 'crm_blank_kept', send: false });
  });
});

describe('while a conflict is open', () => {
  const BASE = { 'never agreed': undefined, agreed: { local: 'agreed', remote: 'AGREED' } } as const;
  const LOCAL = { equal: 'theirs', different: 'ours', blank: null, 'as agreed': 'agreed' } as const;
  const EXPECTED: Record<keyof typeof BASE, Record<keyof typeof LOCAL, FieldReason>> = {
    'never agreed': { equal: 'first_link_equal', different: 'conflict_open', blank: 'conflict_open', 'as agreed': 'conflict_open' },
    agreed: { equal: 'converged', different: 'conflict_open', blank: 'conflict_open', 'as agreed': 'conflict_open' },
  };
  for (const direction of ['inbound', 'both'] as const)
    for (const base of Object.keys(EXPECTED) as (keyof typeof BASE)[])
      it.each(Object.keys(LOCAL) as (keyof typeof LOCAL)[])(
        `${direction}, ${base}, %s here: nothing is taken and nothing sent`,
        (local) => {
          for (const policy of CONFLICT_POLICIES) {
            const sides = { local: LOCAL[local], remote: 'THEIRS', incoming: 'theirs' };
            const decision = decideField(state({ direction, policy, base: BASE[base], ...sides, isOpen: true }));
            const isOver = local === 'equal';
            expect(decision).toEqual({
              reason: EXPECTED[base][local],
              send: false,
              ...(isOver && { base: { local: 'theirs', remote: 'THEIRS' } }),
            });
          }
        },
      );
});

describe('while a write of ours is open (R2)', () => {
  const base = { local: 'a', remote: 'A' };
  it('a value that we sent is ours, not a move', () => {
    expect(decideField(state({ base, local: 'b', remote: 'B', incoming: 'b', sent: ['B'] }))).toEqual({ reason: 'ours', send: false });
  });
  it('the value from before is no news either', () => {
    expect(decideField(state({ base, local: 'b', remote: 'A', incoming: 'a', sent: ['B'] }))).toEqual({
      reason: 'local_changed',
      send: true,
    });
  });
  it('any other value is left alone and looked at again', () => {
    expect(decideField(state({ base, local: 'b', remote: 'C', incoming: 'c', sent: ['B'] }))).toEqual({
      reason: 'intent_open',
      send: false,
      recheck: true,
    });
    expect(decideField(state({ local: 'b', remote: 'C', incoming: 'c', sent: ['B'] }))).toEqual({
      reason: 'intent_open',
      send: false,
      recheck: true,
    });
    expect(decideField(state({ local: 'b', remote: 'B', incoming: 'b', sent: ['B'] }))).toEqual({ reason: 'ours', send: false });
  });
});

describe('after a write whose answer was lost: what it says may have been in the CRM', () => {
  const base = { local: 'a', remote: 'A' };
  const weighed = (over: Partial<FieldState>) => decideField(state({ base, remote: 'C', incoming: 'c', unsure: ['b'], ...over }));

  it('a third value in a field that only goes out stays, and both are kept in a conflict', () => {
    expect(weighed({ direction: 'outbound', local: 'b' })).toEqual({
      reason: 'conflict',
      base: { local: 'b', remote: 'C' },
      send: false,
      conflict: { winner: 'crm', reason: 'answer_lost' },
    });
  });

  it('what was changed here since goes out as ever', () => {
    expect(weighed({ direction: 'outbound', local: 'd' })).toEqual({ reason: 'drift', base: { local: 'a', remote: 'C' }, send: true });
    expect(weighed({ direction: 'outbound', local: 'a' })).toEqual({ reason: 'drift', base: { local: 'a', remote: 'C' }, send: false });
  });

  it('a third value in a field that goes both ways is decided by its policy, also where ours went back meanwhile', () => {
    for (const local of ['a', 'b', 'd'])
      expect(weighed({ local, policy: 'local' })).toMatchObject({ reason: 'conflict', send: true, conflict: { winner: 'local' } });
    expect(weighed({ local: 'a' })).toMatchObject({ set: 'c', conflict: { winner: 'crm', reason: 'policy' } });
  });

  it('the value from before says that it was not written: it goes again', () => {
    for (const direction of ['both', 'outbound'] as const)
      expect(weighed({ direction, local: 'b', remote: 'A', incoming: 'a' })).toEqual({ reason: 'local_changed', send: true });
  });
});

describe('newest (R24)', () => {
  const both = { base: { local: 'a', remote: 'a' }, policy: 'newest', local: 'b', remote: 'c', incoming: 'c' } as const;
  it.each([
    ['a later local edit wins', { local: 10_000, remote: 1_000 }, { winner: 'local', reason: 'later_edit' }],
    [
      'within the skew the CRM wins and says that times did not decide',
      { local: 2_000, remote: 1_000 },
      { winner: 'crm', reason: 'undecided_times' },
    ],
    ["a record's later stamp proves nothing", { local: 1_000, remote: 99_000 }, { winner: 'crm', reason: 'undecided_times' }],
    ["a field's own later time does", { local: 1_000, remote: 99_000, remoteIsExact: true }, { winner: 'crm', reason: 'later_edit' }],
    ['unknown times decide nothing', {}, { winner: 'crm', reason: 'undecided_times' }],
  ] as const)('%s', (_, times, conflict) => {
    expect(decideField(state({ ...both, times }))).toMatchObject({ reason: 'conflict', conflict });
  });
});

const values = fc.constantFrom<Value>(null, 'a', 'b', 'c', 0, false);
const states = fc.record({
  direction: fc.constantFrom<MappingDirection>('inbound', 'outbound', 'both'),
  policy: fc.constantFrom<ConflictPolicy | CheckedPolicy>(
    ...CONFLICT_POLICIES,
    () => 'local',
    () => 'manual',
    () => ({ value: 'third' }),
    () => 'unusable',
  ),
  firstLink: fc.constantFrom(...FIRST_LINK_POLICIES),
  isOpen: fc.boolean(),
  blank: fc.constantFrom('clear' as const, 'keep' as const),
  isMatchKey: fc.boolean(),
  base: fc.option(fc.record({ local: values, remote: values }), { nil: undefined }),
  local: values,
  remote: values,
  sent: fc.array(values, { maxLength: 2 }),
});

test.prop([states])('a decision carried out and decided again changes nothing', (given) => {
  const first = decideField(deepFreeze({ ...given, incoming: given.remote }));
  const local = first.set === undefined ? given.local : first.set;
  const isOpen = first.conflict?.winner === null || first.reason === 'conflict_open';
  const second = decideField({ ...given, incoming: given.remote, local, base: first.base ?? given.base, isOpen });
  expect(second.set === undefined || second.set === local).toBe(true);
  expect(second.base ?? first.base ?? given.base).toEqual(first.base ?? given.base);
});

test.prop([states])('an outbound field never changes the contact, an inbound one never sends', (given) => {
  const decision = decideField({ ...given, incoming: given.remote });
  if (given.direction === 'outbound') expect(decision.set).toBeUndefined();
  if (given.direction === 'inbound') expect(decision.send).toBe(false);
});

test.prop([states])('a local value is replaced only by a CRM value that moved, or at a first link', (given) => {
  const decision = decideField({ ...given, incoming: given.remote });
  if (decision.set !== undefined && given.base !== undefined) expect(given.remote).not.toBe(given.base.remote);
  if (given.isOpen) expect(decision.set).toBeUndefined();
});

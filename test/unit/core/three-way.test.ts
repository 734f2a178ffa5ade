import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConflictPolicy, MappingDirection } from '../../../src/core/mapping-types.ts';
import { decideField, type FieldDecision, type FieldReason, type FieldState } from '../../../src/core/three-way.ts';
import type { Value } from '../../../src/core/value.ts';

/** What one cell of the table expects: the reason, what the contact becomes, and whether something is left to send. */
type Cell = readonly [reason: FieldReason, set: 'set' | 'clear' | 'keep', send: boolean];

const state = (over: Partial<FieldState>): FieldState => ({
  direction: 'both',
  policy: 'crm',
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
    for (const policy of ['crm', 'local', 'newest'] as const satisfies ConflictPolicy[]) {
      const decision = decideField(state({ policy, local: 'ours', remote: 'theirs', incoming: 'theirs' }));
      expect(decision).toMatchObject({
        set: 'theirs',
        base: { local: 'theirs', remote: 'theirs' },
        send: false,
        conflict: { winner: 'crm' },
      });
    }
  });
});

describe('after an agreement: each side against its own half of the pair (R1)', () => {
  const base = { local: 'agreed', remote: 'AGREED' };
  const LOCAL = { same: 'agreed', moved: 'ours', cleared: null, converged: 'theirs' } as const;
  const REMOTE = { same: 'AGREED', moved: 'THEIRS', cleared: null } as const;
  const INCOMING: Record<keyof typeof REMOTE, Value> = { same: 'agreed', moved: 'theirs', cleared: null };
  const EXPECTED: Record<MappingDirection, Record<keyof typeof LOCAL, Record<keyof typeof REMOTE, Cell>>> = {
    inbound: {
      same: { same: ['unchanged', 'keep', false], moved: ['crm_changed', 'set', false], cleared: ['crm_cleared', 'clear', false] },
      moved: { same: ['local_changed', 'keep', false], moved: ['conflict', 'set', false], cleared: ['conflict', 'keep', false] },
      cleared: { same: ['local_changed', 'keep', false], moved: ['conflict', 'set', false], cleared: ['converged', 'keep', false] },
      converged: { same: ['local_changed', 'keep', false], moved: ['converged', 'keep', false], cleared: ['conflict', 'keep', false] },
    },
    both: {
      same: { same: ['unchanged', 'keep', false], moved: ['crm_changed', 'set', false], cleared: ['crm_cleared', 'clear', false] },
      moved: { same: ['local_changed', 'keep', true], moved: ['conflict', 'set', false], cleared: ['conflict', 'keep', true] },
      cleared: { same: ['local_changed', 'keep', true], moved: ['conflict', 'set', false], cleared: ['converged', 'keep', false] },
      converged: { same: ['local_changed', 'keep', true], moved: ['converged', 'keep', false], cleared: ['conflict', 'keep', true] },
    },
    outbound: {
      same: { same: ['unchanged', 'keep', false], moved: ['drift', 'keep', false], cleared: ['drift', 'keep', false] },
      moved: { same: ['local_changed', 'keep', true], moved: ['drift', 'keep', true], cleared: ['drift', 'keep', true] },
      cleared: { same: ['local_changed', 'keep', true], moved: ['drift', 'keep', true], cleared: ['drift', 'keep', true] },
      converged: { same: ['local_changed', 'keep', true], moved: ['drift', 'keep', true], cleared: ['drift', 'keep', true] },
    },
  };
  for (const direction of Object.keys(EXPECTED) as MappingDirection[])
    for (const local of Object.keys(LOCAL) as (keyof typeof LOCAL)[])
      it.each(Object.keys(REMOTE) as (keyof typeof REMOTE)[])(`${direction}, ${local} here, %s in the CRM`, (remote) => {
        const decision = decideField(state({ direction, base, local: LOCAL[local], remote: REMOTE[remote], incoming: INCOMING[remote] }));
        expect(cellOf(decision)).toEqual(EXPECTED[direction][local][remote]);
      });

  it('keeps the CRM half of the pair when the local value wins, so that the same CRM value is not a move again', () => {
    const first = decideField(state({ base, policy: 'local', local: 'ours', remote: 'THEIRS', incoming: 'theirs' }));
    expect(first).toMatchObject({ base: { local: 'agreed', remote: 'THEIRS' }, send: true });
    const again = decideField(state({ base: first.base, policy: 'local', local: 'ours', remote: 'THEIRS', incoming: 'theirs' }));
    expect(again).toEqual({ reason: 'local_changed', send: true });
  });

  it('does not clear where the mapping keeps, nor ever a match key (P8, R20)', () => {
    expect(decideField(state({ base, blank: 'keep', local: 'agreed' }))).toMatchObject({ reason: 'crm_blank_kept', send: false });
    expect(decideField(state({ base, isMatchKey: true, local: 'agreed' }))).toMatchObject({ reason: 'crm_blank_kept', send: false });
  });
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
  policy: fc.constantFrom<ConflictPolicy>('crm', 'local', 'newest'),
  blank: fc.constantFrom('clear' as const, 'keep' as const),
  isMatchKey: fc.boolean(),
  base: fc.option(fc.record({ local: values, remote: values }), { nil: undefined }),
  local: values,
  remote: values,
  sent: fc.array(values, { maxLength: 2 }),
});

test.prop([states])('a decision carried out and decided again changes nothing', (given) => {
  const first = decideField({ ...given, incoming: given.remote });
  const local = first.set === undefined ? given.local : first.set;
  const second = decideField({ ...given, incoming: given.remote, local, base: first.base ?? given.base });
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
});

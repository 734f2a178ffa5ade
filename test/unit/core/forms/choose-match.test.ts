import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMatch, type MatchToChoose } from '../../../../src/core/forms/choose-match.ts';
import { SEVERAL_POLICIES, type SeveralPolicy } from '../../../../src/core/forms/log-form.ts';

const ALICE: MatchToChoose = { record: { label: 'alice' }, createdAt: '2026-01-02T00:00:00.000Z', updatedAt: '2026-02-01T00:00:00.000Z' };
const BOB: MatchToChoose = { record: { label: 'Bob' }, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-03-01T00:00:00.000Z' };
const NOBODY: MatchToChoose = { record: null };

describe('chooseMatch', () => {
  const EXPECTED: Record<SeveralPolicy, readonly [MatchToChoose | null, string]> = {
    ask: [null, 'ask'],
    skip: [null, 'skip'],
    last_updated: [BOB, 'policy'],
    earliest_created: [BOB, 'policy'],
    alphabetical: [ALICE, 'policy'],
  };
  it.each(Object.entries(EXPECTED) as [SeveralPolicy, (typeof EXPECTED)['ask']][])('%s', (policy, [match, reason]) => {
    expect(chooseMatch([ALICE, BOB], policy)).toEqual({ match, reason });
    expect(chooseMatch([BOB, ALICE], policy)).toEqual({ match, reason });
  });

  it.each(SEVERAL_POLICIES)('%s takes the only one, and nobody is nobody', (policy) => {
    expect(chooseMatch([NOBODY], policy)).toEqual({ match: NOBODY, reason: 'only_one' });
    expect(chooseMatch([], policy)).toEqual({ match: null, reason: 'nobody' });
  });

  it.each(SEVERAL_POLICIES)('%s takes none while there may be others', (policy) => {
    const unasked = [{ object: 'Lead', code: 'out_of_time' }];
    expect(chooseMatch([{ ...ALICE, unasked }], policy)).toEqual({ match: null, reason: 'incomplete' });
    expect(chooseMatch([{ ...ALICE, unasked: [] }], policy).reason).toBe('only_one');
  });

  it.each(SEVERAL_POLICIES)('%s takes none while there may be others beside any of several', (policy) => {
    const open = { ...ALICE, unasked: [{ object: 'Lead', code: 'out_of_time' }] };
    expect(chooseMatch([open, BOB], policy)).toEqual({ match: null, reason: 'incomplete' });
    expect(chooseMatch([{ ...BOB, unasked: [] }, open], policy)).toEqual({ match: null, reason: 'incomplete' });
  });

  it('one without a record is chosen by its times, and not by a name that it has not', () => {
    const nameless: MatchToChoose = { record: null, createdAt: '2025-01-01T00:00:00.000Z', updatedAt: '2026-04-01T00:00:00.000Z' };
    expect(chooseMatch([ALICE, nameless], 'last_updated')).toEqual({ match: nameless, reason: 'policy' });
    expect(chooseMatch([ALICE, nameless], 'earliest_created')).toEqual({ match: nameless, reason: 'policy' });
    expect(chooseMatch([ALICE, nameless], 'alphabetical')).toEqual({ match: null, reason: 'undecided' });
  });

  it.each(['last_updated', 'earliest_created', 'alphabetical'] as const)('%s decides nothing where it lacks what it goes by', (policy) => {
    expect(chooseMatch([ALICE, NOBODY], policy)).toEqual({ match: null, reason: 'undecided' });
    expect(chooseMatch([ALICE, { ...ALICE }], policy)).toEqual({ match: null, reason: 'undecided' });
  });

  test.prop([
    fc.array(fc.record({ label: fc.string(), at: fc.integer({ min: 0, max: 5 }) }), { maxLength: 5 }),
    fc.constantFrom(...SEVERAL_POLICIES),
  ])('the order of the matches never matters', (people, policy) => {
    const matches = people.map(({ label, at }) => ({
      record: { label },
      createdAt: `2026-01-0${at + 1}T00:00:00.000Z`,
      updatedAt: `2026-02-0${at + 1}T00:00:00.000Z`,
    }));
    expect(chooseMatch(matches.toReversed(), policy)).toEqual(chooseMatch(matches, policy));
  });
});

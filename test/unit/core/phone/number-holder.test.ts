import { describe, expect, it } from 'vitest';
import { type HolderInput, holdersAt } from '../../../../src/core/phone/number-holder.ts';

describe('whose number it was at a time (R20)', () => {
  const x = { contactId: 'x', from: 10, until: 20 };
  const CASES: Record<string, Omit<HolderInput, 'at'> & { readonly expected: readonly [at: number, ids: readonly string[]][] }> = {
    'nobody ever had it': { owners: [], former: [], expected: [[15, []]] },
    'one has it: theirs, also before anybody knew': {
      owners: [{ contactId: 'y', since: 30 }],
      former: [],
      expected: [
        [5, ['y']],
        [30, ['y']],
      ],
    },
    'one had it: theirs until then, nobody’s later': {
      owners: [],
      former: [x],
      expected: [
        [5, ['x']],
        [10, ['x']],
        [19, ['x']],
        [20, []],
      ],
    },
    'another one got it: each in their time, in between it could be either': {
      owners: [{ contactId: 'y', since: 30 }],
      former: [x],
      expected: [
        [5, ['x']],
        [15, ['x']],
        [20, ['x', 'y']],
        [25, ['x', 'y']],
        [30, ['y']],
      ],
    },
    'two had it in turn before: between the last of them and who has it now it could be either of these': {
      owners: [{ contactId: 'y', since: 50 }],
      former: [x, { contactId: 'z', from: 20, until: 40 }],
      expected: [
        [5, ['x']],
        [20, ['z']],
        [45, ['z', 'y']],
        [50, ['y']],
      ],
    },
    'two had it, with a time between them: then it could be either of these two': {
      owners: [{ contactId: 'y', since: 50 }],
      former: [x, { contactId: 'z', from: 30, until: 40 }],
      expected: [
        [25, ['x', 'z']],
        [45, ['z', 'y']],
      ],
    },
    'two had it, and nobody has it now: between them it could be either, after them it is nobody’s': {
      owners: [],
      former: [x, { contactId: 'z', from: 30, until: 40 }],
      expected: [
        [25, ['x', 'z']],
        [45, []],
      ],
    },
    'two came to have it, one after the other: before them it could be the first of these': {
      owners: [
        { contactId: 'y', since: 50 },
        { contactId: 'w', since: 60 },
      ],
      former: [x],
      expected: [
        [45, ['x', 'y']],
        [60, ['y', 'w']],
      ],
    },
    'one had it for no time at all: theirs before, and from then on it could be either': {
      owners: [{ contactId: 'y', since: 30 }],
      former: [{ contactId: 'x', from: 10, until: 10 }],
      expected: [
        [5, ['x']],
        [10, ['x', 'y']],
        [15, ['x', 'y']],
        [30, ['y']],
      ],
    },
    'another one has it, not known since when: since the first one left': {
      owners: [{ contactId: 'y', since: null }],
      former: [{ ...x, from: null }],
      expected: [
        [5, ['x']],
        [19, ['x']],
        [20, ['y']],
      ],
    },
    'one has it, not known since when, and shared it with another who came and left: before that it could be either': {
      owners: [{ contactId: 'y', since: null }],
      former: [x],
      expected: [
        [5, ['x', 'y']],
        [15, ['x']],
        [20, ['y']],
      ],
    },
    'the same contact has it again': {
      owners: [{ contactId: 'x', since: 30 }],
      former: [x],
      expected: [
        [15, ['x']],
        [25, ['x']],
        [30, ['x']],
      ],
    },
    'the same contact has it again, not known since when: since another one left, not since its own earlier time ended': {
      owners: [{ contactId: 'x', since: null }],
      former: [
        { contactId: 'y', from: 10, until: 20 },
        { contactId: 'x', from: 30, until: 40 },
      ],
      expected: [
        [15, ['y']],
        [20, ['x']],
        [25, ['x']],
        [40, ['x']],
      ],
    },
    'two share it now, one of them since later': {
      owners: [
        { contactId: 'x', since: 10 },
        { contactId: 'y', since: 30 },
      ],
      former: [],
      expected: [
        [15, ['x']],
        [35, ['x', 'y']],
      ],
    },
    'three in turn': {
      owners: [],
      former: [x, { contactId: 'z', from: 20, until: 40 }],
      expected: [
        [15, ['x']],
        [20, ['z']],
        [40, []],
      ],
    },
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const { owners, former, expected } = CASES[name]!;
    for (const [at, ids] of expected) expect([at, holdersAt({ owners, former, at })]).toEqual([at, ids]);
  });
});

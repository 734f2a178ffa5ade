import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { FLIP_WINDOW_MS } from '../../../../src/core/link/flips.ts';
import type { OpenConflict } from '../../../../src/core/link/link.ts';
import { type ConflictPlace, OpenConflicts } from '../../../../src/core/sync/open-conflicts.ts';
import type { FieldDecision, FieldReason } from '../../../../src/core/sync/three-way.ts';
import { START } from '../world.ts';

const place: ConflictPlace = deepFreeze({
  recordId: 'r1',
  contactId: 'c1',
  field: 'email',
  crm: 'Email',
  base: { local: 'a', remote: 'A' },
  local: 'b',
  remote: 'C',
  incoming: 'c',
});
const SIDES = { local: 'b', remote: 'C', incoming: 'c' };
const KEPT = { field: 'email', times: null, ...SIDES };
const known = deepFreeze({ id: 'known', kind: 'manual', reason: 'policy', since: START - 1, ...KEPT } as const satisfies OpenConflict);
const rewritten = deepFreeze({ ...known, kind: 'rewritten', reason: 'rewritten' } as const satisfies OpenConflict);

const conflictsOf = (open?: Readonly<Record<string, OpenConflict>>, now = START) => new OpenConflicts(deepFreeze(open), now);
const decision = (reason: FieldReason, conflict?: FieldDecision['conflict']): FieldDecision => ({
  reason,
  send: false,
  ...(conflict !== undefined && { conflict }),
});
const waits = decision('conflict', { winner: null, open: 'manual', reason: 'policy' });
const merges = decision('conflict', { winner: null, open: 'merge', reason: 'policy' });
const won = decision('conflict', { winner: 'crm', reason: 'later_edit' });

/** What one decision makes of what was open. */
function outcome(
  open: Readonly<Record<string, OpenConflict>> | undefined,
  of: FieldDecision,
  at: Partial<ConflictPlace> = {},
  now = START,
) {
  const conflicts = conflictsOf(open, now);
  conflicts.decided({ ...place, ...at }, of);
  return conflicts;
}

const link = { recordId: 'r1', contactId: 'c1', base: {}, fields: { email: 'bb' } };
/** What is over by itself. */
function ended(open: OpenConflict, direction: 'inbound' | 'outbound' | 'both', now = START) {
  const conflicts = conflictsOf({ Email: open }, now);
  conflicts.end([{ key: 'Email', direction }], link);
  return conflicts;
}

describe('a conflict', () => {
  it('that waits is told and kept with both sides as they are', () => {
    const conflicts = outcome(undefined, waits);
    const { id } = conflicts.conflicts[0]!;
    expect(conflicts.conflicts).toEqual([
      { ...place, id, since: START, times: null, winner: null, reason: 'policy', open: 'manual', event: 'found' },
    ]);
    expect(conflicts.open).toEqual({ open: { Email: { id, since: START, kind: 'manual', reason: 'policy', ...KEPT } } });
    expect(conflicts.hasChanged).toBe(true);
  });

  it('that is decided is told, and nothing is kept', () => {
    const conflicts = outcome(undefined, won);
    expect(conflicts.conflicts).toMatchObject([{ winner: 'crm', reason: 'later_edit', open: null, event: 'found', since: START }]);
    expect(conflicts.open).toEqual({});
  });

  it('of an open one that moved on keeps its id and how long it has been open', () => {
    const conflicts = outcome({ Email: known }, merges, { remote: 'D', incoming: 'd' });
    expect(conflicts.conflicts).toMatchObject([{ id: 'known', since: known.since, winner: null, open: 'merge', event: 'moved' }]);
    expect(conflicts.open).toEqual({ open: { Email: { ...known, kind: 'merge', remote: 'D', incoming: 'd' } } });
  });

  it('that was open and is decided now is over under its id', () => {
    const conflicts = outcome({ Email: known }, won);
    expect(conflicts.conflicts).toMatchObject([{ id: 'known', since: known.since, winner: 'crm', open: null, event: 'closed' }]);
    expect(conflicts.open).toEqual({});
  });

  it('after the CRM undid what was sent is another one, and takes its place where it waits', () => {
    const conflicts = outcome({ Email: rewritten }, waits);
    expect(conflicts.conflicts).toMatchObject([
      { id: 'known', event: 'closed', reason: 'replaced', open: null },
      { since: START, event: 'found', open: 'manual' },
    ]);
    expect(conflicts.conflicts[1]!.id).not.toBe('known');
    expect(conflicts.open).toMatchObject({ open: { Email: { id: conflicts.conflicts[1]!.id, kind: 'manual' } } });
    const decided = outcome({ Email: rewritten }, won);
    expect(decided.conflicts).toMatchObject([{ event: 'found', since: START }]);
    expect(decided.open).toEqual({ open: { Email: rewritten } });
  });

  it('of another field is no business of this one', () => {
    const conflicts = outcome({ Phone: known }, won);
    expect(conflicts.open).toEqual({ open: { Phone: known } });
  });
});

describe('an open conflict', () => {
  it('stays where neither side has moved', () => {
    const conflicts = outcome({ Email: known }, decision('conflict_open'));
    expect(conflicts.conflicts).toEqual([]);
    expect(conflicts.hasChanged).toBe(false);
    expect(conflicts.open).toEqual({ open: { Email: known } });
  });

  it.each([
    ['here', { local: 'bb' }],
    ['in the CRM', { remote: 'CC', incoming: 'cc' }],
  ] as const)('is told again where its value moved %s', (_, moved) => {
    const conflicts = outcome({ Email: known }, decision('conflict_open'), moved);
    expect(conflicts.conflicts).toEqual([
      {
        ...place,
        ...moved,
        id: 'known',
        since: known.since,
        times: null,
        winner: null,
        reason: 'policy',
        open: 'manual',
        event: 'moved',
      },
    ]);
    expect(conflicts.open).toEqual({ open: { Email: { ...known, ...moved } } });
  });

  it.each([
    ['converged', 'sides_agree'],
    ['first_link_equal', 'sides_agree'],
    ['unchanged', 'sides_agree'],
    ['crm_changed', 'mapping_changed'],
    ['local_changed', 'mapping_changed'],
  ] as const)('is over where the decision is %s: %s', (reason, told) => {
    const conflicts = outcome({ Email: known }, decision(reason));
    expect(conflicts.conflicts).toEqual([
      { ...place, id: 'known', since: known.since, times: null, winner: null, reason: told, open: null, event: 'closed' },
    ]);
    expect(conflicts.open).toEqual({});
  });

  it('is over with its rule, and shows what the contact has and the CRM was last seen with', () => {
    const times = { local: 5, remote: 7, remoteIsExact: true };
    const conflicts = conflictsOf({ Email: { ...known, times }, Phone: known });
    conflicts.end([{ key: 'Phone', direction: 'both' }], { ...link, base: { Email: { local: 'a', remote: 'A' } } });
    expect(conflicts.conflicts).toEqual([
      {
        ...place,
        local: 'bb',
        id: 'known',
        since: known.since,
        times,
        winner: null,
        reason: 'mapping_changed',
        open: null,
        event: 'closed',
      },
    ]);
    expect(conflicts.of('Email')).toBeUndefined();
    expect(conflicts.open).toEqual({ open: { Phone: known } });
  });

  it('is found by its mapping key alone', () => {
    const conflicts = conflictsOf({ Email: known });
    expect(conflicts.of('Email')).toBe(known);
    expect(conflicts.of('Phone')).toBeUndefined();
    expect(conflicts.of('constructor')).toBeUndefined();
    expect(conflictsOf().open).toEqual({});
  });
});

describe('a field that the CRM keeps undoing (P4)', () => {
  it('is told and kept, and nothing is sent for it from then on', () => {
    const conflicts = conflictsOf();
    expect(conflicts.isRewritten('Email')).toBe(false);
    conflicts.rewritten(place);
    const { id } = conflicts.conflicts[0]!;
    expect(conflicts.conflicts).toEqual([
      { ...place, id, since: START, times: null, winner: null, reason: 'rewritten', open: 'rewritten', event: 'found' },
    ]);
    expect(conflicts.open).toEqual({ open: { Email: { id, since: START, kind: 'rewritten', reason: 'rewritten', ...KEPT } } });
    expect(conflicts.isRewritten('Email')).toBe(true);
    expect(conflicts.isRewritten('Phone')).toBe(false);
    expect(conflictsOf({ Email: known }).isRewritten('Email')).toBe(false);
    expect(conflictsOf({ Email: rewritten }).isRewritten('Email')).toBe(true);
  });

  it.each(['unchanged', 'converged', 'local_changed', 'crm_changed'] as const)('stays so whatever is decided: %s', (reason) => {
    const conflicts = outcome({ Email: rewritten }, decision(reason), { local: 'x', remote: 'y' });
    expect(conflicts.conflicts).toEqual([]);
    expect(conflicts.open).toEqual({ open: { Email: rewritten } });
  });

  it('is sent again once the CRM has left it alone for the whole window, and not a moment earlier', () => {
    const left = ended(rewritten, 'both', rewritten.since + FLIP_WINDOW_MS);
    expect(left.conflicts).toMatchObject([
      { id: 'known', since: rewritten.since, winner: null, reason: 'left_alone', open: null, event: 'closed', base: null },
    ]);
    expect(left.open).toEqual({});
    expect(left.isRewritten('Email')).toBe(false);
    expect(ended(rewritten, 'both', rewritten.since + FLIP_WINDOW_MS - 1).conflicts).toEqual([]);
    // Any other one waits for the host, however long that takes.
    const manual = ended(known, 'both', known.since + 10 * FLIP_WINDOW_MS);
    expect(manual.conflicts).toEqual([]);
    expect(manual.open).toEqual({ open: { Email: known } });
  });

  it('is nothing to wait for once the field is only read; another conflict of it is', () => {
    expect(ended(rewritten, 'inbound').conflicts).toMatchObject([{ id: 'known', reason: 'mapping_changed', open: null }]);
    expect(ended(rewritten, 'outbound').conflicts).toEqual([]);
    expect(ended(known, 'inbound').conflicts).toEqual([]);
  });
});

describe('when each side changed', () => {
  it.each([
    ['is unknown', undefined, null],
    ['is unknown of both', { local: undefined, remote: undefined }, null],
    ['is known of the edit here', { local: 5 }, { local: 5, remote: null, remoteIsExact: false }],
    ['is known of the CRM', { remote: 7 }, { local: null, remote: 7, remoteIsExact: false }],
    ['is known exactly', { local: 5, remote: 7, remoteIsExact: true }, { local: 5, remote: 7, remoteIsExact: true }],
    ['may have been at the start of time', { local: 0, remote: 0 }, { local: 0, remote: 0, remoteIsExact: false }],
  ])('%s', (_, times, told) => {
    expect(outcome(undefined, waits, { times }).conflicts[0]!.times).toEqual(told);
    const conflicts = conflictsOf();
    conflicts.rewritten({ ...place, times });
    expect(conflicts.conflicts[0]!.times).toEqual(told);
  });
});

describe('the id of a conflict', () => {
  const idOf = (at: Partial<ConflictPlace> = {}, now = START) => outcome(undefined, waits, at, now).conflicts[0]!.id;

  it('is its time, then a hash', () => expect(idOf()).toMatch(/^2026-01-05T09:00:00\.000Z-[0-9a-f]{16}$/));

  it('is the same for the same conflict planned twice, however it came about', () => {
    expect(idOf()).toBe(idOf({ times: { local: 5 } }));
  });

  it.each([
    ['time', {}, START + 1],
    ['record', { recordId: 'r2' }],
    ['contact', { contactId: 'c2' }],
    ['CRM field', { crm: 'Mail' }],
    ['pair agreed on', { base: null }],
    ['value here', { local: 'x' }],
    ['value in the CRM', { remote: 'x' }],
  ] as const)('is another one for another %s', (_, at, now = START) => expect(idOf(at, now)).not.toBe(idOf()));
});

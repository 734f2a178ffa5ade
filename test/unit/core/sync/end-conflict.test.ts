import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { EMPTY_BODY, type OpenConflict } from '../../../../src/core/link/link.ts';
import { endConflict, endConflicts } from '../../../../src/core/sync/end-conflict.ts';
import { START } from '../world.ts';

const place = { recordId: 'r1', contactId: 'c1' };
const times = { local: 5, remote: 7, remoteIsExact: true };
const seen = { id: 'known', field: 'email', since: START, times, local: 'b', remote: 'C', incoming: 'c' };
const known = deepFreeze({ ...seen, kind: 'manual', reason: 'policy' } as const satisfies OpenConflict);
const other = deepFreeze({ ...known, id: 'other', field: 'title', kind: 'rewritten', reason: 'rewritten' } as const satisfies OpenConflict);

const over = { winner: null, open: null, event: 'closed' };

it('a conflict that is over is told as it was last seen, with no winner', () => {
  const base = { local: 'a', remote: 'A' };
  expect(endConflict({ ...place, crm: 'Email', base }, known, 'sides_agree')).toEqual({
    ...place,
    ...seen,
    ...over,
    crm: 'Email',
    base,
    reason: 'sides_agree',
  });
});

describe('with a link end its open conflicts', () => {
  const base = { Email: { local: 'a', remote: 'A' }, Phone: '+14155550123' };

  it('each under its own id, beside what had been agreed on', () => {
    expect(endConflicts({ ...EMPTY_BODY, base, open: { Email: known, Title: other } }, place).conflicts).toEqual([
      { ...place, ...seen, ...over, crm: 'Email', base: { local: 'a', remote: 'A' }, reason: 'link_closed' },
      { ...place, ...seen, ...over, id: 'other', field: 'title', crm: 'Title', base: null, reason: 'link_closed' },
    ]);
  });

  it('and nothing else of what the link says', () => {
    const body = { ...EMPTY_BODY, base, modifiedAt: '2026-01-05T09:00:00.000Z' };
    const ended = endConflicts({ ...body, open: { Email: known } }, place);
    expect(ended.body).toEqual(body);
    expect(ended.body).not.toHaveProperty('open');
  });

  it('of which there may be none', () => {
    expect(endConflicts({ ...EMPTY_BODY, base }, place)).toEqual({ body: { ...EMPTY_BODY, base }, conflicts: [] });
    expect(endConflicts({ ...EMPTY_BODY, base, open: {} }, place).conflicts).toEqual([]);
  });
});

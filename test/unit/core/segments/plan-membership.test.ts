import { describe, expect, it } from 'vitest';
import { NO_CONVERSATIONS } from '../../../../src/core/schema/contact-facts.ts';
import {
  type CompiledSegment,
  type MembershipInput,
  NO_MEMBERSHIP,
  planMembership,
} from '../../../../src/core/segments/plan-membership.ts';
import type { Fields } from '../../../../src/core/values/value.ts';

const hot: CompiledSegment = { name: 'hot', where: { field: 'score', gt: 5 }, hash: 'h1', watch: ['email'], initial: false };
const contact = (fields: Fields, removed = false): MembershipInput['contact'] => ({
  fields,
  links: [],
  conversations: NO_CONVERSATIONS,
  removed,
});
const plan = (fields: Fields, more: Partial<MembershipInput> = {}) =>
  planMembership({
    segments: [hot],
    known: { hot: 'h1' },
    before: NO_MEMBERSHIP,
    contact: contact(fields),
    isFull: false,
    isFirstRead: false,
    ...more,
  });
const was = (values: Fields) => ({ ...NO_MEMBERSHIP, in: { hot: values } });

describe('planMembership', () => {
  it.each<[string, Fields, Partial<MembershipInput>, string[], object]>([
    ['enters', { score: 6, email: 'a' }, {}, ['entered'], { hot: { email: 'a' } }],
    ['stays out', { score: 5 }, {}, [], {}],
    ['stays in', { score: 6, email: 'a' }, { before: was({ email: 'a' }) }, [], { hot: { email: 'a' } }],
    ['leaves', { score: 5 }, { before: was({ email: 'a' }) }, ['left'], {}],
    ['changes', { score: 6, email: 'b' }, { before: was({ email: 'a' }) }, ['changed'], { hot: { email: 'b' } }],
    ['is watched by one field more', { score: 6, email: 'b' }, { before: was({}) }, [], { hot: { email: 'b' } }],
    ['is removed', {}, { before: was({ email: 'a' }), contact: contact({}, true) }, ['left'], {}],
    ['comes by a first read', { score: 6, email: null }, { isFirstRead: true }, [], { hot: { email: null } }],
    ['leaves while another object is read first', { score: 5 }, { before: was({}), isFirstRead: true }, ['left'], {}],
    ['is in a new segment', { score: 6 }, { known: {} }, [], {}],
    ['is in a new segment, and everybody is compared', { score: 6, email: 'a' }, { known: {}, isFull: true }, [], { hot: { email: 'a' } }],
    ['was in a segment that others are in now', { score: 5 }, { known: { hot: 'h0' }, before: was({}), isFull: true }, [], {}],
    ['was in a segment that is gone', { score: 6 }, { segments: [], before: was({}), isFull: true }, [], {}],
    ['was in a segment of other settings', { score: 6 }, { segments: [], before: was({}) }, [], { hot: {} }],
    [
      'is in a segment with `initial`',
      { score: 6 },
      { known: {}, segments: [{ ...hot, initial: true }], isFirstRead: true },
      ['entered'],
      { hot: { email: null } },
    ],
    ['is in a segment of a hostile name', { score: 6 }, { segments: [{ ...hot, name: '__proto__', watch: [] }] }, [], {}],
  ])('a contact that %s', (_, fields, more, types, isIn) => {
    const planned = plan(fields, more);
    expect(planned.events.map(({ type }) => type)).toEqual(types);
    expect(planned.in).toEqual(isIn);
  });

  it('says what has changed, and gives the same object back where nothing has', () => {
    expect(plan({ score: 6, email: 'b' }, { before: was({ email: 'a' }) }).events[0]?.changes).toEqual([
      { field: 'email', before: 'a', after: 'b' },
    ]);
    const before = was({ email: 'a' });
    expect(plan({ score: 6, email: 'a' }, { before }).in).toBe(before.in);
    expect(plan({ score: 1 }).in).toBe(NO_MEMBERSHIP.in);
  });
});

import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../../src/core/link/link.ts';
import { compileContactFilter, safeParseContactFilter } from '../../../../src/core/mapping/contact-filter.ts';
import { matchesFilter } from '../../../../src/core/mapping/filter.ts';
import { type FilteredContact, factReader } from '../../../../src/core/schema/contact-facts.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';

const schema = defineContactSchema({
  email: { type: 'string' },
  score: { type: 'number' },
  status: { type: 'enum', options: ['New', { value: 'won', label: 'Closed won' }] },
  born: { type: 'date' },
  seen: { type: 'datetime' },
});

it.each([
  [
    { field: 'score', gt: '10' },
    { field: 'score', gt: 10 },
  ],
  [
    { field: 'status', eq: 'Closed Won' },
    { field: 'status', eq: 'won' },
  ],
  [
    { field: 'status', in: ['NEW', null, ''] },
    { field: 'status', in: ['New', null, null] },
  ],
  [
    { field: 'do_not_call', ne: 'yes' },
    { field: 'do_not_call', ne: true },
  ],
  [
    { field: 'born', since: '2026-01-05T23:30:00Z' },
    { field: 'born', since: '2026-01-06' },
  ],
  [
    { field: 'seen', lt: '2026-01-05' },
    { field: 'seen', lt: '2026-01-04T23:00:00.000Z' },
  ],
  [
    { field: 'phone_number', eq: '030 901820' },
    { field: 'phone_number', eq: '+4930901820' },
  ],
  [
    { field: 'phone_number', contains: '0123' },
    { field: 'phone_number', contains: '0123' },
  ],
  [
    { field: '$link.Contact', eq: 'Active' },
    { field: '$link.Contact', eq: 'active' },
  ],
  [{ not: { any: [{ field: 'seen', since: '2026-01-05' }] } }, { not: { any: [{ field: 'seen', since: '2026-01-04T23:00:00.000Z' }] } }],
])('%j is evaluated as %j', (filter, compiled) => {
  const parsed = safeParseContactFilter(schema, filter);
  expect(parsed.ok).toBe(true);
  expect(compileContactFilter(schema, filter as never, { defaultCountry: 'DE', timeZone: 'Europe/Berlin' })).toEqual(compiled);
});

it.each([
  [{ field: 'scroe', gt: 1 }, ['field'], 'unknown_field'],
  [{ field: '$link.', eq: 'active' }, ['field'], 'unknown_field'],
  [{ field: '__proto__', eq: 1 }, ['field'], 'unknown_field'],
  [{ field: 'do_not_call', gt: 1 }, ['gt'], 'operator_not_for_type'],
  [{ field: 'email', since: '2026-01-05' }, ['since'], 'operator_not_for_type'],
  [{ field: 'score', contains: '1' }, ['contains'], 'operator_not_for_type'],
  [{ field: 'score', eq: 'many' }, ['eq'], 'not_a_number'],
  [{ field: 'born', lt: '2026-02-30' }, ['lt'], 'no_such_day'],
  [{ all: [{ field: 'status', in: ['New', 'Lost'] }] }, ['all', 0, 'in', 1], 'unknown_option'],
  [{ field: '$link.Contact', eq: 'linked' }, ['eq'], 'unknown_option'],
])('%j is refused', (filter, path, code) => {
  expect(safeParseContactFilter(schema, filter)).toMatchObject({ ok: false, issues: [{ path, code }] });
});

describe('facts', () => {
  const contact = (...states: readonly LinkState[]): FilteredContact => ({
    fields: { score: 5 },
    links: states.map((state, index) => ({ id: `l${index}`, object: 'Contact', state, syncedAt: index })),
    conversations: { count: 2, lastAt: '2026-01-05T09:00:00.000Z' },
  });

  it.each<[readonly LinkState[], LinkState | null]>([
    [[], null],
    [['left_filter'], 'left_filter'],
    [['active', 'superseded'], 'active'],
    [['tombstone', 'creating', 'declined'], 'creating'],
    [['tombstone', 'superseded'], 'superseded'],
  ])('the record of %j is %j', (states, state) => {
    expect(factReader(contact(...states))('$link.Contact') ?? null).toBe(state);
    expect(factReader(contact(...states))('$link.Lead') ?? null).toBeNull();
  });

  it('are read beside the fields, of which only own ones count', () => {
    const read = factReader(contact('active'));
    expect(
      matchesFilter(
        {
          all: [
            { field: '$conversations', gt: 1 },
            { field: 'score', eq: 5 },
          ],
        },
        read,
      ),
    ).toBe(true);
    expect(read('constructor')).toBeUndefined();
  });
});

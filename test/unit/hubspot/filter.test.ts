import { describe, expect, it } from 'vitest';
import { searchGroups } from '../../../src/connectors/hubspot/query/filter.ts';
import type { Filter } from '../../../src/core/mapping/filter.ts';
import { describedField as field } from '../described-field.ts';

const options = ['NEW', 'OPEN'].map((value) => ({ value, label: value }));
const FIELDS = new Map(
  [
    field('name', 'string'),
    field('status', 'picklist', { options, restricted: true }),
    field('topics', 'multipicklist', { options }),
    field('owner', 'reference'),
    field('record', 'id'),
    field('score', 'number'),
    field('vip', 'boolean'),
    field('born', 'date'),
    field('met', 'datetime'),
  ].map((each) => [each.name, each]),
);
/** Groups in short: `name IN ann|bea` and `name HAS`. */
const shown = (filter: Filter): string | null =>
  searchGroups(filter, FIELDS)
    ?.map((group) =>
      group
        .map(({ propertyName, operator, value, values }) => [propertyName, operator, value ?? values?.join('|')].filter(Boolean).join(' '))
        .join(' AND '),
    )
    .join(' OR ') ?? null;
const ms = (text: string) => Date.parse(text);

describe('searchGroups', () => {
  it.each<[Filter, string]>([
    [{ field: 'name', eq: 'Ann' }, 'name IN ann'],
    [{ field: 'name', in: ['Ann', 'Bea'] }, 'name IN ann|bea'],
    [{ field: 'name', ne: 'Ann' }, 'name NOT_IN ann OR name NOT_HAS_PROPERTY'],
    [{ field: 'name', ne: null }, 'name HAS_PROPERTY'],
    [{ not: { field: 'name', in: ['Ann', null] } }, 'name NOT_IN ann AND name HAS_PROPERTY'],
    [{ field: 'name', blank: false }, 'name HAS_PROPERTY'],
    [{ field: 'status', eq: 'new' }, 'status IN NEW'],
    [{ field: 'owner', eq: '11349275740' }, 'owner IN 11349275740'],
    [{ field: 'record', in: ['101', '102'] }, 'record EQ 101 OR record EQ 102'],
    [{ field: 'score', eq: 7 }, 'score EQ 7'],
    [{ field: 'score', gt: 7 }, 'score GTE 7'],
    [{ field: 'score', lt: 7 }, 'score LTE 7'],
    [{ not: { field: 'score', gt: 7 } }, 'score LTE 7 OR score NOT_HAS_PROPERTY'],
    [{ field: 'score', ne: 7 }, 'score NEQ 7 OR score NOT_HAS_PROPERTY'],
    [{ field: 'vip', eq: true }, 'vip EQ true'],
    [{ field: 'born', eq: '2025-03-15' }, `born EQ ${ms('2025-03-15T00:00:00Z')}`],
    [{ field: 'born', since: '2025-03-15' }, `born GTE ${ms('2025-03-14T00:00:00Z')}`],
    [{ field: 'met', lt: '2025-03-15T10:30:00Z' }, `met LTE ${ms('2025-03-17T10:30:00Z')}`],
    [{ field: 'met', eq: '2025-03-15T10:30:00.000Z' }, `met EQ ${ms('2025-03-15T10:30:00Z')}`],
    [
      {
        all: [
          { field: 'vip', eq: true },
          { field: 'name', eq: 'Ann' },
        ],
      },
      'vip EQ true AND name IN ann',
    ],
    [
      {
        any: [
          { field: 'vip', eq: true },
          { field: 'name', eq: 'Ann' },
        ],
      },
      'vip EQ true OR name IN ann',
    ],
    [
      {
        all: [
          { field: 'name', ne: 'Ann' },
          { field: 'score', ne: 7 },
        ],
      },
      'name NOT_IN ann AND score NEQ 7 OR name NOT_IN ann AND score NOT_HAS_PROPERTY OR name NOT_HAS_PROPERTY AND score NEQ 7 OR name NOT_HAS_PROPERTY AND score NOT_HAS_PROPERTY',
    ],
    [
      {
        all: [
          { field: 'name', contains: 'nn' },
          { field: 'vip', eq: true },
        ],
      },
      'vip EQ true',
    ],
  ])('%j: %s', (filter, expected) => expect(shown(filter)).toBe(expected));

  it.each<[why: string, Filter]>([
    ['HubSpot compares words, not parts of them', { field: 'name', contains: 'nn' }],
    ['a cleared property may count as filled', { field: 'name', blank: true }],
    ['so may one of several values', { field: 'name', in: ['Ann', null] }],
    ['other alphabets have other small letters', { field: 'name', eq: 'Zoë' }],
    ['spaces at the end may be cut', { field: 'name', eq: 'Ann ' }],
    ['a value that is no option may be that of an old one', { field: 'status', eq: 'X' }],
    ['several choices are one text to the engine', { field: 'topics', eq: 'NEW' }],
    ['an owner that is no id', { field: 'owner', eq: 'Ann' }],
    ['a number that is text', { field: 'score', eq: '7' }],
    ['a time in another form', { field: 'met', eq: '2025-03-15T10:30:00Z' }],
    ['a day that does not exist', { field: 'born', eq: '2025-02-30' }],
    ['epoch milliseconds, which the engine does not read', { field: 'met', gt: '1741996800000' }],
    ['a property that is not described', { field: 'hidden', eq: 'x' }],
    ["a company's property", { field: 'company.name', eq: 'Acme' }],
    [
      'one of several alternatives',
      {
        any: [
          { field: 'vip', eq: true },
          { field: 'name', contains: 'x' },
        ],
      },
    ],
    ['more alternatives than a search takes', { field: 'score', in: [1, 2, 3, 4, 5, 6] }],
    ['more conditions than a search takes', { all: Array.from({ length: 6 }, (_, score) => ({ field: 'score', gt: score })) }],
    ['a body that is too long', { field: 'name', in: Array.from({ length: 100 }, (_, index) => `${'x'.repeat(40)}${index}`) }],
  ])('leaves to the engine: %s', (_, filter) => expect(shown(filter)).toBeNull());
});

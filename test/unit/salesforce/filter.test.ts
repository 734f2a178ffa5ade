import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../src/connectors/salesforce/query/filter.ts';
import type { Filter } from '../../../src/core/mapping/filter.ts';
import type { CrmFieldType } from '../../../src/core/schema/described.ts';

const FIELDS = new Map<string, { type: CrmFieldType; filterable: boolean }>(
  (
    [
      ['Name', 'string'],
      ['Account.Name', 'string'],
      ['Status', 'picklist'],
      ['Kinds', 'multipicklist'],
      ['Score', 'number'],
      ['DoNotCall', 'boolean'],
      ['Birthdate', 'date'],
      ['CreatedDate', 'datetime'],
      ['OwnerId', 'reference'],
    ] as readonly [string, CrmFieldType][]
  ).map(([name, type]) => [name, { type, filterable: true }] as const),
);
FIELDS.set('Notes', { type: 'text', filterable: false });

const CLAUSES: readonly (readonly [title: string, filter: Filter, clause: string | null])[] = [
  ['text', { field: 'Name', eq: "O'Brien" }, "Name = 'O\\'Brien'"],
  ['a parent', { field: 'Account.Name', eq: 'Acme' }, "Account.Name = 'Acme'"],
  ['several texts', { field: 'Status', in: ['New', 'Open'] }, "Status IN ('New', 'Open')"],
  ['a text or blank', { field: 'Status', in: ['New', null] }, "(Status = 'New' OR Status = null)"],
  ['another option', { field: 'Status', ne: 'Closed' }, "(Status != 'Closed' OR Status = null)"],
  ['options that it is not', { not: { field: 'Status', in: ['A', 'B'] } }, "(Status NOT IN ('A', 'B') OR Status = null)"],
  ['another text', { field: 'Name', ne: 'acme' }, "(Name != 'acme' OR Name = null)"],
  ['part of a text', { field: 'Name', contains: '50%_' }, "Name LIKE '%50\\%\\_%'"],
  ['no part of a text', { not: { field: 'Name', contains: 'a' } }, "((NOT Name LIKE '%a%') OR Name = null)"],
  ['blank', { field: 'Name', blank: true }, 'Name = null'],
  ['filled', { field: 'Name', blank: false }, 'Name != null'],
  ['not blank', { not: { field: 'Name', blank: true } }, 'Name != null'],
  ['equal to null', { field: 'Score', eq: null }, 'Score = null'],
  ['blank boolean, which SOQL would take for false', { field: 'DoNotCall', blank: true }, null],
  ['false', { field: 'DoNotCall', eq: false }, 'DoNotCall = FALSE'],
  ['not true', { field: 'DoNotCall', ne: true }, 'DoNotCall != TRUE'],
  ['a number', { field: 'Score', eq: 0 }, 'Score = 0'],
  ['a number as text', { field: 'Score', eq: '7' }, null],
  ['a greater number', { field: 'Score', gt: 7 }, 'Score >= 7'],
  ['no greater number', { not: { field: 'Score', gt: 7 } }, '(Score <= 7 OR Score = null)'],
  ['a number that SOQL can not read', { field: 'Score', lt: 1e21 }, null],
  ['a text before another', { field: 'Name', lt: 'm' }, null],
  ['since a day', { field: 'Birthdate', since: '2025-03-15' }, 'Birthdate >= 2025-03-14'],
  ['since an instant', { field: 'CreatedDate', since: '2025-03-15T10:00:00.000Z' }, 'CreatedDate >= 2025-03-14T10:00:00Z'],
  ['instants since a day of some zone', { field: 'CreatedDate', since: '2025-03-15' }, 'CreatedDate >= 2025-03-14T00:00:00Z'],
  ['before a day', { field: 'CreatedDate', lt: '2025-03-15' }, 'CreatedDate <= 2025-03-17T00:00:00Z'],
  ['since a day that does not exist', { field: 'Birthdate', since: '2025-02-30' }, null],
  ['an exact day', { field: 'Birthdate', eq: '2025-03-15' }, 'Birthdate = 2025-03-15'],
  ['a record id', { field: 'OwnerId', eq: '005dM00003jU9GyQAK' }, "OwnerId = '005dM00003jU9GyQAK'"],
  ['a short record id, which no value of a record equals', { field: 'OwnerId', ne: '005dM00003jU9Gy' }, null],
  [
    'another instant',
    { field: 'CreatedDate', ne: '2025-03-15T10:00:00.000Z' },
    '(CreatedDate != 2025-03-15T10:00:00Z OR CreatedDate = null)',
  ],
  ['another instant in another form', { field: 'CreatedDate', ne: '2025-03-15T10:00:00Z' }, null],
  ['no record id', { field: 'OwnerId', eq: "' OR Id != '" }, null],
  ['several choices', { field: 'Kinds', contains: 'A' }, null],
  ['a field that can not be filtered', { field: 'Notes', contains: 'x' }, null],
  ['a field that is not visible', { field: 'Hidden__c', eq: 'x' }, null],
  ['nothing to be in', { field: 'Name', in: [] }, null],
  [
    'all: what can not be asked is left out',
    {
      all: [
        { field: 'Name', eq: 'A' },
        { field: 'Hidden__c', eq: 'x' },
      ],
    },
    "Name = 'A'",
  ],
  [
    'any: one that can not be asked leaves all out',
    {
      any: [
        { field: 'Name', eq: 'A' },
        { field: 'Hidden__c', eq: 'x' },
      ],
    },
    null,
  ],
  [
    'any',
    {
      any: [
        { field: 'Name', eq: 'A' },
        { field: 'Score', eq: 1 },
      ],
    },
    "(Name = 'A' OR Score = 1)",
  ],
  [
    'not any',
    {
      not: {
        any: [
          { field: 'Status', eq: 'A' },
          { field: 'Score', eq: 1 },
        ],
      },
    },
    "((Status != 'A' OR Status = null) AND (Score != 1 OR Score = null))",
  ],
  ['not not', { not: { not: { field: 'Name', eq: 'A' } } }, "Name = 'A'"],
  ['nothing', { all: [] }, null],
];

describe('compileFilter', () => {
  it.each(CLAUSES)('%s', (_, filter, clause) => expect(compileFilter(filter, FIELDS)).toBe(clause));
});

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom("'", '\\', '"', ')', '(', ' OR ', ' AND ', 'Id', '=', '\n', '%', '2025-01-01', '0', '--') }),
  fc.constantFrom('2025-03-15', '2025-03-15T10:00:00Z', '005dM00003jU9Gy', '0'),
);
const value = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null));
const field = fc.oneof(fc.constantFrom(...FIELDS.keys()), text);
const condition = fc.oneof(
  fc.record({ field, eq: value }),
  fc.record({ field, ne: value }),
  fc.record({ field, in: fc.array(value, { maxLength: 3 }) }),
  fc.record({ field, lt: fc.oneof(text, fc.double()) }),
  fc.record({ field, gt: fc.oneof(text, fc.double()) }),
  fc.record({ field, contains: text }),
  fc.record({ field, blank: fc.boolean() }),
  fc.record({ field, since: text }),
);
const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    condition,
    fc.record({ all: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));

describe('injection', () => {
  property.prop([anyFilter], { numRuns: 500 })(
    'whatever a filter holds, the condition is made of known fields, operators and literals',
    (filter) => {
      const clause = compileFilter(filter, FIELDS);
      if (clause === null) return;
      const bare = clause.replace(/'(?:[^'\\]|\\[^u]|\\u[0-9a-f]{4})*'/g, 'TEXT');
      const token =
        /^(?:Name|Account\.Name|Status|Score|DoNotCall|Birthdate|CreatedDate|OwnerId|TEXT|TRUE|FALSE|null|AND|OR|NOT IN|NOT|IN|LIKE|!=|>=|<=|=|\(|\)|, | |-?\d+(?:\.\d+)?(?![\dT-])|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{3})?Z)?)+$/;
      expect(bare).toMatch(token);
    },
  );
});

import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import { type Filter, matchesFilter } from '../../src/core/mapping/filter.ts';
import type { RequestSeen } from '../../src/ports/connector.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import { pagesOf } from './scripted.ts';

const clock = manualClock('2026-01-05T09:00:00Z');
const crm = fakeSalesforce({ clock, fields: { Contact: { Score__c: { type: 'double', precision: 10, scale: 2 } } } });
const acme = crm.add('Account', { Name: 'Acme', NumberOfEmployees: 7 });
const TEXTS = ['ann', 'Ann', "O'Brien", '50%', 'a_b', 'back\\slash', '"quoted"'];
for (const [index, text] of TEXTS.entries()) {
  const { id } = index % 2 === 0 ? acme : { id: null };
  crm.add('Contact', {
    LastName: text,
    FirstName: index < 3 ? null : text.toUpperCase(),
    Score__c: index < 2 ? null : index - 3,
    AccountId: id,
    Birthdate: index < 4 ? null : `200${index}-02-28`,
  });
  clock.advance(40_000_000);
}
const connector = salesforce(crm.options);
const statuses = new Set<number | null>();
const onRequest = ({ status }: RequestSeen) => void statuses.add(status);
const call = { signal: new AbortController().signal, now: () => clock.now(), onRequest };
const FIELDS = [
  'LastName',
  'FirstName',
  'Score__c',
  'Birthdate',
  'CreatedDate',
  'Account.Name',
  'Account.NumberOfEmployees',
  'Id',
  'AccountId',
  'Hidden__c',
];

const text = fc.constantFrom(
  ...TEXTS,
  'N',
  '%',
  '_',
  "'",
  '',
  '2006-02-28',
  '2026-01-06',
  '2026-01-05T09:00:00.000Z',
  '2026-01-05T09:00:00Z',
  acme.id,
);
const number = fc.constantFrom(-1, 0, 0.5, 3, 7, 1e21);
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const field = fc.constantFrom(...FIELDS);
const condition: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ field, eq: value }),
  fc.record({ field, ne: value }),
  fc.record({ field, in: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ field, lt: fc.oneof(text, number) }),
  fc.record({ field, gt: fc.oneof(text, number) }),
  fc.record({ field, contains: text.filter((part) => part !== '') }),
  fc.record({ field, blank: fc.boolean() }),
  fc.record({ field, since: text }),
);
const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    condition,
    fc.record({ all: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));

async function readAll(filter: Filter | null) {
  const pages = await pagesOf(connector.read({ object: 'Contact', fields: FIELDS, filter, from: null }, call));
  return pages.flatMap(({ records }) => records).flatMap((record) => (record.state === 'present' ? [record] : []));
}

describe('what Salesforce leaves out', () => {
  property.prop([anyFilter], { numRuns: 300 })('the filter leaves out too, whatever it asks', async (filter) => {
    const wanted = (await readAll(null)).filter(({ values }) => matchesFilter(filter, (name) => values[name])).map(({ id }) => id);
    const given = (await readAll(filter)).map(({ id }) => id);
    expect(given).toEqual(expect.arrayContaining(wanted));
    expect(statuses.has(400)).toBe(false); // a condition that Salesforce can not read would only be dropped
  });
});

import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../src/core/contacts/contact-order.ts';
import { type ListOptions, pageOf, readListOptions } from '../../../../src/core/contacts/list-query.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { CrmSyncError, type Issue } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const schema = defineContactSchema({ email: { type: 'string' }, score: { type: 'number' }, seen: { type: 'datetime' } });
const BERLIN = { defaultCountry: 'DE', timeZone: 'Europe/Berlin' };
const read = (options: ListOptions<typeof schema>) => readListOptions(schema, options, BERLIN);

function refusedBy(options: unknown): CrmSyncError & { readonly issues: readonly Issue[] } {
  try {
    read(options as ListOptions<typeof schema>);
  } catch (error) {
    if (error instanceof CrmSyncError && error.issues !== undefined) return error as CrmSyncError & { readonly issues: readonly Issue[] };
    throw error;
  }
  throw new Error('was not refused');
}

const NAMED_ANN = {
  any: [
    { field: 'first_name', contains: 'ann' },
    { field: 'last_name', contains: 'ann' },
    { field: 'email', contains: 'ann' },
  ],
};

describe('a list', () => {
  it('of everybody comes by id, a hundred at a time, from the first one on', () => {
    const everybody = { where: null, sort: [], after: null, limit: 100 };
    expect(read({})).toEqual(everybody);
    expect(read({ search: '  ', sort: [], page: {} })).toEqual(everybody);
    expect(read({ page: { after: null } })).toEqual(everybody);
  });

  it('is of those whom the filter is about, with days that begin where the workspace is', () =>
    expect(read({ where: { field: 'seen', since: '2026-01-05' } }).where).toEqual({ field: 'seen', since: '2026-01-04T23:00:00.000Z' }));

  it('is of those who are found by what was typed, with numbers of the country of the workspace', () => {
    expect(read({ search: 'ann' }).where).toEqual(NAMED_ANN);
    expect(read({ search: '030 901820' }).where).toEqual({ field: 'phone_number', eq: '+4930901820' });
  });

  it('is of those to whom both apply, where there are a filter and a search', () =>
    expect(read({ where: { field: 'score', gt: 5 }, search: 'ann' }).where).toEqual({ all: [{ field: 'score', gt: 5 }, NAMED_ANN] }));

  it('is in order of fields and facts, upwards where nothing else is said', () =>
    expect(
      read({ sort: [{ field: 'score', direction: 'descending' }, { field: 'email', direction: 'ascending' }, { field: '$conversations' }] })
        .sort,
    ).toEqual([
      { field: 'score', direction: 'descending' },
      { field: 'email', direction: 'ascending' },
      { field: '$conversations', direction: 'ascending' },
    ]));

  it.each([1, 250, 1_000])('may come %d at a time', (limit) => expect(read({ page: { limit } }).limit).toBe(limit));

  it('takes a search of 200 characters', () => expect(read({ search: 'x'.repeat(200) }).where).toMatchObject({ any: expect.any(Array) }));
});

describe('a list is refused', () => {
  const by = (field: string) => ({ field });
  it.each<[what: string, options: unknown, problems: readonly string[]]>([
    ['with a key that nobody knows', { filter: { field: 'score', gt: 5 } }, ['filter unknown_key']],
    ['with a filter on a field that is not there', { where: { field: 'scroe', gt: 5 } }, ['where.field unknown_field']],
    ['with a search of more than 200 characters', { search: 'x'.repeat(201) }, ['search too_long']],
    ['in order of a field that is not there', { sort: [by('scroe')] }, ['sort.0.field unknown_field']],
    ['in order of a field without its name', { sort: [{ direction: 'ascending' }] }, ['sort.0.field missing']],
    ['in a direction that is none', { sort: [{ field: 'score', direction: 'down' }] }, ['sort.0.direction unknown_value']],
    ['with an order that says more', { sort: [{ field: 'score', blanks: 'first' }] }, ['sort.0.blanks unknown_key']],
    ['in order of four fields', { sort: ['score', 'email', 'seen', 'first_name'].map(by) }, ['sort too_long']],
    ['with none at a time', { page: { limit: 0 } }, ['page.limit too_small']],
    ['with more than a thousand at a time', { page: { limit: 1_001 } }, ['page.limit too_large']],
    ['with one and a half at a time', { page: { limit: 1.5 } }, ['page.limit wrong_type']],
    ['with a page by its number', { page: { number: 2 } }, ['page.number unknown_key']],
    ['with every problem at once', { search: 7, page: { after: 7 } }, ['search wrong_type', 'page.after wrong_type']],
  ])('%s', (_, options, problems) => {
    const { code, category, message, issues } = refusedBy(options);
    expect([code, category]).toEqual(['invalid_document', 'configuration']);
    expect(message).toMatch(/^The list has /);
    expect(told(issues)).toEqual(problems);
  });
});

describe('the next page', () => {
  const sort = [{ field: 'score', direction: 'descending' }, { field: 'email' }] as const;

  it('of a list by id goes on after the id, whatever it looks like', () => {
    for (const id of ['c1', '["x"]']) {
      const place: Place = { values: [], id };
      expect(pageOf(place)).toBe(id);
      expect(read({ page: { after: id } }).after).toEqual(place);
    }
  });

  it.each<[what: string, place: Place]>([
    ['values', { values: [12.5, 'ann@acme.com'], id: 'c1' }],
    ['blank values', { values: [null, ''], id: 'c1' }],
    ['true and false', { values: [true, false], id: 'c1' }],
  ])('of a sorted list goes on after the %s of the last contact and its id', (_, place) =>
    expect(read({ sort, page: { after: pageOf(place) } }).after).toEqual(place),
  );

  it.each<[what: string, after: string]>([
    ['an id alone', 'c1'],
    ['no list', '{"length":3}'],
    ['text of three characters', '"abc"'],
    ['a page of a list in order of one field', pageOf({ values: [7], id: 'c1' })],
    ['a page of a list in order of three fields', pageOf({ values: [7, 'a', 'b'], id: 'c1' })],
    ['a value that no field holds', '[7,["a"],"c1"]'],
    ['an id that is no text', '[7,"a",1]'],
    ['nothing in brackets', '[]'],
  ])('of a sorted list is not found by %s', (_, after) => {
    const { code, message, issues } = refusedBy({ sort, page: { after } });
    expect(code).toBe('invalid_document');
    expect(message).toBe('The list has a problem:\n  page.after: is no page of this list');
    expect(told(issues)).toEqual(['page.after invalid_page']);
    expect(issues[0]!.remedy).toContain('`next` of the page before, with the same `sort`');
  });
});

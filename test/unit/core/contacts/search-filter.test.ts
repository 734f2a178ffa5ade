import { describe, expect, it } from 'vitest';
import { searchFilter } from '../../../../src/core/contacts/search-filter.ts';
import type { Filter } from '../../../../src/core/mapping/filter.ts';
import { defineCompanySchema, defineContactSchema } from '../../../../src/core/schema/schema.ts';

const schema = defineContactSchema({ email: { type: 'string' } });
/** In one of the names or in the email address. */
const named = (word: string) => ['first_name', 'last_name', 'email'].map((field) => ({ field, contains: word }));
const US = { defaultCountry: 'US' };

describe('a search', () => {
  it.each<[text: string, filter: Filter | null]>([
    ['', null],
    [' \n', null],
    ['ann', { any: named('ann') }],
    [' ann ', { any: named('ann') }],
    ['ann  o’hara', { all: [{ any: named('ann') }, { any: named('o’hara') }] }],
    ['ann smith ann', { all: [{ any: named('ann') }, { any: named('smith') }] }],
    ['555-0123', { field: 'phone_number', contains: '5550123' }],
    ['0049 30 901820', { field: 'phone_number', contains: '4930901820' }],
    ['(415)', { field: 'phone_number', contains: '415' }],
    ['12', { any: named('12') }],
    ['0012', { any: named('0012') }],
    ['ann555', { any: named('ann555') }],
  ])('for %j, where no country is known', (text, filter) => expect(searchFilter(schema, text)).toEqual(filter));

  it.each(['(415) 555-0123', '+1 415 555 0123', '415.555.0123'])('for the whole number %s finds who has it, and nobody else', (text) =>
    expect(searchFilter(schema, text, US)).toEqual({ field: 'phone_number', eq: '+14155550123' }),
  );

  it('for a number that is written with words finds who has it, and whose name the words are in', () => {
    const owner = { field: 'phone_number', eq: '+14155550123' };
    expect(searchFilter(schema, 'tel:+14155550123')).toEqual({ any: [...named('tel:+14155550123'), owner] });
    expect(searchFilter(schema, '415-555-0123 ext. 204', US)).toEqual({
      any: [{ all: [{ any: named('415-555-0123') }, { any: named('ext.') }, { any: named('204') }] }, owner],
    });
  });

  it('for the digits that a company is called by looks at its name: it has no number', () =>
    expect(searchFilter(defineCompanySchema({}), '360')).toEqual({ field: 'name', contains: '360' }));

  it('looks at eight words at most', () =>
    expect(searchFilter(schema, 'a b c d e f g h i j')).toEqual({
      all: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((word) => ({ any: named(word) })),
    }));

  it('looks at what the schema has, and only at text', () => {
    expect(searchFilter(defineCompanySchema({}), 'acme')).toEqual({ field: 'name', contains: 'acme' });
    expect(searchFilter(defineContactSchema({ email: { type: 'boolean' } }), 'ann')).toEqual({ any: named('ann').slice(0, 2) });
  });
});

import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFreeMailDomain } from '../../../../src/core/domain/free-mail.ts';
import { companyMatchKeys, foldCompanyName, sameCompanyBy } from '../../../../src/core/sync/company-match.ts';

describe('a domain of free mail', () => {
  it.each([
    'gmail.com',
    'GoogleMail.com',
    'yahoo.co.uk',
    'hotmail.fr',
    'outlook.de',
    'web.de',
    'qq.com',
    'me.com',
    'proton.me',
    'bob@icloud.com',
  ])('is that of %s', (domain) => expect(isFreeMailDomain(domain)).toBe(true));

  it.each([
    'acme.com',
    'google.com',
    'microsoft.com',
    'mail.acme.com',
    'gmail.com.acme.com',
    'notgmail.com',
    'com',
    '',
    'n/a',
    'undefined',
    '.',
  ])('is not that of %j', (domain) => expect(isFreeMailDomain(domain)).toBe(false));
});

describe('the keys of a company', () => {
  it.each([
    [
      { name: 'Acme', domain: 'acme.com' },
      { domain: 'acme.com', name: 'acme' },
    ],
    [
      { name: 'Acme', domain: 'https://WWW.acme.com/x' },
      { domain: 'acme.com', name: 'acme' },
    ],
    [{ name: 'Acme', domain: 'gmail.com' }, { name: 'acme' }],
    [{ name: 'Acme', domain: 'n/a' }, { name: 'acme' }],
    [{ name: 'Acme' }, { name: 'acme' }],
    [{ domain: 'acme.com' }, { domain: 'acme.com' }],
    [{ name: ' ', domain: null }, {}],
    [{ name: 'Unknown', domain: null }, {}],
    [{ name: '-', domain: '' }, {}],
  ])('of %j are %j', (fields, keys) => {
    expect(companyMatchKeys(fields)).toEqual(keys);
    expect(Object.keys(companyMatchKeys(fields))).toEqual(Object.keys(keys));
  });

  it.each([
    ['ACME, Inc.', 'Acme Inc'],
    ['Acme  Inc', ' acme inc '],
    ['O’Neil', "O'Neil"],
    ['ＡＣＭＥ', 'Acme'],
    ['Müller', 'Mu\u0308ller'],
    ['Yahoo!', 'yahoo'],
    ['Smith-Jones', 'Smith Jones'],
  ])('take %s and %s for one name', (a, b) => expect(foldCompanyName(a)).toBe(foldCompanyName(b)));

  it.each([
    ['Acme Ltd', 'Acme GmbH'],
    ['C', 'C++'],
    ['Mader', 'Mäder'],
    ['A&B', 'A B'],
    ['!!!', '???'],
  ])('take %s and %s for two', (a, b) => expect(foldCompanyName(a)).not.toBe(foldCompanyName(b)));
});

describe('two companies are one', () => {
  it.each([
    [{ domain: 'acme.com', name: 'acme' }, { domain: 'acme.com', name: 'globex' }, 'domain'],
    [{ domain: 'acme.com', name: 'acme' }, { domain: 'acme.de', name: 'acme' }, null],
    [{ domain: 'acme.com', name: 'acme' }, { name: 'acme' }, 'name'],
    [{ name: 'acme' }, { name: 'acme' }, 'name'],
    [{ name: 'acme' }, { name: 'globex' }, null],
    [{ domain: 'acme.com' }, { name: 'acme' }, null],
    [{ domain: 'acme.com' }, {}, null],
    [{}, {}, null],
  ] as const)('%j and %j: by %s', (a, b, by) => {
    expect(sameCompanyBy(a, b)).toBe(by);
    expect(sameCompanyBy(b, a)).toBe(by);
  });

  const value = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'grapheme' }),
    fc.domain(),
    fc.constantFrom('gmail.com', 'Acme', 'ACME.', 'acme.com'),
  );
  test.prop([fc.record({ name: value, domain: value })])('by keys that are their own keys, and never by free mail', (fields) => {
    const keys = companyMatchKeys(fields);
    expect(companyMatchKeys(keys)).toEqual(keys);
    expect(keys.domain !== undefined && isFreeMailDomain(keys.domain)).toBe(false);
    if (Object.keys(keys).length > 0) expect(sameCompanyBy(keys, keys)).not.toBeNull();
  });
});

import { expect, it } from 'vitest';
import { domainSpellings } from '../../../../src/core/domain/domain-spellings.ts';

it('a company is found by its domain however the CRM spells the web site: with a scheme, with www, with a slash at the end', () =>
  expect(domainSpellings('acme.co.uk').toSorted()).toEqual([
    'acme.co.uk',
    'acme.co.uk/',
    'http://acme.co.uk',
    'http://acme.co.uk/',
    'http://www.acme.co.uk',
    'http://www.acme.co.uk/',
    'https://acme.co.uk',
    'https://acme.co.uk/',
    'https://www.acme.co.uk',
    'https://www.acme.co.uk/',
    'www.acme.co.uk',
    'www.acme.co.uk/',
  ]));

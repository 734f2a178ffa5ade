import { describe, expect, it } from 'vitest';
import { type Compatibility, compatible } from '../../../../src/core/schema/compatibility.ts';
import { CRM_FIELD_TYPES, type CrmFieldType } from '../../../../src/core/schema/described.ts';
import type { FieldType } from '../../../../src/core/schema/schema-types.ts';

const TYPES = ['string', 'number', 'boolean', 'date', 'datetime', 'enum'] as const satisfies readonly FieldType[];
const WORDS: Readonly<Record<string, Compatibility>> = { '+': 'yes', '~': 'lossy', '-': 'no' };

/** In the order of `TYPES`: `+` fits, `~` loses something, `-` never. A Record, so that a new type is a compile error here. */
const EXPECTED: Readonly<Record<CrmFieldType, string>> = {
  string: '+ ~ ~ ~ ~ ~',
  text: '+ ~ ~ ~ ~ ~',
  phone: '+ - - - - -',
  email: '+ - - - - -',
  url: '+ - - - - -',
  picklist: '+ ~ ~ - - +',
  multipicklist: '+ - - - - ~',
  boolean: '+ - + - - ~',
  integer: '+ + ~ - - ~',
  number: '+ + ~ - - ~',
  currency: '+ + - - - -',
  percent: '+ + - - - -',
  date: '+ - - + ~ -',
  datetime: '+ - - ~ + -',
  time: '+ - - - - -',
  reference: '+ - - - - ~',
  id: '+ - - - - ~',
  unsupported: '- - - - - -',
};

describe.each(CRM_FIELD_TYPES)('a %s of the CRM', (from) => {
  it.each(TYPES.map((to, index) => [to, WORDS[EXPECTED[from].split(' ')[index]!]!] as const))('fits a %s: %s', (to, expected) =>
    expect(compatible(from, to)).toBe(expected),
  );
});

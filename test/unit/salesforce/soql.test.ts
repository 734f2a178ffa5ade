import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  containsLiteral,
  idLiteral,
  instantLiteral,
  isName,
  isPath,
  numberLiteral,
  objectName,
  textLiteral,
} from '../../../src/connectors/salesforce/query/soql.ts';
import { phoneSearch } from '../../../src/connectors/salesforce/query/sosl.ts';

/** Texts made of what ends literals, starts escapes or comments, and of anything else. */
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom("'", '\\', '"', '\n', '%', '_', '{', '}', ')', ' OR ', '--', 'Id', '\u0000', '\u2028', '\ud800') }),
  fc.string({ unit: 'binary' }),
);

/** Reads a literal by the rules of the reference, independently of the code that wrote it. */
function readLiteral(literal: string): string {
  expect(literal).toMatch(/^'.*'$/s);
  const inner = literal.slice(1, -1);
  expect(inner).toMatch(/^(?:[^'\\]|\\[nrtbf"'\\_%]|\\u[0-9a-f]{4})*$/);
  const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return inner.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (plain[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
const wellFormed = (text: string) => text.replace(/\p{Cs}/gu, '\ufffd');

describe('textLiteral', () => {
  it.each([
    ["O'Brien", "'O\\'Brien'"],
    ['\\', "'\\\\'"],
    ["\\' OR Id != null", "'\\\\\\' OR Id != null'"],
    ['a\nb', "'a\\nb'"],
    ['', "''"],
  ])('%j is %s', (text, literal) => expect(textLiteral(text)).toBe(literal));
  it('refuses a text beyond 4,000 characters', () => {
    expect(textLiteral('a'.repeat(4_000))).not.toBeNull();
    expect(textLiteral('a'.repeat(4_001))).toBeNull();
  });
  property.prop([hostile])('holds any text, and nothing of it leaves the literal', (text) => {
    expect(readLiteral(textLiteral(text)!)).toBe(wellFormed(text));
  });
  property.prop([hostile])('finds any text as it is: its own wildcards mean themselves', (text) => {
    const literal = containsLiteral(text)!;
    expect(literal).toMatch(/^'%.*%'$/s);
    expect(literal.slice(2, -2)).not.toMatch(/(?<!\\)(?:\\\\)*[%_]/);
    expect(readLiteral(`'${literal.slice(2, -2)}'`)).toBe(wellFormed(text));
  });
});

describe('names', () => {
  it.each(['Contact', 'Invoice__c', 'ns__Thing__c'])('%s is a name', (name) => expect(objectName(name)).toBe(name));
  it.each(['Account.Name', 'Owner.Profile.Name', 'Foo__r.Bar__c'])('%s is a path', (path) => expect(isPath(path)).toBe(true));
  it.each(['Contact WHERE', "x'y", '__proto__', '1st', '', 'a.b', 'Contact;', 'é'])('%j is no name', (name) => {
    expect(isName(name)).toBe(false);
    expect(() => objectName(name)).toThrow(expect.objectContaining({ category: 'configuration' }));
  });
  it.each(['.Name', 'A..B', 'a.b.c.d.e.f.g', 'A.(SELECT Id FROM B)'])('%j is no path', (path) => expect(isPath(path)).toBe(false));
});

describe('other literals', () => {
  it.each([
    [0, '0'],
    [-1.5, '-1.5'],
    [1e21, null],
    [1e-7, null],
    [Number.NaN, null],
  ])('number %s is %s', (value, literal) => expect(numberLiteral(value)).toBe(literal));
  it('instants have no fraction unless they need one', () => {
    expect(instantLiteral(Date.UTC(2025, 2, 15, 10, 30))).toBe('2025-03-15T10:30:00Z');
    expect(instantLiteral(Date.UTC(2025, 2, 15, 10, 30, 0, 7))).toBe('2025-03-15T10:30:00.007Z');
  });
  property.prop([hostile])('only a record id becomes an id literal', (text) => {
    const literal = idLiteral(text);
    expect(literal === null || /^'[a-zA-Z0-9]{18}'$/.test(literal)).toBe(true);
  });
});

describe('phoneSearch', () => {
  property.prop([fc.array(hostile), fc.stringMatching(/^\d{5,12}$/)])(
    'holds digits, spaces and quotes only, whatever is searched',
    (terms, number) => {
      const search = phoneSearch({ terms: [...terms, number], object: 'Contact', columns: ['Id', 'Phone'] })!;
      expect(search).toMatch(
        /^FIND \{(?:\d+|"\d+(?: \d+)+")(?: OR (?:\d+|"\d+(?: \d+)+"))*\} IN PHONE FIELDS RETURNING Contact\(Id, Phone ORDER BY Id\) LIMIT 2000$/,
      );
      expect(search).toContain(number);
    },
  );
  it('makes no search without a term, nor one whose operators Salesforce would drop', () => {
    expect(phoneSearch({ terms: ['abc', ''], object: 'Contact', columns: ['Id'] })).toBeNull();
    expect(phoneSearch({ terms: Array.from({ length: 500 }, () => '4155550123'), object: 'Contact', columns: ['Id'] })).toBeNull();
  });
});

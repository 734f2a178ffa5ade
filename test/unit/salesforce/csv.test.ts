import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCell } from '../../../src/connectors/salesforce/bulk/cell.ts';
import { readCsv, writeCsv } from '../../../src/connectors/salesforce/bulk/csv.ts';
import { readRowError } from '../../../src/connectors/salesforce/bulk/error.ts';
import { parentIds } from '../../../src/connectors/salesforce/bulk/rows.ts';
import { toCells, toCsv, tooLarge } from '../../../src/connectors/salesforce/bulk/upload.ts';
import type { CrmFieldType, DescribedField } from '../../../src/core/schema/described.ts';
import type { Value } from '../../../src/core/values/value.ts';
import { describedField } from '../described-field.ts';

describe('readCsv', () => {
  it.each<readonly [string, string, readonly (readonly string[])[] | null]>([
    ['quoted cells', '"Id","Name"\n"1","Ann"\n', [['1', 'Ann']]],
    ['plain cells', 'Id,Name\n1,Ann\n', [['1', 'Ann']]],
    ['no last line end', 'Id,Name\n1,Ann', [['1', 'Ann']]],
    ['carriage returns at line ends', '"Id","Name"\r\n"1","Ann"\r\n', [['1', 'Ann']]],
    ['quotes, commas and line ends in a cell', '"Id","Name"\n"1","a ""b"", c\r\nd\ne"\n', [['1', 'a "b", c\r\nd\ne']]],
    [
      'empty cells',
      '"Id","Name"\n"",""\n,\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['blank lines', '"Id","Name"\n\n"1","x"\n\n', [['1', 'x']]],
    ['a byte order mark', '\uFEFF"Id","Name"\n"1","x"\n', [['1', 'x']]],
    ['names that mean something to JavaScript', '"__proto__","constructor"\n"a","b"\n', [['a', 'b']]],
    ['columns and no rows', '"Id","Name"\n', []],
    ['nothing at all', '', []],
    ['an open quote', '"Id","Name"\n"1","An', null],
    ['a line that ends early', '"Id","Name"\n"1"\n', null],
    ['a line that is too long', '"Id","Name"\n"1","2","3"\n', null],
    ['text after a quote', '"Id","Name"\n"1"x,"2"\n', null],
  ])('reads %s', async (_, text, rows) => {
    expect((await readCsv(text))?.rows ?? null).toEqual(rows);
  });

  const cell = fc.string({
    unit: fc.constantFrom('"', ',', '\n', '\r', 'a', ' ', "'", '#', '\\', '\u2028', '😀', ';', '\t'),
    maxLength: 6,
  });
  property.prop([
    fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.tuple(
          fc.uniqueArray(fc.stringMatching(/^[A-Z][a-z]{1,5}$/), { minLength: width, maxLength: width }),
          fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
        ),
      ),
  ])('gives back what writeCsv wrote, whatever is in it', async ([columns, rows]) => {
    expect(await readCsv(await writeCsv({ columns, rows }))).toEqual({ columns, rows });
  });
  property.prop([fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), fc.nat()])(
    'gives no row of a text that was cut but those that it holds; only the last may lack its end',
    async (rows, cut) => {
      const text = await writeCsv({ columns: ['Id', 'Name'], rows });
      const part = text.slice(0, 12 + (cut % Math.max(1, text.length - 12)));
      const table = await readCsv(part);
      const whole = Math.max(0, (table?.rows.length ?? 0) - 1);
      expect(table?.rows.slice(0, whole) ?? []).toEqual(rows.slice(0, whole));
    },
  );
});

describe('toCell', () => {
  it.each<readonly [Value, CrmFieldType, string | null]>([
    [null, 'string', '#N/A'],
    ['', 'string', '#N/A'],
    [' \n', 'text', '#N/A'],
    ['x', 'string', 'x'],
    [' x ', 'string', 'x'],
    ['a\u0000b\ud800', 'string', 'ab\ufffd'],
    ['#N/A', 'string', null],
    ['#n/a ', 'picklist', null],
    ['x'.repeat(32_000), 'text', 'x'.repeat(32_000)],
    ['x'.repeat(32_001), 'text', null],
    [5, 'string', null],
    [true, 'string', null],
    [true, 'boolean', 'true'],
    [false, 'boolean', 'false'],
    [null, 'boolean', null],
    ['true', 'boolean', null],
    [0, 'integer', '0'],
    [-7, 'integer', '-7'],
    [1.5, 'integer', null],
    [1e21, 'integer', null],
    [null, 'integer', '#N/A'],
    [12.25, 'number', '12.25'],
    [1e-7, 'currency', null],
    ['12', 'percent', null],
    [null, 'percent', '#N/A'],
    ['2026-02-28', 'date', '2026-02-28'],
    ['02/28/2026', 'date', null],
    ['2026-03-29T01:30:00.000Z', 'datetime', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29', 'datetime', null],
    ['003dM00003jU9Gy', 'reference', null],
    ['001dM00003jU9Gy', 'reference', '001dM00003jU9GyQAK'],
    ['nonsense', 'reference', null],
    ['10:30:00.000Z', 'time', null],
    ['x', 'unsupported', null],
  ])('%j of type %s is %j', (value, type, cell) => {
    const given = value === '003dM00003jU9Gy' ? '003dM00003jU9GyXXX' : value; // an id whose suffix does not fit
    expect(toCell(given, type)).toBe(cell);
  });
});

describe('an upload', () => {
  const field = (type: CrmFieldType, more: Partial<DescribedField> = {}) => describedField('x', type, more);
  const fields = new Map([
    ['Title', field('string')],
    ['Notes__c', field('text')],
    ['Key__c', field('string', { unique: true })],
    ['Number__c', field('integer', { unique: true })],
    ['Once__c', field('string', { updatable: false })],
  ]);
  const info = {
    described: { name: 'Contact', label: 'Contact', fields: [] },
    fields,
    relations: new Map(),
    children: [],
    nameField: null,
    caseSensitive: new Set<string>(),
    creatable: true,
    updatable: true,
  };
  const ID = '003dM00003jU9GyQAK';
  const update = (values: Readonly<Record<string, Value>>, more = {}) => ({ op: 'o', object: 'Contact', id: ID, values, ...more });
  const upsert = (value: string, name = 'Key__c') => ({
    op: 'o',
    object: 'Contact',
    id: null,
    values: {},
    uniqueKey: { field: name, value },
  });

  it('leaves a cell empty where a row says nothing of the field, and clears it only where it is null', async () => {
    const rows = [update({ Title: 'x' }), update({ Notes__c: null })].map((write) => toCells(write, 'update', info)!);
    expect(await toCsv(rows)).toBe(`"Title","Id","Notes__c"\n"x","${ID}",""\n"","${ID}","#N/A"\n`);
  });
  it.each([
    ['a field that is not described', update({ Nothing__c: 'x' }), 'update'],
    ['a field in another case', update({ title: 'x' }), 'update'],
    ['a field that only a create may set', update({ Once__c: 'x' }), 'update'],
    ['a lead', update({ Title: 'x' }, { object: 'Lead' }), 'update'],
    ['associations', update({ Title: 'x' }, { associations: [{ object: 'Contact', id: ID }] }), 'update'],
    ['a record of over 390,000 characters', update(Object.fromEntries([['Title', 'x']])), 'long'],
    ['a key with blanks around it', upsert(' k'), 'upsert'],
    ['a key that would clear', upsert('#N/A'), 'upsert'],
    ['a key that is a number', upsert('7', 'Number__c'), 'upsert'],
  ] as const)('has no row for %s', (_, write, kind) => {
    if (kind !== 'long') return expect(toCells(write, kind, info)).toBeNull();
    const wide = new Map(Array.from({ length: 13 }, (_, index) => [`F${index}__c`, field('text')] as const));
    const values = Object.fromEntries([...wide.keys()].map((name) => [name, 'x'.repeat(31_000)]));
    expect(toCells(update(values), 'update', { ...info, fields: wide })).toBeNull();
    delete values['F0__c'];
    return expect(toCells(update(values), 'update', { ...info, fields: wide })).not.toBeNull();
  });
  it('has a row for an upsert with what only a create may set', () => {
    expect(toCells({ ...upsert('k'), values: { Once__c: 'x' } }, 'upsert', info)).toEqual(
      new Map([
        ['Once__c', 'x'],
        ['Key__c', 'k'],
      ]),
    );
  });
  it('is as large as it is taken for', async () => {
    const rows = Array.from(
      { length: 50 },
      (_, index) => new Map([['Id', ID], ...(index % 2 ? [['Title', '"€😀'.repeat(9)] as const] : [])]),
    );
    const bytes = new TextEncoder().encode(await toCsv(rows)).length;
    expect([tooLarge(rows, bytes - 1), tooLarge(rows, bytes)]).toEqual([true, false]);
  });
});

describe('readRowError', () => {
  const columns = ['Id', 'Email', 'Title'];
  it.each([
    ['REQUIRED_FIELD_MISSING:Required fields are missing: [Email]:Email --', 'REQUIRED_FIELD_MISSING', ['Email']],
    ['STRING_TOO_LONG:Title: data value too large: x (max length=5):Title, Email --', 'STRING_TOO_LONG', ['Email', 'Title']],
    ['UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--', 'UNABLE_TO_LOCK_ROW', []],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION:The Title says OTHER_CODE: no', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', []],
    ['sf:INVALID_FIELD', 'INVALID_FIELD', []],
    ['', '', []],
    ['no code at all', '', []],
  ])('%j is %s of %j', (text, code, fields) => {
    expect(readRowError(text, columns)).toEqual({ code, message: text, fields });
  });
});

it('parentIds names each parent on the way once', () => {
  expect(parentIds(['Id', 'Account.Name', 'Account.Owner.Name', 'AccountId', 'Account.OwnerId'])).toEqual([
    'Account.Id',
    'Account.Owner.Id',
  ]);
});

import { test as prop } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue, fieldTypeOf, toInstant } from '../../../src/connectors/hubspot/codec.ts';
import { CRM_FIELD_TYPES, type CrmFieldType } from '../../../src/core/schema/described.ts';

const READ: Record<CrmFieldType, readonly [raw: unknown, value: unknown]> = {
  string: ['Ann', 'Ann'],
  text: ['a\nb', 'a\nb'],
  phone: ['(415) 555-0123', '(415) 555-0123'],
  email: ['ann@example.com', 'ann@example.com'],
  url: ['example.com', 'example.com'],
  picklist: ['NEW', 'NEW'],
  multipicklist: ['four;six', 'four;six'],
  boolean: ['false', false],
  integer: ['7', '7'],
  number: ['-12.50', -12.5],
  currency: ['12', '12'],
  percent: ['50', '50'],
  date: ['2026-03-08', '2026-03-08'],
  datetime: ['2026-03-12T10:00:00Z', '2026-03-12T10:00:00.000Z'],
  time: ['10:30', '10:30'],
  reference: ['11349275740', '11349275740'],
  id: ['713492963559', '713492963559'],
  unsupported: ['{"lat":1}', undefined],
};

describe('decodeValue', () => {
  it.each(CRM_FIELD_TYPES)('reads %s', (type) => expect(decodeValue(READ[type][0], type)).toBe(READ[type][1]));
  it.each(CRM_FIELD_TYPES)('reads null and "" of %s as empty: a cleared property is "", one that was never set is null', (type) => {
    expect(decodeValue(null, type)).toBeNull();
    expect(decodeValue('', type)).toBeNull();
  });
  it.each<[raw: unknown, type: CrmFieldType, value: unknown]>([
    ['1773300826615', 'datetime', '2026-03-12T07:33:46.615Z'],
    ['2026-03-12T11:00:00+01:00', 'datetime', '2026-03-12T10:00:00.000Z'],
    ['2026-03-12T10:04:17.969123Z', 'datetime', '2026-03-12T10:04:17.969Z'],
    ['soon', 'datetime', 'soon'],
    ['1741996800000', 'date', '2025-03-15'],
    ['2025-03-15T00:00:00Z', 'date', '2025-03-15'],
    ['2025-03-15T08:00:00Z', 'date', '2025-03-15T08:00:00Z'],
    ['0', 'number', 0],
    ['-0', 'number', 0],
    ['1e3', 'number', 1_000],
    ['5,333', 'number', '5,333'],
    ['9007199254740993', 'number', '9007199254740993'],
    ['maybe', 'boolean', 'maybe'],
    [true, 'boolean', true],
    [5, 'number', 5],
    [{ city: 'Bern' }, 'string', undefined],
  ])('reads %j as %s %j: what does not fit goes on as text, for the engine to refuse', (raw, type, value) =>
    expect(decodeValue(raw, type)).toBe(value),
  );
  prop.prop([fc.anything(), fc.constantFrom(...CRM_FIELD_TYPES)])('never throws and gives a canonical value or nothing', (raw, type) => {
    const value = decodeValue(raw, type);
    expect(value === undefined || value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)).toBe(true);
  });
});

describe('encodeValue', () => {
  it.each<[value: string | number | boolean | null, type: CrmFieldType, wire: string]>([
    [null, 'string', ''],
    [false, 'boolean', 'false'],
    [0, 'number', '0'],
    [1e-7, 'number', '0.0000001'],
    [5_333, 'number', '5333'],
    ['2026-03-08', 'date', '2026-03-08'],
    ['2026-03-12T10:00:00.000Z', 'datetime', '2026-03-12T10:00:00.000Z'],
    ['a;b', 'multipicklist', 'a;b'],
    [';c', 'multipicklist', 'c'],
    ['; c', 'string', '; c'],
    ['a\ud83d b\u0000c 🚀', 'string', 'a\ufffd bc 🚀'],
  ])('%j as %s goes as %j', (value, type, wire) => expect(encodeValue(value, type)).toBe(wire));

  const values: Record<'string' | 'number' | 'boolean' | 'date' | 'datetime', fc.Arbitrary<string | number | boolean>> = {
    string: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\u0000')),
    number: fc.double({ noNaN: true, min: -9e15, max: 9e15 }).map((number) => number + 0),
    boolean: fc.boolean(),
    date: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    datetime: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  };
  const typed = fc
    .constantFrom(...(Object.keys(values) as (keyof typeof values)[]))
    .chain((type) => values[type].map((value) => ({ type, value })));
  prop.prop([typed])('decode after encode is the identity', ({ type, value }) => {
    expect(decodeValue(encodeValue(value, type), type)).toBe(value);
  });
});

describe('toInstant', () => {
  it.each(['2026-05-01', '2026-05-01T07:25:37', '2026-13-01T00:00:00Z', '99999999999999999', 'x', '', null, 7])(
    '%s is no instant',
    (text) => expect(toInstant(text)).toBeNull(),
  );
});

describe('fieldTypeOf', () => {
  const wire = { name: 'x', fieldType: 'text', external: false };
  it.each<[type: string, more: object, expected: CrmFieldType]>([
    ['string', {}, 'string'],
    ['string', { fieldType: 'textarea' }, 'text'],
    ['string', { fieldType: 'html' }, 'text'],
    ['string', { fieldType: 'phonenumber' }, 'phone'],
    ['string', { fieldType: 'file' }, 'string'],
    ['string', { name: 'email' }, 'email'],
    ['phone_number', { fieldType: 'phonenumber' }, 'phone'],
    ['number', {}, 'number'],
    ['number', { name: 'hs_object_id' }, 'id'],
    ['bool', { fieldType: 'booleancheckbox' }, 'boolean'],
    ['enumeration', { fieldType: 'select' }, 'picklist'],
    ['enumeration', { fieldType: 'checkbox' }, 'multipicklist'],
    ['enumeration', { fieldType: 'select', external: true }, 'reference'],
    ['date', {}, 'date'],
    ['datetime', {}, 'datetime'],
    ['object_coordinates', {}, 'unsupported'],
    ['json', {}, 'unsupported'],
    ['__proto__', {}, 'unsupported'],
    ['string', { fieldType: 'constructor' }, 'string'],
  ])('%s %j is %s', (type, more, expected) => expect(fieldTypeOf({ ...wire, type, ...more })).toBe(expected));
});

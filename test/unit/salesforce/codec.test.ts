import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue, fieldTypeOf, toInstant } from '../../../src/connectors/salesforce/codec.ts';
import { CRM_FIELD_TYPES, type CrmFieldType } from '../../../src/core/schema/described.ts';

const READ: Record<CrmFieldType, readonly [raw: unknown, value: unknown]> = {
  string: ['Ann', 'Ann'],
  text: ['a\nb', 'a\nb'],
  phone: ['(415) 555-0123', '(415) 555-0123'],
  email: ['ann@example.com', 'ann@example.com'],
  url: ['example.com', 'example.com'],
  picklist: ['New', 'New'],
  multipicklist: ['four;six', 'four;six'],
  boolean: [false, false],
  integer: [0, 0],
  number: [1.5, 1.5],
  currency: [12.34, 12.34],
  percent: [50, 50],
  date: ['2026-03-08', '2026-03-08'],
  datetime: ['2026-05-01T07:25:37.000+0000', '2026-05-01T07:25:37.000Z'],
  time: ['10:30:00.000Z', '10:30:00.000Z'],
  reference: ['001dM00003jU9Gy', '001dM00003jU9GyQAK'],
  id: ['001dM00003jU9Gy', '001dM00003jU9GyQAK'],
  unsupported: ['/services/data/v66.0/sobjects/Document/015/Body', undefined],
};

describe('decodeValue', () => {
  it.each(CRM_FIELD_TYPES)('reads %s', (type) => expect(decodeValue(READ[type][0], type)).toBe(READ[type][1]));
  it.each(CRM_FIELD_TYPES)('reads null of %s as empty', (type) => expect(decodeValue(null, type)).toBeNull());
  it('keeps a value that does not fit its type as text, for the engine to refuse', () => {
    expect(decodeValue('soon', 'datetime')).toBe('soon');
    expect(decodeValue('12', 'integer')).toBe('12');
  });
  it('leaves an address out', () => expect(decodeValue({ city: 'Bern' }, 'unsupported')).toBeUndefined());
  property.prop([fc.anything(), fc.constantFrom(...CRM_FIELD_TYPES)])(
    'never throws and gives a canonical value or nothing',
    (raw, type) => {
      const value = decodeValue(raw, type);
      expect(value === undefined || value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)).toBe(true);
    },
  );
});

describe('fieldTypeOf', () => {
  it.each(['address', 'base64', 'encryptedstring', 'anyType', '__proto__', 'constructor'])('%s is unsupported', (type) =>
    expect(fieldTypeOf(type)).toBe('unsupported'),
  );
  it('knows the types under their own names', () =>
    expect(['combobox', 'textarea', 'int', 'double', 'long'].map(fieldTypeOf)).toEqual(['string', 'text', 'integer', 'number', 'integer']));
});

describe('toInstant', () => {
  it.each([
    ['2026-05-01T07:25:37.000+0000', '2026-05-01T07:25:37.000Z'],
    ['2026-05-01T07:25:37Z', '2026-05-01T07:25:37.000Z'],
    ['2026-05-01T09:25:37.5+02:00', '2026-05-01T07:25:37.500Z'],
    ['2026-05-01T00:25:37.000-0700', '2026-05-01T07:25:37.000Z'],
  ])('%s is %s', (text, instant) => expect(toInstant(text)).toBe(instant));
  it.each(['2026-05-01', '2026-05-01T07:25:37', '2026-13-01T00:00:00Z', 'x', '', null, 7])('%s is no instant', (text) =>
    expect(toInstant(text)).toBeNull(),
  );
});

describe('encodeValue', () => {
  it('replaces half characters and drops NUL, over which Salesforce would refuse the whole request', () =>
    expect(encodeValue('a\ud83d b\u0000c 🚀')).toBe('a\ufffd bc 🚀'));
  it.each([null, true, 0, -1.5, '', '2026-03-08'])('leaves %s as it is', (value) => expect(encodeValue(value)).toBe(value));
});

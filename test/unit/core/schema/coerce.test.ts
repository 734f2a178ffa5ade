import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoerceOptions, coerceValue } from '../../../../src/core/schema/coerce.ts';
import { compatible } from '../../../../src/core/schema/compatibility.ts';
import { CRM_FIELD_TYPES, type CrmFieldType } from '../../../../src/core/schema/described.ts';
import { FIELD_TYPES, type FieldDefinition, type FieldType } from '../../../../src/core/schema/schema-types.ts';
import type { CoercionCode, Value } from '../../../../src/core/values/value.ts';
import { expectWords } from '../told.ts';

type Outcome = { readonly is: Value } | { readonly code: CoercionCode };
type Cell = readonly [raw: unknown, outcome: Outcome];
const is = (value: Value): Outcome => ({ is: value });
const refused = (code: CoercionCode): Outcome => ({ code });
const outcome = (raw: unknown, definition: FieldDefinition, options: CoerceOptions = {}): Outcome => {
  const result = coerceValue(raw, definition, options);
  if (result.ok) return is(result.value);
  expectWords(result);
  return refused(result.code);
};

const FIELDS: Readonly<Record<FieldType, FieldDefinition>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
  enum: { type: 'enum', options: ['New', { value: 'w', label: 'Won' }, 'Yes', 'No', '3'] },
};

const NEVER: Cell = ['1', refused('unsupported_type')];
const NONE: Record<FieldType, Cell> = { string: NEVER, number: NEVER, boolean: NEVER, date: NEVER, datetime: NEVER, enum: NEVER };
const noneBut = (cells: Partial<Record<FieldType, Cell>>): Record<FieldType, Cell> => ({ ...NONE, ...cells });
const FREE_TEXT: Record<FieldType, Cell> = {
  string: [' as it is ', is(' as it is ')],
  number: ['42', is(42)],
  boolean: ['TRUE', is(true)],
  date: ['2025-03-15', is('2025-03-15')],
  datetime: ['2025-03-15T10:30:00+02:00', is('2025-03-15T08:30:00.000Z')],
  enum: ['won', is('w')],
};
const QUANTITY: Record<FieldType, Cell> = {
  string: [1e-7, is('0.0000001')],
  number: [99.5, is(99.5)],
  boolean: [0, is(false)],
  date: NEVER,
  datetime: NEVER,
  enum: [3, is('3')],
};
const AMOUNT = noneBut({ string: [12.5, is('12.5')], number: [12.5, is(12.5)] });

/** What a value of each CRM type becomes in a field of each type. */
const TABLE: Readonly<Record<CrmFieldType, Readonly<Record<FieldType, Cell>>>> = {
  string: FREE_TEXT,
  text: { ...FREE_TEXT, number: ['forty-two', refused('not_a_number')], boolean: ['perhaps', refused('not_a_boolean')] },
  phone: noneBut({ string: ['(415) 555-0123', is('(415) 555-0123')] }),
  email: noneBut({ string: ['a@example.com', is('a@example.com')] }),
  url: noneBut({ string: ['https://example.com', is('https://example.com')] }),
  picklist: noneBut({ string: ['w', is('w')], number: ['3', is(3)], boolean: ['No', is(false)], enum: ['Won', is('w')] }),
  multipicklist: noneBut({ string: ['a;b', is('a;b')], enum: ['New;Won', refused('unknown_option')] }),
  boolean: noneBut({ string: [true, is('true')], boolean: [false, is(false)], enum: [true, is('Yes')] }),
  integer: QUANTITY,
  number: { ...QUANTITY, boolean: [2, refused('not_a_boolean')] },
  currency: AMOUNT,
  percent: AMOUNT,
  date: noneBut({
    string: ['2025-03-15', is('2025-03-15')],
    date: ['2025-03-15', is('2025-03-15')],
    datetime: ['2025-03-15', is('2025-03-15T00:00:00.000Z')],
  }),
  datetime: noneBut({
    string: ['2025-03-15T10:30:00.000Z', is('2025-03-15T10:30:00.000Z')],
    date: ['2025-03-15T23:30:00.000Z', is('2025-03-15')],
    datetime: ['2025-03-15T10:30:00.000+0000', is('2025-03-15T10:30:00.000Z')],
  }),
  time: noneBut({ string: ['10:30:00.000Z', is('10:30:00.000Z')] }),
  reference: noneBut({ string: ['005000000000001AAA', is('005000000000001AAA')], enum: ['New', is('New')] }),
  id: noneBut({ string: ['003000000000001AAA', is('003000000000001AAA')], enum: ['w', is('w')] }),
  unsupported: noneBut({}),
};

describe.each(CRM_FIELD_TYPES)('a CRM field of type %s', (from) => {
  it.each(FIELD_TYPES)('is read into a field of type %s', (to) => {
    const [raw, expected] = TABLE[from][to];
    expect(outcome(raw, FIELDS[to], { from: { type: from } })).toEqual(expected);
  });

  it.each(FIELD_TYPES)('that is blank is null in a %s field, if it can be mapped at all', (to) => {
    const expected = compatible(from, to) === 'no' ? refused('unsupported_type') : is(null);
    for (const blank of [null, undefined, '', ' \n\t\u00a0'])
      expect(outcome(blank, FIELDS[to], { from: { type: from } })).toEqual(expected);
  });
});

it('a pair is refused whatever the value exactly where the two are not compatible', () => {
  for (const from of CRM_FIELD_TYPES)
    for (const to of FIELD_TYPES) expect([from, to, TABLE[from][to] === NEVER]).toEqual([from, to, compatible(from, to) === 'no']);
});

describe('numbers', () => {
  it.each<Cell>([
    ['42', is(42)],
    [' 99.50 ', is(99.5)],
    ['-0', is(0)],
    [-0, is(0)],
    ['+7', is(7)],
    ['007', is(7)],
    ['.5', is(0.5)],
    ['-.25', is(-0.25)],
    ['1e3', is(1000)],
    ['1E-7', is(1e-7)],
    [42n, is(42)],
    ['9007199254740991', is(9007199254740991)],
    ['9007199254740993', refused('number_too_large')],
    [2 ** 53, refused('number_too_large')],
    [-(2n ** 60n), refused('number_too_large')],
    ['1e400', refused('number_too_large')],
    ['1,234', refused('not_a_number')],
    ['1 234', refused('not_a_number')],
    ['$5', refused('not_a_number')],
    ['0x10', refused('not_a_number')],
    ['12abc', refused('not_a_number')],
    ['Infinity', refused('not_a_number')],
    ['NaN', refused('not_a_number')],
    ['-', refused('not_a_number')],
    ['.', refused('not_a_number')],
    [Number.NaN, refused('not_a_number')],
    [Number.POSITIVE_INFINITY, refused('not_a_number')],
    [true, refused('not_a_number')],
    [['42'], refused('not_a_number')],
    [{}, refused('not_a_number')],
  ])('%o', (raw, expected) => expect(outcome(raw, { type: 'number' })).toEqual(expected));
});

describe('booleans: an explicit list of spellings', () => {
  it.each(['true', 'True', ' TRUE ', 'yes', 'Y', 't', 'on', '1', 1, true])('%o is true', (raw) =>
    expect(outcome(raw, { type: 'boolean' })).toEqual(is(true)),
  );
  it.each(['false', 'FALSE', 'no', 'N', 'f', 'off', '0', 0, -0, false])('%o is false', (raw) =>
    expect(outcome(raw, { type: 'boolean' })).toEqual(is(false)),
  );
  it.each(['maybe', '2', 2, -1, 'yes!', 'null', {}, ['true'], Number.NaN])('%o is neither', (raw) =>
    expect(outcome(raw, { type: 'boolean' })).toEqual(refused('not_a_boolean')),
  );
});

describe('dates: a calendar day that no zone shifts', () => {
  it.each<readonly [raw: unknown, timeZone: string, outcome: Outcome]>([
    ['2025-03-15', 'Pacific/Kiritimati', is('2025-03-15')],
    [' 2025-03-15 ', 'UTC', is('2025-03-15')],
    ['2024-02-29', 'UTC', is('2024-02-29')],
    ['2025-02-29', 'UTC', refused('no_such_day')],
    ['2025-13-01', 'UTC', refused('no_such_day')],
    ['2025-00-10', 'UTC', refused('no_such_day')],
    ['0000-01-01', 'UTC', refused('no_such_day')],
    ['2025-02-30T10:00:00Z', 'UTC', refused('no_such_day')],
    ['2025-03-15T03:00:00Z', 'UTC', is('2025-03-15')],
    ['2025-03-15T03:00:00Z', 'America/Los_Angeles', is('2025-03-14')],
    ['2025-03-15T23:30:00.000+0000', 'Asia/Tokyo', is('2025-03-16')],
    ['2025-03-15T23:30:00', 'Asia/Tokyo', is('2025-03-15')],
    [new Date('2025-03-15T03:00:00Z'), 'America/Los_Angeles', is('2025-03-14')],
    [new Date(Number.NaN), 'UTC', refused('not_a_date')],
    ['0001-01-01T00:00:00Z', 'America/Los_Angeles', refused('not_a_date')],
    ['15.03.2025', 'UTC', refused('not_a_date')],
    ['03/15/2025', 'UTC', refused('not_a_date')],
    ['2025-3-15', 'UTC', refused('not_a_date')],
    ['20250315', 'UTC', refused('not_a_date')],
    ['tomorrow', 'UTC', refused('not_a_date')],
    [1741996800000, 'UTC', refused('not_a_date')],
    [true, 'UTC', refused('not_a_date')],
  ])('%o in %s', (raw, timeZone, expected) => expect(outcome(raw, { type: 'date' }, { timeZone })).toEqual(expected));
});

describe('datetimes: an instant in UTC', () => {
  it.each<readonly [raw: unknown, timeZone: string, outcome: Outcome]>([
    ['2025-03-15T10:30:00Z', 'Asia/Tokyo', is('2025-03-15T10:30:00.000Z')],
    ['2026-05-01T07:25:37.000+0000', 'UTC', is('2026-05-01T07:25:37.000Z')],
    ['2025-03-15T10:30:00.123456-08:00', 'UTC', is('2025-03-15T18:30:00.123Z')],
    ['2025-03-15T10:30+0530', 'UTC', is('2025-03-15T05:00:00.000Z')],
    ['2025-03-15 10:30:00 +02', 'UTC', is('2025-03-15T08:30:00.000Z')],
    ['2025-03-15t10:30:00z', 'UTC', is('2025-03-15T10:30:00.000Z')],
    ['2025-03-15T10:30:00', 'UTC', is('2025-03-15T10:30:00.000Z')],
    ['2025-03-15T10:30:00', 'America/New_York', is('2025-03-15T14:30:00.000Z')],
    ['2025-01-15 10:30', 'America/New_York', is('2025-01-15T15:30:00.000Z')],
    ['2025-03-15', 'UTC', is('2025-03-15T00:00:00.000Z')],
    ['2025-03-15', 'Asia/Tokyo', is('2025-03-14T15:00:00.000Z')],
    [new Date('2025-03-15T03:00:00Z'), 'Asia/Tokyo', is('2025-03-15T03:00:00.000Z')],
    ['2025-02-30', 'UTC', refused('no_such_day')],
    ['2025-02-30T00:00:00Z', 'UTC', refused('no_such_day')],
    ['2025-03-15T24:00:00Z', 'UTC', refused('not_a_datetime')],
    ['2025-03-15T10:60:00Z', 'UTC', refused('not_a_datetime')],
    ['2025-03-15T10:30:00+25:00', 'UTC', refused('not_a_datetime')],
    ['9999-12-31T23:59:59-01:00', 'UTC', refused('not_a_datetime')],
    ['10:30', 'UTC', refused('not_a_datetime')],
    ['March 15, 2025', 'UTC', refused('not_a_datetime')],
    [1741996800000, 'UTC', refused('not_a_datetime')],
    ['1741996800000', 'UTC', refused('not_a_datetime')],
    [new Date(Number.NaN), 'UTC', refused('not_a_datetime')],
  ])('%o in %s', (raw, timeZone, expected) => expect(outcome(raw, { type: 'datetime' }, { timeZone })).toEqual(expected));

  it('a zone that does not exist is a mistake of the configuration, not of the value', () => {
    expect(() => coerceValue('2025-03-15', { type: 'datetime' }, { timeZone: 'Mars/Olympus' })).toThrow(
      expect.objectContaining({ code: 'unknown_time_zone', category: 'configuration' }),
    );
  });
});

describe('options', () => {
  const status: FieldDefinition = {
    type: 'enum',
    options: ['New', 'new', { value: 'w', label: 'Won' }, { value: 'x', label: 'W' }, 'Größe'],
  };
  const crm = {
    type: 'picklist',
    options: [
      { value: '10', label: 'Won' },
      { value: 'won_v2', label: 'NEW ' },
    ],
  } as const;
  it.each<readonly [raw: unknown, what: string, outcome: Outcome]>([
    ['New', 'the value', is('New')],
    ['new', 'the value, before another case of it', is('new')],
    ['W', 'the value in another case, before a label', is('w')],
    [' won ', 'the label in another case', is('w')],
    ['GRÖSSE', 'no more than case is overlooked', refused('unknown_option')],
    ['gro\u0308ße', 'composed and decomposed letters alike', is('Größe')],
    ['NEW', 'two that fit equally are not guessed', refused('unknown_option')],
    ['10', 'no CRM options are known', refused('unknown_option')],
    [['New'], 'a list of one', is('New')],
    [['New', 'w'], 'a list of two', refused('unknown_option')],
    [[], 'an empty list', is(null)],
    [{}, 'an object', refused('unknown_option')],
  ])('%o: %s', (raw, _, expected) => expect(outcome(raw, status)).toEqual(expected));

  it.each<readonly [raw: string, what: string, from: CoerceOptions['from'] & {}, outcome: Outcome]>([
    ['10', 'the value of a CRM option with the same label', crm, is('w')],
    ['Won', 'the label of a CRM option', crm, is('w')],
    ['New;', 'one value of a multipicklist', { type: 'multipicklist' }, is('New')],
    ['won; new', 'two values of a multipicklist', { type: 'multipicklist' }, refused('unknown_option')],
  ])('%o: %s', (raw, _, from, expected) => expect(outcome(raw, status, { from })).toEqual(expected));

  it('the remedy lists the options, and no text quotes the value', () => {
    const result = coerceValue('secret', { type: 'enum', options: ['New', 'Won'] });
    expect(result).toMatchObject({ ok: false, remedy: expect.stringContaining('`New`, `Won`') });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('a long list is shortened', () => {
    const options = Array.from({ length: 300 }, (_, index) => `option ${index}`);
    expect(coerceValue('x', { type: 'enum', options })).toMatchObject({ remedy: expect.stringContaining('and 260 more') });
  });
});

describe('text', () => {
  it.each<Cell>([
    ['  two  spaces ', is('  two  spaces ')],
    [1e21, refused('number_too_large')],
    [0, is('0')],
    [false, is('false')],
    [10n ** 20n, is('100000000000000000000')],
    [new Date('2025-03-15T10:30:00Z'), is('2025-03-15T10:30:00.000Z')],
    [['red', 7, null, '', true], is('red, 7, true')],
    [[], is(null)],
    [[null, ' '], is(null)],
    [[['nested']], refused('not_text')],
    [{ street: 'x' }, refused('not_text')],
    [Number.NaN, refused('not_text')],
    [Symbol('x'), refused('not_text')],
    [() => 'x', refused('not_text')],
    [new Date(Number.NaN), refused('not_text')],
  ])('%o', (raw, expected) => expect(outcome(raw, { type: 'string' })).toEqual(expected));

  it('its length is counted in characters, not in UTF-16 units', () => {
    expect(outcome('🚀🚀🚀', { type: 'string', maxLength: 3 })).toEqual(is('🚀🚀🚀'));
    expect(outcome('🚀🚀🚀', { type: 'string', maxLength: 2 })).toEqual(refused('too_long'));
  });

  it('a list from a multipicklist is joined as the CRM joins it', () => {
    expect(outcome(['a', 'b'], { type: 'string' }, { from: { type: 'multipicklist' } })).toEqual(is('a;b'));
  });
});

const CANONICAL: Readonly<Record<FieldType, (value: Value) => boolean>> = {
  string: (value) => typeof value === 'string' && value.trim() !== '',
  number: (value) => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER,
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value),
  datetime: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  enum: (value) => typeof value === 'string',
};
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withSparseArray: true, withNullPrototype: true, withBoxedValues: true }),
  fc.string({ unit: 'grapheme' }),
  fc.double(),
  fc.double().map(String),
  fc.stringMatching(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d([.]\d{1,4})?(Z|[+-]\d\d:?\d\d)?)?$/),
);
const from = fc.option(fc.record({ type: fc.constantFrom(...CRM_FIELD_TYPES) }), { nil: undefined });

test.prop([anything, fc.constantFrom(...FIELD_TYPES), from, fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns')])(
  'whatever comes in: no throw, and a canonical value, null or a refusal that says what to do',
  (raw, type, crm, timeZone) => {
    const result = coerceValue(raw, FIELDS[type], { timeZone, ...(crm && { from: crm }) });
    if (result.ok) expect(result.value === null || CANONICAL[type](result.value)).toBe(true);
    else expect([result.message.endsWith('.'), result.remedy.length > 0]).toEqual([true, true]);
  },
);

test.prop([anything, fc.constantFrom(...FIELD_TYPES)])('reading a value that was read changes nothing', (raw, type) => {
  const first = coerceValue(raw, FIELDS[type]);
  fc.pre(first.ok);
  expect(coerceValue(first.value, FIELDS[type])).toEqual(first);
});

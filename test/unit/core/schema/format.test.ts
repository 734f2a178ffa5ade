import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coerceValue } from '../../../../src/core/schema/coerce.ts';
import { compatible } from '../../../../src/core/schema/compatibility.ts';
import { CRM_FIELD_TYPES, type CrmFieldType } from '../../../../src/core/schema/described.ts';
import { type FormatTarget, formatValue } from '../../../../src/core/schema/format.ts';
import { FIELD_TYPES, type FieldDefinition, type FieldType } from '../../../../src/core/schema/schema-types.ts';
import { plainDecimal } from '../../../../src/core/values/scalars.ts';
import type { CoercionCode, Value } from '../../../../src/core/values/value.ts';
import { expectWords } from '../told.ts';

type Outcome = { readonly is: Value } | { readonly cut: string } | { readonly code: CoercionCode };
type Cell = readonly [value: Value, outcome: Outcome];
const is = (value: Value): Outcome => ({ is: value });
const cut = (text: string): Outcome => ({ cut: text });
const refused = (code: CoercionCode): Outcome => ({ code });
const outcome = (value: Value, definition: FieldDefinition, target: FormatTarget): Outcome => {
  const result = formatValue(value, definition, target);
  if (!result.ok) {
    expectWords(result);
    return refused(result.code);
  }
  return result.truncated === true ? cut(String(result.value)) : is(result.value);
};

const FIELDS: Readonly<Record<FieldType, FieldDefinition>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
  enum: { type: 'enum', options: ['New', { value: 'w', label: 'Won' }, 'Yes', 'No', '3', 'a;b'] },
};
const DAY = '2025-03-15';
const INSTANT = '2025-03-15T10:30:00.000Z';

const NEVER: Cell = [null, refused('unsupported_type')];
const NONE: Record<FieldType, Cell> = { string: NEVER, number: NEVER, boolean: NEVER, date: NEVER, datetime: NEVER, enum: NEVER };
const noneBut = (cells: Partial<Record<FieldType, Cell>>): Record<FieldType, Cell> => ({ ...NONE, ...cells });
const FREE_TEXT: Record<FieldType, Cell> = {
  string: [' as it is ', is(' as it is ')],
  number: [1e-7, is('0.0000001')],
  boolean: [false, is('false')],
  date: [DAY, is(DAY)],
  datetime: [INSTANT, is(INSTANT)],
  enum: ['w', is('w')],
};
const QUANTITY: Record<FieldType, Cell> = {
  string: ['42', is(42)],
  number: [42, is(42)],
  boolean: [true, is(1)],
  date: NEVER,
  datetime: NEVER,
  enum: ['3', is(3)],
};
const AMOUNT = noneBut({ string: ['abc', refused('not_a_number')], number: [12.5, is(12.5)] });

/** What a value of a field of each type becomes in each type of CRM field. */
const TABLE: Readonly<Record<CrmFieldType, Readonly<Record<FieldType, Cell>>>> = {
  string: FREE_TEXT,
  text: FREE_TEXT,
  phone: noneBut({ string: ['+14155550123', is('+14155550123')] }),
  email: noneBut({ string: ['a@example.com', is('a@example.com')] }),
  url: noneBut({ string: ['example.com', is('example.com')] }),
  picklist: noneBut({ string: ['won', is('Won')], number: [3, is('3')], boolean: [true, is('Yes')], enum: ['w', is('Won')] }),
  multipicklist: noneBut({ string: ['new; won;', is('New;Won')], enum: ['New', is('New')] }),
  boolean: noneBut({ string: ['Yes', is(true)], boolean: [false, is(false)], enum: ['No', is(false)] }),
  integer: { ...QUANTITY, number: [4.5, refused('not_an_integer')] },
  number: QUANTITY,
  currency: AMOUNT,
  percent: AMOUNT,
  date: noneBut({ string: ['2025-02-30', refused('no_such_day')], date: [DAY, is(DAY)], datetime: [INSTANT, is(DAY)] }),
  datetime: noneBut({
    string: ['soon', refused('not_a_datetime')],
    date: [DAY, is('2025-03-15T00:00:00.000Z')],
    datetime: [INSTANT, is(INSTANT)],
  }),
  time: noneBut({ string: ['10:30:00.000Z', is('10:30:00.000Z')] }),
  reference: noneBut({ string: ['005000000000001AAA', is('005000000000001AAA')], enum: ['New', is('New')] }),
  id: noneBut({ string: ['003000000000001AAA', is('003000000000001AAA')], enum: ['New', is('New')] }),
  unsupported: noneBut({}),
};
const OPTIONS = ['New', 'Won', 'Yes', 'No'].map((value) => ({ value, label: value }));

describe.each(CRM_FIELD_TYPES)('a CRM field of type %s', (type) => {
  it.each(FIELD_TYPES)('is written from a field of type %s', (from) => {
    const [value, expected] = TABLE[type][from];
    expect(outcome(value, FIELDS[from], { type, options: OPTIONS })).toEqual(expected);
  });

  it.each(FIELD_TYPES)('is cleared by an empty %s field, if it may be blank', (from) => {
    const never = compatible(type, from) === 'no';
    for (const blank of [null, '', ' ']) {
      expect(outcome(blank, FIELDS[from], { type })).toEqual(never ? refused('unsupported_type') : is(null));
      expect(outcome(blank, FIELDS[from], { type, nullable: false })).toEqual(refused(never ? 'unsupported_type' : 'not_nullable'));
    }
  });
});

describe('text beyond the length of the CRM field', () => {
  it.each<readonly [type: CrmFieldType, overflow: 'refuse' | 'truncate', outcome: Outcome]>([
    ['string', 'refuse', refused('too_long')],
    ['text', 'refuse', refused('too_long')],
    ['string', 'truncate', cut('Zoë ')],
    ['text', 'truncate', cut('Zoë ')],
    ['email', 'truncate', refused('too_long')],
    ['url', 'truncate', refused('too_long')],
    ['phone', 'truncate', refused('too_long')],
    ['id', 'truncate', refused('too_long')],
  ])('%s, %s', (type, overflow, expected) => {
    expect(outcome('Zoë 🚀🚀', FIELDS.string, { type, length: 5, overflow })).toEqual(expected);
    expect(outcome('Zoë 🚀🚀', FIELDS.string, { type, length: 8, overflow })).toEqual(is('Zoë 🚀🚀'));
  });

  it('is not refused where only its UTF-16 units are too many: the CRM says how it counts', () => {
    expect(outcome('Zoë 🚀🚀', FIELDS.string, { type: 'string', length: 6 })).toEqual(is('Zoë 🚀🚀'));
  });

  test.prop([fc.string({ unit: 'binary' }), fc.nat(20)])(
    'a cut never splits a character and keeps as many units as fit',
    (text, length) => {
      const result = formatValue(text, FIELDS.string, { type: 'text', length, overflow: 'truncate' });
      fc.pre(result.ok && typeof result.value === 'string');
      const kept = result.ok ? String(result.value) : '';
      expect(Array.from(kept)).toEqual(Array.from(text).slice(0, Array.from(kept).length));
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(text.length, length) - 1);
      expect(kept.length).toBeLessThanOrEqual(length);
      expect(result.truncated ?? false).toBe(kept !== text);
    },
  );

  it('a limit of the field itself that is younger than the value does not hold it back', () => {
    expect(outcome('longer', { type: 'string', maxLength: 3 }, { type: 'string' })).toEqual(is('longer'));
  });
});

describe('picklists', () => {
  const options = [
    { value: 'lead_new', label: 'New' },
    { value: 'Open', label: 'Working' },
    { value: 't', label: 'Agreed' },
  ];
  it.each<readonly [value: Value, definition: FieldDefinition, restricted: boolean, outcome: Outcome]>([
    ['Open', FIELDS.string, true, is('Open')],
    ['OPEN', FIELDS.string, true, is('Open')],
    ['working', FIELDS.string, true, is('Open')],
    ['new', { type: 'enum', options: ['new'] }, true, is('lead_new')],
    ['n', { type: 'enum', options: [{ value: 'n', label: 'New' }] }, true, is('lead_new')],
    [true, FIELDS.boolean, true, is('t')],
    [false, FIELDS.boolean, true, refused('unknown_option')],
    [false, FIELDS.boolean, false, is('false')],
    ['Other', FIELDS.string, true, refused('unknown_option')],
    ['Other', FIELDS.string, false, is('Other')],
  ])('%o of %o, restricted: %s', (value, definition, restricted, expected) => {
    expect(outcome(value, definition, { type: 'picklist', options, restricted })).toEqual(expected);
  });

  it('each part of several values is checked', () => {
    const target: FormatTarget = { type: 'multipicklist', options, restricted: true };
    expect(outcome('new;Working', FIELDS.string, target)).toEqual(is('lead_new;Open'));
    expect(outcome('new;Other', FIELDS.string, target)).toEqual(refused('unknown_option'));
    expect(outcome(' ; ', FIELDS.string, { ...target, nullable: false })).toEqual(refused('not_nullable'));
  });

  it('without known options nothing is refused', () => {
    expect(outcome('Other', FIELDS.string, { type: 'picklist', restricted: true })).toEqual(is('Other'));
  });

  it('the remedy lists the options, and no text quotes the value', () => {
    const result = formatValue('secret', FIELDS.string, { type: 'picklist', options, restricted: true });
    expect(result).toMatchObject({ remedy: expect.stringContaining('`lead_new`, `Open`, `t`') });
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

describe('decimals beyond the scale are rounded, halves away from zero', () => {
  it.each<readonly [value: number, scale: number, rounded: number]>([
    [1.005, 2, 1.01],
    [-1.005, 2, -1.01],
    [2.5, 0, 3],
    [-2.5, 0, -3],
    [1e-7, 2, 0],
    [-1e-7, 2, 0],
    [1234.5, 18, 1234.5],
    [9007199254740991, 2, 9007199254740991],
  ])('%d to %d', (value, scale, rounded) => expect(outcome(value, FIELDS.number, { type: 'currency', scale })).toEqual(is(rounded)));
});

describe('a fraction of a second', () => {
  it.each<readonly [scale: number | undefined, written: string]>([
    [0, '2025-03-15T10:30:00.000Z'],
    [undefined, '2025-03-15T10:30:00.987Z'],
  ])('of scale %s', (scale, written) => {
    const target = { type: 'datetime', ...(scale === undefined ? {} : { scale }) } as const;
    expect(outcome('2025-03-15T10:30:00.987Z', FIELDS.datetime, target)).toEqual(is(written));
  });
});

describe('days and instants', () => {
  it.each<readonly [value: string, from: 'date' | 'datetime', type: CrmFieldType, timeZone: string, written: string]>([
    ['2025-03-15T03:00:00.000Z', 'datetime', 'date', 'America/Los_Angeles', '2025-03-14'],
    [DAY, 'date', 'datetime', 'America/Los_Angeles', '2025-03-15T07:00:00.000Z'],
    [DAY, 'date', 'date', 'Pacific/Kiritimati', DAY],
    // What a host's table gives back may be of another type than the field.
    ['2025-03-15T23:30:00Z', 'date', 'date', 'Asia/Tokyo', '2025-03-16'],
    ['2025-03-15T23:30:00Z', 'date', 'date', 'UTC', '2025-03-15'],
  ])('%s of a %s as %s in %s', (value, from, type, timeZone, written) =>
    expect(outcome(value, FIELDS[from], { type, timeZone })).toEqual(is(written)),
  );
});

it.each<Cell>([
  [5, is('5')],
  [true, is('true')],
])('%o that a host gave back as another type is read as its field says', (value, expected) => {
  expect(outcome(value, FIELDS.string, { type: 'string' })).toEqual(expected);
});

it('a stored value that its own field refuses is not written', () => {
  expect(outcome('gone', FIELDS.enum, { type: 'string' })).toEqual(refused('unknown_option'));
});

// ---- coerce ∘ format is the identity -----------------------------------------------------------------------------
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Australia/Lord_Howe'];
const instants = fc
  .date({ min: new Date('0001-01-03T00:00:00Z'), max: new Date('9999-12-29T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const days = instants.map((instant) => instant.slice(0, 10));
const numbers = fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true }).map((number) => number + 0);
const integers = fc.maxSafeInteger().map((number) => number + 0);
const texts = fc.string({ unit: 'grapheme' }).filter((text) => text.trim() !== '');
const parts = fc
  .array(
    texts.map((text) => text.replaceAll(';', ',').trim()),
    { minLength: 1 },
  )
  .map((all) => all.join(';'));
const decimals = numbers.map(plainDecimal);
const truths = fc.boolean();
const words = fc.constantFrom('New', 'w', 'Yes', 'No', '3');
const yesNo = fc.constantFrom('Yes', 'No');

type Values = Readonly<Record<FieldType, fc.Arbitrary<Value> | null>>;
const ONLY_TEXTS: Values = { string: texts, number: null, boolean: null, date: null, datetime: null, enum: null };
const ALL: Values = { string: texts, number: numbers, boolean: truths, date: days, datetime: instants, enum: words };
const NUMBERS: Values = { ...ONLY_TEXTS, string: decimals, number: numbers };
/** Values that a CRM field of the type can hold without loss, by the type of contact field they come from. */
const HOLDS: Readonly<Record<CrmFieldType, Values>> = {
  string: ALL,
  text: ALL,
  phone: ONLY_TEXTS,
  email: ONLY_TEXTS,
  url: ONLY_TEXTS,
  picklist: { ...ONLY_TEXTS, number: numbers, boolean: truths, enum: words },
  multipicklist: { ...ONLY_TEXTS, string: parts, enum: words },
  boolean: { ...ONLY_TEXTS, string: truths.map(String), boolean: truths, enum: yesNo },
  integer: { ...ONLY_TEXTS, string: integers.map(String), number: integers, boolean: truths, enum: fc.constant('3') },
  number: { ...NUMBERS, boolean: truths, enum: fc.constant('3') },
  currency: NUMBERS,
  percent: NUMBERS,
  date: { ...ONLY_TEXTS, string: days, date: days, datetime: days.map((day) => `${day}T00:00:00.000Z`) },
  datetime: { ...ONLY_TEXTS, string: instants, date: days, datetime: instants },
  time: ONLY_TEXTS,
  reference: { ...ONLY_TEXTS, enum: words },
  id: { ...ONLY_TEXTS, enum: words },
  unsupported: { ...ONLY_TEXTS, string: null },
};

describe.each(CRM_FIELD_TYPES)('what was written to a %s field', (type) => {
  for (const from of FIELD_TYPES) {
    const values = HOLDS[type][from];
    it(`has values of a ${from} field to be tried exactly if the two are compatible`, () => {
      expect(values === null).toBe(compatible(type, from) === 'no');
    });
    if (values === null) continue;
    const zones = type === 'date' && from === 'datetime' ? fc.constant('UTC') : fc.constantFrom(...ZONES);
    test.prop([values, zones])(`reads as the same ${from}`, (value, timeZone) => {
      const written = formatValue(value, FIELDS[from], { type, timeZone });
      expect(written.ok).toBe(true);
      const read = written.ok && coerceValue(written.value, FIELDS[from], { timeZone, from: { type } });
      expect(read).toEqual({ ok: true, value });
    });
  }
});

const anyTarget = fc.record(
  {
    type: fc.constantFrom(...CRM_FIELD_TYPES),
    length: fc.nat(5),
    scale: fc.nat(18),
    restricted: fc.boolean(),
    nullable: fc.boolean(),
    options: fc.array(fc.record({ value: fc.string(), label: fc.string() }), { maxLength: 3 }),
    overflow: fc.constantFrom('refuse' as const, 'truncate' as const),
  },
  { requiredKeys: ['type'] },
);
test.prop([fc.anything(), fc.constantFrom(...FIELD_TYPES), anyTarget])(
  'never throws, whatever the store gave back',
  (value, from, target) => {
    const result = formatValue(value as Value, FIELDS[from], target);
    if (result.ok && result.value === null) expect(target.nullable).not.toBe(false);
    if (result.ok && typeof result.value === 'number') expect(Number.isFinite(result.value)).toBe(true);
  },
);

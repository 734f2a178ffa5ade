import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coercePhone, isCountry, normalizePhone, type Phone, type PhoneReason } from '../../../../src/core/phone/phone.ts';

const none = (kind: 'anonymous' | 'unknown' | 'invalid' | 'unparseable', reason: PhoneReason) => ({ kind, reason });
const withheld = none('anonymous', 'withheld');
const blank = none('anonymous', 'blank');
const placeholder = none('unknown', 'placeholder');
const letters = none('unknown', 'letters');
const invalid = (reason: PhoneReason) => none('invalid', reason);
const noCountry = none('unparseable', 'no_country');
const phone = (e164: string, more: Partial<Extract<Phone, { kind: 'phone' }>> = {}) => ({ kind: 'phone', e164, ...more });
const shortCode = (digits: string) => ({ kind: 'short_code', digits });
const address = (kind: 'sip' | 'client' | 'email', text: string) => ({ kind, address: text });

type Row = readonly [input: unknown, country: string | null, phone: object];
const rows = (title: string, table: readonly Row[]) =>
  describe(title, () => {
    it.each(table)('%o, default country %s', (input, country, expected) => {
      expect(normalizePhone(input, country === null ? {} : { defaultCountry: country })).toMatchObject(expected);
    });
  });

const US = phone('+14155550123', { valid: true, country: 'US' });
const US_EXTENSION = phone('+14155550123', { extension: '204' });
const US_TWO = phone('+14155550123', { others: ['+14155550199'] });

rows('spellings of one number', [
  ['+14155550123', null, US],
  ['(415) 555-0123', 'US', US],
  ['415.555.0123', 'US', US],
  ['14155550123', 'US', US],
  ['415-555-0123 (mobile)', 'US', US],
  ['call me at 415-555-0123', 'US', US],
  ['+1 (415) 555-0123', 'GB', US],
  ['\u202a+1\u00a0415\u200b555\u20110123\u202c', null, US],
  ['\uff0b1\uff14155550123', null, US],
  ['020 7946 0958', 'GB', phone('+442079460958', { valid: true, country: 'GB' })],
  ['+44 (0)20 7946 0958', null, phone('+442079460958')],
  ['0044 20 7946 0958', 'GB', phone('+442079460958')],
  ['011 44 20 7946 0958', 'US', phone('+442079460958')],
  ['011 15 2345 6789', 'AR', phone('+5491123456789')],
  ['+54 9 11 2345 6789', null, phone('+5491123456789')],
  ['+525512345678', null, phone('+525512345678')],
  ['242-365-1234', 'US', phone('+12423651234', { country: 'BS' })],
  ['+٩٧١٥٠١٢٣٤٥٦٧', null, phone('+971501234567')],
  ['+۹۷۱۵۰۱۲۳۴۵۶۷', null, phone('+971501234567')],
  ['+39 06 1234 5678', null, phone('+390612345678')],
  ['030/1234567', 'DE', phone('+49301234567')],
]);

rows('a possible length counts, a known range is only noted', [
  ['+1 555 555 0123', null, phone('+15555550123', { valid: false })],
  ['+800 1234 5678', null, phone('+80012345678', { valid: true })],
  ['+447777777777', null, phone('+447777777777', { valid: true })],
]);

rows('no country, no guess', [
  ['4155550123', null, noCountry],
  ['00442079460958', null, noCountry],
  ['4155550123', 'XX', noCountry],
  ['+14155550123', 'XX', US],
  ['+999123456789', null, invalid('unknown_country_code')],
]);

rows('extensions stay beside the number', [
  ['415-555-0123 x 204', 'US', US_EXTENSION],
  ['415-555-0123 ext. 204', 'US', US_EXTENSION],
  ['415-555-0123, ext 204', 'US', US_EXTENSION],
  ['415-555-0123;ext=204', 'US', US_EXTENSION],
  ['415-555-0123#204', 'US', US_EXTENSION],
  ['415-555-0123,,204', 'US', US_EXTENSION],
  ['tel:+1-415-555-0123;ext=204', null, US_EXTENSION],
]);

rows('two numbers in one field: the first is the key', [
  ['+1 415 555 0123 / +1 415 555 0199', 'US', US_TWO],
  ['415-555-0123; 415-555-0199', 'US', US_TWO],
  ['415-555-0123, 415-555-0199', 'US', US_TWO],
  ['415-555-0123 or 415-555-0199', 'US', US_TWO],
  ['415-555-0123 OR 415-555-0199', 'US', US_TWO],
  ['415-555-0123\n415-555-0199', 'US', US_TWO],
  ['415-555-0123 / 415-555-0123 / 415-555-0199', 'US', US_TWO],
  ['415-555-0123 x204 / 415-555-0199', 'US', { ...US_TWO, extension: '204' }],
  ['0301234567 / 0307654321', 'DE', phone('+49301234567', { others: ['+49307654321'] })],
  ['1234567 / 7654321', 'DE', phone('+491234567', { others: ['+497654321'] })],
  ['0234567 / 0765432', 'DE', phone('+49234567', { others: ['+49765432'] })],
  ['restricted / 415-555-0123', 'US', US],
  ['+14155550123 / 415-555-0199', null, US],
  ['02301 / 1234567', 'DE', phone('+4923011234567')],
  ['555-0123 / 555-0199', 'US', invalid('too_long')],
]);

rows('numbers that are not possible', [
  ['1-800-FLOWERS', 'US', invalid('too_short')],
  ['555-0123', 'US', invalid('too_short')],
  ['12', 'US', invalid('too_short')],
  ['00442079460958', 'US', invalid('too_long')],
  ['+52 1 55 1234 5678', null, invalid('too_long')],
  ['+1415555012345678901', null, invalid('too_long')],
  ['+1 415', null, invalid('too_short')],
  ['+49234567892345678', null, invalid('too_long')], // fits its country, and no phone network
  [`notes${'\n.'.repeat(200)}`, 'US', invalid('too_long')],
  [`+1${'4155550123'.repeat(100)}`, null, invalid('too_long')],
]);

rows('short codes are never a key', [
  ['72345', 'US', shortCode('72345')],
  ['72345', 'DE', shortCode('72345')],
  ['911', 'US', shortCode('911')],
  ['101', 'GB', shortCode('101')],
  ['999', null, shortCode('999')],
  ['123456', null, shortCode('123456')],
  ['٠٤١٥', null, shortCode('0415')],
]);

rows('SIP and other addresses', [
  ['sip:+14155550123@sip.example.com', null, US],
  ['sips:%2B14155550123:secret@sip.example.com;transport=tls?x=y', null, US],
  ['sip:+14155550123;ext=204@sip.example.com', null, US_EXTENSION],
  ['sip:14155550123@example.com', 'US', { ...US, warning: 'sip_digits' }],
  ['14155550123@example.com', 'US', { ...US, warning: 'sip_digits' }],
  ['sip:14155550123@example.com', null, address('sip', 'sip:14155550123@example.com')],
  ['sip:101@example.com', 'US', address('sip', 'sip:101@example.com')],
  ['sip:alice@example.com', 'US', address('sip', 'sip:alice@example.com')],
  ['sip:x14155550123@example.com', 'US', address('sip', 'sip:x14155550123@example.com')],
  ['sip:14155550123x@example.com', 'US', address('sip', 'sip:14155550123x@example.com')],
  ['sip:4155550123;ext=20a@example.com', 'US', { ...US, warning: 'sip_digits' }],
  ['sip:4155550123;next=20@example.com', 'US', { ...US, warning: 'sip_digits' }],
  ['sip:4155550123;user=phone;ext=204@example.com', 'US', { ...US_EXTENSION, warning: 'sip_digits' }],
  ['sip:+14155550123', null, US],
  ['1111111111@example.com', 'US', placeholder],
  ['266696687@example.com', 'US', withheld],
  ['mysip:14155550123@example.com', 'US', address('email', 'mysip:14155550123@example.com')],
  ['alice@pbx', 'US', address('sip', 'alice@pbx')],
  ['alice@example.com', 'US', address('email', 'alice@example.com')],
  ['client:alice', 'US', address('client', 'client:alice')],
  ['sim:4155550123', 'US', address('client', 'sim:4155550123')],
  ['messenger:4155550123', 'US', address('client', 'messenger:4155550123')],
  ['whatsapp:+14155550123', 'US', US],
  ['WhatsApp: +14155550123', null, US],
]);

rows('names instead of numbers', [
  ['ACME', 'US', letters],
  ['ACME2024', 'US', letters],
  ['n/a', 'US', letters],
  ['---', 'US', letters],
  ['see notes', null, letters],
]);

const MARKERS = ['anonymous', 'unknown', 'restricted', 'private', 'unavailable', 'blocked', 'withheld', 'no caller id'];
const KEYPAD = ['266696687', '7378742833', '2562533', '8656696', '86282452253'];
rows('hidden callers are recognised before parsing', [
  ...MARKERS.flatMap((word): Row[] => [
    [word, 'US', withheld],
    [` ${word.toUpperCase()} `, null, withheld],
    [`sip:${word.replaceAll(' ', '%20')}@anonymous.invalid`, null, word.includes(' ') ? { kind: 'sip' } : withheld],
  ]),
  ...KEYPAD.flatMap((digits): Row[] => [
    [digits, 'US', withheld],
    [`+${digits}`, null, withheld],
    [`1${digits}`, 'US', withheld],
    [`+1${digits}`, 'US', withheld],
    [`sip:+${digits}@example.com`, 'US', withheld],
  ]),
  ['008628 245 2253', 'DE', withheld],
  ['anonymous@anonymous.invalid', 'US', withheld],
  ['tel:anonymous', 'US', withheld],
]);

rows('placeholders would become the key of many people', [
  ['0000000000', 'US', placeholder],
  ['1111111111', 'US', placeholder],
  ['9999999999', 'US', placeholder],
  ['(999) 999-9999', 'US', placeholder],
  ['+11111111111', null, placeholder],
  ['+1 111 111 1111', null, placeholder],
  ['+1 000-000-0000', null, placeholder],
  ['1234567890', 'US', placeholder],
  ['0123456789', 'FR', placeholder],
  ['+1234567890', null, placeholder],
  ['+1 123 456 7890', null, placeholder],
]);

rows('what is no text', [
  [4155550123, 'US', { ...US, warning: 'typed_as_number' }],
  [14155550123, 'US', { ...US, warning: 'typed_as_number' }],
  [4155550123, null, noCountry],
  [911, 'US', shortCode('911')],
  [1.5, 'US', invalid('not_a_number')],
  [-4155550123, 'US', invalid('not_a_number')],
  [1e21, 'US', invalid('not_a_number')],
  [Number.NaN, 'US', invalid('not_a_number')],
  [true, 'US', invalid('not_text')],
  [{}, 'US', invalid('not_text')],
  [['+14155550123'], 'US', invalid('not_text')],
  [null, 'US', blank],
  [undefined, 'US', blank],
  ['', 'US', blank],
  [' \u200e\u00a0', 'US', blank],
  ['tel:', 'US', blank],
]);

it('strict refuses a number that no known range holds, and only that', () => {
  expect(normalizePhone('+1 555 555 0123', { strict: true })).toEqual(invalid('not_valid'));
  expect(normalizePhone('+1 415 555 0123', { strict: true })).toMatchObject(US);
});

it('a country is known by two capital letters', () => {
  expect(['US', 'DE', 'us', 'XX', 'USA', ''].map(isCountry)).toEqual([true, true, false, false, false, false]);
});

describe('as a field value', () => {
  type Kind = Phone['kind'];
  const EXPECTED: Readonly<Record<Kind, readonly [raw: string, result: object]>> = {
    phone: ['+1 555 555 0123', { ok: true, value: '+15555550123' }],
    anonymous: ['Blocked', { ok: true, value: null }],
    short_code: ['72345', { code: 'not_a_phone_number', message: 'The phone number is a short code.' }],
    sip: ['sip:alice@example.com', { code: 'not_a_phone_number' }],
    client: ['client:alice', { code: 'not_a_phone_number' }],
    email: ['alice@example.com', { code: 'not_a_phone_number', message: 'The phone number is an e-mail address.' }],
    unknown: ['0000000000', { code: 'not_a_phone_number', message: 'The phone number is a placeholder.' }],
    invalid: ['+1 415', { code: 'not_a_phone_number', message: 'The phone number is too short.' }],
    unparseable: ['4155550123', { code: 'not_a_phone_number', remedy: expect.stringContaining('`defaultCountry`') }],
  };
  it.each(Object.keys(EXPECTED) as Kind[])('%s', (kind) => {
    const [raw, result] = EXPECTED[kind];
    expect(normalizePhone(raw).kind).toBe(kind);
    expect(coercePhone(raw)).toMatchObject(result);
  });

  const CORRECT = 'Correct the number: `+`, country code and national number.';
  const TOLD: readonly (readonly [raw: unknown, about: string, message: string, remedy: string])[] = [
    ['72345', 'short_code', 'is a short code', 'Give a full number: a short code cannot identify a person.'],
    ['sip:alice@example.com', 'sip', 'is a SIP address', 'Give a phone number.'],
    ['client:alice', 'client', 'is an address within an app', 'Give a phone number.'],
    ['alice@example.com', 'email', 'is an e-mail address', 'Give a phone number, or map the field to another one.'],
    ['0000000000', 'placeholder', 'is a placeholder', 'Give the real number, or leave the field empty.'],
    ['Alice', 'letters', 'has letters where a number should be', CORRECT],
    [{}, 'not_text', 'is not text', 'Give the number as text.'],
    [1.5, 'not_a_number', 'is no phone number', CORRECT],
    ['4155550123', 'no_country', 'has no country code', 'Set `defaultCountry`, or write the number with `+` and country code.'],
    ['+999123456789', 'unknown_country_code', 'has a country code that does not exist', CORRECT],
    ['+1 415', 'too_short', 'is too short', CORRECT],
    ['+1415555012345678901', 'too_long', 'is too long', CORRECT],
    ['+6832345678901', 'too_long', 'is too long', CORRECT],
    ['+683234567', 'invalid_length', 'has a length that its country does not use', CORRECT],
    ['+1 555 555 0123', 'not_valid', 'is in no range that its country uses', 'Correct the number, or switch strict checking off.'],
  ];
  it.each(TOLD)('%j is refused for %s: it %s', (raw, about, message, remedy) => {
    const found = normalizePhone(raw, { strict: true });
    expect('reason' in found ? found.reason : found.kind).toBe(about);
    expect(coercePhone(raw, { strict: true })).toEqual({
      ...{ ok: false, code: 'not_a_phone_number' },
      ...{ message: `The phone number ${message}.`, remedy },
    });
  });

  it('blank is null', () => expect(coercePhone('  ')).toEqual({ ok: true, value: null }));

  it('a refusal never quotes the number', () => {
    expect(JSON.stringify(coercePhone('+1 415 555 01', { defaultCountry: 'US' }))).not.toContain('415');
  });
});

const subscribers = fc.integer({ min: 100, max: 199 }).map((last) => `0${last}`.slice(-4));
const spellings: readonly ((line: string) => string)[] = [
  (line) => `+1415555${line}`,
  (line) => `(415) 555-${line}`,
  (line) => `1-415-555-${line}`,
  (line) => `415.555.${line} x9`,
  (line) => `tel:+1-415-555-${line}`,
  (line) => `\u200e415 555 ${line}`,
];
test.prop([subscribers, fc.constantFrom(...spellings)])('every spelling of a number gives one key', (line, spell) => {
  expect(normalizePhone(spell(line), { defaultCountry: 'US' }).e164).toBe(`+1415555${line}`);
});

const noise = fc.oneof(
  fc.anything(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'+0123456789()-./;, x@:\nor'.split('')), maxLength: 40 }),
);
const countries = fc.constantFrom(undefined, 'US', 'DE', 'IT', 'AR', 'XX');
test.prop([noise, countries])('whatever comes in: no throw, and a key that is canonical', (raw, defaultCountry) => {
  const result = normalizePhone(raw, defaultCountry === undefined ? {} : { defaultCountry });
  if (result.kind !== 'phone') return;
  for (const key of [result.e164, ...(result.others ?? [])]) {
    expect(key).toMatch(/^\+[1-9]\d{1,14}$/);
    // A key that was stored is the same key when it is read again, whatever the country of the connection.
    expect(normalizePhone(key, { defaultCountry: 'GB' }).e164).toBe(key);
  }
});

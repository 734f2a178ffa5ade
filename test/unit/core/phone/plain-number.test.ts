import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { type CountryCode, getCountries, getCountryCallingCode } from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { coercePhone, normalizePhone } from '../../../../src/core/phone/phone.ts';
import { plainNumber } from '../../../../src/core/phone/plain-number.ts';
import { examples } from '../../../number-of-examples.ts';

const COUNTRIES = getCountries();
const country = fc.constantFrom(...COUNTRIES);
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 15 });

/** What the parser makes of it; null: no phone number. */
const parsed = (text: string, defaultCountry?: string): string | null => {
  const phone = normalizePhone(text, defaultCountry === undefined ? {} : { defaultCountry });
  return phone.kind === 'phone' ? phone.e164 : null;
};

/** The shortcut may say nothing, but where it says something, the parser says the same. */
function agrees(text: string, defaultCountry?: string): void {
  const plain = plainNumber(text, defaultCountry);
  if (plain !== undefined) expect(plain).toBe(parsed(text, defaultCountry));
}

describe('a number that needs no parser', () => {
  test.prop([country, digits, fc.option(country, { nil: undefined })], examples(3_000))(
    'is what the parser makes of it: with any calling code',
    (of, rest, home) => agrees(`+${getCountryCallingCode(of)}${rest}`, home),
  );

  test.prop([digits], examples(1_000))('is what the parser makes of it: after a plus, whatever the digits', (all) => agrees(`+${all}`));

  test.prop([country, digits], examples(3_000))('is what the parser makes of it: without one, in any country', (home, all) =>
    agrees(all, home),
  );

  const punctuated = fc
    .array(fc.tuple(fc.constantFrom(...'0123456789'), fc.constantFrom('', '', '', ' ', '-', '.', '(', ')', ') ', ' (')), {
      minLength: 4,
      maxLength: 13,
    })
    .map((parts) => parts.flat().join(''));
  test.prop([country, fc.constantFrom('', '('), punctuated], examples(3_000))(
    'is what the parser makes of it: however it is punctuated',
    (home, before, text) => agrees(`${before}${text}`, home),
  );

  it.each(COUNTRIES)('agrees with the parser on every length and first digits in %s', (home: CountryCode) => {
    const code = getCountryCallingCode(home);
    for (let start = 0; start < 100; start += 7)
      for (const rest of ['1234567', '55512345', '876543210', '2345678901', '12345678901']) {
        agrees(`+${code}${start}${rest}`);
        agrees(`${start}${rest}`, home);
      }
  });

  it.each([
    ['+14155550123', undefined],
    ['+442079460958', 'US'],
    ['+390612345678', undefined],
    ['(415) 555-0123', 'US'],
    ['415.555.0123', 'CA'],
    ['+35312345678', undefined], // a calling code of three digits
    ['234 567', 'GL'],
    ['2345 6789 23456', 'DE'],
  ])('is taken as it is: %s', (text, home) => expect(plainNumber(text, home)).toBe(parsed(text, home)));

  it.each([
    ['+4402079460958', undefined, '+442079460958'], // a national prefix that does not belong there
    ['011 44 20 7946 0958', 'US', '+442079460958'],
    ['020 7946 0958', 'GB', '+442079460958'],
    ['1 415 555 0123', 'US', '+14155550123'],
    ['415-555-0123 x204', 'US', '+14155550123'],
  ])('is left to the parser otherwise: %s', (text, home, e164) => {
    expect(plainNumber(text, home)).toBeUndefined();
    expect(coercePhone(text, home === undefined ? {} : { defaultCountry: home })).toEqual({ ok: true, value: e164 });
  });

  it.each([
    '+266696687',
    '+12562533',
    '+7378742833',
    '+11111111111',
    '+10123456789',
    '+999999999',
    '8656696',
    '2222222222',
    '234 567',
    '(23) 456-789',
    '+1415555',
    '4155550123456789',
    '+86282452253',
    '0155550123',
    'abcdefghij',
    '4155550123 or',
    'a4155550123',
    '4155550123a',
    'x+14155550123',
    ' 4155550123',
    '+14155550123 ',
    '+1 4155550123',
    '++14155550123',
    '',
  ])('says nothing of what is no number of anybody: %s', (text) => expect(plainNumber(text, 'US')).toBeUndefined());

  it.each(['XX', 'us', ''])('says nothing of a number at home in a country that there is not: %j', (home) => {
    expect(plainNumber('(415) 555-0123', home)).toBeUndefined();
    expect(plainNumber('+14155550123', home)).toBe('+14155550123');
  });

  it('says nothing of a number without a calling code where no country is home', () =>
    expect(plainNumber('(415) 555-0123', undefined)).toBeUndefined());

  it('leaves ranges to the parser where they count', () => {
    expect(plainNumber('+15555550123', undefined)).toBe('+15555550123');
    expect(coercePhone('+15555550123', { strict: true }).ok).toBe(false);
  });
});

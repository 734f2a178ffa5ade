import { type CountryCode, getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** How one number may stand in a phone field, which CRMs keep exactly as it was typed. */
export interface PhoneSpellings {
  /** Digits, and digits with spaces between their groups. */
  readonly searchTerms: readonly string[];
  /** Whole fields, for a comparison of text. */
  readonly texts: readonly string[];
  /** ISO 3166: the country of a field that names none, so that it can be compared as E.164. */
  readonly country: string | undefined;
}

/** Null for a text that is no E.164 number. */
export function phoneSpellings(e164: string): PhoneSpellings | null {
  const number = /^\+[1-9]\d{4,14}$/.test(e164) ? parsePhoneNumberFromString(e164) : undefined;
  if (!number) return null;
  const { countryCallingCode, nationalNumber } = number;
  const national = number.formatNational();
  const international = number.formatInternational();
  const groups = national.match(/\d+/g) ?? [];
  const nationalDigits = groups.join('');
  const texts = new Set([
    e164,
    e164.slice(1),
    `00${e164.slice(1)}`,
    nationalNumber,
    nationalDigits,
    national,
    international,
    international.replaceAll(' ', '-'),
    groups.join('-'),
    groups.join('.'),
    groups.join(' '),
    `+${countryCallingCode} ${national}`,
    ...(countryCallingCode === '1' ? [`1-${groups.join('-')}`, `1 ${national}`] : []),
  ]);
  return {
    searchTerms: [...new Set([nationalNumber, `${countryCallingCode}${nationalNumber}`, nationalDigits, groups.join(' ')])],
    texts: [...texts],
    country: number.country ?? countryOf(countryCallingCode),
  };
}

const countryOf = (callingCode: string): CountryCode | undefined =>
  callingCode === '1' ? 'US' : getCountries().find((country) => getCountryCallingCode(country) === callingCode);

import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

export interface CalculatedPhone {
  /** E.164; blank where the number cannot be read: no country code, or no number of its country. */
  readonly international: string;
  /** Area code and local number: digits without the country code. All digits of a number that cannot be read. */
  readonly searchable: string;
  /** Digits with the country code; blank where the number cannot be read. */
  readonly searchableInternational: string;
}

/** What HubSpot works out from a number as somebody typed it. It knows no default country here. */
export function calculatePhone(typed: string): CalculatedPhone {
  const parsed = typed === '' ? undefined : parsePhoneNumberFromString(typed);
  if (parsed?.isValid() !== true)
    return { international: '', searchable: typed.replace(/\D/g, '').replace(/^0+/, ''), searchableInternational: '' };
  return { international: parsed.number, searchable: parsed.nationalNumber, searchableInternational: parsed.number.slice(1) };
}

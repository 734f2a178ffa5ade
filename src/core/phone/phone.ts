import {
  type CountryCode,
  isSupportedCountry,
  ParseError,
  type PhoneNumber,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from 'libphonenumber-js/min';
import { refuse } from '../values/refusal.ts';
import type { Coerced } from '../values/value.ts';
import { cleanPhoneText, digitsOf, isPlaceholder, isPlaceholderText, isWithheld, readUserPart, splitNumbers } from './phone-text.ts';
import { plainNumber } from './plain-number.ts';

export interface PhoneOptions {
  /** ISO 3166, two capital letters: the country of numbers without one. Without it such a number is never guessed. */
  readonly defaultCountry?: string;
  /** Refuses numbers of a possible length that no known range holds. Default false: ranges change faster than their lists. */
  readonly strict?: boolean;
}

/** Why something is no number that a contact can be found by. */
export type PhoneReason =
  | 'blank'
  | 'withheld'
  | 'placeholder'
  | 'letters'
  | 'not_text'
  | 'not_a_number'
  | 'no_country'
  | 'unknown_country_code'
  | 'too_short'
  | 'too_long'
  | 'invalid_length'
  | 'not_valid';

interface NoNumber {
  readonly e164?: never;
  readonly extension?: never;
  readonly others?: never;
}

/** What a phone field or a caller's number turned out to be. Only `phone` is a match key. */
export type Phone =
  | {
      readonly kind: 'phone';
      /** `+`, country code, national number; at most 15 digits. */
      readonly e164: string;
      /** Dialled afterwards; never part of the key. */
      readonly extension?: string;
      /** Further numbers that stood in the same field, E.164. */
      readonly others?: readonly string[];
      /** ISO 3166; absent where several countries share the code, or none has it. */
      readonly country?: string;
      /** False: the length is possible, but no known range holds it. */
      readonly valid: boolean;
      /** `typed_as_number`: leading zeros may be lost. `sip_digits`: the user part of a SIP address, without `+`. */
      readonly warning?: 'typed_as_number' | 'sip_digits';
    }
  | ({ readonly kind: 'short_code'; readonly digits: string } & NoNumber)
  /** Matched, if at all, by the exact address. */
  | ({ readonly kind: 'sip' | 'client' | 'email'; readonly address: string } & NoNumber)
  | ({ readonly kind: 'anonymous'; readonly reason: 'blank' | 'withheld' } & NoNumber)
  | ({ readonly kind: 'unknown'; readonly reason: 'placeholder' | 'letters' } & NoNumber)
  | ({ readonly kind: 'unparseable'; readonly reason: 'no_country' } & NoNumber)
  | ({
      readonly kind: 'invalid';
      readonly reason: Exclude<PhoneReason, 'blank' | 'withheld' | 'placeholder' | 'letters' | 'no_country'>;
    } & NoNumber);

type FoundPhone = Extract<Phone, { readonly kind: 'phone' }>;

const E164 = /^\+[1-9]\d{1,14}$/;
/** The parser reads no more than this either. */
const LENGTH_MAX = 250;
const SENDER_NAME = /^(?=.*\p{L})[\p{L}\d &_-]{1,11}$/u;
const LENGTH_REASONS = { TOO_SHORT: 'too_short', TOO_LONG: 'too_long', NOT_A_NUMBER: 'not_a_number' } as const;
const lengthReason = (code: string | undefined) => LENGTH_REASONS[code as keyof typeof LENGTH_REASONS] ?? 'invalid_length';

/** True for a country that `defaultCountry` can name. */
export const isCountry = (code: string): boolean => isSupportedCountry(code);

function parse(text: string, country: string | undefined): PhoneNumber | string {
  try {
    // The parser refuses every number, international ones too, where the default country is none.
    return parsePhoneNumberWithError(text, country !== undefined && isCountry(country) ? { defaultCountry: country as CountryCode } : {});
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
}

/** Why the parser found nothing: it can't say more than a code. */
function unparsed(text: string, code: string): Phone {
  if (digitsOf(text) === '') return { kind: 'unknown', reason: 'letters' };
  if (code !== 'INVALID_COUNTRY') return { kind: 'invalid', reason: lengthReason(code) };
  return text.startsWith('+') ? { kind: 'invalid', reason: 'unknown_country_code' } : { kind: 'unparseable', reason: 'no_country' };
}

function readNumber(text: string, { defaultCountry, strict }: PhoneOptions): Phone {
  if (/^\d{3,6}$/.test(text)) return { kind: 'short_code', digits: text };
  if (SENDER_NAME.test(text) && digitsOf(text).length < 7) return { kind: 'unknown', reason: 'letters' };
  const parsed = parse(text, defaultCountry);
  if (typeof parsed === 'string') return unparsed(text, parsed);
  const { number, ext, country, nationalNumber } = parsed;
  if (!parsed.isPossible()) return { kind: 'invalid', reason: lengthReason(validatePhoneNumberLength(number)) };
  if (!E164.test(number)) return { kind: 'invalid', reason: 'too_long' };
  // `008628…` became the digits of a withheld number only now.
  if (isWithheld(number)) return { kind: 'anonymous', reason: 'withheld' };
  const valid = parsed.isValid();
  if (isPlaceholderText(number) || (!valid && isPlaceholder(nationalNumber))) return { kind: 'unknown', reason: 'placeholder' };
  if (!valid && strict === true) return { kind: 'invalid', reason: 'not_valid' };
  return { kind: 'phone', e164: number, ...(ext ? { extension: ext } : {}), ...(country ? { country } : {}), valid };
}

function readAddress(text: string, options: PhoneOptions): Phone {
  const isSip = /^sips?:/i.test(text);
  const { user, extension } = readUserPart(text);
  const other: Phone = { kind: isSip || !/@.+\../.test(text) ? 'sip' : 'email', address: text };
  if (isSip && isWithheld(user)) return { kind: 'anonymous', reason: 'withheld' };
  if (!/^\+?[\d().-]+$/.test(user)) return other;
  const phone = readOne(user, options);
  if (phone.kind === 'anonymous' || phone.kind === 'unknown') return phone;
  if (phone.kind !== 'phone') return other;
  const found = extension === undefined ? phone : { ...phone, extension };
  return user.startsWith('+') ? found : { ...found, warning: 'sip_digits' as const };
}

/** Reads text that holds one number at most. */
function readOne(written: string, options: PhoneOptions): Phone {
  const text = written.replace(/^(?:(?:tel|sms|callto|whatsapp):\s*)+/i, '');
  if (text === '') return { kind: 'anonymous', reason: 'blank' };
  if (isWithheld(text)) return { kind: 'anonymous', reason: 'withheld' };
  if (isPlaceholderText(text)) return { kind: 'unknown', reason: 'placeholder' };
  if (/^(?:client|sim|messenger):/i.test(text)) return { kind: 'client', address: text };
  if (/^sips?:/i.test(text) || /^[^\s@]+@[^\s@]+$/.test(text)) return readAddress(text, options);
  return readNumber(text, options);
}

function withOthers([first, ...rest]: readonly FoundPhone[]): FoundPhone | undefined {
  if (first === undefined) return undefined;
  const others = [...new Set(rest.map(({ e164 }) => e164))].filter((e164) => e164 !== first.e164);
  return others.length === 0 ? first : { ...first, others };
}

function readText(text: string, options: PhoneOptions): Phone {
  if (text.length > LENGTH_MAX) return { kind: 'invalid', reason: 'too_long' };
  const parts = splitNumbers(text);
  const phones = (some: readonly string[]) =>
    some.map((part) => readOne(part.trim(), options)).filter((phone): phone is FoundPhone => phone.kind === 'phone');
  // Two full numbers may look like one long number (`0234567 / 0765432` in Germany); an area code before a slash is no number.
  const full = parts.length < 2 ? [] : phones(parts.filter((part) => digitsOf(part).length >= 7));
  if (full.length >= 2) return withOthers(full)!;
  const whole = readOne(text, options);
  const mayHoldMore = parts.length >= 2 && (whole.kind === 'invalid' || whole.kind === 'unparseable');
  return (mayHoldMore ? withOthers(phones(parts)) : undefined) ?? whole;
}

/**
 * Recognises what a phone field holds. Hidden callers, placeholders, short codes, SIP and other addresses are told
 * apart before anything is parsed; a number counts when its length is possible. Total: never throws.
 *
 * Numbers without a country are read with `defaultCountry`. Of two numbers in one field the first is the key. A short
 * code is digits only, 3 to 6 of them: countries with numbers that short need the country code.
 *
 * Source: google/libphonenumber, FAQ and "Falsehoods Programmers Believe About Phone Numbers"; ITU-T E.164.
 *
 * @example
 * normalizePhone('(415) 555-0123', { defaultCountry: 'US' }).e164 //=> '+14155550123'
 * normalizePhone('+1 415 555 0123 ext. 204') //=> { kind: 'phone', e164: '+14155550123', extension: '204', country: 'US', valid: true }
 * normalizePhone('+14155550123 / +14155550199').others //=> ['+14155550199']
 * normalizePhone('415-555-0123') //=> { kind: 'unparseable', reason: 'no_country' }
 * normalizePhone('Restricted') //=> { kind: 'anonymous', reason: 'withheld' }
 * normalizePhone('72345', { defaultCountry: 'US' }) //=> { kind: 'short_code', digits: '72345' }
 * normalizePhone('sip:alice@example.com') //=> { kind: 'sip', address: 'sip:alice@example.com' }
 */
export function normalizePhone(raw: unknown, options: PhoneOptions = {}): Phone {
  if (raw === null || raw === undefined) return { kind: 'anonymous', reason: 'blank' };
  if (typeof raw === 'number') {
    if (!Number.isSafeInteger(raw) || raw < 0) return { kind: 'invalid', reason: 'not_a_number' };
    const phone = readText(String(raw), options);
    return phone.kind === 'phone' ? { ...phone, warning: 'typed_as_number' as const } : phone;
  }
  return typeof raw === 'string' ? readText(cleanPhoneText(raw), options) : { kind: 'invalid', reason: 'not_text' };
}

const CORRECT = 'Correct the number: `+`, country code and national number.';
type Refused = 'short_code' | 'sip' | 'client' | 'email' | Exclude<PhoneReason, 'blank' | 'withheld'>;
const ADVICE: Readonly<Record<Refused, readonly [message: string, remedy: string]>> = {
  short_code: ['is a short code', 'Give a full number: a short code cannot identify a person.'],
  sip: ['is a SIP address', 'Give a phone number.'],
  client: ['is an address within an app', 'Give a phone number.'],
  email: ['is an e-mail address', 'Give a phone number, or map the field to another one.'],
  placeholder: ['is a placeholder', 'Give the real number, or leave the field empty.'],
  letters: ['has letters where a number should be', CORRECT],
  not_text: ['is not text', 'Give the number as text.'],
  not_a_number: ['is no phone number', CORRECT],
  no_country: ['has no country code', 'Set `defaultCountry`, or write the number with `+` and country code.'],
  unknown_country_code: ['has a country code that does not exist', CORRECT],
  too_short: ['is too short', CORRECT],
  too_long: ['is too long', CORRECT],
  invalid_length: ['has a length that its country does not use', CORRECT],
  not_valid: ['is in no range that its country uses', 'Correct the number, or switch strict checking off.'],
};

/**
 * The canonical value of the field `phone_number`: E.164. Null for blank and for hidden callers; anything else that
 * is no phone number is refused with the reason.
 *
 * @example
 * coercePhone('tel:+1-415-555-0123;ext=204') //=> { ok: true, value: '+14155550123' }
 * coercePhone('anonymous') //=> { ok: true, value: null }
 * coercePhone('0000000000', { defaultCountry: 'US' }).code //=> 'not_a_phone_number'
 */
export function coercePhone(raw: unknown, options: PhoneOptions = {}): Coerced<string> {
  const plain = typeof raw === 'string' && options.strict !== true ? plainNumber(raw, options.defaultCountry) : undefined;
  if (plain !== undefined) return { ok: true, value: plain };
  const phone = normalizePhone(raw, options);
  if (phone.kind === 'phone') return { ok: true, value: phone.e164 };
  if (phone.kind === 'anonymous') return { ok: true, value: null };
  const [message, remedy] = ADVICE['reason' in phone ? phone.reason : phone.kind];
  return refuse('not_a_phone_number', `The phone number ${message}.`, remedy);
}

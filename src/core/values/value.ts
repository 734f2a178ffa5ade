/**
 * A canonical value: text, a finite number, a boolean, a day as `YYYY-MM-DD`, an instant as ISO 8601 UTC with `Z`
 * (`2025-03-15T10:30:00.000Z`), or null for empty. What a CRM sends is turned into this in its connector's codec.
 */
export type Value = string | number | boolean | null;

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The fields of a contact by name. Every field of the schema is present: unset is null, never undefined. */
export type Fields = Readonly<Record<string, Value>>;

/** Milliseconds since 1970 UTC. */
export type Millis = number;

/** A value that was read, or why it was refused and what to do about it. */
export type Coerced<V extends Value = Value> =
  | { readonly ok: true; readonly value: V | null }
  | { readonly ok: false; readonly code: CoercionCode; readonly message: string; readonly remedy: string };

export type CoercionCode =
  | 'not_text'
  | 'not_a_number'
  | 'number_too_large'
  | 'not_an_integer'
  | 'not_a_boolean'
  | 'not_a_date'
  | 'not_a_datetime'
  | 'no_such_day'
  | 'unknown_option'
  | 'too_long'
  | 'not_a_phone_number'
  | 'not_a_domain'
  | 'not_nullable'
  | 'read_only'
  | 'unsupported_type'
  | 'company_unknown'
  | 'company_without_record'
  | 'link_expires'
  | 'not_a_link';

/** A document that was read, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly import('../../errors.ts').Issue[] };

import type { Filter } from '../mapping/filter.ts';
import { normalizePhone } from '../phone/phone.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';

/** Fields that people look for somebody by, as far as the schema has them. */
const SEARCHED = ['first_name', 'last_name', 'name', 'email'] as const;
const WORDS_MAX = 8;
/** Shorter runs of digits are parts of almost any number. */
const DIGITS_MIN = 3;
const PHONE_LIKE = /^[\d\s()+./-]+$/;

/**
 * What somebody typed into a search box, as a filter: every word is in a name or the email address, or all of it is a phone
 * number, whole in any spelling or a part of its digits. Null: there is nothing to look for.
 *
 * @example
 * searchFilter(defineContactSchema({}), 'smi') //=> { any: [{ field: 'first_name', contains: 'smi' }, { field: 'last_name', contains: 'smi' }] }
 * searchFilter(defineContactSchema({}), '(415) 555-0123', { defaultCountry: 'US' }) //=> { field: 'phone_number', eq: '+14155550123' }
 */
export function searchFilter(schema: Schema, text: string, options: { readonly defaultCountry?: string } = {}): Filter | null {
  const typed = text.trim();
  if (typed === '') return null;
  const phone = definitionOf(schema, 'phone_number') === undefined ? null : phoneFilter(typed, options);
  const fields = SEARCHED.filter((name) => definitionOf(schema, name)?.type === 'string');
  const words = [...new Set(typed.split(/\s+/u))].slice(0, WORDS_MAX);
  const found = words.map((word): Filter => either(fields.map((field) => ({ field, contains: word }))));
  const named: Filter = found.length === 1 ? (found[0] as Filter) : { all: found };
  if (phone === null) return named;
  return PHONE_LIKE.test(typed) ? phone : either([...('any' in named ? named.any : [named]), phone]);
}

const either = (parts: readonly Filter[]): Filter => (parts.length === 1 ? (parts[0] as Filter) : { any: parts });

/** A part of a number is looked for without the zero that is dialled at home and left out abroad. */
function phoneFilter(typed: string, options: { readonly defaultCountry?: string }): Filter | null {
  const phone = normalizePhone(typed, options);
  if (phone.kind === 'phone') return { field: 'phone_number', eq: phone.e164 };
  const digits = typed.replaceAll(/\D/g, '').replace(/^0+/, '');
  return PHONE_LIKE.test(typed) && digits.length >= DIGITS_MIN ? { field: 'phone_number', contains: digits } : null;
}

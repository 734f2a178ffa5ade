import { asciiFold } from '../base/ascii-fold.ts';

/** The field whose values are one address in any case of its letters. */
export const EMAIL = 'email';

/**
 * A value of a match key as stores compare it: an email address in any case of its ASCII letters, everything else exactly.
 *
 * @example
 * keyText('email', 'Ada@Example.com') //=> 'ada@example.com'
 * keyText('customer_number', 'C-1') //=> 'C-1'
 */
export const keyText = (field: string, value: string): string => (field === EMAIL ? asciiFold(value) : value);

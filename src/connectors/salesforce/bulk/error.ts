import type { Complaint } from '../errors.ts';

/** `REQUIRED_FIELD_MISSING`: words of capitals and digits, with at least one `_`. */
const CODE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/;
const FIELDS = /:([\w.,\s]*)--\s*$/;

/**
 * What `sf__Error` complains of. Its layout is not documented: mostly `CODE:message:fields --`. So the first code in it
 * counts, and of a last part of that form what names a column of the upload.
 *
 * @example
 * readRowError('INVALID_EMAIL_ADDRESS:Email: invalid email address: x:Email --', ['Email']).fields //=> ['Email']
 * readRowError('something new', []).code //=> ''
 */
export function readRowError(text: string, columns: readonly string[]): Complaint {
  const named = new Set(FIELDS.exec(text)?.[1]?.match(/[A-Za-z]\w*/g) ?? []);
  return { code: CODE.exec(text)?.[0] ?? '', message: text, fields: columns.filter((column) => named.has(column)) };
}

/** Marks of writing direction, zero-width characters and soft hyphens that come along when numbers are copied. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
/** Arabic, Persian and full-width digits. Each row begins at a multiple of 16. */
const OTHER_DIGITS = /[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g;
const WITHHELD = new Set([
  'anonymous',
  'unknown',
  'restricted',
  'private',
  'unavailable',
  'blocked',
  'withheld',
  'no caller id',
  'anonymous@anonymous.invalid',
]);
/** The same words on a telephone keypad, as carriers send them: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. */
const WITHHELD_DIGITS = new Set(['266696687', '7378742833', '2562533', '8656696', '86282452253']);
const PLACEHOLDERS = new Set(['1234567890', '0123456789']);
const SEPARATOR = /\s*[/;\n]\s*|,\s+|\s+or\s+/i;

/** The text without invisible characters, with plain digits and single spaces; line ends stay. */
export const cleanPhoneText = (text: string): string =>
  text
    .replace(INVISIBLE, '')
    .replace(OTHER_DIGITS, (digit) => String(digit.charCodeAt(0) % 16))
    .replace(/\uff0b/g, '+')
    .replace(/[^\S\n]+/g, ' ')
    .trim();

export const digitsOf = (text: string): string => text.replace(/\D/g, '');
const isNumberLike = (text: string): boolean => /^\+?[\d\s().-]+$/.test(text);

/** A caller who hides the number. Looked at before parsing: some of these digits are possible numbers. */
export function isWithheld(text: string): boolean {
  if (WITHHELD.has(text.toLowerCase())) return true;
  if (!isNumberLike(text)) return false;
  const digits = digitsOf(text);
  return WITHHELD_DIGITS.has(digits) || (digits.startsWith('1') && WITHHELD_DIGITS.has(digits.slice(1)));
}

/** What people type to get past a required field: one digit repeated, or counting up. */
export const isPlaceholder = (digits: string): boolean => /^(\d)\1{6,}$/.test(digits) || PLACEHOLDERS.has(digits);
export const isPlaceholderText = (text: string): boolean => isNumberLike(text) && isPlaceholder(digitsOf(text));

/** Digits that belong to nobody, in whatever part of a number they are found: a withheld number, a placeholder. */
export const isNoOnesNumber = (digits: string): boolean =>
  isPlaceholder(digits) || WITHHELD_DIGITS.has(digits) || (digits.startsWith('1') && WITHHELD_DIGITS.has(digits.slice(1)));

/** The parts of a field that may hold several numbers. */
export const splitNumbers = (text: string): string[] => text.split(SEPARATOR).filter((part) => part.trim() !== '');

/** The user part of a SIP address or e-mail address, without password and parameters, and its `ext` parameter. */
export function readUserPart(address: string): { readonly user: string; readonly extension?: string } {
  const body = address.replace(/^sips?:/i, '').split('?')[0]!;
  const [user, ...parameters] = (body.includes('@') ? body.slice(0, body.lastIndexOf('@')) : body).split(';');
  const extension = parameters.map((parameter) => /^ext=(\d+)$/i.exec(parameter)?.[1]).find((digits) => digits !== undefined);
  const number = user!.split(':')[0]!.replace(/%2b/gi, '+');
  return extension === undefined ? { user: number } : { user: number, extension };
}

/**
 * Text in which the case of ASCII letters makes no difference: what every database can do alike.
 *
 * @example
 * asciiFold('Ada@Example.com') //=> 'ada@example.com'
 */
export const asciiFold = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

import { CRM_PATH } from '../../../core/values/paths.ts';
import { CrmSyncError } from '../../../errors.ts';
import { toId18 } from '../record-id.ts';

/** Most characters of one text literal. Source: SOQL and SOSL Reference, SOQL limits. */
const LITERAL_MAX = 4_000;
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** True for an API name of an object or field; nothing else is ever put into a query unquoted. */
export const isName = (text: string): boolean => text.length <= 255 && NAME.test(text);

/** True for an API name or a path of up to five parents. Source: SOQL Reference, Relationship Query Limitations. */
export const isPath = (text: string): boolean => CRM_PATH.test(text) && text.split('.').every(isName);

/** @throws CrmSyncError of category `configuration`. */
export function objectName(text: string): string {
  if (isName(text)) return text;
  throw new CrmSyncError(`${JSON.stringify(text.slice(0, 80))} is no API name of a Salesforce object.`, {
    code: 'invalid_object_name',
    category: 'configuration',
    remedy: "Use the object's API name, such as Contact or Invoice__c.",
  });
}

/**
 * A quoted text literal, or null for a text that is too long to be one.
 *
 * Source: SOQL and SOSL Reference, Quoted String Escape Sequences.
 *
 * @example
 * textLiteral("O'Brien") //=> "'O\\'Brien'"
 */
export function textLiteral(text: string): string | null {
  const escaped = text.replace(/[\\'"\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => ESCAPES[character] ?? unicode(character));
  return escaped.length > LITERAL_MAX ? null : `'${escaped}'`;
}

/** A literal for LIKE that finds the text anywhere: its own `%` and `_` mean themselves. */
export function containsLiteral(text: string): string | null {
  const literal = textLiteral(text);
  if (literal === null) return null;
  const pattern = literal.slice(1, -1).replace(/[%_]/g, '\\$&');
  return pattern.length + 2 > LITERAL_MAX ? null : `'%${pattern}%'`;
}

/** A record id literal, or null for a text that is no record id. */
export function idLiteral(id: unknown): string | null {
  const full = toId18(id);
  return full === null ? null : `'${full}'`;
}

/** A number without an exponent, which SOQL does not read; null where that can't be written. */
export function numberLiteral(value: number): string | null {
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? text : null;
}

/** An instant. Whole seconds are written without a fraction, as the reference does. */
export const instantLiteral = (millis: number): string => new Date(millis).toISOString().replace('.000Z', 'Z');

/** Control characters by number; half of a character, which no text can hold, as the replacement character. */
const unicode = (character: string): string =>
  /\p{Cs}/u.test(character) ? '\\ufffd' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

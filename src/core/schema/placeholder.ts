import { isBlank } from '../values/blank.ts';
import { findOption, namedOption } from './options.ts';
import type { FieldDefinition } from './schema-types.ts';

/**
 * What models write where a conversation did not say it. The list is fixed, so that the same text means the same for
 * everybody; a field that declares one of these words as an option takes it as a value.
 */
export const PLACEHOLDERS: readonly string[] = [
  ...['unknown', 'unspecified', 'undefined', 'none', 'null', 'n/a', 'n.a', '-', '--', '—', '?'],
  ...['not available', 'not applicable', 'not provided', 'not specified', 'not mentioned', 'not stated', 'not known', 'no information'],
];

/** In any case, with blanks and a full stop at its end. */
const isPlaceholderText = (text: string): boolean => PLACEHOLDERS.includes(text.trim().replace(/\.$/, '').trim().toLowerCase());

/**
 * True for a result that says that there is none: a placeholder word, or a list of nothing else, that is not an option of
 * the field.
 *
 * @example
 * isPlaceholder('N/A', { type: 'string' }) //=> true
 * isPlaceholder('Unknown', { type: 'enum', options: ['Positive', 'Unknown'] }) //=> false
 * isPlaceholder('Unknown number of seats', { type: 'string' }) //=> false
 */
export function isPlaceholder(result: unknown, definition: FieldDefinition): boolean {
  if (Array.isArray(result)) return result.length > 0 && result.every((member) => isBlank(member) || isPlaceholder(member, definition));
  if (typeof result !== 'string' || !isPlaceholderText(result)) return false;
  return definition.type !== 'enum' || findOption(definition.options.map(namedOption), result) === undefined;
}

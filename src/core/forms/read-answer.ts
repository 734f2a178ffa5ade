import { countCharacters, isStorable } from '../base/text.ts';
import { isBlank } from '../values/blank.ts';
import { readBoolean } from '../values/scalars.ts';
import type { AnsweredField, LoadedOption, SelectionField, TextField } from './log-form.ts';
import { isOptionValue, optionOf } from './read-options.ts';
import { TEXT_LENGTH_MAX } from './text-length.ts';

/** Null: "none" was answered, which is an answer. */
export type ReadAnswer =
  | { readonly ok: true; readonly value: string | number | boolean | null }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly remedy: string };

const refuse = (code: string, message: string, remedy: string): ReadAnswer => ({ ok: false, code, message, remedy });
const value = (read: string | number | boolean | null): ReadAnswer => ({ ok: true, value: read });

/** Reads what a page posted for a field. `options` are those offered now, with what the CRM holds. */
export function readAnswer(field: AnsweredField, raw: unknown, options: readonly LoadedOption[]): ReadAnswer {
  if (raw === null || (typeof raw === 'string' && isBlank(raw))) return value(null);
  if (field.type === 'selection') return readChoice(field, raw, options);
  return field.type === 'text' ? readText(field, raw) : readTick(raw);
}

function readChoice({ allowCustomValue }: SelectionField, raw: unknown, options: readonly LoadedOption[]): ReadAnswer {
  if (typeof raw !== 'string' && typeof raw !== 'number')
    return refuse('wrong_type', 'must be the `const` of an option', 'Answer with one option.');
  const option = optionOf(options, raw);
  if (option !== undefined) return value(option.const);
  if (raw === 'none') return value(null);
  if (allowCustomValue !== true) return refuse('not_offered', 'is not offered', 'Answer with one of the options, or with none.');
  if (!isOptionValue(raw) || countCharacters(String(raw)) > TEXT_LENGTH_MAX)
    return refuse('not_storable', 'is no value that can be kept', 'Give a text of usual characters, or a number.');
  return value(raw);
}

function readText({ maxLength = TEXT_LENGTH_MAX }: TextField, raw: unknown): ReadAnswer {
  if (typeof raw !== 'string') return refuse('wrong_type', 'must be text', 'Answer with a text.');
  if (!isStorable(raw)) return refuse('not_storable', 'has characters that no CRM keeps', 'Remove control characters from the text.');
  if (countCharacters(raw) > maxLength) return refuse('too_long', `holds at most ${maxLength} characters`, 'Shorten the text.');
  return value(raw);
}

function readTick(raw: unknown): ReadAnswer {
  const read = typeof raw === 'boolean' ? raw : typeof raw === 'string' || raw === 0 || raw === 1 ? readBoolean(String(raw)) : undefined;
  return read === undefined ? refuse('wrong_type', 'must be true or false', 'Answer with true or false.') : value(read);
}

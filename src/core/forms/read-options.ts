import { isStorable } from '../base/text.ts';
import { membersOf } from '../mapping/rule-schema.ts';
import type { LoadedOption, OptionValue } from './log-form.ts';

/** A page posts text: an option is the same under `1` and `'1'`. */
export const textOfOption = (value: OptionValue): string => String(value);

export const isOptionValue = (value: unknown): value is OptionValue =>
  (typeof value === 'string' && value.trim() !== '' && isStorable(value)) || (typeof value === 'number' && Number.isFinite(value));

/**
 * Options that came from outside, read tolerantly: what is none is passed over, and of two that are alike the same one counts
 * whichever came first.
 */
export function readOptions(raw: unknown): readonly LoadedOption[] {
  const options = new Map<string, LoadedOption>();
  for (const one of Array.isArray(raw) ? raw : []) {
    const { const: value, title, description, open, createdAt, updatedAt } = membersOf(one);
    if (!isOptionValue(value)) continue;
    const read: LoadedOption = {
      const: value,
      title: typeof title === 'string' && title.trim() !== '' ? title : textOfOption(value),
      ...(typeof description === 'string' && description !== '' && { description }),
      ...(typeof open === 'boolean' && { open }),
      ...(typeof createdAt === 'string' && { createdAt }),
      ...(typeof updatedAt === 'string' && { updatedAt }),
    };
    const alike = options.get(textOfOption(value));
    if (alike === undefined || JSON.stringify(read) < JSON.stringify(alike)) options.set(textOfOption(value), read);
  }
  return [...options.values()];
}

/** Exactly, or as the text that a page posts. */
export const optionOf = <O extends { readonly const: OptionValue }>(options: readonly O[], value: OptionValue): O | undefined =>
  options.find((option) => option.const === value) ?? options.find((option) => textOfOption(option.const) === textOfOption(value));

const squeeze = (text: string): string => text.normalize('NFC').replaceAll(/\s+/g, '').toLowerCase();

/** The only option that a setting names, case and spaces aside: by value, else by title. Two that fit equally: none. */
export function namedOptionOf(options: readonly LoadedOption[], value: OptionValue): LoadedOption | undefined {
  const exact = optionOf(options, value);
  if (exact !== undefined) return exact;
  const wanted = squeeze(textOfOption(value));
  for (const textOf of [(option: LoadedOption) => textOfOption(option.const), (option: LoadedOption) => option.title]) {
    const found = options.filter((option) => squeeze(textOf(option)) === wanted);
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

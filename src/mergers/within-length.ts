import { countCharacters } from '../core/base/text.ts';
import type { Merged, MergeItem } from '../ports/merger.ts';

/** Text is never cut to make it fit: what people wrote would be lost. */
export function withinLength(value: string, { maxLength = Number.POSITIVE_INFINITY }: MergeItem): Merged {
  if (value.length <= maxLength || countCharacters(value) <= maxLength) return { ok: true, value };
  return {
    ok: false,
    code: 'too_long',
    remedy: `Shorten the existing text, or raise the length of the field: it holds ${maxLength} characters.`,
  };
}

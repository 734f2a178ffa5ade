import { countCharacters } from '../core/text.ts';
import type { MergeAnswer, Merged, MergeItem, MergeRequest } from '../ports/merger.ts';

/** Answers every item by itself: what refuses one leaves the others alone. */
export async function eachItem(request: MergeRequest, signal: AbortSignal, merge: (item: MergeItem) => string): Promise<MergeAnswer> {
  signal.throwIfAborted();
  return { fields: Object.fromEntries(request.items.map((item) => [item.field, withinLength(merge(item), item)])) };
}

/** Text is never cut to make it fit: what people wrote would be lost. */
function withinLength(value: string, { maxLength = Number.POSITIVE_INFINITY }: MergeItem): Merged {
  if (countCharacters(value) <= maxLength) return { ok: true, value };
  return {
    ok: false,
    code: 'too_long',
    remedy: `Shorten the existing text, or raise the length of the field: it holds ${maxLength} characters.`,
  };
}

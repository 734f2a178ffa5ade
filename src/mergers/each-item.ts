import type { MergeAnswer, MergeItem, MergeRequest } from '../ports/merger.ts';
import { withinLength } from './within-length.ts';

/** Answers every item by itself: what refuses one leaves the others alone. */
export async function eachItem(request: MergeRequest, signal: AbortSignal, merge: (item: MergeItem) => string): Promise<MergeAnswer> {
  signal.throwIfAborted();
  return { fields: Object.fromEntries(request.items.map((item) => [item.field, withinLength(merge(item), item)])) };
}

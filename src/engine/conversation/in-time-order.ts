import type { Conversation } from '../../core/conversation/conversation.ts';
import { safeParseConversation } from '../../core/conversation/parse-conversation.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Issue } from '../../errors.ts';

export type InOrder =
  | {
      readonly conversation: Conversation;
      /** It is older than one that went before it. */
      readonly isLate: boolean;
    }
  | { readonly issues: readonly Issue[] };

/** Conversations that a stream is looked ahead for: what came within so many of each other goes in order. */
export const WINDOW = 1_000;

/**
 * Conversations oldest first, as far as can be known: a list is sorted as a whole; of anything else `window` are held, and the
 * oldest of them goes first. Those that can't be read go at once.
 */
export async function* inTimeOrder(source: Iterable<unknown> | AsyncIterable<unknown>, window = WINDOW): AsyncGenerator<InOrder> {
  const held = new Held();
  const most = Array.isArray(source) ? Number.POSITIVE_INFINITY : window;
  for await (const document of source) {
    const parsed = safeParseConversation(document);
    if (!parsed.ok) yield { issues: parsed.issues };
    else {
      held.add(parsed.value);
      if (held.size > most) yield held.oldest();
    }
  }
  while (held.size > 0) yield held.oldest();
}

/** What is held, the oldest at the end; of the same time the one that came first. */
class Held {
  readonly #sorted: { readonly at: Millis; readonly conversation: Conversation }[] = [];
  #newestGone = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#sorted.length;
  }

  add(conversation: Conversation): void {
    const at = Date.parse(conversation.startedAt);
    let low = 0;
    for (let high = this.#sorted.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as { at: Millis }).at > at) low = middle + 1;
      else high = middle;
    }
    this.#sorted.splice(low, 0, { at, conversation });
  }

  oldest(): InOrder {
    const { at, conversation } = this.#sorted.pop() as { at: Millis; conversation: Conversation };
    const isLate = at < this.#newestGone;
    this.#newestGone = Math.max(this.#newestGone, at);
    return { conversation, isLate };
  }
}

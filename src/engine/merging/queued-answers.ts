import type { Fields } from '../../core/values/value.ts';
import type { Merged, MergeItem } from '../../ports/merger.ts';
import type { Entry } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import { askMerger, mergingOf } from './ask-merger.ts';
import { type CrmLengths, crmLengths } from './crm-lengths.ts';
import { checkedAnswer, inputsOf, mergeItems, type QueuedText } from './merge-answers.ts';
import { LOST_RACES, type MergeFailure } from './merge-failure.ts';

/** A result that lost this many races stays queued (R10). */
export const MERGE_RACES_MAX = 3;

/** One place in the queue of the merger, as it was loaded, and the contact's fields as they were then. */
export interface LoadedTexts {
  readonly entry: Entry;
  readonly texts: readonly QueuedText[];
  /** ISO 8601 UTC: when the texts came up. */
  readonly at: string;
  readonly fields: Fields;
}

export type Answers =
  /** By field: what became of each text that the merger is needed for. */
  | { readonly answers: ReadonlyMap<string, Merged> }
  | { readonly failure: MergeFailure; readonly entry: Entry }
  /** Something was asked, or has moved: load again, for nothing that was loaded before a question is committed on. */
  | 'again';

/** The answers to the texts of one place in the queue, from the loading of it to its end: each is asked for once. */
export class QueuedAnswers {
  readonly #context: Context;
  readonly #session: Session;
  /** By the hash of what was asked: those that were refused, too. */
  readonly #known = new Map<string, Merged>();
  #lengths: CrmLengths | null = null;
  #asked = 0;

  constructor(context: Context, session: Session) {
    this.#context = context;
    this.#session = session;
  }

  async of({ entry, texts, at, fields }: LoadedTexts): Promise<Answers> {
    const items = mergeItems(this.#context, texts, fields, this.#lengths ?? new Map());
    if (items.length === 0) return { answers: new Map() };
    if (this.#lengths === null) {
      this.#lengths = await crmLengths(this.#context, this.#session, new Set(texts.map(({ field }) => field)));
      return 'again';
    }
    const lengths = this.#lengths;
    const stored = mergingOf(entry).answers ?? {};
    for (const item of items) this.#recall(item, inputsOf(this.#context, item, at), stored);
    const open = items.filter((item) => !this.#known.has(inputsOf(this.#context, item, at)));
    if (open.length === 0) {
      const answered = items.flatMap((item) => {
        const answer = this.#known.get(inputsOf(this.#context, item, at));
        return answer === undefined ? [] : [[item.field, answer] as const];
      });
      return { answers: new Map(answered) };
    }
    if (this.#asked === MERGE_RACES_MAX) return { failure: LOST_RACES, entry };
    this.#asked += 1;
    const asked = await askMerger(this.#context, this.#session, entry, { items: open, at, lengths });
    if (asked === 'moved') return 'again';
    if ('failure' in asked) return asked;
    for (const [inputs, merged] of asked.answers) this.#known.set(inputs, merged);
    return 'again';
  }

  /** What was paid for and not used yet, unless the field has become too short for it. */
  #recall(item: MergeItem, inputs: string, stored: Readonly<Record<string, string>>): void {
    if (this.#known.has(inputs) || !Object.hasOwn(stored, inputs)) return;
    const answer = checkedAnswer(this.#context, item, { ok: true, value: stored[inputs] as string }, this.#lengths ?? new Map());
    if (answer.ok) this.#known.set(inputs, answer);
  }
}

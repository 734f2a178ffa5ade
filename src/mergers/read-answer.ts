import { isBlank } from '../core/values/blank.ts';
import type { MergeAnswer, Merged, MergeItem } from '../ports/merger.ts';
import { dropsText } from './drops-text.ts';
import { withinLength } from './within-length.ts';

/** Why no text of an answer can be used. */
export type BadAnswer = 'merge_cut_off' | 'merge_refused' | 'merge_unfinished' | 'merge_bad_answer' | 'merge_invented_fields';

const REMEDIES: Readonly<Record<BadAnswer, string>> = {
  merge_cut_off: 'Allow the model more output tokens, or describe shorter texts; it is asked again later.',
  merge_refused: 'Read the incoming text: the model or its filter would not work on it; it is kept and asked again later.',
  merge_unfinished: 'Nothing to do: the model did not finish, and is asked again later.',
  merge_bad_answer: 'Use a model that answers in JSON; the text is kept, and it is asked again later.',
  merge_invented_fields: 'Read the incoming text, which may hold an instruction to the model; it is kept and asked again later.',
};

/** The answer to every item that says why there is none. */
export const refusedAnswer = (items: readonly MergeItem[], code: BadAnswer): MergeAnswer['fields'] =>
  Object.fromEntries(items.map(({ field }) => [field, { ok: false, code, remedy: REMEDIES[code] }]));

/**
 * What a language model answered, checked: exactly the fields that were asked for, each with a text that its field holds.
 * A model that answers other fields did not do what it was asked, so that nothing else of it is believed either.
 *
 * @param answer - As parsed from JSON.
 */
export function readAnswer(items: readonly MergeItem[], answer: unknown): MergeAnswer['fields'] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return refusedAnswer(items, 'merge_bad_answer');
  const asked = new Set(items.map(({ field }) => field));
  if (Object.keys(answer).some((field) => !asked.has(field))) return refusedAnswer(items, 'merge_invented_fields');
  const fields = new Map(Object.entries(answer));
  return Object.fromEntries(items.map((item) => [item.field, checked(item, fields.get(item.field))]));
}

/** As `readAnswer`, from the text of a message. */
export function readAnswerText(items: readonly MergeItem[], text: string): MergeAnswer['fields'] {
  try {
    return readAnswer(items, JSON.parse(text));
  } catch {
    return refusedAnswer(items, 'merge_bad_answer');
  }
}

/** Half characters and NUL, which neither stores nor CRMs take. */
const UNSTORABLE = /\p{Surrogate}|\0/u;

function checked(item: MergeItem, value: unknown): Merged {
  if (value === undefined) return refused('merge_unanswered', 'The model left the field out; it is asked again later.');
  if (typeof value !== 'string' || UNSTORABLE.test(value))
    return refused('merge_not_text', 'The model answered something else than text; it is asked again later.');
  if (isBlank(value)) return refused('merge_blank', 'The model answered with nothing; the text is kept and it is asked again later.');
  if (dropsText(item.existing, value))
    return refused(
      'merge_drops_text',
      'Read the incoming text, which may hold an instruction to the model; if the existing text may go, use the mode `overwrite`.',
    );
  return withinLength(value, item);
}

const refused = (code: string, remedy: string): Merged => ({ ok: false, code, remedy });

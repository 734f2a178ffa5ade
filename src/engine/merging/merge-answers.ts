import { hashOf } from '../../core/base/hash.ts';
import { coerceValue } from '../../core/schema/coerce.ts';
import type { StringField } from '../../core/schema/schema-types.ts';
import { isBlank } from '../../core/values/blank.ts';
import { present } from '../../core/values/present.ts';
import type { Fields } from '../../core/values/value.ts';
import type { Merged, MergeItem } from '../../ports/merger.ts';
import type { Context } from '../context.ts';
import type { StepChange } from '../step.ts';
import type { CrmLengths } from './crm-lengths.ts';
import type { MergeFailure } from './merge-failure.ts';

/** A text that waits for the merger. */
export interface QueuedText {
  readonly field: string;
  readonly incoming: string;
  /** The analysis result it came from. */
  readonly rule: string;
}

/** Only texts that differ from a filled field need the merger: the others cost nothing. */
export function mergeItems(context: Context, texts: readonly QueuedText[], fields: Fields, lengths: CrmLengths): readonly MergeItem[] {
  return texts.flatMap(({ field, incoming }): MergeItem[] => {
    const existing = fields[field];
    const definition = textField(context, field);
    if (definition === null || typeof existing !== 'string' || isBlank(existing) || existing.trim() === incoming.trim()) return [];
    const { label, description } = definition;
    const maxLength = Math.min(definition.maxLength ?? Number.POSITIVE_INFINITY, lengths.get(field) ?? Number.POSITIVE_INFINITY);
    return [
      present<MergeItem>({ field, existing, incoming, label, description, maxLength: Number.isFinite(maxLength) ? maxLength : undefined }),
    ];
  });
}

/** The schema may have changed since the text was queued. */
function textField({ schema }: Context, field: string): StringField | null {
  const definition = Object.hasOwn(schema.fields, field) ? schema.fields[field] : undefined;
  return definition?.type === 'string' ? definition : null;
}

/**
 * What an answer is bound to (R10): both texts, word for word, what the field says of itself, and who merges. Not its length:
 * an answer that fits is as good for another one.
 */
export const inputsOf = ({ merger }: Context, { field, label, description, existing, incoming }: MergeItem, at: string): string =>
  hashOf([merger?.id ?? null, at, field, label ?? null, description ?? null, existing, incoming]);

/** An answer that would empty the field, or that it or the CRM can't hold, is none. */
export function checkedAnswer(context: Context, { field, maxLength }: MergeItem, answer: Merged | undefined, lengths: CrmLengths): Merged {
  const definition = textField(context, field);
  if (typeof answer !== 'object' || answer === null || definition === null)
    return { ok: false, code: 'merge_unanswered', remedy: 'The merger left the field out; it is asked again later.' };
  if (!answer.ok) return answer;
  if (typeof answer.value !== 'string' || isBlank(answer.value))
    return { ok: false, code: 'merge_blank', remedy: 'The merger answered with nothing; the text is kept and it is asked again later.' };
  const fitting = coerceValue(answer.value, definition);
  if (!fitting.ok) return { ok: false, code: fitting.code, remedy: fitting.remedy };
  if (answer.value.length <= (lengths.get(field) ?? Number.POSITIVE_INFINITY)) return answer;
  return {
    ok: false,
    code: 'too_long',
    remedy: `Shorten the existing text, or let the CRM field hold more: it holds ${maxLength} characters. No text is cut.`,
  };
}

export interface MergeOutcome {
  readonly set: Fields;
  readonly changes: readonly StepChange[];
  readonly failed: readonly (QueuedText & MergeFailure)[];
}

/**
 * What becomes of each text: a field that the merger failed at keeps its text queued, the others go on (P6).
 *
 * @param answers - Of the fields that the merger was asked for.
 */
export function mergeOutcome(
  context: Context,
  texts: readonly QueuedText[],
  fields: Fields,
  answers: ReadonlyMap<string, Merged>,
): MergeOutcome {
  const set: Record<string, string> = {};
  const changes: StepChange[] = [];
  const failed: MergeOutcome['failed'][number][] = [];
  for (const text of texts) {
    const { field, rule } = text;
    const before = fields[field] ?? null;
    const answer = answers.get(field) ?? unasked(context, text, before);
    if (!answer.ok) failed.push({ ...text, code: answer.code, remedy: answer.remedy });
    else if (answer.value !== before) {
      set[field] = answer.value;
      changes.push({ field, before, after: answer.value, rule, reason: 'merge' });
    }
  }
  return { set, changes, failed };
}

/** A blank field takes the text as it is; one that says the same keeps its own. */
function unasked(context: Context, { field, incoming }: QueuedText, before: Fields[string] | null): Merged {
  if (textField(context, field) === null)
    return { ok: false, code: 'not_text', remedy: 'The field was a text when this was queued: make it one again to have it merged.' };
  return { ok: true, value: typeof before === 'string' && !isBlank(before) ? before : incoming };
}

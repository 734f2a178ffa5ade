import { isBlank } from '../../core/blank.ts';
import { coerceValue } from '../../core/coerce.ts';
import { present } from '../../core/present.ts';
import type { StringField } from '../../core/schema-types.ts';
import type { Fields } from '../../core/value.ts';
import { isCrmSyncError } from '../../errors.ts';
import type { Merged, MergeItem, MergeRequest } from '../../ports/merger.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import type { StepChange } from '../step.ts';

/** A text that waits for the merger. */
export interface QueuedText {
  readonly field: string;
  readonly incoming: string;
  /** The analysis result it came from. */
  readonly rule: string;
}

/** Only texts that differ from a filled field need the merger: the others cost nothing. */
export function mergeItems(context: Context, texts: readonly QueuedText[], fields: Fields): readonly MergeItem[] {
  return texts.flatMap(({ field, incoming }): MergeItem[] => {
    const existing = fields[field];
    const definition = textField(context, field);
    if (definition === null || typeof existing !== 'string' || isBlank(existing) || existing.trim() === incoming.trim()) return [];
    const { label, description, maxLength } = definition;
    return [present<MergeItem>({ field, existing, incoming, label, description, maxLength })];
  });
}

/** The schema may have changed since the text was queued. */
function textField({ schema }: Context, field: string): StringField | null {
  const definition = Object.hasOwn(schema.fields, field) ? schema.fields[field] : undefined;
  return definition?.type === 'string' ? definition : null;
}

interface Failure {
  readonly code: string;
  readonly remedy: string;
}

/** The merger's answers by field, or why there are none. */
export async function askMerger(
  { merger }: Context,
  session: Session,
  request: MergeRequest,
): Promise<{ readonly answers: Readonly<Record<string, Merged>> } | { readonly failure: Failure }> {
  if (merger === null)
    return { failure: { code: 'no_merger', remedy: 'Give the engine a `merger`; the incoming text is kept until then.' } };
  try {
    const { fields: answers } = await merger.merge(request, { signal: session.signal });
    return { answers };
  } catch (error) {
    if (isCrmSyncError(error)) return { failure: { code: error.code, remedy: error.remedy } };
    return { failure: { code: 'merge_failed', remedy: 'The merger failed; the incoming text is kept and merged later.' } };
  }
}

export interface MergeOutcome {
  readonly set: Fields;
  readonly changes: readonly StepChange[];
  readonly failed: readonly (QueuedText & Failure)[];
}

/** What becomes of each text: a field that the merger failed at keeps its text queued, the others go on (P6). */
export function mergeOutcome(
  context: Context,
  texts: readonly QueuedText[],
  fields: Fields,
  answers: Readonly<Record<string, Merged>>,
): MergeOutcome {
  const asked = new Set(mergeItems(context, texts, fields).map(({ field }) => field));
  const set: Record<string, string> = {};
  const changes: StepChange[] = [];
  const failed: MergeOutcome['failed'][number][] = [];
  for (const text of texts) {
    const { field, rule } = text;
    const before = fields[field] ?? null;
    const answer = asked.has(field)
      ? checked(context, field, Object.hasOwn(answers, field) ? answers[field] : undefined)
      : unasked(context, text, before);
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

/** An answer that would empty the field, or that it can't hold, is none. */
function checked(context: Context, field: string, answer: Merged | undefined): Merged {
  const definition = textField(context, field);
  if (answer === undefined || definition === null)
    return { ok: false, code: 'merge_unanswered', remedy: 'The merger left the field out; it is asked again later.' };
  if (!answer.ok) return answer;
  if (typeof answer.value !== 'string' || isBlank(answer.value))
    return { ok: false, code: 'merge_blank', remedy: 'The merger answered with nothing; the text is kept and it is asked again later.' };
  const fitting = coerceValue(answer.value, definition);
  return fitting.ok ? answer : { ok: false, code: fitting.code, remedy: fitting.remedy };
}

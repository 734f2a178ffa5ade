import type { Conversation } from '../conversation/conversation.ts';
import { bindSubmission } from './bind-submission.ts';
import type { BoundSubmission } from './bound-submission.ts';
import type { FormInput } from './form-input.ts';
import type { FormContext, LogForm } from './log-form.ts';
import { resolveLogForm } from './resolve-log-form.ts';
import type { OpenQuestion } from './resolved-form.ts';

/** Something that nobody has answered, and that nothing decides. */
export type AutomaticQuestion = Omit<OpenQuestion, 'code'> & { readonly code: string };

export interface BoundAutomatically {
  /** Of the fields that are decided; null: none is. */
  readonly submission: BoundSubmission | null;
  /** What is left open, at once. */
  readonly questions: readonly AutomaticQuestion[];
}

/**
 * A form that nobody fills in, by the same two functions: what settings, defaults, only options and policies decide is bound,
 * and a field that they leave open waits by itself. A required field without a value is a question, too.
 */
export function bindAutomatically(form: LogForm, input: FormInput): BoundAutomatically {
  let questions: readonly AutomaticQuestion[] = resolveLogForm(form, input).questions;
  // Bound: each turn leaves out at least one field more.
  for (;;) {
    const rest = withoutFields(form, questions);
    if (rest.fields.every(({ type }) => type === 'note') && (form.metadata ?? []).length === 0) return { submission: null, questions };
    const parsed = bindSubmission(rest, input);
    if (parsed.ok) return { submission: parsed.value, questions };
    const isOpen = (key: unknown) => rest.fields.some((field) => field.key === key);
    const more = parsed.issues.filter(({ path: [key] }) => isOpen(key));
    if (more.length === 0) return { submission: null, questions };
    questions = [
      ...questions,
      ...more.map(({ path, code, message, remedy }) => ({ field: `${path[0]}`, code, message, remedy, options: [] })),
    ];
  }
}

/** The fields that questions are about: of a group that holds one tie, all that would have it. */
export const askedFields = (questions: readonly AutomaticQuestion[]): ReadonlySet<string> =>
  new Set(questions.flatMap(({ field, fields = [] }) => [field, ...fields]));

function withoutFields({ exclusive = [], ...form }: LogForm, questions: readonly AutomaticQuestion[]): LogForm {
  const open = askedFields(questions);
  const groups = exclusive.map((group) => ({ ...group, fields: group.fields.filter((key) => !open.has(key)) }));
  return {
    ...form,
    fields: form.fields.filter(({ key }) => !open.has(key)),
    exclusive: groups.filter(({ fields }) => fields.length > 1),
  };
}

/** Which form a conversation is logged with, and in which context: of messages are all that are no calls, voicemails too. */
export function formPlaceOf({ channel, direction }: Pick<Conversation, 'channel' | 'direction'>): {
  readonly kind: 'call' | 'message';
  readonly context: FormContext;
} {
  if (channel === 'call') return { kind: 'call', context: direction === 'outbound' ? 'outboundCall' : 'inboundCall' };
  return { kind: 'message', context: channel === 'voicemail' || channel === 'fax' ? channel : 'message' };
}

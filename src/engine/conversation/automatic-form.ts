import { type Conversation, conversationKey } from '../../core/conversation.ts';
import type { RefusedAnswer } from '../../core/forms/activity-answers.ts';
import { bindAutomatically, formPlaceOf } from '../../core/forms/bind-automatic.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import type { FormInput, FormMatch } from '../../core/forms/form-input.ts';
import type { LogForm } from '../../core/forms/log-form.ts';
import { matchOptionNames } from '../../core/forms/match-option-names.ts';
import { resolveLogForm } from '../../core/forms/resolve-log-form.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import { loadActivity } from './activity-entry.ts';
import type { StoredQuestion } from './question-entry.ts';

interface AutomaticInput {
  readonly conversation: Conversation;
  readonly record: { readonly object: string; readonly id: string };
  readonly activityKey: string;
}

export interface AutomaticForm {
  readonly submission: BoundSubmission | null;
  /** What is kept until somebody answers; null: nothing is open. */
  readonly question: StoredQuestion | null;
  /** Fields whose options could not be had. */
  readonly refused: readonly RefusedAnswer[];
}

/** Most options of one record and name. */
const OPTIONS_MAX = 200;

/**
 * The settings' form for a conversation that is logged by itself, with no answers. Options come in one batched call. Null: there
 * is no form, or the activity is there already, whose ties are not touched any more.
 */
export async function automaticForm(context: Context, session: Session, input: AutomaticInput): Promise<AutomaticForm | null> {
  const { conversation, record, activityKey } = input;
  const { kind, context: formContext } = formPlaceOf(conversation);
  const { logForms = {} } = context.options;
  const form = logForms[kind];
  if (form === undefined) return null;
  const stored = await loadActivity(context, activityKey);
  if (stored !== null && stored.entry.id !== null) return null;
  const match = await matchOf(context, session, form, record);
  const formInput: FormInput = {
    match,
    context: formContext,
    settings: logForms.settings ?? {},
    metadata: conversation.metadata ?? {},
  };
  const { submission, questions } = bindAutomatically(form, formInput);
  const failed = resolveLogForm(form, formInput).notes.filter(({ code }) => code === 'options_failed');
  const refused = failed.map(({ path, code, message, remedy }) => ({ field: `${path[0]}`, code, message, remedy }));
  if (questions.length === 0) return { submission, question: null, refused };
  const answers = Object.entries(submission?.answers ?? {}).flatMap(([key, answer]) =>
    answer.action === 'set' ? [[key, answer.value] as const] : [],
  );
  const question: StoredQuestion = {
    conversation: conversationKey(conversation),
    channel: conversation.channel,
    startedAt: conversation.startedAt,
    askedAt: new Date(session.storeNow()).toISOString(),
    form,
    context: formContext,
    match,
    stored: Object.fromEntries(answers),
    questions,
  };
  return { submission, question, refused };
}

async function matchOf(
  { connector }: Context,
  { call }: Session,
  form: LogForm,
  { object, id }: AutomaticInput['record'],
): Promise<FormMatch> {
  const to = matchOptionNames([form], connector.capabilities.relatedFields);
  const options: Record<string, NonNullable<FormMatch['options']>[string]> = {};
  const more: string[] = [];
  const because: Record<string, NonNullable<FormMatch['because']>[string]> = {};
  if (to.length > 0 && connector.related !== undefined)
    for await (const answer of connector.related({ object, ids: [id], to, limit: OPTIONS_MAX }, call)) {
      options[answer.to] = 'options' in answer ? answer.options : { failed: true, code: answer.code };
      if ('options' in answer && answer.more === true) more.push(answer.to);
      if ('options' in answer && answer.because) because[answer.to] = answer.because;
    }
  return { record: { object, recordId: id }, options, because, ...(more.length > 0 && { more }) };
}

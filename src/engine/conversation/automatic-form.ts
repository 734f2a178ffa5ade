import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import { threadKey } from '../../core/conversation/thread-day.ts';
import type { RefusedAnswer } from '../../core/forms/activity-answers.ts';
import { bindAutomatically, formPlaceOf } from '../../core/forms/bind-automatic.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import type { FormInput, FormMatch } from '../../core/forms/form-input.ts';
import type { LogForm } from '../../core/forms/log-form.ts';
import { matchOptionNames } from '../../core/forms/match-option-names.ts';
import { matchOptionsName } from '../../core/forms/options-of.ts';
import type { Context } from '../context.ts';
import { OPTIONS_MAX } from '../look-up/options-of-records.ts';
import type { Session } from '../session.ts';
import { loadActivity } from './activity-entry.ts';
import { hostOptions, notLoaded } from './host-options.ts';
import type { StoredQuestion } from './question-entry.ts';
import { loadThreadTies, withoutTies, writesOf } from './thread-ties.ts';

interface AutomaticInput {
  readonly conversation: Conversation;
  readonly record: { readonly object: string; readonly id: string };
  readonly contactId: string | null;
  readonly activityKey: string;
}

export interface AutomaticForm {
  readonly submission: BoundSubmission | null;
  /** What is kept until somebody answers; null: nothing is open. */
  readonly question: StoredQuestion | null;
  /** Fields whose options could not be had. */
  readonly refused: readonly RefusedAnswer[];
}

/**
 * The settings' form for a conversation that is logged by itself, with no answers. The CRM's options come in one batched call. What somebody
 * has tied the thread of a message to is tied again, whatever the form would choose. Null: there is no form, or the activity is
 * there already, whose ties are not touched any more.
 */
export async function automaticForm(context: Context, session: Session, input: AutomaticInput): Promise<AutomaticForm | null> {
  const { conversation, record, contactId, activityKey } = input;
  const { kind, context: formContext } = formPlaceOf(conversation);
  const { logForms = {} } = context.options;
  const thread = threadKey(conversation);
  if (logForms[kind] === undefined && thread === null) return null;
  const stored = await loadActivity(context, activityKey);
  if (stored !== null && stored.entry.id !== null) return null;
  const ties = thread === null || contactId === null ? null : await loadThreadTies(context, { thread, contactId });
  if (logForms[kind] === undefined && ties === null) return null;
  const whole = logForms[kind] ?? { kind, fields: [] };
  const form = ties === null ? whole : withoutTies(whole);
  const { match, failures } = await matchOf(context, session, form, record);
  const host = await hostOptions(context, session, form, { match, context: formContext });
  const formInput: FormInput = {
    match,
    ...host,
    context: formContext,
    settings: logForms.settings ?? {},
    metadata: conversation.metadata ?? {},
  };
  const { submission: decided, questions } = bindAutomatically(form, formInput);
  const submission = ties === null ? decided : tiedTo(writesOf(ties), decided, { kind, context: formContext });
  const refused = form.fields.flatMap((field): readonly RefusedAnswer[] => {
    if (field.type !== 'selection' || decided?.answers[field.key]?.action === 'set') return [];
    const failure = failures.get(matchOptionsName(field) ?? '') ?? notLoaded(field, host);
    return failure === undefined ? [] : [{ field: field.key, message: 'has options that could not be had', ...failure }];
  });
  if (questions.length === 0) return { submission, question: null, refused };
  const answers = Object.entries(submission?.answers ?? {}).flatMap(([key, answer]) =>
    answer.action === 'set' ? [[key, answer.value] as const] : [],
  );
  const question: StoredQuestion = {
    conversation: conversationKey(conversation),
    ...(thread !== null && { thread }),
    channel: conversation.channel,
    startedAt: conversation.startedAt,
    askedAt: new Date(session.storeNow()).toISOString(),
    form,
    context: formContext,
    match,
    ...(Object.keys(host).length > 0 && { host }),
    stored: Object.fromEntries(answers),
    questions,
  };
  return { submission, question, refused };
}

/** What is decided, with these ties. */
function tiedTo(
  ties: BoundSubmission['writes'],
  decided: BoundSubmission | null,
  place: Pick<BoundSubmission, 'kind' | 'context'>,
): BoundSubmission | null {
  if (ties.length === 0) return decided;
  const { writes, ...rest } = decided ?? { ...place, contactType: null, answers: {}, metadata: {}, writes: [] };
  return { ...rest, writes: [...writes, ...ties] };
}

interface Matched {
  readonly match: FormMatch;
  /** By name, why there are no options. */
  readonly failures: ReadonlyMap<string, Pick<RefusedAnswer, 'code' | 'remedy'>>;
}

/** The record with the options that the form asks the CRM for. */
export async function matchOf(
  { connector }: Context,
  { call }: Session,
  form: LogForm,
  { object, id }: AutomaticInput['record'],
): Promise<Matched> {
  const to = matchOptionNames([form], connector.capabilities.relatedFields);
  const options: Record<string, NonNullable<FormMatch['options']>[string]> = {};
  const failures = new Map<string, Pick<RefusedAnswer, 'code' | 'remedy'>>();
  const more: string[] = [];
  if (to.length > 0 && connector.related !== undefined)
    for await (const answer of connector.related({ object, ids: [id], to, limit: OPTIONS_MAX }, call)) {
      options[answer.to] = 'options' in answer ? answer.options : { failed: true, code: answer.code };
      if (!('options' in answer)) failures.set(answer.to, { code: answer.code, remedy: answer.remedy });
      else if (answer.more === true) more.push(answer.to);
    }
  return { match: { record: { object, recordId: id }, options, ...(more.length > 0 && { more }) }, failures };
}

import type { Activity } from '../../core/activity/activity.ts';
import { own } from '../../core/base/own.ts';
import type { AutomaticQuestion } from '../../core/forms/bind-automatic.ts';
import { bindSubmission } from '../../core/forms/bind-submission.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import type { FormMatch } from '../../core/forms/form-input.ts';
import type { LogField } from '../../core/forms/log-form.ts';
import { membersOf } from '../../core/mapping/rule-schema.ts';
import { countCalls } from '../budget.ts';
import { lacking } from '../capability.ts';
import type { Context } from '../context.ts';
import { erasureFence, loadErasures } from '../erasure/suppressions.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { Session } from '../session.ts';
import { isStepFailure, pendingStep, type Step, step } from '../step.ts';
import { loadActivity } from './activity-entry.ts';
import { ActivityWriter } from './activity-writer.ts';
import { matchOf } from './automatic-form.ts';
import { hostOptions } from './host-options.ts';
import { refusedStep } from './log-activity.ts';
import { closedQuestion, loadQuestion, type StoredQuestion } from './question-entry.ts';
import { checkSubmission } from './submitted.ts';

/**
 * Binds what somebody answered to an activity that was logged by itself, and carries it out as any submission. Killed anywhere,
 * the same call finishes it; one that is done changes nothing.
 *
 * @param key - Of the activity.
 */
export async function answerQuestion(
  context: Context,
  key: string,
  answers: Readonly<Record<string, unknown>>,
  options: Pick<FlowOptions, 'timeLimitMs' | 'signal'> = {},
): Promise<Step> {
  if (!context.can.has('activities')) return step('disabled', lacking('activities'));
  const session = new Session(context, { ...options, interactive: true });
  const fence = erasureFence(await loadErasures(context));
  const asked = await loadQuestion(context, key);
  if (asked === null) return notOpen(context, key);
  const { question, contactId } = asked;
  const { form, context: formContext, stored, conversation, thread = null, questions } = question;
  try {
    const input = { match: await presentMatch(context, session, question), context: formContext, stored };
    const parsed = bindSubmission(form, { ...input, ...(await hostOptions(context, session, form, { ...input, answers })) }, answers);
    const unanswered = questions.filter((one) => !isAnswered(one, answers)).map(UNANSWERED);
    if (!parsed.ok || unanswered.length > 0) {
      const issues = parsed.ok
        ? []
        : parsed.issues.map(({ path, code, message, remedy }) => ({ field: path.join('.'), code, message, remedy }));
      const others = issues.filter((issue) => unanswered.every(({ field }) => field !== issue.field));
      return refusedStep(contactId, [...unanswered, ...others], 'answer');
    }
    const permit = await Permit.ask(context, session, null);
    await permit.checkAccount();
    const submission: BoundSubmission = parsed.value;
    const activity = activityOf(key, question);
    const of = `answer to ${conversation}`;
    const { submitted, refused } = await checkSubmission(context, session, { of, submission, activity, isAutomatic: false });
    if (refused.length > 0) return counted(session, refusedStep(contactId, refused, 'answer'));
    const toWrite = { activity, contactId, people: [], delivery: '', replaced: [], fence, submitted, thread, onlyAnswers: true };
    const { created: _, ...written } = await new ActivityWriter(context, session, permit, toWrite).write();
    // What was carried out by a call that was killed then, or can't be any more, is no longer open.
    if (written.status === 'unchanged' || written.status === 'skipped')
      await context.store.commit({ rows: [], entries: [closedQuestion(key)] });
    return counted(session, step(written.status, { ...written, contactId }));
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return counted(session, pendingStep(error, { contactId }));
  } finally {
    await countCalls(context, session);
  }
}

/** The options as they were, or as they are now where something was asked that had none then: there may be some by now. */
async function presentMatch(context: Context, session: Session, { form, match, questions }: StoredQuestion): Promise<FormMatch> {
  const isEmpty = ({ key, type }: LogField) =>
    type === 'selection' && questions.some((one) => one.field === key && one.options.length === 0);
  const { record } = match;
  if (!record || !form.fields.some((field) => isEmpty(field))) return match;
  await Permit.ask(context, session, null);
  return (await matchOf(context, session, form, { object: record.object, id: record.recordId })).match;
}

const counted = ({ apiCalls }: Session, result: Step): Step => ({ ...result, apiCalls });

async function notOpen(context: Context, key: string): Promise<Step> {
  const activity = await loadActivity(context, key);
  if (activity === null || activity.entry.id === null)
    return step('skipped', { reason: 'question_not_found', remedy: 'Nothing is asked under this id: take one of `pending.list()`.' });
  const { object, id } = activity.entry;
  return step('unchanged', { reason: 'already_answered', remedy: 'Nothing to do: nothing is open any more.', record: { object, id } });
}

const isAnswered = ({ field, fields = [] }: AutomaticQuestion, answers: Readonly<Record<string, unknown>>): boolean =>
  [field, ...fields].some((key) => own(membersOf(answers), key) !== undefined);

const UNANSWERED = ({ field }: AutomaticQuestion) => ({
  field,
  code: 'missing',
  message: 'needs an answer',
  remedy: 'Answer what is open, with null where none fits.',
});

/** As much of it as tells what it may be tied to. */
const activityOf = (key: string, { channel, startedAt, match: { record } }: StoredQuestion): Activity => ({
  key,
  channel,
  direction: 'unknown',
  subject: '',
  body: '',
  startedAt,
  outcome: 'unknown',
  record: { object: record?.object ?? '', id: record?.recordId ?? '' },
});

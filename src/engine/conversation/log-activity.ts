import { planActivity } from '../../core/activity/plan-activity.ts';
import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import { deliveryHash } from '../../core/conversation/delivery-hash.ts';
import { isThreadMessage, threadKey } from '../../core/conversation/thread-day.ts';
import { countCalls } from '../budget.ts';
import { lacking, requireCapability } from '../capability.ts';
import { type Context, fieldsOf } from '../context.ts';
import { erasureFence, loadErasures } from '../erasure/suppressions.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { Session } from '../session.ts';
import { isStepFailure, pendingStep, type Step, step } from '../step.ts';
import { type LogActivityOptions, placeOf } from './activity-place.ts';
import { ActivityWriter } from './activity-writer.ts';
import { atFirstStart } from './applied-marker.ts';
import { automaticForm } from './automatic-form.ts';
import { checkSubmission } from './submitted.ts';

/** As a call of its own it is refused where the connector can't log; as a step of `handleConversation` it is left out. */
export async function logOne(context: Context, conversation: Conversation, options: LogActivityOptions & FlowOptions): Promise<Step> {
  requireCapability(context, 'activities', 'logActivity()');
  const session = new Session(context, { ...options, interactive: true });
  try {
    return await logActivity(context, session, conversation, options);
  } finally {
    await countCalls(context, session);
  }
}

/**
 * Conversation → one activity of the CRM, on the contact's record. A later delivery updates it and keeps what people edited.
 *
 * @param options - `waits`: whoever calls keeps the conversation while its activity is pending.
 * @param replaced - Hashes of earlier deliveries that this one stands for.
 */
export async function logActivity(
  context: Context,
  session: Session,
  conversation: Conversation,
  options: LogActivityOptions & { readonly waits?: boolean },
  replaced: readonly string[] = [],
): Promise<Step> {
  const before = session.apiCalls;
  const counted = (result: Step): Step => ({ ...result, apiCalls: session.apiCalls - before });
  if (!context.can.has('activities')) return step('disabled', lacking('activities'));
  if (context.options.activities?.[conversation.channel] !== true)
    return step('disabled', { reason: 'channel_off', remedy: `Turn on \`activities.${conversation.channel}\`.` });
  const fence = erasureFence(await loadErasures(context));
  const { submission } = options;
  const { row, people = [], record, associations, lack } = await placeOf(context, session, conversation, options);
  const contactId = row?.id ?? null;
  const { owners, dispositions, blockList, timeZone, smsThreads, internalCalls, activityText = {} } = context.options;
  const plan = planActivity(isThreadMessage(conversation) ? await atFirstStart(context, conversation) : conversation, {
    record: record ?? NO_PLACE,
    limits: context.connector.capabilities.activity,
    associations,
    ...(row !== null && { contact: { fields: fieldsOf(context, row.fields) } }),
    ...(owners !== undefined && { owners }),
    ...(dispositions !== undefined && { dispositions }),
    ...(blockList !== undefined && { blockList }),
    ...(timeZone !== undefined && { timeZone }),
    ...(smsThreads !== undefined && { smsThreads }),
    ...(internalCalls !== undefined && { internalCalls }),
    ...activityText,
  });
  if (plan.action === 'skip') return step('skipped', { contactId, reason: plan.reason, remedy: plan.remedy });
  if (record === null) return step(lack.status, { contactId, reason: lack.reason, remedy: lack.remedy });
  try {
    const permit = await Permit.ask(context, session, null);
    await permit.checkAccount();
    const { activity } = plan;
    const of = conversationKey(conversation);
    const isAutomatic = submission === undefined;
    const asksForm = isAutomatic && people.length === 0; // whose options it would be, of several people, nobody can say
    const automatic = asksForm
      ? await automaticForm(context, session, { conversation, record, contactId, activityKey: activity.key })
      : null;
    const filled = submission ?? automatic?.submission ?? null;
    const checked = filled === null ? null : await checkSubmission(context, session, { of, submission: filled, activity, isAutomatic });
    if (!isAutomatic && checked !== null && checked.refused.length > 0) return counted(refusedStep(contactId, checked.refused));
    const delivery = deliveryHash(conversation);
    const answers = { submitted: checked?.submitted ?? null, question: automatic?.question ?? null };
    const toWrite = { activity, contactId, people, delivery, replaced, fence, thread: threadKey(conversation), ...answers };
    const { created, refused, ...written } = await new ActivityWriter(context, session, permit, toWrite).write();
    if (written.record !== null && written.status === 'done')
      context.notify({
        type: 'activity.logged',
        contactId: contactId ?? '',
        object: written.record.object,
        recordId: written.record.id,
        conversation: conversationKey(conversation),
        created,
      });
    const isAsked = created && answers.question !== null && written.reason === null;
    const leftOut = [...(automatic?.refused ?? []), ...(checked?.refused ?? []), ...refused];
    return counted(step(written.status, { ...written, ...(isAsked && ASKED), refused: leftOut, contactId }));
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return counted(pendingStep(error, { contactId }));
  }
}

const ASKED = {
  reason: 'question_open',
  remedy: 'It is logged; answer what its form left open: `pending.list()` has it, `pending.answer()` takes it.',
} as const;

/** Found out before anything was written: whoever filled the form in corrects it. */
export const refusedStep = (contactId: string | null, refused: Step['refused'], again = 'log it'): Step =>
  step('skipped', {
    contactId,
    reason: 'submission_refused',
    remedy: `Correct what \`refused\` names, and ${again} again: nothing was written.`,
    refused,
  });

/** What is not logged anyway needs no record. */
const NO_PLACE = { object: '', id: '' } as const;

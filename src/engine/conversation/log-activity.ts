import { type Conversation, conversationKey } from '../../core/conversation.ts';
import { hashOf } from '../../core/hash.ts';
import { isLive } from '../../core/link.ts';
import { planActivity } from '../../core/plan-activity.ts';
import type { StoredLink } from '../../ports/store.ts';
import { countCalls } from '../budget.ts';
import { lacking, requireCapability } from '../capability.ts';
import { type Context, fieldsOf } from '../context.ts';
import { erasureFence, loadErasures } from '../erasure/suppressions.ts';
import { findContact } from '../find-contact.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { Session } from '../session.ts';
import { isStepFailure, NO_RECORD_REMEDY, pendingStep, type Step, step } from '../step.ts';
import { ActivityWriter } from './activity-writer.ts';

export interface LogActivityOptions {
  readonly contactId?: string;
  /** The record to log on, where it is not the contact's own. */
  readonly record?: { readonly object: string; readonly id: string };
  /** Further records that it belongs to: a company, a deal, a ticket. They count when the activity is made. */
  readonly associations?: readonly { readonly object: string; readonly id: string }[];
}

/** What tells one delivery of a conversation from another. */
export const deliveryHash = (conversation: Conversation): string => hashOf(conversation);

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
 * @param replaced - Hashes of earlier deliveries that this one stands for.
 */
export async function logActivity(
  context: Context,
  session: Session,
  conversation: Conversation,
  options: LogActivityOptions,
  replaced: readonly string[] = [],
): Promise<Step> {
  const before = session.apiCalls;
  const counted = (result: Step): Step => ({ ...result, apiCalls: session.apiCalls - before });
  if (!context.can.has('activities')) return step('disabled', lacking('activities'));
  if (context.options.activities?.[conversation.channel] !== true)
    return step('disabled', { reason: 'channel_off', remedy: `Turn on \`activities.${conversation.channel}\`.` });
  const fence = erasureFence(await loadErasures(context));
  const found = await findContact(context, conversation, options.contactId);
  const contactId = found.found === 'one' ? found.row.id : null;
  const record =
    options.record !== undefined
      ? await presentRecord(context, options.record)
      : found.found === 'one'
        ? recordOf(context, found.row.links)
        : null;
  if (record === null) return step('skipped', { contactId, ...NO_RECORD[found.found] });

  const { owners, dispositions, blockList, timeZone, smsThreads, activityText = {} } = context.options;
  const plan = planActivity(conversation, {
    record,
    limits: context.connector.capabilities.activity,
    ...(options.associations !== undefined && { associations: options.associations }),
    ...(found.found === 'one' && { contact: { fields: fieldsOf(context, found.row.fields) } }),
    ...(owners !== undefined && { owners }),
    ...(dispositions !== undefined && { dispositions }),
    ...(blockList !== undefined && { blockList }),
    ...(timeZone !== undefined && { timeZone }),
    ...(smsThreads !== undefined && { smsThreads }),
    ...activityText,
  });
  if (plan.action === 'skip') return step('skipped', { contactId, reason: plan.reason, remedy: plan.remedy });
  try {
    const permit = await Permit.ask(context, session, null);
    await permit.checkAccount();
    const toWrite = { activity: plan.activity, contactId, delivery: deliveryHash(conversation), replaced, fence };
    const { created, ...written } = await new ActivityWriter(context, session, permit, toWrite).write();
    if (written.record !== null && written.status === 'done')
      context.notify({
        type: 'activity.logged',
        contactId: contactId ?? '',
        object: written.record.object,
        recordId: written.record.id,
        conversation: conversationKey(conversation),
        created,
      });
    return counted(step(written.status, { ...written, contactId }));
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return counted(pendingStep(error, { contactId }));
  }
}

const NO_RECORD = {
  one: { reason: 'no_link', remedy: NO_RECORD_REMEDY },
  none: { reason: 'unknown_caller', remedy: "No contact has this number: pull it first, or set `unknownCaller: 'create'`." },
  removed: { reason: 'contact_not_found', remedy: 'There is no contact with the given id: it may have been removed.' },
  several: { reason: 'ambiguous', remedy: 'Several contacts share this number: correct all but one, or name the contact (`contactId`).' },
} as const;

/** A record that the host named may have been merged into another one since, or have become one of another object. */
async function presentRecord({ store }: Context, record: { readonly object: string; readonly id: string }) {
  const { object, id } = record;
  const rows = await store.load({ records: { object, ids: [id] } });
  const links = rows.flatMap(({ links }) => links.filter((link) => link.object === object && link.recordId === id));
  const left = links.some(({ state }) => isLive(state)) ? undefined : links.find(({ body }) => body.successor !== undefined);
  return left === undefined ? record : { object: left.body.successorObject ?? object, id: left.body.successor as string };
}

/**
 * The contact's record: of the first mapped object it is linked to. Without one, the record that its own was merged into or
 * became, which nobody may have pulled yet.
 */
function recordOf({ mappings }: Context, links: readonly StoredLink[]): { object: string; id: string } | null {
  for (const { crmObject } of mappings) {
    const link = links.find(({ object, state, recordId }) => object === crmObject && state === 'active' && recordId !== null);
    if (link !== undefined) return { object: crmObject, id: link.recordId as string };
  }
  if (links.some(({ state }) => isLive(state))) return null;
  const left = links.findLast(({ state, body }) => state === 'superseded' && body.successor !== undefined);
  return left === undefined ? null : { object: left.body.successorObject ?? left.object, id: left.body.successor as string };
}

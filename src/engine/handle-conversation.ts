import { type Conversation, conversationKey } from '../core/conversation.ts';
import type { Json } from '../core/value.ts';
import type { Entry } from '../ports/store.ts';
import { applyAnalysis } from './apply-analysis.ts';
import { compile } from './compiled.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { logActivity } from './log-activity.ts';
import type { FlowOptions } from './options.ts';
import { pushInto } from './push.ts';
import { retryDelayMs } from './recheck.ts';
import { RunRecorder } from './runs.ts';
import { Session } from './session.ts';
import { type ConversationResult, isFatal, pendingStep, type Step, step } from './step.ts';

export interface HandleOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** Whose conversation it is, where the host knows. */
  readonly contactId?: string;
}

interface KeptConversation {
  readonly conversation: Conversation;
  readonly contactId: string | null;
  readonly attempts: number;
}

/**
 * Analysis → contact → CRM fields → CRM activity, in one call. The conversation is stored first, so that whatever can't be
 * finished now is finished by `retryPending()`; its text goes once every step is settled (R22). Takes no lease.
 */
export async function handleConversation(
  context: Context,
  conversation: Conversation,
  options: HandleOptions = {},
): Promise<ConversationResult> {
  const session = new Session(context, options);
  const kept = await keep(context, session, conversation, options.contactId);
  const result = await workOn(context, session, conversation, options.contactId);
  await settle(context, session, conversation, kept, result.complete);
  return result;
}

async function workOn(
  context: Context,
  session: Session,
  conversation: Conversation,
  contactId: string | undefined,
): Promise<ConversationResult> {
  const analysis = await attempt(session, () => applyAnalysis(context, session, conversation, contactId));
  const found = analysis.contactId ?? contactId ?? null;
  const push = await attempt(session, () => pushContact(context, session, conversation, found));
  const activity = await attempt(session, () => logActivity(context, session, conversation, found === null ? {} : { contactId: found }));
  const steps = { analysis, push, activity };
  return { contactId: found, steps, complete: Object.values(steps).every(({ status }) => status !== 'pending') };
}

/** One step by itself: out of time or failed, it is pending; only a broken store or a bug ends the whole call. */
async function attempt(session: Session, work: () => Promise<Step>): Promise<Step> {
  if (session.isOver()) return step('pending', { reason: 'out_of_time', remedy: 'The next `retryPending()` or `sync()` goes on with it.' });
  const before = session.apiCalls;
  try {
    const done = await session.step(work);
    return { ...done, apiCalls: session.apiCalls - before };
  } catch (error) {
    if (isFatal(error)) throw error;
    return pendingStep(error, { apiCalls: session.apiCalls - before });
  }
}

async function pushContact(context: Context, session: Session, conversation: Conversation, contactId: string | null): Promise<Step> {
  if (contactId === null) return step('skipped', { reason: 'unknown_caller', remedy: 'There is no contact to push.' });
  const run = new RunRecorder(context, session, 'push', 'conversation', null, conversationKey(conversation));
  const hasLink = await isLinked(context, contactId);
  if (!hasLink) return step('skipped', { reason: 'no_link', remedy: 'The contact has no record in this CRM: pull it first.', contactId });
  const ended = await pushInto(context, run, null, { contactIds: [contactId] });
  const { counts, errors } = run.snapshot;
  const refused = errors.map(({ field = '', code, message, remedy }) => ({ field, code, message, remedy }));
  const [failure] = errors;
  if (ended === 'paused') return step('pending', { reason: 'out_of_time', remedy: 'The next push goes on with it.', contactId });
  if (counts.updated > 0) return step('done', { contactId, refused });
  if (counts.skipped > 0)
    return step('pending', {
      reason: 'write_in_flight',
      remedy: 'A write to this record is not settled yet; the next push goes on.',
      contactId,
      refused,
    });
  // A held field is kept with its link and tried again when it is due: nothing of this conversation is left to do.
  return step(failure === undefined ? 'unchanged' : 'skipped', {
    contactId,
    refused,
    ...(failure !== undefined && { reason: failure.code, remedy: failure.remedy }),
  });
}

async function isLinked(context: Context, contactId: string): Promise<boolean> {
  const [row] = await context.store.load({ ids: [contactId] });
  const objects = context.mappings.map((mapping) => compile(context, mapping).crmObject);
  return row?.links.some(({ object, state }) => objects.includes(object) && state === 'active') ?? false;
}

/** Stores the conversation before anything else; a redelivery finds it and goes on with it. */
async function keep(context: Context, session: Session, conversation: Conversation, contactId: string | undefined): Promise<Entry | null> {
  const key = conversationKey(conversation);
  const [stored] = await context.store.entries({ scope: 'connection', kind: KIND.conversation, keys: [key], limit: 1 });
  const attempts = stored === undefined ? 0 : (stored.body as unknown as KeptConversation).attempts;
  const body: KeptConversation = { conversation, contactId: contactId ?? null, attempts };
  const dueAt = session.storeNow() + retryDelayMs(attempts + 1);
  const put = { body: body as unknown as Json, dueAt, ...(contactId !== undefined && { contactId }) };
  const expected = stored?.version ?? null;
  const committed = await context.store.commit({
    rows: [],
    entries: [{ scope: 'connection', kind: KIND.conversation, key, expected, put }],
  });
  if (committed.status !== 'done') return null; // another worker has just stored it: it looks after the entry
  session.heard(committed.at);
  return {
    scope: 'connection',
    kind: KIND.conversation,
    key,
    body: put.body,
    version: committed.version,
    dueAt,
    contactId: contactId ?? null,
  };
}

/** Done: its text goes. Not done: it is due later, a little later each time. Whoever changed the entry meanwhile looks after it. */
async function settle(
  context: Context,
  session: Session,
  conversation: Conversation,
  kept: Entry | null,
  isComplete: boolean,
): Promise<void> {
  if (kept === null) return;
  const { scope, kind, key, version: expected } = kept;
  const body = kept.body as unknown as KeptConversation;
  const attempts = body.attempts + 1;
  const later = {
    body: { ...body, conversation, attempts } as unknown as Json,
    dueAt: session.storeNow() + retryDelayMs(attempts),
    contactId: kept.contactId,
  };
  await context.store.commit({ rows: [], entries: [{ scope, kind, key, expected, put: isComplete ? 'delete' : later }] });
}

export type { KeptConversation };

import type { Replaceable } from '../../core/analysis/given-results.ts';
import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import { deliveryHash } from '../../core/conversation/delivery-hash.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import { isLive } from '../../core/link/link.ts';
import type { StoredLink } from '../../ports/store.ts';
import { countCalls } from '../budget.ts';
import { lacking } from '../capability.ts';
import type { Context } from '../context.ts';
import type { Merging } from '../merging/merging.ts';
import type { FlowOptions } from '../options.ts';
import { type ContactPushed, pushContacts } from '../push/push-contacts.ts';
import { RunRecorder } from '../run-recorder.ts';
import { Session } from '../session.ts';
import { type ConversationResult, isRefusedRow, isStepFailure, OUT_OF_TIME, pendingStep, type Step, step } from '../step.ts';
import { applyAnalysis } from './apply-analysis.ts';
import { forget, type KeptConversation, keep, postpone, wholeOf } from './kept-conversation.ts';
import { logActivity } from './log-activity.ts';

export interface HandleOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** Whose conversation it is, where the host knows. */
  readonly contactId?: string;
  /** A form that was filled in for it: kept with the conversation until its activity is logged. See `logActivity()`. */
  readonly submission?: BoundSubmission;
}

interface WorkOptions extends HandleOptions {
  /** Of the run that it is a part of. */
  readonly merging?: Merging;
  /** A person, or the platform that sent it, waits for the answer. */
  readonly interactive?: boolean;
  /** `results`: it is long past (`backfillAnalysis`). */
  readonly replace?: Replaceable;
}

/**
 * Analysis → contact → CRM fields → CRM activity, in one call. The conversation is stored first, so that whatever can't be
 * finished now is finished by `retryPending()`; its text goes once every step is settled (R22). Takes no lease.
 */
export async function handleConversation(
  context: Context,
  conversation: Conversation,
  options: WorkOptions = {},
): Promise<ConversationResult> {
  if (!conversation.final) return NOT_FINAL; // nothing to keep, and it must not replace the one that has its analysis
  const session = new Session(context, { ...options, signal: limitOf(options) });
  try {
    return await handle(context, session, conversation, options);
  } finally {
    await countCalls(context, session);
  }
}

/** What is under way when the time is over gets so long, however short the limit. */
const IN_FLIGHT_MS = 2_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Aborts when the time is over, also while the CRM gives no answer. Real time, as that of requests is. */
function limitOf({ signal, timeLimitMs }: Pick<HandleOptions, 'signal' | 'timeLimitMs'>): AbortSignal {
  const own = signal === undefined ? [] : [signal];
  if (timeLimitMs === undefined) return AbortSignal.any(own);
  return AbortSignal.any([...own, AbortSignal.timeout(Math.min(Math.max(timeLimitMs, IN_FLIGHT_MS), TIMER_MAX_MS))]);
}

async function handle(
  context: Context,
  session: Session,
  conversation: Conversation,
  { contactId = null, replace, submission }: Pick<WorkOptions, 'replace' | 'submission'> & { readonly contactId?: string | null },
): Promise<ConversationResult> {
  const whose = contactId ?? (await holderOf(context, submission));
  const told = { ...(replace !== undefined && { replace }), ...(submission !== undefined && { submission }) };
  const kept = await keep(context, session, conversation, { contactId: whose, ...told });
  const unapplied = [...(kept.unapplied ?? [])];
  const result = await workOn(context, session, kept, unapplied);
  if (result.complete) await forget(context, kept);
  else {
    const waitsForConnection = Object.values(result.steps).every(({ status, reason }) => status !== 'pending' || isInactive(reason));
    await postpone(context, session, kept, { contactId: result.contactId, unapplied: [...unapplied], waitsForConnection });
  }
  return result;
}

/** Whoever filled a form in for somebody's record says whose conversation it is. */
async function holderOf({ store }: Context, submission: BoundSubmission | undefined): Promise<string | null> {
  const { object, recordId } = submission?.record ?? {};
  if (object === undefined || recordId === undefined) return null;
  const rows = await store.load({ records: { object, ids: [recordId] } });
  const isTheirs = (link: StoredLink) => link.object === object && link.recordId === recordId && isLive(link.state);
  return rows.find(({ removed, links }) => removed !== true && links.some(isTheirs))?.id ?? null;
}

const NOT_FINAL_STEP = step('skipped', { reason: 'not_final', remedy: 'Nothing to do: its analysis comes with a later event.' });
const NOT_FINAL: ConversationResult = {
  contactId: null,
  steps: { analysis: NOT_FINAL_STEP, push: NOT_FINAL_STEP, activity: NOT_FINAL_STEP },
  complete: true,
};

const isInactive = (reason: string | null): boolean => reason === 'connection_paused' || reason === 'connection_disconnected';

/** @param unapplied - Of the earlier deliveries; those that were applied are taken out. */
async function workOn(context: Context, session: Session, kept: KeptConversation, unapplied: Conversation[]): Promise<ConversationResult> {
  const { conversation, contactId, replaced, replace } = kept;
  const apply = (one: Conversation) => applyAnalysis(context, session, one, { contactId: contactId ?? undefined, replace });
  const analysis = await attempt(session, async () => {
    for (let [next] = unapplied; next !== undefined; [next] = unapplied) {
      await apply(next).catch((error: unknown) => {
        if (!isRefusedRow(error)) throw error; // the later one takes its place
      });
      unapplied.shift();
    }
    return apply(conversation);
  });
  const found = analysis.contactId ?? contactId;
  const push = await attempt(session, () => pushContact(context, session, conversation, found));
  const { submission } = kept;
  const whose = { ...(found !== null && { contactId: found }), ...(submission !== undefined && { submission }), waits: true };
  const activity = await attempt(session, () =>
    logActivity(context, session, wholeOf(kept), whose, [...replaced, deliveryHash(conversation)]),
  );
  const steps = { analysis, push, activity };
  return { contactId: found, steps, complete: Object.values(steps).every(({ status }) => status !== 'pending') };
}

/** One step by itself: out of time or failed, it is pending; only a broken store or a bug ends the whole call. */
async function attempt(session: Session, work: () => Promise<Step>): Promise<Step> {
  if (session.isOver()) return step('pending', OUT_OF_TIME);
  const before = session.apiCalls;
  try {
    const done = await session.step(() => orAborted(session.signal, work()));
    return { ...done, apiCalls: session.apiCalls - before };
  } catch (error) {
    const apiCalls = session.apiCalls - before;
    if (session.signal.aborted) return step('pending', { ...OUT_OF_TIME, apiCalls });
    if (!isStepFailure(error)) throw error;
    return pendingStep(error, { apiCalls });
  }
}

/**
 * Waits no longer than the signal. A write in flight is not cut (R4): it ends by itself, and what it came to is recorded, by itself
 * or from its intent by whoever goes on.
 */
function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function pushContact(context: Context, session: Session, conversation: Conversation, contactId: string | null): Promise<Step> {
  if (!context.can.has('write')) return step('disabled', { ...lacking('write'), contactId });
  if (contactId === null) return step('skipped', { reason: 'unknown_caller', remedy: 'There is no contact to push.' });
  const createMissing = context.options.unlinkedContact === 'create';
  const run = new RunRecorder(context, session, { flow: 'push', conversation: conversationKey(conversation) });
  const { status, ...pushed } = (await pushContacts(context, run, [contactId], { createMissing })).get(contactId) as ContactPushed;
  return step(status, { ...pushed, contactId });
}

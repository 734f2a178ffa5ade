import type { Run } from '../core/runs/run.ts';
import type { Entry } from '../ports/store.ts';
import { mergeConflicts } from './conflict-merges.ts';
import { loadConnection } from './connection.ts';
import type { Context } from './context.ts';
import { handleConversation } from './conversation/handle-conversation.ts';
import type { KeptConversation } from './conversation/kept-conversation.ts';
import { drainMerges } from './conversation/merges.ts';
import { KIND } from './kinds.ts';
import type { Lease } from './lease.ts';
import type { MergeFailure } from './merging/merge-failure.ts';
import type { FlowOptions } from './options.ts';
import type { RunRecorder } from './run-recorder.ts';
import { recorded } from './runs.ts';
import { isStepFailure } from './step.ts';

/** Finishes what was left: conversations with a pending step, and texts that wait for the merger. */
export function retryPending(context: Context, options: FlowOptions): Promise<Run> {
  return recorded(context, 'pending', options, (run, lease) => pendingInto(context, run, lease));
}

export async function pendingInto(context: Context, run: RunRecorder, lease: Lease): Promise<'done' | 'paused'> {
  const { session } = run;
  const { status } = (await loadConnection(context)).state;
  if (status !== 'active') run.note({ code: `connection_${status}`, message: 'Conversations wait until the connection is active again.' });
  else
    for await (const entry of due(context, 'connection', KIND.conversation, session.storeNow())) {
      if (session.isOver()) return 'paused';
      await lease.keep();
      await session.step(() => retryConversation(context, run, entry));
    }
  const drained = new Set<string>();
  for await (const { contactId } of due(context, 'workspace', KIND.merge, session.storeNow())) {
    if (contactId === null || drained.has(contactId)) continue;
    if (session.isOver()) return 'paused';
    await lease.keep();
    drained.add(contactId);
    const failure = await session.step(() => retryMerges(context, run, contactId));
    if (failure?.code === 'merge_budget_spent') break; // nor is there anything left for the others
  }
  await mergeConflicts(context, run);
  return 'done';
}

const PAGE = 50;

/** Entries that are due as of the start of the run, in the order of their keys: what is postponed on the way is not met twice. */
async function* due(context: Context, scope: 'workspace' | 'connection', kind: string, now: number): AsyncGenerator<Entry> {
  for (let after = ''; ; ) {
    const page = await context.store.entries({ scope, kind, dueBy: now, after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

async function retryConversation(context: Context, run: RunRecorder, entry: Entry): Promise<void> {
  const kept = entry.body as unknown as KeptConversation;
  const { conversation } = kept;
  // Whose it was found to be: once that contact is removed, no other one is made for it.
  const contactId = kept.contactId ?? entry.contactId;
  const { signal, timeLeftMs, merging } = run.session;
  try {
    const result = await handleConversation(context, conversation, {
      signal,
      merging,
      ...(timeLeftMs !== null && { timeLimitMs: timeLeftMs }),
      ...(contactId !== null && { contactId }),
    });
    run.session.apiCalls += Object.values(result.steps).reduce((sum, { apiCalls }) => sum + apiCalls, 0);
    const reasons = Object.values(result.steps).map(({ reason }) => reason);
    if (reasons.includes('contact_removed') || reasons.includes('contact_not_found')) run.skip('contact_removed');
    else if (result.complete) run.count('updated');
    else run.skip('still_pending');
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    run.count('failed');
    run.failed({ code: error.code, message: 'The conversation could not be handled.', remedy: error.remedy });
  }
}

async function retryMerges(context: Context, run: RunRecorder, contactId: string): Promise<MergeFailure | null> {
  const { changes, failure, cancelled } = await drainMerges(context, run.session, contactId);
  if (cancelled === true) {
    run.skip('contact_removed');
    return null;
  }
  if (failure?.isUntried === true && changes.length === 0) {
    run.skip(failure.code);
    return failure;
  }
  run.count(failure !== null && failure.isUntried !== true ? 'failed' : changes.length > 0 ? 'updated' : 'unchanged');
  if (failure !== null && failure.isUntried !== true)
    run.error({ contactId, code: failure.code, message: 'A text could not be merged.', remedy: failure.remedy });
  return failure;
}

import type { Run } from '../core/run.ts';
import { isCrmSyncError } from '../errors.ts';
import type { Entry } from '../ports/store.ts';
import type { Context } from './context.ts';
import { handleConversation, type KeptConversation } from './handle-conversation.ts';
import { KIND } from './kinds.ts';
import { drainMerges } from './merges.ts';
import type { FlowOptions } from './options.ts';
import { type RunRecorder, recorded } from './runs.ts';

/** Finishes what was left: conversations with a pending step, and texts that wait for the merger. */
export function retryPending(context: Context, options: FlowOptions): Promise<Run> {
  return recorded(context, 'pending', options, (run) => pendingInto(context, run));
}

export async function pendingInto(context: Context, run: RunRecorder): Promise<'done' | 'paused'> {
  const { session } = run;
  const now = session.storeNow();
  for (const entry of await due(context, 'connection', KIND.conversation, now)) {
    if (session.isOver()) return 'paused';
    await session.step(() => retryConversation(context, run, entry));
  }
  const waiting = await due(context, 'workspace', KIND.merge, now);
  for (const contactId of new Set(waiting.flatMap((entry) => entry.contactId ?? []))) {
    if (session.isOver()) return 'paused';
    const { changes, failure } = await session.step(() => drainMerges(context, session, contactId));
    if (failure !== null)
      run.failed({ contactId, code: failure.code, message: 'A text could not be merged.', remedy: failure.remedy }, true);
    else run.count(changes.length > 0 ? 'updated' : 'unchanged');
  }
  return 'done';
}

/** Due entries as of the start of the run: what is postponed on the way is not looked at twice. */
async function due(context: Context, scope: 'workspace' | 'connection', kind: string, now: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let after = ''; ; ) {
    const page = await context.store.entries({ scope, kind, dueBy: now, after, limit: 200 });
    entries.push(...page);
    const last = page.at(-1);
    if (last === undefined) return entries;
    after = last.key;
  }
}

async function retryConversation(context: Context, run: RunRecorder, entry: Entry): Promise<void> {
  const { conversation, contactId } = entry.body as unknown as KeptConversation;
  try {
    const result = await handleConversation(context, conversation, {
      signal: run.session.signal,
      ...(contactId !== null && { contactId }),
    });
    run.session.apiCalls += Object.values(result.steps).reduce((sum, { apiCalls }) => sum + apiCalls, 0);
    run.count(result.complete ? 'updated' : 'skipped');
  } catch (error) {
    if (!isCrmSyncError(error) || error.category === 'store') throw error;
    run.failed({ code: error.code, message: 'The conversation could not be handled.', remedy: error.remedy }, true);
  }
}

import { isCrmSyncError } from '../errors.ts';
import type { Entry } from '../ports/store.ts';
import { partOf } from './companies/company-context.ts';
import { type Context, fieldsOf } from './context.ts';
import { conflictSides, decideConflict } from './decide-conflict.ts';
import { KIND } from './kinds.ts';
import { mergeOutcome } from './merging/merge-answers.ts';
import { LOST_RACES, type MergeFailure } from './merging/merge-failure.ts';
import { later, placeOf } from './merging/queue-place.ts';
import { MERGE_RACES_MAX, QueuedAnswers } from './merging/queued-answers.ts';
import type { RunRecorder } from './run-recorder.ts';

/** At most so many of one run: the next one goes on. */
const MERGES_MAX = 100;

/**
 * Merges the two texts of conflicts whose policy is `merge`: the merged text is an edit here, which the next push sends. As
 * with every merge, nothing is loaded for a commit while the merger is asked, and its answer counts only while both texts
 * are the ones that it was asked with (R10).
 */
export async function mergeConflicts(context: Context, run: RunRecorder): Promise<void> {
  const query = { scope: 'connection', kind: KIND.merge, dueBy: run.session.storeNow(), limit: MERGES_MAX } as const;
  for (const entry of await context.store.entries(query)) {
    if (run.session.isOver()) return;
    const failure = await run.session.step(() => mergeOne(context, run, entry.key));
    if (failure === null || failure.isUntried === true) continue;
    const { contactId } = entry;
    const { code, remedy } = failure;
    run.error({ ...(contactId !== null && { contactId }), code, message: 'The two texts of a conflict could not be merged.', remedy });
    if (code === 'merge_budget_spent') return;
  }
}

async function mergeOne(whole: Context, run: RunRecorder, key: string): Promise<MergeFailure | null> {
  const { session } = run;
  let queued: QueuedAnswers | undefined;
  for (let race = 0; ; ) {
    const [entry] = await whole.store.entries({ scope: 'connection', kind: KIND.merge, keys: [key], limit: 1 });
    if (entry === undefined) return null; // decided meanwhile
    const sides = await conflictSides(whole, key);
    if (sides === null) return done(whole, entry); // gone with its contact
    const { record, row, open } = sides;
    const context = partOf(whole, record.object);
    const fields = fieldsOf(context, row.fields);
    const texts = [{ field: record.field, incoming: String(open.incoming ?? ''), rule: record.crm }];
    queued ??= new QueuedAnswers(context, session);
    const answered = await queued.of({ entry, texts, at: record.at, fields });
    if (answered === 'again') continue; // as often as it asks, and that has a bound
    if ('failure' in answered) return postponed(context, run, answered.entry, record.field, answered.failure);
    const { set, failed } = mergeOutcome(context, texts, fields, answered.answers);
    const [failure] = failed;
    if (failure !== undefined) return postponed(context, run, entry, record.field, failure);
    const local = fields[record.field] ?? null;
    const answer = { value: Object.hasOwn(set, record.field) ? (set[record.field] ?? null) : local };
    const seen = { local, remote: open.remote };
    try {
      const decided = await decideConflict(context, session, { id: record.id, answer, by: 'merger', flow: 'merge', seen });
      if (decided !== null) return null;
    } catch (error) {
      if (!isCrmSyncError(error)) throw error;
      if (error.code === 'conflict_closed' || error.code === 'conflict_not_found') return done(context, entry); // somebody was faster
      if (error.code !== 'store_refused') throw error;
      return postponed(context, run, entry, record.field, { code: error.code, remedy: error.remedy });
    }
    race += 1;
    if (race === MERGE_RACES_MAX) return postponed(context, run, entry, record.field, LOST_RACES);
  }
}

async function done(context: Context, entry: Entry): Promise<null> {
  await context.store.commit({ rows: [], entries: [{ ...placeOf(entry), put: 'delete' }] });
  return null;
}

/** Both texts stay where they are. */
async function postponed(context: Context, run: RunRecorder, entry: Entry, field: string, failure: MergeFailure): Promise<MergeFailure> {
  const { code, remedy } = failure;
  if (failure.isUntried === true) return failure;
  await context.store.commit({ rows: [], entries: [later(run.session, entry, failure)] }); // moved: it is queued anew
  context.notify({ type: 'merge.failed', contactId: entry.contactId ?? '', field, error: { code, remedy } });
  return failure;
}

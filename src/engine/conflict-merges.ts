import { hashOf } from '../core/hash.ts';
import type { Json } from '../core/value.ts';
import { isCrmSyncError } from '../errors.ts';
import type { Merged } from '../ports/merger.ts';
import type { Entry } from '../ports/store.ts';
import { conflictSides, decideConflict } from './conflicts.ts';
import { type Context, fieldsOf } from './context.ts';
import { askMerger, mergeItems, mergeOutcome } from './conversation/merge-answers.ts';
import { LOST_RACES, MERGE_RACES_MAX, type MergeFailure } from './conversation/merges.ts';
import { KIND } from './kinds.ts';
import { retryDelayMs } from './recheck.ts';
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
    const failure = await run.session.step(() => mergeOne(context, run, entry));
    if (failure === null) continue;
    const { contactId } = entry;
    const { code, remedy } = failure;
    run.error({ ...(contactId !== null && { contactId }), code, message: 'The two texts of a conflict could not be merged.', remedy });
  }
}

async function mergeOne(context: Context, run: RunRecorder, entry: Entry): Promise<MergeFailure | null> {
  let answered: { readonly inputs: string; readonly answers: Readonly<Record<string, Merged>> } = { inputs: '', answers: {} };
  for (let race = 0; race < MERGE_RACES_MAX; race += 1) {
    const sides = await conflictSides(context, entry.key);
    if (sides === null) return done(context, entry); // decided meanwhile, or gone with its contact
    const { record, row, open } = sides;
    const fields = fieldsOf(context, row.fields);
    const texts = [{ field: record.field, incoming: String(open.incoming ?? ''), rule: record.crm }];
    const request = { items: mergeItems(context, texts, fields), at: record.at };
    const inputs = hashOf(request);
    if (request.items.length > 0 && answered.inputs !== inputs) {
      const asked = await askMerger(context, run.session, request);
      if ('failure' in asked) return postponed(context, run, entry, record.field, asked.failure);
      answered = { inputs, answers: asked.answers };
    }
    const { set, failed } = mergeOutcome(context, texts, fields, answered.answers);
    const [failure] = failed;
    if (failure !== undefined) return postponed(context, run, entry, record.field, failure);
    const local = fields[record.field] ?? null;
    const answer = { value: Object.hasOwn(set, record.field) ? (set[record.field] ?? null) : local };
    const seen = { local, remote: open.remote };
    try {
      const decided = await decideConflict(context, run.session, { id: record.id, answer, by: 'merger', flow: 'merge', seen });
      if (decided !== null) return null;
    } catch (error) {
      if (!isCrmSyncError(error)) throw error;
      if (error.code === 'conflict_closed' || error.code === 'conflict_not_found') return done(context, entry); // somebody was faster
      if (error.code !== 'store_refused') throw error;
      return postponed(context, run, entry, record.field, error);
    }
  }
  return postponed(context, run, entry, entry.key, LOST_RACES);
}

async function done(context: Context, { scope, kind, key, version }: Entry): Promise<null> {
  await context.store.commit({ rows: [], entries: [{ scope, kind, key, expected: version, put: 'delete' }] });
  return null;
}

/** Both texts stay where they are. */
async function postponed(
  context: Context,
  run: RunRecorder,
  { scope, kind, key, version, body, contactId }: Entry,
  field: string,
  { code, remedy }: MergeFailure,
): Promise<MergeFailure> {
  const attempts = (body as unknown as { readonly attempts: number }).attempts + 1;
  const put = { body: { attempts } as Json, contactId, dueAt: run.session.storeNow() + retryDelayMs(attempts) };
  await context.store.commit({ rows: [], entries: [{ scope, kind, key, expected: version, put }] }); // moved: it is queued anew
  context.notify({ type: 'merge.failed', contactId: contactId ?? '', field, error: { code, remedy } });
  return { code, remedy };
}

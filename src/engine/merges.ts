import { hashOf } from '../core/hash.ts';
import type { Fields, Json } from '../core/value.ts';
import { isCrmSyncError } from '../errors.ts';
import type { Merged, MergeItem, MergeRequest } from '../ports/merger.ts';
import type { Entry, EntryChange, Row } from '../ports/store.ts';
import { type Context, fieldsOf } from './context.ts';
import { historyEntry } from './history.ts';
import { KIND } from './kinds.ts';
import { retryDelayMs } from './recheck.ts';
import type { Session } from './session.ts';
import type { StepChange } from './step.ts';

/** Incoming texts of one conversation that wait for the merger. Kept until they are merged: a failing model loses nothing. */
export interface QueuedMerge {
  readonly conversation: string;
  /** ISO 8601 UTC: when the conversation took place; merges of a contact go in this order. */
  readonly at: string;
  readonly items: readonly { readonly field: string; readonly incoming: string }[];
  readonly attempts: number;
}

export interface Drained {
  readonly changes: readonly StepChange[];
  readonly failure: { readonly code: string; readonly remedy: string } | null;
}

/** A result that lost this many races stays queued (R10). */
const RACES_MAX = 3;

/** Merges what waits for a contact, oldest conversation first. A failure keeps its texts queued, and those after it. */
export async function drainMerges(context: Context, session: Session, contactId: string): Promise<Drained> {
  const changes: StepChange[] = [];
  const queue = await context.store.entries({ scope: 'workspace', kind: KIND.merge, contactId, limit: 100 });
  for (const entry of queue) {
    const drained = await drainOne(context, session, contactId, entry);
    changes.push(...drained.changes);
    if (drained.failure !== null) return { changes, failure: drained.failure };
  }
  return { changes, failure: null };
}

interface Answered {
  readonly inputs: string;
  readonly fields: Readonly<Record<string, Merged>>;
}

async function drainOne(context: Context, session: Session, contactId: string, queued: Entry): Promise<Drained> {
  let answered: Answered = { inputs: '', fields: {} };
  for (let race = 0; race < RACES_MAX; race += 1) {
    const [entry] = await context.store.entries({ scope: 'workspace', kind: KIND.merge, keys: [queued.key], limit: 1 });
    const [row] = await context.store.load({ ids: [contactId] });
    if (entry === undefined || row === undefined || row.removed === true) return { changes: [], failure: null }; // merged or erased by another worker
    const texts = entry.body as unknown as QueuedMerge;
    const fields = fieldsOf(context, row.fields);
    const request = requestOf(context, texts, fields);
    const inputs = hashOf(request);
    // A result is bound to what it was made from: an edit in between asks anew.
    if (request.items.length > 0 && answered.inputs !== inputs) {
      const asked = await ask(context, session, request);
      if ('code' in asked) return postpone(context, session, contactId, entry, asked);
      answered = { inputs, fields: asked.fields };
    }
    const outcome = mergedOf(texts, fields, request, answered.fields);
    if (await commitMerged(context, session, row, entry, texts, outcome))
      return { changes: outcome.changes, failure: outcome.failed[0] ?? null };
  }
  return postpone(context, session, contactId, queued, {
    code: 'merge_lost_races',
    remedy: 'The contact is being edited; the merge is tried again later.',
  });
}

/** Only texts that differ from a filled field need the merger: the others cost nothing. */
function requestOf(context: Context, { items, at }: QueuedMerge, fields: Fields): MergeRequest {
  const asked = items.flatMap(({ field, incoming }): MergeItem[] => {
    const existing = fields[field];
    const definition = context.schema.fields[field];
    if (typeof existing !== 'string' || existing.trim() === '' || existing.trim() === incoming.trim() || definition === undefined)
      return [];
    const { label, description, maxLength } = definition;
    return [
      {
        field,
        existing,
        incoming,
        ...(label !== undefined && { label }),
        ...(description !== undefined && { description }),
        ...(maxLength !== undefined && { maxLength }),
      },
    ];
  });
  return { items: asked, at };
}

async function ask(context: Context, session: Session, request: MergeRequest) {
  if (context.merger === null) return { code: 'no_merger', remedy: 'Give the engine a `merger`; the incoming text is kept until then.' };
  try {
    return await context.merger.merge(request, { signal: session.signal });
  } catch (error) {
    if (isCrmSyncError(error)) return { code: error.code, remedy: error.remedy };
    return { code: 'merge_failed', remedy: 'The merger failed; the incoming text is kept and merged later.' };
  }
}

interface Outcome {
  readonly set: Fields;
  readonly changes: readonly StepChange[];
  readonly failed: readonly { readonly field: string; readonly incoming: string; readonly code: string; readonly remedy: string }[];
}

function mergedOf({ items }: QueuedMerge, fields: Fields, request: MergeRequest, answers: Readonly<Record<string, Merged>>): Outcome {
  const set: Record<string, string> = {};
  const changes: StepChange[] = [];
  const failed: Outcome['failed'][number][] = [];
  for (const { field, incoming } of items) {
    const before = fields[field] ?? null;
    const wasAsked = request.items.some((item) => item.field === field);
    const answer: Merged = wasAsked
      ? ((Object.hasOwn(answers, field) ? answers[field] : undefined) ?? {
          ok: false,
          code: 'merge_unanswered',
          remedy: 'The merger left the field out; it is asked again later.',
        })
      : { ok: true, value: typeof before === 'string' && before.trim() !== '' ? before : incoming };
    if (!answer.ok) failed.push({ field, incoming, code: answer.code, remedy: answer.remedy });
    else if (answer.value !== before) {
      set[field] = answer.value;
      changes.push({ field, before, after: answer.value, rule: field, reason: 'merge' });
    }
  }
  return { set, changes, failed };
}

async function commitMerged(
  context: Context,
  session: Session,
  row: Row,
  entry: Entry,
  queued: QueuedMerge,
  { set, changes, failed }: Outcome,
): Promise<boolean> {
  const at = session.storeNow();
  const entries: EntryChange[] = [];
  if (failed.length === 0) entries.push({ scope: 'workspace', kind: KIND.merge, key: entry.key, expected: entry.version, put: 'delete' });
  else {
    const attempts = queued.attempts + 1;
    const body = { ...queued, attempts, items: failed.map(({ field, incoming }) => ({ field, incoming })) } as unknown as Json;
    entries.push({
      scope: 'workspace',
      kind: KIND.merge,
      key: entry.key,
      expected: entry.version,
      put: { body, contactId: row.id, dueAt: at + retryDelayMs(attempts) },
    });
    for (const { field, code, remedy } of failed)
      context.notify({ type: 'merge.failed', contactId: row.id, field, error: { code, remedy } });
  }
  if (changes.length > 0) {
    const source = { flow: 'merge', conversation: queued.conversation } as const;
    entries.push(historyEntry(context, row.id, { at: new Date(at).toISOString(), source, changes }));
  }
  const rows = changes.length === 0 ? [] : [{ kind: 'update' as const, contactId: row.id, expected: row.version, set }];
  const committed = await context.store.commit({ rows, entries });
  if (committed.status !== 'done') return false;
  session.heard(committed.at);
  if (changes.length > 0) context.notify({ type: 'contact.changed', contactId: row.id, fields: Object.keys(set), cause: 'merge' });
  return true;
}

async function postpone(
  context: Context,
  session: Session,
  contactId: string,
  entry: Entry,
  failure: { code: string; remedy: string },
): Promise<Drained> {
  const queued = entry.body as unknown as QueuedMerge;
  const attempts = queued.attempts + 1;
  const body = { ...queued, attempts } as unknown as Json;
  const put = { body, contactId, dueAt: session.storeNow() + retryDelayMs(attempts) };
  await context.store.commit({
    rows: [],
    entries: [{ scope: 'workspace', kind: KIND.merge, key: entry.key, expected: entry.version, put }],
  });
  for (const { field } of queued.items) context.notify({ type: 'merge.failed', contactId, field, error: failure });
  return { changes: [], failure };
}

import { addMerge, costOfMerge } from '../../core/runs/merging.ts';
import { present } from '../../core/values/present.ts';
import type { Json, Millis } from '../../core/values/value.ts';
import { isCrmSyncError } from '../../errors.ts';
import type { MergeAnswer, Merged, MergeItem, MergeRequest, Merger } from '../../ports/merger.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import { type Attempt, commitOnce, untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import type { CrmLengths } from './crm-lengths.ts';
import { checkedAnswer, inputsOf } from './merge-answers.ts';
import { countQuestion } from './merge-budget.ts';
import { type MergeFailure, NO_MERGER, NO_TIME, TIMED_OUT, UNDER_WAY, UNKNOWN_FAILURE } from './merge-failure.ts';
import { withinTime } from './within-time.ts';

/** What every place in the queue of the merger says beside its texts. */
export interface QueuedMerging {
  readonly attempts: number;
  /** The store's clock: until then a process is asking, and nobody else does. */
  readonly askedUntil?: Millis;
  /**
   * Texts that were answered and are not in the contact yet, by the hash of what was asked: they were paid for. They go with
   * the place in the queue, and with the contact (R21).
   */
  readonly answers?: Readonly<Record<string, string>>;
  /** Why it waits. */
  readonly failure?: Pick<MergeFailure, 'code' | 'remedy' | 'isOfFields'>;
}
export const mergingOf = ({ body }: Entry): QueuedMerging => body as unknown as QueuedMerging;

export interface Question {
  readonly items: readonly MergeItem[];
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly lengths: CrmLengths;
}

export type Asked =
  /** By the hash of what was asked (`inputsOf`). */
  { readonly answers: ReadonlyMap<string, Merged> } | { readonly failure: MergeFailure; readonly entry: Entry } | 'moved';

const TIME_LIMIT_MS = 60_000;
/** With less time left than that, what is asked is mostly paid for nothing. */
const TIME_MIN_MS = 2_000;
/** For the answer to be stored after the limit, before anybody else asks. */
const GRACE_MS = 30_000;

/**
 * Asks the merger, at most once for the same texts. Before that the store holds that we are asking, and the question counts
 * for the budget; its answer is stored before it is used, so that nobody who is killed or loses a race pays for it again.
 */
export async function askMerger(context: Context, session: Session, entry: Entry, question: Question): Promise<Asked> {
  const { merger } = context;
  if (merger === null) return { failure: NO_MERGER, entry };
  const limitMs = Math.min(context.options.merging?.timeLimitMs ?? TIME_LIMIT_MS, session.timeLeftMs ?? Number.POSITIVE_INFINITY);
  if (session.signal.aborted || (session.timeLeftMs !== null && session.timeLeftMs < TIME_MIN_MS)) return { failure: NO_TIME, entry };
  const claimed = await claim(context, session, entry, limitMs);
  if (claimed === 'moved') return 'moved';
  if ('code' in claimed) return { failure: claimed, entry };
  const { attempts } = mergingOf(entry);
  const request: MergeRequest = { items: question.items, at: question.at, ...(attempts > 0 && { attempt: attempts }) };
  const asked = await ask(merger, session, request, limitMs);
  count(context, session, question, entry, asked);
  if ('failure' in asked) return { failure: asked.failure, entry: claimed };
  const answers = new Map(
    question.items.map((item) => {
      const given = Object.hasOwn(asked.answer.fields, item.field) ? asked.answer.fields[item.field] : undefined;
      return [inputsOf(context, item, question.at), checkedAnswer(context, item, given, question.lengths)] as const;
    }),
  );
  await keepAnswers(context, session, claimed, answers);
  return { answers };
}

/** Its place in the queue as it is once we are the one who asks; `moved`: it is not as it was, or not there any more. */
async function claim(context: Context, session: Session, entry: Entry, limitMs: Millis): Promise<Entry | MergeFailure | 'moved'> {
  const { scope, kind, key, contactId } = entry;
  const { result, committed } = await untilCommitted(context, session, async (): Promise<Attempt<Entry | MergeFailure | 'moved'>> => {
    const [current] = await context.store.entries({ scope, kind, keys: [key], limit: 1 });
    if (current?.version !== entry.version) return { changes: null, result: 'moved' };
    const now = session.storeNow();
    const { askedUntil = 0, ...before } = mergingOf(entry);
    if (askedUntil > now) return { changes: null, result: UNDER_WAY };
    const counted = await countQuestion(context, session);
    if ('code' in counted) return { changes: null, result: counted };
    const until = now + limitMs + GRACE_MS;
    const body = { ...before, askedUntil: until } as unknown as Json;
    const change: EntryChange = { scope, kind, key, expected: entry.version, put: { body, contactId, dueAt: until } };
    return { changes: { rows: [], entries: [change, ...counted] }, result: { ...entry, body, dueAt: until } };
  });
  return committed === null || result === 'moved' || 'code' in result ? result : { ...result, version: committed.version };
}

type Answered = { readonly answer: MergeAnswer } | { readonly failure: MergeFailure };

async function ask(merger: Merger, session: Session, request: MergeRequest, limitMs: Millis): Promise<Answered> {
  try {
    const answer: unknown = await withinTime(limitMs, session.signal, (signal) => merger.merge(request, { signal }));
    const { fields } = answer as Partial<MergeAnswer>;
    return typeof fields === 'object' && fields !== null ? { answer: answer as MergeAnswer } : { failure: UNKNOWN_FAILURE };
  } catch (error) {
    return { failure: failureOf(session, error) };
  }
}

function failureOf(session: Session, error: unknown): MergeFailure {
  if (session.signal.aborted) return { code: NO_TIME.code, remedy: NO_TIME.remedy, dueAt: session.storeNow() };
  if (isCrmSyncError(error)) {
    const { code, remedy, retryAfterMs } = error;
    return present<MergeFailure>({ code, remedy, retryAfterMs: retryAfterMs ?? undefined });
  }
  return (error as { readonly name?: unknown } | null)?.name === 'TimeoutError' ? TIMED_OUT : UNKNOWN_FAILURE;
}

/** What failed is a question all the same; what it cost, nobody has told. */
function count(context: Context, session: Session, { items }: Question, { contactId }: Entry, asked: Answered): void {
  const { merging } = session;
  if ('failure' in asked) {
    merging.totals = addMerge(merging.totals, { usage: undefined, cost: null });
    return;
  }
  const { usage } = asked.answer;
  const cost = costOfMerge(context.options.merging?.price, usage);
  merging.totals = addMerge(merging.totals, { usage, cost });
  const fields = items.map(({ field }) => field);
  context.notify({ type: 'merge.answered', contactId: contactId ?? '', fields, usage: usage ?? null, cost });
}

async function keepAnswers(
  context: Context,
  session: Session,
  { scope, kind, key, version, contactId, body }: Entry,
  answers: ReadonlyMap<string, Merged>,
): Promise<void> {
  const { askedUntil: _, ...before } = body as unknown as QueuedMerging;
  const texts = [...answers].flatMap(([inputs, merged]) => (merged.ok ? [[inputs, merged.value] as const] : []));
  const kept = { ...before, answers: { ...before.answers, ...Object.fromEntries(texts) } } as unknown as Json;
  const change: EntryChange = { scope, kind, key, expected: version, put: { body: kept, contactId, dueAt: session.storeNow() } };
  await commitOnce(context, session, { rows: [], entries: [change] }); // moved: erased, or somebody else was faster
}

import type { Json, Millis } from '../../core/values/value.ts';
import type { EntryChange } from '../../ports/store.ts';
import { DAY_MS, loadSpent } from '../budget.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import type { Session } from '../session.ts';
import type { MergeFailure } from './merge-failure.ts';

const KEY = { scope: 'connection', kind: KIND.budget, key: 'merges' } as const;

const REMEDY = 'Nothing to do: the texts are kept and merged later. If it happens often, raise `merging.perDay` or `merging.perRun`.';
const spent = (dueAt: Millis): MergeFailure => ({ code: 'merge_budget_spent', remedy: REMEDY, dueAt });

/**
 * One question more, to be committed before it is asked: so that no number of processes asks more often together, and one
 * that dies has asked. Or why there is none left.
 */
export async function countQuestion(
  { store, options: { merging = {} } }: Context,
  session: Session,
): Promise<readonly EntryChange[] | MergeFailure> {
  const now = session.storeNow();
  const { perRun = Number.POSITIVE_INFINITY, perDay } = merging;
  if (session.merging.totals.questions >= perRun) return spent(now);
  if (perDay === undefined) return [];
  const { spent: counted, entry } = await loadSpent(store, KEY.key, now);
  if (counted.calls >= perDay) return spent(counted.since + DAY_MS);
  return [{ ...KEY, expected: entry?.version ?? null, put: { body: { ...counted, calls: counted.calls + 1 } as unknown as Json } }];
}

/** What the budget stands at; null: none is set. */
export async function mergeBudgetState(
  { store, options: { merging } }: Context,
  now: Millis,
): Promise<{ readonly since: Millis; readonly questions: number; readonly perDay: number } | null> {
  if (merging?.perDay === undefined) return null;
  const { since, calls } = (await loadSpent(store, KEY.key, now)).spent;
  return { since, questions: calls, perDay: merging.perDay };
}

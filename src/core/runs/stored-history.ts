import type { Value } from '../values/value.ts';
import type { HistoryEntry } from './run.ts';

type Change = HistoryEntry['changes'][number];

/** Of one change: field, rule, what it became, and what it was before, which is left out where there was nothing. */
type StoredChange = readonly [field: string, rule: string, after: Value, before?: Value];

/**
 * A history entry as it is kept: every contact has one, which names each of its fields, so that names of members would be most
 * of it. The time is not in it, for it begins the entry's key.
 */
export interface StoredHistory extends Omit<HistoryEntry, 'at' | 'changes'> {
  /** Changes of one reason in a row, in their order. */
  readonly changes: readonly { readonly reason: string; readonly of: readonly StoredChange[] }[];
}

export function storedHistory({ at: _, changes, ...entry }: HistoryEntry): StoredHistory {
  const stored: { readonly reason: string; readonly of: StoredChange[] }[] = [];
  for (const { field, rule, after, before, reason } of changes) {
    const change: StoredChange = before === null ? [field, rule, after] : [field, rule, after, before];
    const last = stored.at(-1);
    if (last?.reason === reason) last.of.push(change);
    else stored.push({ reason, of: [change] });
  }
  return { ...entry, changes: stored };
}

export function readHistory({ changes, ...entry }: StoredHistory, at: string): HistoryEntry {
  return { at, ...entry, changes: readChanges(changes) };
}

export const readChanges = (changes: StoredHistory['changes']): readonly Change[] =>
  changes.flatMap(({ reason, of }) => of.map(([field, rule, after, before = null]) => ({ field, before, after, rule, reason })));

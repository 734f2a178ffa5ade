import type { Json } from '../../core/values/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import { retryDelayMs } from '../recheck.ts';
import type { Session } from '../session.ts';
import { mergingOf } from './ask-merger.ts';
import type { MergeFailure } from './merge-failure.ts';

export const placeOf = ({ scope, kind, key, version }: Entry) => ({ scope, kind, key, expected: version });

/** The place in the queue of what could not be merged now: due later, and nobody is asking any more. */
export function later(session: Session, entry: Entry, failure: MergeFailure, more: object = {}): EntryChange {
  const { askedUntil: _, ...before } = mergingOf(entry);
  const { code, remedy, dueAt, retryAfterMs = 0, isOfFields } = failure;
  const attempts = before.attempts + (dueAt === undefined ? 1 : 0);
  const body = { ...before, ...more, attempts, failure: { code, remedy, ...(isOfFields === true && { isOfFields }) } } as unknown as Json;
  const due = dueAt ?? session.storeNow() + Math.max(retryDelayMs(attempts), retryAfterMs);
  return { ...placeOf(entry), put: { body, contactId: entry.contactId, dueAt: due } };
}

import type { LinkBody } from '../core/link/link.ts';
import { endConflicts } from '../core/sync/end-conflict.ts';
import type { Millis } from '../core/values/value.ts';
import type { EntryChange, StoredLink } from '../ports/store.ts';
import { type ConflictRecord, conflictEntries } from './conflict-entry.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';

interface EndedConflicts {
  /** The link's, without them. */
  readonly body: LinkBody;
  /** To be committed with the link. */
  readonly entries: readonly EntryChange[];
}

/** The conflicts that end with a link: left open, they would wait for ever. */
export function endedWith(
  { object, recordId, contactId, body: given }: StoredLink,
  seen: { readonly run: string | null; readonly at: Millis },
): EndedConflicts {
  const { body, conflicts } = endConflicts(given, { recordId: recordId ?? '', contactId });
  return { body, entries: conflictEntries(conflicts, { object, ...seen }) };
}

/** Tells of the conflicts that ended with their link or their contact, once that is committed. */
export function tellClosed(context: Context, committed: readonly EntryChange[]): void {
  for (const { kind, put } of committed) {
    if (kind !== KIND.conflict || put === undefined || put === 'delete') continue;
    const { id, object, recordId, contactId, field, reason } = put.body as unknown as ConflictRecord;
    context.notify({ type: 'conflict.closed', id, object, recordId, contactId, field, reason });
  }
}

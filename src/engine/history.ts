import type { HistoryEntry } from '../core/run.ts';
import type { Json } from '../core/value.ts';
import type { ContactRef, EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import { nextTurn } from './turn.ts';

/** Why a contact's fields changed, to be committed with the change itself (P12). */
export function historyEntry(context: Context, contactId: ContactRef, entry: HistoryEntry): EntryChange {
  return {
    scope: 'workspace',
    kind: KIND.history,
    key: `${entry.at}/${nextTurn()}/${context.ids()}`,
    expected: null,
    put: { body: entry as unknown as Json, contactId },
  };
}

/** Newest first. */
export async function historyOf(context: Context, contactId: string, limit = 200): Promise<readonly HistoryEntry[]> {
  const entries = await context.store.entries({ scope: 'workspace', kind: KIND.history, contactId, order: 'descending', limit });
  return entries.map(({ body }) => body as unknown as HistoryEntry);
}

/** When each field of these contacts was last edited on our side (not by a pull), ISO 8601 UTC. */
export async function editTimes(context: Context, contactIds: readonly string[]): Promise<Record<string, Record<string, string>>> {
  const times: Record<string, Record<string, string>> = {};
  for (const contactId of new Set(contactIds)) {
    const edited: Record<string, string> = {};
    for (const { at, source, changes } of await historyOf(context, contactId))
      if (source.flow !== 'pull' && source.flow !== 'push') for (const { field } of changes) edited[field] ??= at;
    times[contactId] = edited;
  }
  return times;
}

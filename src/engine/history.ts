import type { HistoryEntry } from '../core/runs/run.ts';
import { readHistory, type StoredHistory, storedHistory } from '../core/runs/stored-history.ts';
import { PUSH_FILTER } from '../core/sync/push-filter.ts';
import type { Fields, Json, Value } from '../core/values/value.ts';
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
    put: { body: storedHistory(entry) as unknown as Json, contactId },
  };
}

/** Why a field has its value: newest first. */
export interface FieldExplanation {
  readonly field: string;
  readonly before: Value;
  readonly after: Value;
  readonly at: string;
  /** The CRM field, analysis result or author's rule it came by. */
  readonly rule: string;
  readonly reason: string;
  readonly source: HistoryEntry['source'];
}

/** Where the values of a row's fields, or of one of them, came from, newest first. */
export async function explain(context: Context, id: string, field?: string): Promise<readonly FieldExplanation[]> {
  const history = await historyOf(context, id);
  return history.flatMap(({ at, source, changes }) =>
    changes.filter((change) => field === undefined || change.field === field).map((change) => ({ ...change, at, source })),
  );
}

const timeOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** Newest first. */
export async function historyOf(context: Context, contactId: string, limit = 200): Promise<readonly HistoryEntry[]> {
  const entries = await context.store.entries({ scope: 'workspace', kind: KIND.history, contactId, order: 'descending', limit });
  return entries.map(({ key, body }) => readHistory(body as unknown as StoredHistory, timeOf(key)));
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

/** Reasons of entries that tell of the CRM, and change nothing here. */
export const IN_CRM_ONLY: readonly string[] = ['pushed', PUSH_FILTER];

/**
 * Which of these fields have their present value from a CRM. What the history does not tell any more counts as given by one.
 * Only changes to that very value count, since the clocks of those who wrote the history may differ by seconds.
 *
 * @param present - What they hold now.
 */
export async function givenByCrm(
  context: Context,
  contactId: string,
  fields: readonly string[],
  present: Fields,
): Promise<ReadonlySet<string>> {
  const last = new Map<string, boolean>();
  for (const { source, changes } of await historyOf(context, contactId))
    for (const { field, after, reason } of changes)
      if (!IN_CRM_ONLY.includes(reason) && after === (present[field] ?? null) && !last.has(field))
        last.set(field, source.recordId !== undefined);
  return new Set(fields.filter((field) => last.get(field) ?? true));
}

const PRUNED = 500;

/** Forgets what happened before; answers how many entries went. Keys sort by time, so that nothing younger is read. */
export async function pruneHistory({ store }: Context, olderThan: Date): Promise<number> {
  const end = olderThan.toISOString();
  let removed = 0;
  for (let after = ''; ; ) {
    const entries = await store.entries({ scope: 'workspace', kind: KIND.history, after, limit: PRUNED });
    const old = entries.filter(({ key }) => key < end);
    const changes = old.map(({ scope, kind, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' as const }));
    const committed = changes.length === 0 ? null : await store.commit({ rows: [], entries: changes });
    if (committed?.status === 'done') removed += old.length;
    if (old.length < PRUNED) return removed;
    after = old.at(-1)?.key ?? '';
  }
}

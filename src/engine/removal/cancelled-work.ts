import type { Millis } from '../../core/values/value.ts';
import type { EntryChange, LinkChange, StoredLink } from '../../ports/store.ts';
import { type ConflictRecord, conflictChanges } from '../conflict-entry.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { changeOf } from '../link-change.ts';

/**
 * What was still to be done for a contact that goes: texts to merge, records to make, conflicts to decide, questions to answer. Its conversations
 * end when they are next looked at.
 *
 * @param at - The store's clock.
 */
export async function cancelledWork(context: Context, contactId: string, at: Millis): Promise<readonly EntryChange[]> {
  const { store } = context;
  const merges = await store.entries({ scope: 'workspace', kind: KIND.merge, contactId, limit: 1_000 });
  const creates = await store.entries({ scope: 'connection', kind: KIND.create, contactId, limit: 1_000 });
  const questions = await store.entries({ scope: 'connection', kind: KIND.question, contactId, limit: 1_000 });
  const refused = creates.filter(({ body }) => (body as { readonly state: string }).state !== 'open');
  const dropped = [...merges, ...questions, ...refused].map(({ scope, kind, key, version }) => {
    return { scope, kind, key, expected: version, put: 'delete' } as const;
  });
  return [...dropped, ...(await closedConflicts(context, contactId, at))];
}

/** Nobody is left to decide them for. Whoever decides one at the same time changes the contact, which the commit expects. */
async function closedConflicts({ store }: Context, contactId: string, at: Millis): Promise<readonly EntryChange[]> {
  const query = { scope: 'connection', kind: KIND.conflict, contactId, dueBy: Number.MAX_SAFE_INTEGER, limit: 1_000 } as const;
  return (await store.entries(query)).flatMap(({ body }) => {
    const record = body as unknown as ConflictRecord;
    const closed = { ...record, winner: null, reason: 'contact_removed', open: null, closedAt: new Date(at).toISOString() } as const;
    return conflictChanges(closed, { wasOpen: true });
  });
}

/** The link without the writes that were under way or held. One whose record is being made waits for the answer: it tells which record that is. */
export function cancelledLink(link: StoredLink): LinkChange {
  if (link.state === 'creating') return changeOf(link);
  const { open: _, ...body } = link.body;
  return { ...changeOf(link), dueAt: null, body: { ...body, sent: [], held: {} } };
}

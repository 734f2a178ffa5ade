import type { EntryChange, LinkChange, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { changeOf } from '../link-change.ts';

/** What was still to be done for a contact that goes: texts to merge, records to make. Its conversations end when they are next looked at. */
export async function cancelledWork({ store }: Context, contactId: string): Promise<readonly EntryChange[]> {
  const merges = await store.entries({ scope: 'workspace', kind: KIND.merge, contactId, limit: 1_000 });
  const creates = await store.entries({ scope: 'connection', kind: KIND.create, contactId, limit: 1_000 });
  const refused = creates.filter(({ body }) => (body as { readonly state: string }).state === 'refused');
  return [...merges, ...refused].map(({ scope, kind, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' }));
}

/** The link without the writes that were under way or held. One whose record is being made waits for the answer: it tells which record that is. */
export const cancelledLink = (link: StoredLink): LinkChange =>
  link.state === 'creating' ? changeOf(link) : { ...changeOf(link), dueAt: null, body: { ...link.body, sent: [], held: {} } };

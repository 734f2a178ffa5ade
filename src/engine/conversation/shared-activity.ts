import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { type ActivityEntry, activityChange } from './activity-entry.ts';

/** Tells of each of the people whose activity it is, since its entry can't be about several. */
export const sharedWith = (key: string, people: readonly string[]): readonly EntryChange[] =>
  people.map((contactId) => {
    const put = { body: { key }, contactId };
    return { scope: 'connection', kind: KIND.sharedActivity, key: `${contactId}|${key}`, expected: 'any', put } as const;
  });

/**
 * One of the people of an activity is erased: what it was made of is forgotten, for hashes of a number and of names tell who it
 * was. It stays logged, so that it is not logged again for the others, and what stands in the CRM is left as it is.
 */
export async function withoutContents({ store }: Context, contactId: string): Promise<readonly EntryChange[]> {
  const shared = await store.entries({ scope: 'connection', kind: KIND.sharedActivity, contactId, limit: 1_000 });
  const keys = shared.map(({ body }) => (body as { readonly key: string }).key);
  if (keys.length === 0) return [];
  const stored = await store.entries({ scope: 'connection', kind: KIND.activity, keys, limit: keys.length });
  return stored.flatMap(({ key, version, body, contactId: whose }) => {
    if (whose !== null) return []; // goes with the contact whose it is
    const { object, id, deliveries, intent } = body as unknown as ActivityEntry;
    const { op, until, deliveries: intended } = intent ?? {};
    const open = op === undefined || until === undefined ? null : { op, until, written: {}, deliveries: intended ?? [] };
    return [activityChange({ key, contactId: null }, { object, id, written: {}, deliveries, intent: open }, version)];
  });
}

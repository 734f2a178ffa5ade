import type { GivenResults } from '../../core/analysis/given-results.ts';
import { type Conversations, NO_CONVERSATIONS } from '../../core/schema/contact-facts.ts';
import type { Json } from '../../core/values/value.ts';
import { CONVERSATIONS, type ContactRef, type Entry, type EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';

/** Which conversation gave each field of a contact its value, and what is known of all of them. */
export interface StoredGiven {
  readonly given: GivenResults;
  readonly conversations: Conversations;
  readonly entry: Entry | null;
}

const NOTHING: StoredGiven = { given: {}, conversations: NO_CONVERSATIONS, entry: null };

/** No field has such a name. */
const MEMBER = CONVERSATIONS.member;

function storedGiven(entry: Entry): StoredGiven {
  const { [MEMBER]: conversations = NO_CONVERSATIONS, ...given } = entry.body as unknown as GivenResults & {
    readonly [MEMBER]?: Conversations;
  };
  return { given, conversations, entry };
}

/** @param contactId - Null: the contact is new, and nobody has given it anything. */
export async function loadGiven({ store }: Context, contactId: string | null): Promise<StoredGiven> {
  if (contactId === null) return NOTHING;
  const [entry] = await store.entries({ scope: 'workspace', kind: CONVERSATIONS.kind, contactId, limit: 1 });
  return entry === undefined ? NOTHING : storedGiven(entry);
}

/** Of whom nothing is told here, nobody had a conversation. */
export async function loadConversations(
  { store }: Pick<Context, 'store'>,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, Conversations>> {
  if (contactIds.length === 0) return new Map();
  const entries = await store.entries({ scope: 'workspace', kind: CONVERSATIONS.kind, contactIds, limit: contactIds.length });
  return new Map(entries.map((entry) => [entry.contactId ?? '', storedGiven(entry).conversations]));
}

/** What the body of such an entry tells of conversations. */
export const conversationsIn = (body: Json): Conversations => (body as { readonly [MEMBER]?: Conversations })[MEMBER] ?? NO_CONVERSATIONS;

/** One conversation more. @param startedAt - ISO 8601. */
export function withConversation({ count, lastAt }: Conversations, startedAt: string): Conversations {
  const at = new Date(startedAt).toISOString();
  return { count: count + 1, lastAt: lastAt === null || at > lastAt ? at : lastAt };
}

/** What is known once an analysis was applied, to be committed with its effects; nothing where it is what was known before. */
export function givenChanges(
  stored: StoredGiven,
  next: Pick<StoredGiven, 'given' | 'conversations'>,
  contact: ContactRef,
  id: string,
): readonly EntryChange[] {
  const { entry } = stored;
  if (next.given === stored.given && next.conversations === stored.conversations) return [];
  const body = { ...next.given, [MEMBER]: next.conversations } as unknown as Json;
  return [
    {
      scope: 'workspace',
      kind: CONVERSATIONS.kind,
      key: entry?.key ?? id,
      expected: entry?.version ?? null,
      put: { body, contactId: contact },
    },
  ];
}

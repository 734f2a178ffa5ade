import type { Replaceable } from '../../core/analysis/given-results.ts';
import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import { type ConversationPieces, withEarlier } from '../../core/conversation/conversation-pieces.ts';
import { deliveryHash } from '../../core/conversation/delivery-hash.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import type { Version } from '../../core/link/link.ts';
import { present } from '../../core/values/present.ts';
import type { Json } from '../../core/values/value.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { type FoundContact, findContact } from '../find-contact.ts';
import { KIND } from '../kinds.ts';
import { retryDelayMs } from '../recheck.ts';
import type { Session } from '../session.ts';
import { versionKey } from './apply-analysis.ts';

/** A conversation until all its steps are done; its text goes then (R22). */
export interface KeptConversation {
  readonly conversation: Conversation;
  /** Whose it is, where the host said so. */
  readonly contactId: string | null;
  readonly attempts: number;
  /** Hashes of earlier deliveries that this one replaced before they were done. */
  readonly replaced: readonly string[];
  /** What only those had: nobody sends it again. */
  readonly pieces?: ConversationPieces;
  /** Those of them whose analysis was not applied yet, first the one that came first: each counts, and comes before the later one. */
  readonly unapplied?: readonly Conversation[];
  /** The form that was filled in for it last: it goes with the activity. */
  readonly submission?: BoundSubmission;
  /** Absent: its results may replace anything. */
  readonly replace?: Replaceable;
}

export interface Kept extends KeptConversation {
  readonly version: Version;
}

const placeOf = (conversation: Conversation) =>
  ({ scope: 'connection', kind: KIND.conversation, key: conversationKey(conversation) }) as const;

async function loadKept(context: Context, conversation: Conversation): Promise<Kept | null> {
  const { scope, kind, key } = placeOf(conversation);
  const [entry] = await context.store.entries({ scope, kind, keys: [key], limit: 1 });
  return entry === undefined ? null : { ...(entry.body as unknown as KeptConversation), version: entry.version };
}

/** Another delivery of a conversation that is not done: it takes the place of the one before. */
const isLater = (conversation: Conversation, kept: KeptConversation): boolean => {
  const hash = deliveryHash(conversation);
  return hash !== deliveryHash(kept.conversation) && !kept.replaced.includes(hash);
};

/**
 * Stores the conversation before anything is done about it; a redelivery finds it and goes on with it. Of several
 * deliveries the one that came last counts: an earlier one that comes again does not replace it.
 */
export async function keep(
  context: Context,
  session: Session,
  conversation: Conversation,
  { contactId, replace, submission }: Pick<KeptConversation, 'contactId' | 'replace' | 'submission'>,
): Promise<Kept> {
  const { result, committed } = await untilCommitted(context, session, async () => {
    const stored = await loadKept(context, conversation);
    const found = await findContact(context, conversation, contactId ?? stored?.contactId ?? undefined);
    const replaces = stored !== null && isLater(conversation, stored);
    const body: KeptConversation = {
      conversation: stored === null || replaces ? conversation : stored.conversation,
      contactId: contactId ?? stored?.contactId ?? null,
      attempts: stored?.attempts ?? 0,
      ...present<Pick<KeptConversation, 'pieces'>>({ pieces: replaces ? piecesOf(stored) : stored?.pieces }),
      replaced: [...(stored?.replaced ?? []), ...(replaces ? [deliveryHash(stored.conversation)] : [])],
      ...present<Pick<KeptConversation, 'unapplied'>>({ unapplied: replaces ? unappliedOf(context, stored) : stored?.unapplied }),
      ...present<Pick<KeptConversation, 'submission'>>({ submission: submission ?? stored?.submission }),
      // What waits already came by itself, and waits for that.
      ...present<Pick<KeptConversation, 'replace'>>({ replace: stored === null ? replace : stored.replace }),
    };
    const put = {
      body: body as unknown as Json,
      dueAt: session.storeNow() + retryDelayMs(body.attempts + 1),
      contactId: whose(found) ?? body.contactId,
    };
    return { result: body, changes: { rows: [], entries: [{ ...placeOf(conversation), expected: stored?.version ?? null, put }] } };
  });
  return { ...result, version: committed?.version ?? '' };
}

/** What is known of the conversation so far, whichever delivery it came with. */
export const wholeOf = ({ conversation, pieces = {} }: KeptConversation): Conversation => withEarlier(conversation, pieces);

/**
 * One of each version, however often it is delivered; whether it was applied is told by its marker (R22), once it is its turn. What
 * only the activity takes is among the pieces.
 */
function unappliedOf(context: Context, { unapplied = [], conversation }: KeptConversation): readonly Conversation[] {
  const { transcript: _, note: __, ...said } = conversation;
  const isKnown = unapplied.some((one) => versionKey(context, one) === versionKey(context, said));
  return isKnown ? unapplied : [...unapplied, said];
}

const piecesOf = (stored: KeptConversation): ConversationPieces => withEarlier<ConversationPieces>({}, wholeOf(stored));

/** Erasing the contact takes the text along, also of a conversation that was only just begun. */
const whose = (found: FoundContact): string | null => (found.found === 'one' ? found.row.id : null);

/** Everything is settled: its text goes. Whoever changed the entry meanwhile looks after it. */
export async function forget(context: Context, { conversation, version }: Kept): Promise<void> {
  await context.store.commit({ rows: [], entries: [{ ...placeOf(conversation), expected: version, put: 'delete' }] });
}

interface Left {
  readonly contactId: string | null;
  readonly unapplied: readonly Conversation[];
  readonly waitsForConnection: boolean;
}

/** Not everything is settled: due later, a little later each time; at once where it only waits for the connection to be resumed. */
export async function postpone(
  context: Context,
  session: Session,
  { version, unapplied: _, ...kept }: Kept,
  { contactId, unapplied, waitsForConnection }: Left,
): Promise<void> {
  const attempts = kept.attempts + 1;
  const put = {
    body: { ...kept, attempts, ...(unapplied.length > 0 && { unapplied }) } as unknown as Json,
    dueAt: session.storeNow() + (waitsForConnection ? 0 : retryDelayMs(attempts)),
    contactId,
  };
  await context.store.commit({ rows: [], entries: [{ ...placeOf(kept.conversation), expected: version, put }] });
}

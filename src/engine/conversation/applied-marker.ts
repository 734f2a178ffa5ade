import { type Conversation, conversationKey } from '../../core/conversation.ts';
import { shortHash } from '../../core/hash.ts';
import type { AnalysisPlan } from '../../core/plan-analysis.ts';
import type { Json } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

type Merges = AnalysisPlan['merges'];

const HASH_DIGITS = 16;
const hashOfText = (text: string): string => shortHash(text, HASH_DIGITS);

/** What the marker of an applied version says: by field, a hash of the text that it gave to be merged. */
export const markerBody = (merges: Merges): Json =>
  merges.length === 0 ? null : { merges: Object.fromEntries(merges.map(({ field, incoming }) => [field, hashOfText(incoming)])) };

/** Versions of a conversation that are looked at; each is a new analysis of the same call. */
const VERSIONS_MAX = 100;

/**
 * Texts that no earlier version of the conversation gave this contact: an analysis of which only another result is new, or
 * rules of which one is, must not have the same text merged, and paid for, a second time.
 */
export async function notMergedBefore(
  { store }: Context,
  conversation: Conversation,
  contactId: string | null,
  merges: Merges,
): Promise<Merges> {
  if (contactId === null || merges.length === 0) return merges;
  const prefix = `${conversationKey(conversation)}#`;
  const markers = await store.entries({ scope: 'workspace', kind: KIND.applied, after: prefix, limit: VERSIONS_MAX });
  const given = new Set(
    markers.flatMap(({ key, body, contactId: whose }) => {
      if (!key.startsWith(prefix) || key.includes('#', prefix.length) || whose !== contactId) return [];
      const { merges: texts = {} } = (body ?? {}) as { readonly merges?: Readonly<Record<string, string>> };
      return Object.entries(texts).map(([field, hash]) => `${field} ${hash}`);
    }),
  );
  return merges.filter(({ field, incoming }) => !given.has(`${field} ${hashOfText(incoming)}`));
}

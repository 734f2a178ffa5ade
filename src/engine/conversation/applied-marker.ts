import type { AnalysisPlan } from '../../core/analysis/plan-analysis.ts';
import { shortHash } from '../../core/base/hash.ts';
import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import type { Json } from '../../core/values/value.ts';
import type { Entry } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

type Merges = AnalysisPlan['merges'];

const HASH_DIGITS = 16;
const hashOfText = (text: string): string => shortHash(text, HASH_DIGITS);

interface Applied {
  /** By field, a hash of the text that it gave to be merged. */
  readonly merges?: Readonly<Record<string, string>>;
  /** When it began, where that was estimated: another delivery estimates another time. ISO 8601 UTC. */
  readonly at?: string;
}

/** What the marker of an applied version says beside that it was. */
export function markerBody({ startedAt, startedAtEstimated }: Conversation, merges: Merges): Json {
  const texts = Object.fromEntries(merges.map(({ field, incoming }) => [field, hashOfText(incoming)]));
  const body = { ...(merges.length > 0 && { merges: texts }), ...(startedAtEstimated === true && { at: startedAt }) };
  return Object.keys(body).length === 0 ? null : body;
}

/** Markers of the versions of a conversation that were applied, and the one with this key, where it is one of them. */
export async function appliedVersions({ store }: Context, conversation: Conversation, key: string) {
  const all = await markersOf(store, conversation);
  const marker = all.find((one) => one.key === key);
  if (marker !== undefined || all.length < VERSIONS_MAX) return { all, marker };
  const [beyond] = await store.entries({ scope: 'workspace', kind: KIND.applied, keys: [key], limit: 1 });
  return { all, marker: beyond };
}

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
  const applied = await markersOf(store, conversation);
  const given = new Set(
    applied.flatMap(({ body, contactId: whose }) =>
      whose !== contactId ? [] : Object.entries(appliedOf(body).merges ?? {}).map(([field, hash]) => `${field} ${hash}`),
    ),
  );
  return merges.filter(({ field, incoming }) => !given.has(`${field} ${hashOfText(incoming)}`));
}

/**
 * The conversation at the time that it was first taken to have begun: a message whose time each delivery estimates anew keeps its
 * place, and its day.
 */
export async function atFirstStart({ store }: Context, conversation: Conversation): Promise<Conversation> {
  const times = (await markersOf(store, conversation)).flatMap(({ body }) => appliedOf(body).at ?? []);
  const [startedAt] = times.toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return startedAt === undefined ? conversation : { ...conversation, startedAt };
}

const appliedOf = (body: Json): Applied => (body ?? {}) as Applied;

async function markersOf(store: Context['store'], conversation: Conversation): Promise<readonly Entry[]> {
  const prefix = `${conversationKey(conversation)}#`;
  const markers = await store.entries({ scope: 'workspace', kind: KIND.applied, after: prefix, limit: VERSIONS_MAX });
  return markers.filter(({ key }) => key.startsWith(prefix) && !key.includes('#', prefix.length));
}

import type { Conversation } from '../conversation/conversation.ts';
import { type Refusal, refuse } from '../values/refusal.ts';
import type { Json } from '../values/value.ts';
import { isWebLink } from '../values/web-link.ts';

/** What a rule may take of the conversation itself, beside the results that the platform's analysis has. */
export const BUILT_IN_RESULTS = [
  '$summary',
  '$sentiment',
  '$outcome',
  '$disposition',
  '$successful',
  '$direction',
  '$channel',
  '$started_at',
  '$ended_at',
  '$duration_seconds',
  '$recording_url',
  '$agent',
] as const;
export type BuiltInResult = (typeof BUILT_IN_RESULTS)[number];

type Source =
  | 'summary'
  | 'sentiment'
  | 'outcome'
  | 'disposition'
  | 'successful'
  | 'direction'
  | 'channel'
  | 'startedAt'
  | 'startedAtEstimated'
  | 'endedAt'
  | 'durationSeconds'
  | 'recordingUrl'
  | 'recordingExpiresAt'
  | 'agentId'
  | 'userId';
/** A conversation as far as analysis rules look at it. */
export type ResultSource = Pick<Conversation, 'analysis'> & Partial<Pick<Conversation, Source>>;

/** Names that begin with `$` are the conversation's own results; all others are the analysis's. */
export const isBuiltInName = (name: string): boolean => name.startsWith('$');
export const isBuiltInResult = (name: string): name is BuiltInResult => (BUILT_IN_RESULTS as readonly string[]).includes(name);

/** A result as it came, absent, or refused whatever the field. */
export type FoundResult = { readonly ok: true; readonly value: Json } | { readonly ok: 'absent' } | Refusal;

/**
 * The result that a rule names. A custom one never stands for a built-in one, nor the other way round: `$summary` is the
 * conversation's, `summary` the analysis's.
 *
 * @example
 * resultOf({ analysis: { summary: 'Custom.' }, summary: 'Built in.' }, '$summary') //=> { ok: true, value: 'Built in.' }
 * resultOf({ analysis: {}, recordingUrl: 'https://example.com/1?Expires=1767348000', recordingExpiresAt: '2026-01-02T10:00:00.000Z' }, '$recording_url').code //=> 'link_expires'
 */
export function resultOf(source: ResultSource, name: string): FoundResult {
  if (isBuiltInResult(name)) return READ[name](source);
  return found(!isBuiltInName(name) && Object.hasOwn(source.analysis, name) ? source.analysis[name] : undefined);
}

const found = (value: Json | undefined): FoundResult => (value === undefined ? { ok: 'absent' } : { ok: true, value });

const READ: Readonly<Record<BuiltInResult, (source: ResultSource) => FoundResult>> = {
  $summary: ({ summary }) => found(summary),
  $sentiment: ({ sentiment }) => found(sentiment),
  $outcome: ({ outcome }) => found(outcome),
  $disposition: ({ disposition }) => found(disposition),
  $successful: ({ successful }) => found(successful),
  $direction: ({ direction }) => found(direction),
  $channel: ({ channel }) => found(channel),
  $started_at: ({ startedAt }) => found(startedAt),
  $ended_at: ({ endedAt }) => found(endedAt),
  $duration_seconds: ({ durationSeconds }) => found(durationSeconds),
  $recording_url: recordingOf,
  $agent: ({ agentId, userId }) => found(agentId ?? userId),
};

/** A field outlives the link that a platform signs for a day: whoever clicked on it then would find nothing. */
function recordingOf({ recordingUrl, recordingExpiresAt }: ResultSource): FoundResult {
  if (recordingUrl === undefined) return { ok: 'absent' };
  if (recordingExpiresAt !== undefined)
    return refuse(
      'link_expires',
      'The link to the recording works for a while only.',
      'Have the platform give lasting links, or keep the recording yourself and give the conversation your own link.',
    );
  if (!isWebLink(recordingUrl)) return refuse('not_a_link', 'The recording is no web link.', 'Give `recordingUrl` as an `https:` URL.');
  return { ok: true, value: recordingUrl };
}

const TIMES: readonly string[] = ['$started_at', '$ended_at'];

/**
 * What tells one version of these built-in results from another. Of the recording it is where it lies: a link that is signed
 * anew at every delivery has another query each time, and one that expires is not stored at all. Times that were estimated
 * come from when a delivery came, and are others each time too.
 */
export function builtInVersion(source: ResultSource, names: Iterable<string>): Readonly<Record<string, Json>> {
  const version: Record<string, Json> = {};
  for (const name of names) {
    const result = isBuiltInName(name) ? resultOf(source, name) : undefined;
    if (result?.ok !== true || (source.startedAtEstimated === true && TIMES.includes(name))) continue;
    version[name] = name === '$recording_url' ? String(result.value).replace(/[?#].*$/, '') : result.value;
  }
  return version;
}

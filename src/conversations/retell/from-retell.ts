import type { Conversation, Sentiment } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Json } from '../../core/values/value.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { instantOf } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import { recordingOf } from '../payload/recording.ts';
import { resultsOf } from '../payload/results.ts';
import { fromAndTo, type PayloadOptions, sidesOf } from '../payload/sides.ts';
import { timesOf } from '../payload/times.ts';
import { outcomeOf } from './outcome.ts';
import { transcriptOf } from './transcript.ts';
import { type RetellAnalysis, readSource } from './wire.ts';

export interface RetellOptions extends PayloadOptions {
  /** Also take `call_ended` and `chat_ended`, as conversations that are not final. Default false: they are ignored. */
  readonly provisional?: boolean;
}

const EVENTS = new Map<unknown, { readonly channel: 'call' | 'chat'; readonly final: boolean }>([
  ['call_analyzed', { channel: 'call', final: true }],
  ['chat_analyzed', { channel: 'chat', final: true }],
  ['call_ended', { channel: 'call', final: false }],
  ['chat_ended', { channel: 'chat', final: false }],
]);
const SENTIMENTS: Readonly<Record<Sentiment, true>> = { positive: true, neutral: true, negative: true, unknown: true };

/**
 * Reads a webhook payload of Retell that was checked before, or `{ event: 'call_analyzed', call }` made from a call of
 * Retell's API. Pure. Analysed calls and chats are conversations; every other event is ignored, with the reason.
 * Tolerant: a member that is missing or of another type is left out.
 *
 * `analysis` holds the custom analysis data, and Retell's own results under their own names (`call_summary`,
 * `user_sentiment`, …) where no custom one has that name. Results without a value are left out: they bring nothing new.
 *
 * Source: Retell, "Webhook overview"; retell-sdk 5.66, resources/call.d.ts and chat.d.ts.
 *
 * @throws CrmSyncError `payload_unreadable` (no webhook of Retell, no usable id), `start_unknown`; category `webhook`.
 */
export function fromRetell(payload: unknown, options: RetellOptions = {}): Incoming {
  const envelope = objectOf(payload);
  if (envelope === undefined || typeof envelope['event'] !== 'string') throw refuse('has no event');
  const event = envelope['event'];
  const known = EVENTS.get(event);
  if (known === undefined) return { kind: 'ignored', reason: 'other_event', event };
  if (!known.final && options.provisional !== true) return { kind: 'ignored', reason: 'not_final', event };
  const raw = objectOf(known.channel === 'call' ? envelope['call'] : (envelope['chat'] ?? envelope['call']));
  if (raw === undefined) throw refuse(`has no ${known.channel}`);
  return { kind: 'conversation', conversation: readConversation(raw, known, options) };
}

const refuse = unreadable(
  'Hand over the body of a Retell webhook as it came: `{ event, call }` or `{ event, chat }`, each with its id as text.',
);

function readConversation(
  raw: RawObject,
  { channel, final }: { readonly channel: 'call' | 'chat'; readonly final: boolean },
  options: RetellOptions,
): Conversation {
  const source = readSource(raw);
  const isCall = channel === 'call';
  const results = isCall ? source.call_analysis : source.chat_analysis;
  const sentiment = results?.user_sentiment?.toLowerCase();
  return present<Conversation>({
    id: readId(isCall ? source.call_id : source.chat_id, refuse),
    source: 'retell',
    channel: source.chat_type === 'sms_chat' && !isCall ? 'sms' : channel,
    ...sidesOf(raw, { direction: source.direction, addresses: fromAndTo(source.from_number, source.to_number) }, options),
    ...timesOf({ start: source.start_timestamp, end: source.end_timestamp, duration: source.duration_ms, now: options.now }),
    summary: filled(isCall ? results?.call_summary : results?.chat_summary),
    transcript: transcriptOf(source),
    ...recordingOf(source.recording_url),
    outcome: outcomeOf({
      reason: source.disconnection_reason,
      status: isCall ? source.call_status : source.chat_status,
      inVoicemail: results?.in_voicemail === true,
      connected: instantOf(source.start_timestamp) !== undefined || (source.duration_ms ?? 0) > 0,
    }),
    disposition: filled(source.disconnection_reason),
    successful: isCall ? results?.call_successful : results?.chat_successful,
    sentiment: sentiment !== undefined && Object.hasOwn(SENTIMENTS, sentiment) ? (sentiment as Sentiment) : undefined,
    analysis: results === undefined ? {} : analysisOf(results),
    agentId: filled(source.agent_id),
    metadata: plainObject(source.metadata),
    final,
  });
}

const OWN_NAMES = [
  'call_summary',
  'chat_summary',
  'user_sentiment',
  'call_successful',
  'chat_successful',
  'in_voicemail',
] as const satisfies readonly (keyof RetellAnalysis)[];

/** A custom result keeps its name even when it is empty: Retell's own result would be about something else. */
function analysisOf(results: RetellAnalysis): Readonly<Record<string, Json>> {
  const custom = plainObject(results.custom_analysis_data) ?? {};
  const own = OWN_NAMES.filter((name) => !Object.hasOwn(custom, name)).map((name) => [name, results[name]] as const);
  return resultsOf(custom, Object.fromEntries(own));
}

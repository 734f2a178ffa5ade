import type { Conversation, Direction, Party, Sentiment } from '../../core/conversation.ts';
import { present } from '../../core/present.ts';
import type { Json, Millis } from '../../core/value.ts';
import { isWebLink } from '../../core/web-link.ts';
import { type Incoming, webhookError } from '../incoming.ts';
import { partyOf } from '../party.ts';
import { plainObject } from '../plain-json.ts';
import { linkExpiry } from '../signed-link.ts';
import { outcomeOf } from './outcome.ts';
import { instantOf, timesOf } from './times.ts';
import { transcriptOf } from './transcript.ts';
import { filled, objectOf, type RetellAnalysis, type RetellSource, readSource } from './wire.ts';

/** Who took part, where the payload does not say. */
export interface ResolvedNumbers {
  readonly contact?: string | undefined;
  readonly agent?: string | undefined;
  readonly direction?: Direction | undefined;
}

export interface RetellOptions {
  /**
   * Asked for chats and web calls, which come without numbers: gives them from the host's own context, for example from
   * `metadata`. What the payload says itself counts first. An error it throws goes to the caller as it is.
   *
   * @param source - The call or chat object as Retell sent it.
   */
  readonly resolveNumbers?: (source: Readonly<Record<string, unknown>>) => ResolvedNumbers | undefined;
  /** ISO 3166, two letters: for numbers without a country. */
  readonly defaultCountry?: string;
  /** Also take `call_ended` and `chat_ended`, as conversations that are not final. Default false: they are ignored. */
  readonly provisional?: boolean;
  /** When the event came. The start of a call that never connected, for which Retell gives no time of its own. */
  readonly now?: Date | string | Millis;
}

const EVENTS = new Map<unknown, { readonly channel: 'call' | 'chat'; readonly final: boolean }>([
  ['call_analyzed', { channel: 'call', final: true }],
  ['chat_analyzed', { channel: 'chat', final: true }],
  ['call_ended', { channel: 'call', final: false }],
  ['chat_ended', { channel: 'chat', final: false }],
]);
const SENTIMENTS: Readonly<Record<Sentiment, true>> = { positive: true, neutral: true, negative: true, unknown: true };
const ID_MAX = 200;

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
  if (envelope === undefined || typeof envelope['event'] !== 'string') throw unreadable('has no event');
  const event = envelope['event'];
  const known = EVENTS.get(event);
  if (known === undefined) return { kind: 'ignored', reason: 'other_event', event };
  if (!known.final && options.provisional !== true) return { kind: 'ignored', reason: 'not_final', event };
  const raw = objectOf(known.channel === 'call' ? envelope['call'] : (envelope['chat'] ?? envelope['call']));
  if (raw === undefined) throw unreadable(`has no ${known.channel}`);
  return { kind: 'conversation', conversation: readConversation(raw, known, options) };
}

const unreadable = (what: string) =>
  webhookError(
    'payload_unreadable',
    `The payload ${what}.`,
    'Hand over the body of a Retell webhook as it came: `{ event, call }` or `{ event, chat }`, each with its id as text.',
  );

function readConversation(
  raw: Readonly<Record<string, unknown>>,
  { channel, final }: { readonly channel: 'call' | 'chat'; readonly final: boolean },
  options: RetellOptions,
): Conversation {
  const source = readSource(raw);
  const isCall = channel === 'call';
  const results = isCall ? source.call_analysis : source.chat_analysis;
  const recordingUrl = isWebLink(source.recording_url ?? '') ? source.recording_url : undefined;
  const sentiment = results?.user_sentiment?.toLowerCase();
  return present<Conversation>({
    id: readId(isCall ? source.call_id : source.chat_id),
    source: 'retell',
    channel: source.chat_type === 'sms_chat' && !isCall ? 'sms' : channel,
    ...sidesOf(raw, source, options),
    ...timesOf(source, options.now),
    summary: filled(isCall ? results?.call_summary : results?.chat_summary),
    transcript: transcriptOf(source),
    recordingUrl,
    recordingExpiresAt: recordingUrl === undefined ? undefined : linkExpiry(recordingUrl),
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

/** Ids are text. A number beyond 2^53 has already lost digits, so it can't tell two calls apart. */
function readId(id: string | number | undefined): string {
  const text = typeof id === 'number' ? (Number.isSafeInteger(id) ? String(id) : '') : (id ?? '').trim();
  if (text === '' || text.length > ID_MAX) throw unreadable('has no usable id');
  return text;
}

function sidesOf(
  raw: Readonly<Record<string, unknown>>,
  source: RetellSource,
  { resolveNumbers, defaultCountry }: RetellOptions,
): { readonly direction: Direction; readonly contact: Party; readonly agent: Party } {
  const [from, to] = [source.from_number, source.to_number].map((number) => filled(number === undefined ? undefined : String(number)));
  const complete = source.direction !== undefined && from !== undefined && to !== undefined;
  const resolved = complete ? undefined : resolveNumbers?.(raw);
  const direction = source.direction ?? resolved?.direction ?? 'unknown';
  const [contact, agent] = direction === 'inbound' ? [from, to] : direction === 'outbound' ? [to, from] : [];
  const country = defaultCountry === undefined ? {} : { defaultCountry };
  return { direction, contact: partyOf(contact ?? resolved?.contact, country), agent: partyOf(agent ?? resolved?.agent, country) };
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
  const members = [...Object.entries(custom), ...own].filter((entry): entry is [string, Json] => (entry[1] ?? null) !== null);
  return Object.fromEntries(members);
}

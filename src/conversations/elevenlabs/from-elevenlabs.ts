import type { Conversation, Party, TranscriptTurn } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { instantOf, millisOfText } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import { type PayloadOptions, sidesOf } from '../payload/sides.ts';
import { timesOf } from '../payload/times.ts';
import { channelOf, failedCall } from './channel.ts';
import { outcomeOf } from './outcome.ts';
import { analysisOf } from './results.ts';
import { type ElevenLabsData, type ElevenLabsTurn, readData } from './wire.ts';

export interface ElevenLabsOptions extends PayloadOptions {
  /** Also take a conversation that is not analysed yet, as one that is not final. Default false: it is ignored. */
  readonly provisional?: boolean;
}

const TRANSCRIPTION = 'post_call_transcription';
const FAILURE = 'call_initiation_failure';
const NOT_FINAL: ReadonlySet<string | undefined> = new Set(['initiated', 'in-progress', 'processing']);
const SUCCESSES: ReadonlyMap<string | undefined, boolean> = new Map([
  ['success', true],
  ['failure', false],
]);
const ROLES: ReadonlyMap<string | undefined, TranscriptTurn['role']> = new Map([
  ['agent', 'agent'],
  ['user', 'contact'],
]);

/**
 * Reads a webhook payload of ElevenLabs that was checked before, or `{ type: 'post_call_transcription', data }` made from a
 * conversation of its API. Pure. A transcription is a conversation, and so is a call that could not be made; audio and every
 * other event are ignored. Tolerant: a member that is missing or of another type is left out.
 *
 * `analysis` holds the collected data by its ids, criteria as `evaluation_criteria_results.<id>`, and ElevenLabs' own
 * `call_successful`, `transcript_summary` and `call_summary_title`. `metadata` holds the dynamic variables. ElevenLabs gives
 * no link to a recording.
 *
 * Source: ElevenLabs, "Post-call webhooks"; @elevenlabs/elevenlabs-js 2.73.
 *
 * @throws CrmSyncError `payload_unreadable` (no webhook of ElevenLabs, no usable id), `start_unknown`; category `webhook`.
 */
export function fromElevenLabs(payload: unknown, options: ElevenLabsOptions = {}): Incoming {
  const envelope = objectOf(payload);
  const type = envelope?.['type'];
  if (envelope === undefined || typeof type !== 'string') throw refuse('has no type');
  if (type !== TRANSCRIPTION && type !== FAILURE) return { kind: 'ignored', reason: 'other_event', event: type };
  const raw = objectOf(envelope['data']);
  if (raw === undefined) throw refuse('has no data');
  const data = readData(raw);
  const final = type === FAILURE || !NOT_FINAL.has(data.status);
  if (!final && options.provisional !== true) return { kind: 'ignored', reason: 'not_final', event: type };
  const now = eventTime(envelope['event_timestamp']) ?? options.now;
  const source = { raw, data, final, isFailure: type === FAILURE };
  return { kind: 'conversation', conversation: readConversation(source, { ...options, ...(now !== undefined && { now }) }) };
}

/** Epoch seconds; some copies of the documentation show text. */
function eventTime(at: unknown): Millis | undefined {
  if (typeof at === 'string') return millisOfText(at);
  return typeof at === 'number' && instantOf(at * 1000) !== undefined ? at * 1000 : undefined;
}

const refuse = unreadable(
  'Hand over the body of an ElevenLabs webhook as it came: `{ type, event_timestamp, data }`, its data with a `conversation_id`.',
);

interface Source {
  readonly raw: RawObject;
  readonly data: ElevenLabsData;
  readonly final: boolean;
  readonly isFailure: boolean;
}

function readConversation({ raw, data, final, isFailure }: Source, options: ElevenLabsOptions): Conversation {
  const { metadata, analysis } = data;
  const { channel, ...given } = isFailure ? failedCall(metadata) : channelOf(metadata);
  const { contact, ...sides } = sidesOf(raw, given, options);
  const start = millis(metadata?.start_time_unix_secs);
  const duration = millis(metadata?.call_duration_secs);
  const end = start === undefined || duration === undefined || duration < 0 ? undefined : start + duration;
  return present<Conversation>({
    id: readId(data.conversation_id, refuse),
    source: 'elevenlabs',
    channel,
    ...sides,
    contact: present<Party>({ ...contact, externalId: filled(data.user_id === undefined ? undefined : String(data.user_id)) }),
    ...timesOf({ start, end, duration, now: options.now }),
    summary: filled(analysis?.transcript_summary),
    transcript: transcriptOf(data.transcript),
    outcome: outcomeOf({
      result: isFailure ? data.failure_reason : metadata?.phone_call?.call_result,
      failed: isFailure || data.status === 'failed',
      connected: start !== undefined,
    }),
    disposition: filled(isFailure ? data.failure_reason : metadata?.termination_reason),
    successful: SUCCESSES.get(analysis?.call_successful),
    analysis: analysis === undefined || !final ? {} : analysisOf(analysis),
    agentId: filled(data.agent_id),
    metadata: plainObject(data.conversation_initiation_client_data?.dynamic_variables),
    final,
  });
}

const millis = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);

function transcriptOf(transcript: readonly (ElevenLabsTurn | undefined)[] = []): Conversation['transcript'] {
  const turns = transcript.flatMap((turn): readonly TranscriptTurn[] => {
    const role = ROLES.get(turn?.role);
    const text = filled(turn?.message);
    if (role === undefined || text === undefined) return []; // a step of the agent's own flow, such as the call of a tool
    const seconds = turn?.time_in_call_secs;
    return [present<TranscriptTurn>({ role, text, offsetSeconds: seconds !== undefined && seconds >= 0 ? seconds : undefined })];
  });
  return turns.length === 0 ? undefined : turns;
}

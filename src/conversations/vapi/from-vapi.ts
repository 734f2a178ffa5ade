import type { Conversation, Direction, Party } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Json } from '../../core/values/value.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { instantOf, millisOfText } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import { recordingOf } from '../payload/recording.ts';
import { type PayloadOptions, sidesOf } from '../payload/sides.ts';
import { linkExpiry } from '../payload/signed-link.ts';
import { timesOf } from '../payload/times.ts';
import { outcomeOf } from './outcome.ts';
import { analysisOf } from './results.ts';
import { transcriptOf } from './transcript.ts';
import { readMessage } from './wire.ts';

export interface VapiOptions extends PayloadOptions {
  /** Also take the status update that a call has ended, as a conversation that is not final. Default false: it is ignored. */
  readonly provisional?: boolean;
  /** What a structured output is called in `analysis`, by its name at Vapi, for example in snake_case. Default: the same. */
  readonly outputName?: (name: string) => string;
}

const DIRECTIONS: ReadonlyMap<string | undefined, Direction> = new Map([
  ['inboundPhoneCall', 'inbound'],
  ['outboundPhoneCall', 'outbound'],
]);
const SUCCESSES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['pass', true],
  ['false', false],
  ['fail', false],
]);

/**
 * Reads a server message of Vapi that was checked before, or `{ message: { type: 'end-of-call-report', call } }` made from a
 * call of Vapi's API. Pure. An end-of-call report is a conversation; every other message is ignored, with the reason.
 * Tolerant: a member that is missing or of another type is left out.
 *
 * `analysis` holds the structured data and the structured outputs by their names, members of an output as `<name>.<member>`,
 * and Vapi's own `summary` and `successEvaluation`. Links that Vapi signs anew at each delivery are not read, so that a
 * delivery that comes twice is the same conversation.
 *
 * Source: Vapi, "Server events"; @vapi-ai/server-sdk 2.0, ServerMessageEndOfCallReport.
 *
 * @throws CrmSyncError `payload_unreadable` (no message of Vapi, no usable id), `start_unknown`; category `webhook`.
 */
export function fromVapi(payload: unknown, options: VapiOptions = {}): Incoming {
  const raw = objectOf(objectOf(payload)?.['message']);
  const type = raw?.['type'];
  if (raw === undefined || typeof type !== 'string') throw refuse('has no message');
  if (type === 'end-of-call-report') return { kind: 'conversation', conversation: readConversation(raw, true, options) };
  if (type !== 'status-update' || raw['status'] !== 'ended') return { kind: 'ignored', reason: 'other_event', event: type };
  if (options.provisional !== true) return { kind: 'ignored', reason: 'not_final', event: type };
  return { kind: 'conversation', conversation: readConversation(raw, false, options) };
}

const refuse = unreadable('Hand over the body of a Vapi server message as it came: `{ message: { type, call, … } }`, its call with an id.');

function readConversation(raw: RawObject, final: boolean, options: VapiOptions): Conversation {
  const source = readMessage(raw);
  const { call, chat, assistant, artifact, analysis } = source;
  const start = millisOfText(source.startedAt);
  const end = millisOfText(source.endedAt);
  const isChat = call?.id === undefined && chat?.id !== undefined;
  return present<Conversation>({
    id: readId(isChat ? chat?.id : call?.id, refuse),
    source: 'vapi',
    channel: isChat ? 'chat' : 'call',
    ...withCustomer(source, sidesFrom(raw, source, options)),
    ...timesOf({
      start,
      end,
      duration: durationOf(source, start, end),
      // a call that never connected was made at some time, which is the same at every delivery
      now: millisOfText(call?.createdAt ?? chat?.createdAt) ?? instantOf(source.timestamp) ?? options.now,
    }),
    summary: filled(analysis?.summary) ?? filled(source.summary),
    transcript: transcriptOf(artifact?.messages, artifact?.transcript ?? source.transcript),
    ...recordingOf(recordings(source).find((url) => url !== undefined && linkExpiry(url) === undefined)),
    outcome: outcomeOf(source.endedReason, start !== undefined),
    disposition: filled(source.endedReason),
    successful: SUCCESSES.get(String(analysis?.successEvaluation).trim().toLowerCase()),
    analysis: final ? analysisOf(analysis, artifact?.structuredOutputs, nameOf(options)) : {},
    agentId: filled(call?.assistantId) ?? filled(chat?.assistantId) ?? filled(assistant?.id) ?? filled(assistant?.name),
    metadata: metadataOf(source),
    final,
    revision: filled(artifact?.structuredOutputsLastUpdatedAt),
  });
}

type Source = ReturnType<typeof readMessage>;

const nameOf =
  ({ outputName }: VapiOptions) =>
  (name: string): string =>
    outputName === undefined ? name : String(outputName(name));

function sidesFrom(raw: RawObject, { call, customer, phoneNumber }: Source, options: VapiOptions) {
  const addresses = () => ({ contact: customer?.number ?? customer?.sipUri, agent: phoneNumber?.number });
  return sidesOf(raw, { direction: DIRECTIONS.get(call?.type), addresses }, options);
}

function withCustomer({ customer }: Source, sides: ReturnType<typeof sidesOf>): ReturnType<typeof sidesOf> {
  const { name, email, externalId, extension } = customer ?? {};
  const told = {
    extension: sides.contact.extension ?? filled(extension === undefined ? undefined : String(extension)),
    name: filled(name),
    email: sides.contact.email ?? filled(email),
    externalId: filled(externalId === undefined ? undefined : String(externalId)),
  };
  return { ...sides, contact: present<Party>({ ...sides.contact, ...told }) };
}

/** Vapi documents no duration, and sends one: it counts where start and end don't say. */
function durationOf({ durationMs, durationSeconds }: Source, start: number | undefined, end: number | undefined): number | undefined {
  if (start !== undefined && end !== undefined && end >= start) return end - start;
  return durationMs ?? (durationSeconds === undefined ? undefined : durationSeconds * 1000);
}

const recordings = ({ artifact, recordingUrl }: Source) => [
  artifact?.recordingUrl,
  artifact?.recording?.mono?.combinedUrl,
  recordingUrl,
  artifact?.recording?.stereoUrl,
];

/** Of the assistant, then of what the call said otherwise, then of the call itself. */
function metadataOf({ assistant, call }: Source): Readonly<Record<string, Json>> | undefined {
  const given = [assistant?.metadata, call?.assistantOverrides?.metadata, call?.metadata].map(plainObject);
  return given.every((one) => one === undefined) ? undefined : Object.assign({}, ...given);
}

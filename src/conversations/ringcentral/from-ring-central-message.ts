import type { Channel, Conversation, Direction, Outcome, TranscriptTurn } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { instantOf, millisOfText } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import type { PayloadOptions } from '../payload/sides.ts';
import { timesOf } from '../payload/times.ts';
import { ringCentralSides, textOf } from './sides.ts';
import { type RingCentralMessage, readMessageRecord } from './wire.ts';

export interface RingCentralMessageOptions extends PayloadOptions {
  /** Also take messages that are still to be sent, as conversations that are not final. Default false: they are ignored. */
  readonly provisional?: boolean;
}

const CHANNELS: ReadonlyMap<string | undefined, Channel> = new Map([
  ['sms', 'sms'],
  ['text', 'sms'],
  ['voicemail', 'voicemail'],
  ['fax', 'fax'],
]);
const FAILED = new Set(['deliveryfailed', 'sendingfailed']);

/**
 * Reads a record of the message store: an SMS, a voicemail or a fax. Pure. Each message is a conversation, `message-<id>`;
 * those of one thread have the same `threadId`. A message to several people counts for the first of them. The content of voicemails and
 * faxes needs an access token, so it is left out.
 *
 * Source: @rc-ex/core 1.8, definitions/GetMessageInfoResponse.
 *
 * @throws CrmSyncError `payload_unreadable` (no record, no usable id), `start_unknown`; category `webhook`.
 */
export function fromRingCentralMessage(payload: unknown, options: RingCentralMessageOptions = {}): Incoming {
  const raw = objectOf(payload);
  if (raw === undefined) throw refuse('is no record');
  const message = readMessageRecord(raw);
  const final = message.messageStatus?.toLowerCase() !== 'queued';
  if (!final && options.provisional !== true) return { kind: 'ignored', reason: 'not_final' };
  return { kind: 'conversation', conversation: readConversation(raw, message, options, final) };
}

const refuse = unreadable('Hand over one record of the message store, with its `id`; for a list of records, one after another.');

function readConversation(raw: RawObject, message: RingCentralMessage, options: RingCentralMessageOptions, final: boolean): Conversation {
  const channel = CHANNELS.get(message.type?.toLowerCase()) ?? 'other';
  const { direction, contact, agent } = ringCentralSides(raw, message.direction, message.from, receiverOf(message), options);
  const start = millisOfText(message.creationTime) ?? millisOfText(message.lastModifiedTime);
  const seconds = message.attachments?.find((attachment) => attachment?.vmDuration !== undefined)?.vmDuration;
  const subject = channel === 'sms' || channel === 'other' ? filled(message.subject) : undefined;
  return present<Conversation>({
    id: readId(`message-${readId(message.id, refuse)}`, refuse), // calls are numbered like messages, and the two must not be taken for one
    source: 'ringcentral',
    threadId: textOf(message.conversationId) ?? textOf(message.conversation?.id),
    channel,
    direction,
    contact,
    agent,
    ...timesOf({ start, end: undefined, duration: seconds === undefined ? undefined : seconds * 1000, now: options.now }),
    transcript: subject === undefined ? undefined : [turnOf(subject, direction, start)],
    outcome: outcomeOf(message, channel, final),
    disposition: filled(message.messageStatus),
    analysis: {},
    userId: agent.externalId,
    final,
    revision: filled(message.lastModifiedTime),
  });
}

const turnOf = (text: string, direction: Direction, at: Millis | undefined): TranscriptTurn =>
  present<TranscriptTurn>({ role: direction === 'outbound' ? 'agent' : 'contact', text, at: instantOf(at) });

/** To us: the one of several receivers that is an extension of ours. */
function receiverOf({ direction, to = [] }: RingCentralMessage) {
  const receivers = to.filter((one) => one !== undefined);
  const ours = direction?.toLowerCase() === 'inbound' ? receivers.find(({ extensionId }) => extensionId !== undefined) : undefined;
  return ours ?? receivers[0];
}

function outcomeOf({ messageStatus }: RingCentralMessage, channel: Channel, final: boolean): Outcome {
  if (!final) return 'unknown';
  if (FAILED.has(messageStatus?.toLowerCase() ?? '')) return 'failed';
  return channel === 'voicemail' ? 'voicemail' : 'completed';
}

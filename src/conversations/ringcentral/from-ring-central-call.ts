import type { Channel, Conversation } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { millisOfText } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import { recordingOf } from '../payload/recording.ts';
import type { PayloadOptions } from '../payload/sides.ts';
import { storable } from '../payload/storable.ts';
import { timesOf } from '../payload/times.ts';
import { outcomeOf } from './outcome.ts';
import { ringCentralSides, textOf } from './sides.ts';
import { type RingCentralCall, readCallRecord } from './wire.ts';

export interface RingCentralCallOptions extends PayloadOptions {
  /**
   * Each extension's part of a call is a conversation of its own, `<sessionId>:<extension id>`: for teams where several
   * people log the same call. Default false: a call is one conversation, whoever took part.
   */
  readonly perExtension?: boolean;
  /** Also take calls that go on, as conversations that are not final. Default false: they are ignored. */
  readonly provisional?: boolean;
}

/**
 * Reads a record of the call log, or the call-log object that App Connect hands to its connectors (`{ logInfo, … }`, whose
 * notes and transcript are taken too). Pure. The call log itself has neither a summary nor results. `userId` is the id of
 * the extension, for the owner of the activity. Recordings and AI notes come after the first record: read it again then,
 * the same call updates its activity.
 *
 * The content of a recording needs an access token, so it is left out; the viewer link that App Connect adds is taken.
 *
 * Source: @rc-ex/core 1.8, definitions/CallLogRecord; RingCentral App Connect, docs/developers/interfaces/createCallLog.
 *
 * @throws CrmSyncError `payload_unreadable` (no record, no usable id), `start_unknown`; category `webhook`.
 */
export function fromRingCentralCall(payload: unknown, options: RingCentralCallOptions = {}): Incoming {
  const given = objectOf(payload);
  const raw = given === undefined ? undefined : (objectOf(given['logInfo']) ?? given);
  if (given === undefined || raw === undefined) throw refuse('is no record');
  const record = readCallRecord(raw);
  if (record.deleted === true) return { kind: 'ignored', reason: 'other_event', event: 'deleted' };
  const final = record.finished !== false && record.result?.toLowerCase() !== 'in progress';
  if (!final && options.provisional !== true) return { kind: 'ignored', reason: 'not_final' };
  return { kind: 'conversation', conversation: readConversation(given, raw, record, { ...options, final }) };
}

const refuse = unreadable('Hand over one record of the call log, with its `sessionId`; for a list of records, one after another.');

function readConversation(
  given: RawObject,
  raw: RawObject,
  record: RingCentralCall,
  { final, perExtension = false, ...options }: RingCentralCallOptions & { readonly final: boolean },
): Conversation {
  const { direction, contact, agent } = ringCentralSides(raw, record.direction, record.from, record.to, options);
  const userId = textOf(record.extension?.id) ?? agent.externalId;
  const start = millisOfText(record.startTime);
  const duration = record.durationMs ?? (record.duration === undefined ? undefined : record.duration * 1000);
  const end = final && start !== undefined && duration !== undefined && duration >= 0 ? start + duration : undefined;
  return present<Conversation>({
    id: idOf(record, perExtension ? { userId } : undefined),
    source: 'ringcentral',
    threadId: filled(record.telephonySessionId),
    channel: channelOf(record),
    direction,
    contact,
    agent,
    ...timesOf({ start, end, duration, now: options.now }),
    summary: textAt(given, 'ringSenseSummary') ?? textAt(given, 'aiNote'),
    note: textAt(given, 'note'),
    transcript: textAt(given, 'transcript') ?? textAt(given, 'ringSenseTranscript'),
    ...recordingOf(record.recording?.link ?? record.voicemail?.link ?? textAt(given, 'voicemailLink')),
    ...outcomeOf(record.result),
    disposition: filled(record.result),
    analysis: {},
    userId,
    final,
    revision: filled(record.lastModifiedTime),
  });
}

function idOf({ sessionId }: RingCentralCall, part: { readonly userId: string | undefined } | undefined): string {
  const session = readId(sessionId, refuse);
  if (part === undefined) return session;
  if (part.userId === undefined) throw refuse('names no extension');
  return readId(`${session}:${part.userId}`, refuse);
}

function channelOf({ type, result, message }: RingCentralCall): Channel {
  if (type?.toLowerCase() === 'fax') return 'fax';
  return message?.type?.toLowerCase() === 'voicemail' || outcomeOf(result).outcome === 'voicemail' ? 'voicemail' : 'call';
}

/** Members beside the record, where App Connect made them. */
function textAt(given: RawObject, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? filled(storable(value)) : undefined;
}

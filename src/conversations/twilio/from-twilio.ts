import { hashOf } from '../../core/base/hash.ts';
import type { Channel, Conversation, Direction, Outcome, Party } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import { readNumber } from '../../core/values/scalars.ts';
import { isWebLink } from '../../core/values/web-link.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import { recordingOf } from '../payload/recording.ts';
import { readRfc2822 } from '../payload/rfc-2822.ts';
import { fromAndTo, type PayloadOptions, type Sides, sidesOf } from '../payload/sides.ts';
import { storable } from '../payload/storable.ts';
import { timesOf } from '../payload/times.ts';
import { formOf } from './resource.ts';
import { readFields, type TwilioFields } from './wire.ts';

export interface TwilioOptions extends PayloadOptions {
  /** Also take the legs that a call makes by `<Dial>`. Default false: the call itself is the conversation. */
  readonly childLegs?: boolean;
}

const CALL_OUTCOMES: ReadonlyMap<unknown, Outcome> = new Map([
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
]);
/** A sent message may never be said to be delivered: not every network tells. */
const MESSAGE_OUTCOMES: ReadonlyMap<unknown, Outcome> = new Map([
  ['received', 'completed'],
  ['sent', 'completed'],
  ['delivered', 'completed'],
  ['read', 'completed'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
]);
const DIRECTIONS: ReadonlyMap<unknown, Direction> = new Map([
  ['inbound', 'inbound'],
  ['trunking-originating', 'inbound'],
  ['outbound-api', 'outbound'],
  ['outbound-dial', 'outbound'],
  ['trunking-terminating', 'outbound'],
]);
const CHANNELS: readonly (readonly [prefix: string, Channel])[] = [
  ['whatsapp:', 'whatsapp'],
  ['messenger:', 'chat'],
];
const MEDIA_MAX = 10;

/**
 * Reads a status callback of a call, a received message, or a status callback of a message, from the form that Twilio
 * posts; or a call or message as the API has it, for the past. Pure. Twilio analyses nothing: there is neither a summary nor
 * a result; what you know of a call goes into the conversation before you hand it on. In a callback a call has no start: it
 * is the time of the event less the duration, and marked as an estimate. A message has no time at all there: its start is
 * `now`; and the status of one that was sent comes without its text. The API has both.
 *
 * @throws CrmSyncError `payload_unreadable` (no form of Twilio, no usable id), `start_unknown`; category `webhook`.
 */
export function fromTwilio(payload: unknown, options: TwilioOptions = {}): Incoming {
  const raw = payload instanceof URLSearchParams ? Object.fromEntries(payload) : objectOf(payload);
  if (raw === undefined) throw refuse('is no form');
  const fields = readFields(formOf(raw));
  if (fields.CallSid !== undefined) return readCall(raw, fields, options);
  if ((fields.MessageSid ?? fields.SmsSid) !== undefined) return readMessage(raw, fields, options);
  throw refuse('is about no call and no message');
}

const refuse = unreadable(
  'Hand over the form that Twilio posted, with `CallSid` or `MessageSid`; or a call or message of its API, with `sid`.',
);

type Ignored = Extract<Incoming, { kind: 'ignored' }>;
const ignored = (reason: Ignored['reason'], event: string | undefined): Ignored => present<Ignored>({ kind: 'ignored', reason, event });

function readCall(raw: RawObject, fields: TwilioFields, options: TwilioOptions): Incoming {
  const { CallStatus: status, ParentCallSid: parent, Direction: written } = fields;
  const outcome = CALL_OUTCOMES.get(status);
  if (outcome === undefined) return ignored('other_event', status ?? fields.RecordingStatus);
  if (filled(parent) !== undefined && options.childLegs !== true) return ignored('part_of_another', status);
  const duration = readNumber(fields.CallDuration ?? '');
  const sides = sidesOf(raw, { direction: DIRECTIONS.get(written), addresses: fromAndTo(fields.From, fields.To) }, options);
  const conversation = present<Conversation>({
    id: readId(fields.CallSid, refuse),
    source: 'twilio',
    threadId: filled(parent),
    channel: 'call',
    ...withCallerName(sides, fields.CallerName),
    ...timesOf({
      start: readRfc2822(fields.StartTime ?? ''),
      end: readRfc2822(fields.EndTime ?? fields.Timestamp ?? ''),
      duration: typeof duration === 'number' ? duration * 1000 : undefined,
      now: options.now,
    }),
    ...recordingOf(fields.RecordingUrl),
    outcome: outcome === 'completed' && fields.AnsweredBy?.startsWith('machine_') === true ? 'voicemail' : outcome,
    disposition: status,
    analysis: {},
    final: true,
    revision: sequenceOf(fields),
  });
  return { kind: 'conversation', conversation };
}

function readMessage(raw: RawObject, fields: TwilioFields, options: TwilioOptions): Incoming {
  const status = fields.MessageStatus ?? fields.SmsStatus ?? (fields.Body === undefined ? undefined : 'received');
  const outcome = MESSAGE_OUTCOMES.get(status);
  if (outcome === undefined) return ignored('other_event', status);
  const direction = status === 'received' ? 'inbound' : 'outbound';
  const sides = sidesOf(raw, { direction, addresses: fromAndTo(fields.From, fields.To) }, options);
  const text = filled(fields.Body);
  const media = mediaOf(raw, fields);
  const conversation = present<Conversation>({
    id: readId(fields.MessageSid ?? fields.SmsSid, refuse),
    source: 'twilio',
    threadId: threadOf(fields),
    channel: channelOf(fields),
    ...withCallerName(sides, fields.ProfileName),
    ...timesOf({ start: readRfc2822(fields.StartTime ?? ''), end: undefined, duration: undefined, now: options.now }),
    transcript: text === undefined ? undefined : [{ role: direction === 'inbound' ? 'contact' : 'agent', text }],
    outcome,
    disposition: status,
    analysis: {},
    metadata: media.length === 0 ? undefined : { media },
    final: true,
  });
  return { kind: 'conversation', conversation };
}

/** The name is that of whoever called or wrote. */
function withCallerName(sides: Sides, name: string | undefined): Sides {
  const named = filled(name);
  return named === undefined || sides.direction !== 'inbound'
    ? sides
    : { ...sides, contact: { ...sides.contact, name: named } satisfies Party };
}

const channelOf = ({ From: from = '', To: to = '' }: TwilioFields): Channel =>
  CHANNELS.find(([prefix]) => from.startsWith(prefix) || to.startsWith(prefix))?.[1] ?? 'sms';

/** Twilio knows no threads: it is what two addresses write to each other. Hashed, since ids are told where numbers must not be. */
const threadOf = ({ From: from = '', To: to = '' }: TwilioFields): string | undefined =>
  from === '' || to === '' ? undefined : hashOf([from, to].sort());

const sequenceOf = ({ SequenceNumber: sequence = '' }: TwilioFields): number | undefined =>
  /^\d{1,9}$/.test(sequence) ? Number(sequence) : undefined;

/** Links to pictures and the like, which only the account may open. */
function mediaOf(raw: RawObject, { NumMedia: count = '' }: TwilioFields): readonly string[] {
  const length = /^\d{1,3}$/.test(count) ? Math.min(Number(count), MEDIA_MAX) : 0;
  const links = Array.from({ length }, (_, index) => raw[`MediaUrl${index}`]);
  return links.filter((link): link is string => typeof link === 'string' && isWebLink(link)).map(storable);
}

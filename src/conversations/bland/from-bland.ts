import type { Conversation, Direction, TranscriptTurn } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import { readNumber } from '../../core/values/scalars.ts';
import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { instantOf, millisOfText } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { readId, unreadable } from '../payload/read-id.ts';
import { recordingOf } from '../payload/recording.ts';
import { resultsOf } from '../payload/results.ts';
import { fromAndTo, type PayloadOptions, sidesOf } from '../payload/sides.ts';
import { timesOf } from '../payload/times.ts';
import { isOver, outcomeOf } from './outcome.ts';
import { type BlandCall, type BlandTurn, readCall } from './wire.ts';

export interface BlandOptions extends PayloadOptions {
  /** Also take a call that is not completed yet, as a conversation that is not final. Default false: it is ignored. */
  readonly provisional?: boolean;
}

/** Members that only a call has. Bland may post events of a running call to the same address, which have an id and none of them. */
const OF_A_CALL = ['completed', 'queue_status', 'call_length', 'inbound', 'transcripts', 'concatenated_transcript'];
const ROLES: ReadonlyMap<string | undefined, TranscriptTurn['role']> = new Map([
  ['user', 'contact'],
  ['assistant', 'agent'],
  ['robot', 'agent'],
  ['agent-action', 'tool'],
]);
const MINUTE_MS = 60_000;

/**
 * Reads the body of a post-call webhook of Bland that was checked before, or a call of its API, which is the same. Pure. A
 * completed call is a conversation; one that still runs, and an event of one, is ignored. Tolerant: a member that is missing
 * or of another type is left out.
 *
 * `analysis` holds the call's variables and above them its analysis, and Bland's own `summary`, `answered_by`,
 * `disposition_tag` and `call_ended_by` where no variable has that name. Durations are minutes at Bland and seconds here; the
 * end is the start and the duration, for Bland's `end_at` is when the call would have been cut off.
 *
 * Source: Bland, "Post-call webhooks" and "Call details".
 *
 * @throws CrmSyncError `payload_unreadable` (no call of Bland, no usable id), `start_unknown`; category `webhook`.
 */
export function fromBland(payload: unknown, options: BlandOptions = {}): Incoming {
  const raw = objectOf(payload);
  if (raw === undefined || raw['call_id'] === undefined) throw refuse('has no call');
  if (!OF_A_CALL.some((member) => raw[member] !== undefined)) {
    const category = raw['category'];
    return { kind: 'ignored', reason: 'other_event', ...(typeof category === 'string' && { event: category }) };
  }
  const call = readCall(raw);
  const final = isOver(call);
  if (!final && options.provisional !== true) return { kind: 'ignored', reason: 'not_final' };
  return { kind: 'conversation', conversation: readConversation(raw, call, final, options) };
}

const refuse = unreadable('Hand over the body of a post-call webhook of Bland as it came: the call, with its `call_id`.');

function readConversation(raw: RawObject, call: BlandCall, final: boolean, options: BlandOptions): Conversation {
  const direction: Direction | undefined = call.inbound === undefined ? undefined : call.inbound ? 'inbound' : 'outbound';
  const start = millisOfText(call.started_at);
  const duration = durationOf(call);
  const { summary, answered_by, disposition_tag, call_ended_by } = call;
  return present<Conversation>({
    id: readId(call.call_id, refuse),
    source: 'bland',
    channel: 'call',
    ...sidesOf(raw, { direction, addresses: fromAndTo(call.from, call.to) }, options),
    ...timesOf({
      start,
      end: start === undefined || duration === undefined || duration < 0 ? undefined : start + Math.round(duration),
      duration,
      // a call that never connected was made at some time, which is the same at every delivery
      now: millisOfText(call.created_at) ?? options.now,
    }),
    summary: filled(summary),
    transcript: transcriptOf(call),
    ...recordingOf(call.recording_url),
    outcome: outcomeOf(call),
    disposition: filled(disposition_tag),
    analysis: final
      ? resultsOf({ summary, answered_by, disposition_tag, call_ended_by }, plainObject(call.variables), plainObject(call.analysis))
      : {},
    agentId: filled(call.pathway_id),
    metadata: plainObject(call.metadata),
    final,
  });
}

/** Milliseconds. The length is documented and more exact; some deliveries have only the other one. */
function durationOf({ call_length, corrected_duration }: BlandCall): number | undefined {
  if (call_length !== undefined && call_length >= 0) return call_length * MINUTE_MS;
  const seconds = readNumber(String(corrected_duration ?? ''));
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function transcriptOf({ transcripts = [], concatenated_transcript }: BlandCall): Conversation['transcript'] {
  const turns = transcripts.flatMap((turn) => (turn === undefined ? [] : turnOf(turn)));
  return turns.length > 0 ? turns : filled(concatenated_transcript);
}

function turnOf({ user, text, created_at }: BlandTurn): readonly TranscriptTurn[] {
  const role = ROLES.get(user);
  const said = filled(text);
  return role === undefined || said === undefined
    ? []
    : [present<TranscriptTurn>({ role, text: said, at: instantOf(millisOfText(created_at)) })];
}

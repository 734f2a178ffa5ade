import { valueAt } from '../../core/base/json-path.ts';
import { isStorable } from '../../core/base/text.ts';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { CHANNELS, OUTCOMES, SENTIMENTS } from '../../core/conversation/parse-conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Json } from '../../core/values/value.ts';
import type { Issue } from '../../errors.ts';
import type { Incoming } from '../incoming.ts';
import { instantOf } from '../payload/instant-of.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { unreadable } from '../payload/read-id.ts';
import { recordingOf } from '../payload/recording.ts';
import type { PayloadOptions } from '../payload/sides.ts';
import { timesOf } from '../payload/times.ts';
import { holds } from './condition.ts';
import { parseConversationMapping } from './conversation-mapping.ts';
import type { ConversationMapping, ValuesPart } from './mapping-types.ts';
import { Reading, scalarText } from './reading.ts';
import { readSides } from './sides.ts';
import { readTranscript } from './transcript.ts';

export interface FromJsonOptions extends PayloadOptions {
  /** Also take what is not `final`, as a conversation that is not. Default false: it is ignored. */
  readonly provisional?: boolean;
}

const ID_MAX = 200;

/**
 * A reader for payloads of any platform, by a mapping. Pure. The mapping is checked at once; the reader is tolerant: what
 * is missing or of another type is left out, except for `id` and what the mapping calls `required`.
 *
 * The reader throws CrmSyncError of category `webhook`: `payload_unreadable` (names every required path that brings
 * nothing), `start_unknown`.
 *
 * @throws CrmSyncError `invalid_document`, category `configuration`, with every problem of the mapping in `issues`.
 *
 * @example
 * fromJson({ source: 'acme', id: 'id', channel: { value: 'call' } })({ id: 7 }, { now: 0 }).conversation.id //=> '7'
 */
export function fromJson(mapping: ConversationMapping): (payload: unknown, options?: FromJsonOptions) => Incoming {
  const parsed = parseConversationMapping(mapping);
  return (payload, options = {}) => {
    const raw = rawOf(payload);
    const event = parsed.event === undefined ? undefined : scalarText(valueAt(raw, parsed.event));
    if (!holds(parsed.when, raw)) return present<Extract<Incoming, { kind: 'ignored' }>>({ kind: 'ignored', reason: 'other_event', event });
    const final = holds(parsed.final, raw);
    if (!final && options.provisional !== true)
      return present<Extract<Incoming, { kind: 'ignored' }>>({ kind: 'ignored', reason: 'not_final', event });
    return { kind: 'conversation', conversation: readConversation(raw, parsed, options, final) };
  };
}

/**
 * What a mapping does not find in a payload, for a settings page: each part that brings nothing, with its place in the
 * mapping. Parts that are not required may be missing in one payload and there in the next.
 *
 * @throws CrmSyncError `invalid_document` (the mapping), `payload_unreadable` (no object).
 *
 * @example
 * checkConversationMapping({ source: 'acme', id: 'id', channel: { value: 'call' }, summary: 'text' }, { id: 7 })[0].code //=> 'absent'
 */
export function checkConversationMapping(mapping: ConversationMapping, payload: unknown): readonly Issue[] {
  const raw = rawOf(payload);
  const reading = new Reading(raw);
  readParts(reading, parseConversationMapping(mapping), raw, {});
  return reading.notes.map(({ required, ...issue }) => issue);
}

const refuse = unreadable('Correct the paths of the mapping, or let the webhook send what is missing.');

function rawOf(payload: unknown): RawObject {
  const raw = objectOf(payload);
  if (raw === undefined) throw refuse('is no object');
  return raw;
}

function readConversation(raw: RawObject, mapping: ConversationMapping, options: FromJsonOptions, final: boolean): Conversation {
  const reading = new Reading(raw);
  const { start, end, duration, ...parts } = readParts(reading, mapping, raw, options);
  const missing = reading.notes.filter(({ required }) => required);
  if (missing.length > 0)
    throw refuse(`lacks what the mapping requires: ${missing.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`);
  const known = end ?? (start === undefined || duration === undefined ? undefined : start + duration);
  return present<Conversation>({ ...parts, id: parts.id ?? '', ...timesOf({ start, end: known, duration, now: options.now }), final });
}

function readParts(reading: Reading, mapping: ConversationMapping, raw: RawObject, options: PayloadOptions) {
  const text = <K extends 'threadId' | 'summary' | 'note' | 'disposition' | 'agentId' | 'userId' | 'revision' | 'recordingUrl'>(name: K) =>
    reading.text(mapping[name], [name]);
  const recording = recordingOf(text('recordingUrl'));
  return {
    id: reading.any(
      { ...(typeof mapping.id === 'string' ? { path: mapping.id } : mapping.id), required: true },
      ['id'],
      'text or a whole number',
      readId,
    ),
    source: mapping.source,
    threadId: text('threadId'),
    channel: reading.word(mapping.channel, CHANNELS, ['channel']) ?? ('other' as const),
    ...readSides(reading, mapping, raw, options),
    start: reading.time(mapping.startedAt, ['startedAt']),
    end: reading.time(mapping.endedAt, ['endedAt']),
    duration: reading.duration(mapping.duration, ['duration']),
    summary: text('summary'),
    note: text('note'),
    transcript: readTranscript(reading, mapping.transcript),
    recordingUrl: recording.recordingUrl,
    recordingExpiresAt: instantOf(reading.time(mapping.recordingExpiresAt, ['recordingExpiresAt'])) ?? recording.recordingExpiresAt,
    outcome: reading.word(mapping.outcome, OUTCOMES, ['outcome']) ?? ('unknown' as const),
    disposition: text('disposition'),
    successful: reading.truth(mapping.successful, ['successful']),
    sentiment: reading.word(mapping.sentiment, SENTIMENTS, ['sentiment']),
    analysis: readValues(reading, mapping.analysis, 'analysis') ?? {},
    agentId: text('agentId'),
    userId: text('userId'),
    metadata: readValues(reading, mapping.metadata, 'metadata'),
    revision: text('revision'),
  };
}

/** A number beyond 2^53 has already lost digits, so it can't tell two conversations apart. */
function readId(raw: unknown): string | undefined {
  const text = typeof raw === 'number' && !Number.isSafeInteger(raw) ? undefined : scalarText(raw)?.trim();
  return text === undefined || text.length > ID_MAX || !isStorable(text) ? undefined : text;
}

function readValues(reading: Reading, part: ValuesPart | undefined, at: string): Readonly<Record<string, Json>> | undefined {
  if (part === undefined) return undefined;
  const objects = part.objects === undefined ? [] : [part.objects].flat();
  const members = objects.flatMap((path) => Object.entries(reading.any(path, [at, 'objects'], 'an object', plainObject) ?? {}));
  const single = Object.entries(part.fields ?? {}).map(([name, field]) => [name, reading.json(field, [at, 'fields', name])] as const);
  const filled = [...members, ...single].filter((entry): entry is [string, Json] => (entry[1] ?? null) !== null);
  return Object.fromEntries(filled);
}

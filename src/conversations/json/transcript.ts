import type { Conversation, TranscriptTurn } from '../../core/conversation/conversation.ts';
import { ROLES } from '../../core/conversation/parse-conversation.ts';
import { present } from '../../core/values/present.ts';
import { instantOf } from '../payload/instant-of.ts';
import type { TranscriptPart } from './mapping-types.ts';
import { Reading } from './reading.ts';

const AT = ['transcript'];

/** Who said what, in the order of the list. A turn without text or with a role that is none is left out. */
export function readTranscript(reading: Reading, part: TranscriptPart | undefined): Conversation['transcript'] {
  if (part === undefined || typeof part === 'string') return reading.text(part, AT);
  const items = reading.any(part.turns, [...AT, 'turns'], 'a list', (raw) =>
    Array.isArray(raw) ? (raw as readonly unknown[]) : undefined,
  );
  const turns = (items ?? []).flatMap((item) => readTurn(item, part));
  if (items !== undefined && items.length > 0 && turns.length === 0) {
    const remedy = 'Correct `text` and `role`: their paths start at each item of the list, and `map` gives a role for each speaker.';
    reading.notes.push({ path: AT, code: 'unreadable', message: 'finds no turn with a text and a role', remedy, required: false });
  }
  return turns.length > 0 ? turns : undefined;
}

function readTurn(item: unknown, part: Exclude<TranscriptPart, string>): readonly TranscriptTurn[] {
  const turn = new Reading(item);
  const role = turn.word(part.role, ROLES, AT);
  const text = turn.text(part.text, AT);
  if (role === undefined || text === undefined) return [];
  const offset = turn.duration(part.offset, AT);
  const offsetSeconds = offset === undefined ? undefined : offset / 1000;
  return [present<TranscriptTurn>({ role, text, offsetSeconds, at: instantOf(turn.time(part.at, AT)) })];
}

import type { Conversation, TranscriptTurn } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import { filled } from '../payload/filled.ts';
import { instantOf } from '../payload/instant-of.ts';
import type { VapiTurn } from './wire.ts';

// What is `system` is the prompt, which nobody said.
const ROLES = new Map<string | undefined, TranscriptTurn['role']>([
  ['user', 'contact'],
  ['bot', 'agent'],
  ['assistant', 'agent'],
  ['tool_call_result', 'tool'],
]);

/** Who said what; the plain text where there are no turns. */
export function transcriptOf(messages: readonly (VapiTurn | undefined)[] = [], text: string | undefined): Conversation['transcript'] {
  const turns = messages.flatMap((turn) => (turn === undefined ? [] : turnOf(turn)));
  return turns.length > 0 ? turns : filled(text);
}

function turnOf({ role, message, result, time, secondsFromStart }: VapiTurn): readonly TranscriptTurn[] {
  const speaker = ROLES.get(role);
  const text = filled(message) ?? filled(result);
  if (speaker === undefined || text === undefined) return [];
  return [
    present<TranscriptTurn>({
      role: speaker,
      text,
      offsetSeconds: secondsFromStart !== undefined && secondsFromStart >= 0 ? secondsFromStart : undefined,
      at: instantOf(time),
    }),
  ];
}

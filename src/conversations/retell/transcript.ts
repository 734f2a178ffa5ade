import type { Conversation, TranscriptTurn } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import { filled } from '../payload/filled.ts';
import { instantOf } from '../payload/instant-of.ts';
import type { RetellSource, RetellTurn } from './wire.ts';

const ROLES = new Map<string | undefined, TranscriptTurn['role']>([
  ['agent', 'agent'],
  ['transfer_target', 'agent'],
  ['user', 'contact'],
  ['sms', 'contact'],
  ['tool_call_result', 'tool'],
  ['injected', 'system'],
]);

/** Who said what; the plain text where there are no turns. */
export function transcriptOf(source: RetellSource): Conversation['transcript'] {
  const turns = (source.transcript_object ?? source.message_with_tool_calls ?? []).flatMap((turn) =>
    turn === undefined ? [] : turnOf(turn),
  );
  return turns.length > 0 ? turns : filled(source.transcript);
}

/** Steps of the agent's own flow say nothing and are left out. */
function turnOf({ role, content, words, created_timestamp }: RetellTurn): readonly TranscriptTurn[] {
  const speaker = ROLES.get(role);
  const text = filled(content);
  if (speaker === undefined || text === undefined) return [];
  const offsetSeconds = words?.[0]?.start;
  return [
    present<TranscriptTurn>({
      role: speaker,
      text,
      offsetSeconds: offsetSeconds !== undefined && offsetSeconds >= 0 ? offsetSeconds : undefined,
      at: instantOf(created_timestamp),
    }),
  ];
}

import type { Conversation } from './conversation.ts';

const PIECES = ['summary', 'note', 'transcript', 'endedAt', 'durationSeconds', 'disposition', 'successful', 'sentiment'] as const;

/** What platforms send of a conversation piece by piece. */
export type ConversationPieces = Partial<Pick<Conversation, (typeof PIECES)[number] | 'recordingUrl' | 'recordingExpiresAt'>>;

/**
 * The later delivery, with what only the earlier one had. A link goes together with the time that it dies.
 *
 * @example
 * withEarlier({ note: 'Call back.' }, { summary: 'Wants a demo.', note: 'Old.' }) //=> { summary: 'Wants a demo.', note: 'Call back.' }
 */
export function withEarlier<C extends ConversationPieces>(later: C, earlier: ConversationPieces): C {
  const names = later.recordingUrl === undefined ? ([...PIECES, 'recordingUrl', 'recordingExpiresAt'] as const) : PIECES;
  const lacking = names.filter((name) => later[name] === undefined && earlier[name] !== undefined);
  return lacking.length === 0 ? later : { ...Object.fromEntries(lacking.map((name) => [name, earlier[name]])), ...later };
}

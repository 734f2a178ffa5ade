import { hashOf } from '../base/hash.ts';
import type { Conversation } from './conversation.ts';

/**
 * What tells one delivery of a conversation from another. Times that were estimated come from when a delivery came, so that
 * they are others each time: the same call, delivered again, is no news by them.
 */
export function deliveryHash(conversation: Conversation): string {
  if (conversation.startedAtEstimated !== true) return hashOf(conversation);
  const { startedAt: _start, endedAt: _end, ...said } = conversation;
  return hashOf(said);
}

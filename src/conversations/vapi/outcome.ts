import type { Outcome } from '../../core/conversation/conversation.ts';

// Source: @vapi-ai/server-sdk 2.0, `endedReason`. Some 600 values and an open set: those of an error tell so in their words.
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['voicemail', 'voicemail'],
  ['customer-did-not-answer', 'no_answer'],
  ['customer-busy', 'busy'],
  ['assistant-forwarded-call', 'transferred'],
]);
const FAILURE = /(?:^|[.-])(?:error|failed|not-found|not-valid|invalid)(?:$|[.-])/;

/** How a call or chat ended, in our words. `connected`: somebody or something answered, so that there is a start. */
export function outcomeOf(reason = '', connected: boolean): Outcome {
  const known = OUTCOMES.get(reason);
  if (known !== undefined) return known;
  if (FAILURE.test(reason)) return 'failed';
  if (connected) return 'completed';
  return reason === 'manually-canceled' ? 'canceled' : 'unknown';
}

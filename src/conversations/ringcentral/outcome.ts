import type { Outcome } from '../../core/conversation/conversation.ts';

// Source: @rc-ex/core 1.8, CallLogRecord.result. An open set: a result that is not listed is unknown.
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['accepted', 'completed'],
  ['call connected', 'completed'],
  ['answered elsewhere', 'completed'],
  ['sent', 'completed'],
  ['received', 'completed'],
  ['voicemail', 'voicemail'],
  ['sent to voicemail', 'voicemail'],
  ['missed', 'no_answer'],
  ['no answer', 'no_answer'],
  ['rejected', 'no_answer'],
  ['declined', 'no_answer'],
  ['abandoned', 'no_answer'],
  ['callback requested', 'no_answer'],
  ['busy', 'busy'],
  ['hang up', 'canceled'],
  ['blocked', 'failed'],
  ['wrong number', 'failed'],
  ['call failed', 'failed'],
]);
const CONNECTED = new Set(['accepted', 'call connected']);

/** What a result of the call log means. Both sides talked, if it was accepted or connected; absent where nobody says. */
export function outcomeOf(result: string | undefined): { readonly outcome: Outcome; readonly successful: boolean | undefined } {
  const word = result?.trim().toLowerCase() ?? '';
  const outcome = OUTCOMES.get(word) ?? 'unknown';
  return { outcome, successful: outcome === 'unknown' ? undefined : CONNECTED.has(word) };
}

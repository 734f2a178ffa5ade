import type { Outcome } from '../../core/conversation/conversation.ts';

// Source: @elevenlabs/elevenlabs-js 2.73, `call_result`; ElevenLabs, "Post-call webhooks", `failure_reason`.
const OUTCOMES: ReadonlyMap<string | undefined, Outcome> = new Map([
  ['answered', 'completed'],
  ['voicemail', 'voicemail'],
  ['busy', 'busy'],
  ['no_answer', 'no_answer'],
  ['no-answer', 'no_answer'],
  ['failed', 'failed'],
]);

export interface ElevenLabsEnd {
  /** `call_result` of a call, `failure_reason` of one that could not be made. */
  readonly result: string | undefined;
  readonly failed: boolean;
  /** Somebody or something answered: there is a start. */
  readonly connected: boolean;
}

/** How a conversation ended, in our words. */
export function outcomeOf({ result, failed, connected }: ElevenLabsEnd): Outcome {
  const known = OUTCOMES.get(result);
  if (failed) return known === undefined || known === 'completed' ? 'failed' : known;
  return known ?? (connected ? 'completed' : 'unknown');
}

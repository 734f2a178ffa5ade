import type { Outcome } from '../../core/conversation/conversation.ts';

// Source: retell-sdk 5.66, `disconnection_reason`. An open set: a reason that is not listed is judged by the connection.
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['voicemail_reached', 'voicemail'],
  ['dial_no_answer', 'no_answer'],
  ['user_declined', 'no_answer'],
  ['dial_busy', 'busy'],
  ['call_transfer', 'transferred'],
  ['transfer_bridged', 'transferred'],
  ['dial_failed', 'failed'],
  ['invalid_destination', 'failed'],
  ['telephony_provider_permission_denied', 'failed'],
  ['telephony_provider_unavailable', 'failed'],
  ['sip_routing_error', 'failed'],
  ['concurrency_limit_reached', 'failed'],
  ['no_concurrency_fallback', 'failed'],
  ['no_valid_payment', 'failed'],
  ['registered_call_timeout', 'failed'],
]);
/** Ends that are one before anybody answered, and an ordinary end afterwards. */
const BEFORE_ANSWER: ReadonlyMap<string, Outcome> = new Map([
  ['manual_stopped', 'canceled'],
  ['transfer_cancelled', 'canceled'],
  ['marked_as_spam', 'failed'],
  ['scam_detected', 'failed'],
]);

export interface RetellEnd {
  readonly reason: string | undefined;
  /** `call_status` or `chat_status`. */
  readonly status: string | undefined;
  readonly inVoicemail: boolean;
  /** Somebody or something answered: there is a start. */
  readonly connected: boolean;
}

/** How a call or chat ended, in our words. */
export function outcomeOf({ reason = '', status, inVoicemail, connected }: RetellEnd): Outcome {
  if (inVoicemail) return 'voicemail';
  const known = OUTCOMES.get(reason);
  if (known !== undefined) return known;
  if (reason.startsWith('error_') || status === 'error') return 'failed';
  if (connected) return 'completed';
  return BEFORE_ANSWER.get(reason) ?? (status === 'not_connected' ? 'failed' : 'unknown');
}

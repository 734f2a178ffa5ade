import type { Outcome } from '../../core/conversation/conversation.ts';
import { filled } from '../payload/filled.ts';
import type { BlandCall } from './wire.ts';

// Source: Bland, "Call details": `answered_by`, `status`, `queue_status`.
const OUTCOMES: ReadonlyMap<string | undefined, Outcome> = new Map([
  ['voicemail', 'voicemail'],
  ['no-answer', 'no_answer'],
  ['busy', 'busy'],
  ['canceled', 'canceled'],
  ['failed', 'failed'],
]);

/** Nothing comes after it: the call is over, or will never be one. */
export const isOver = ({ completed, queue_status }: BlandCall): boolean =>
  completed === true || queue_status === 'complete' || isError(queue_status) || (completed === undefined && queue_status === undefined);

const isError = (status: string | undefined): boolean => /(?:^|_)error$/.test(status ?? '');

/** How a call ended, in our words. */
export function outcomeOf(call: BlandCall): Outcome {
  const answered = OUTCOMES.get(call.answered_by?.toLowerCase());
  if (answered !== undefined) return answered;
  const transferred = call.transferred_to === undefined ? undefined : filled(String(call.transferred_to));
  if (transferred !== undefined) return 'transferred';
  const status = OUTCOMES.get(call.status?.toLowerCase());
  if (status !== undefined) return status;
  if (filled(call.error_message) !== undefined || isError(call.queue_status)) return 'failed';
  return isOver(call) ? 'completed' : 'unknown';
}

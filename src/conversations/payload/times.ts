import type { Conversation } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import type { Millis } from '../../core/values/value.ts';
import { webhookError } from '../incoming.ts';
import { instantOf } from './instant-of.ts';

/** What a platform says of the times of a conversation, as far as it says it. */
export interface GivenTimes {
  readonly start: Millis | undefined;
  readonly end: Millis | undefined;
  /** Milliseconds. A negative one counts as absent. */
  readonly duration: number | undefined;
  /** When the event came: the start of what has neither start nor end. */
  readonly now: Date | string | Millis | undefined;
}

export type Times = Pick<Conversation, 'startedAt' | 'startedAtEstimated' | 'endedAt' | 'durationSeconds'>;

/**
 * Start, end and seconds of a conversation. A call that never connected has no start: then its end counts, or else the
 * time of the event, and both are estimates.
 *
 * @throws CrmSyncError `start_unknown`, category `webhook`.
 */
export function timesOf({ start, end, duration: given, now }: GivenTimes): Times {
  const startedAt = instantOf(start);
  const endedAt = instantOf(end);
  const between = startedAt === undefined || endedAt === undefined ? undefined : end! - start!;
  const duration = given !== undefined && given >= 0 && Number.isFinite(given) ? given : between;
  const durationSeconds = duration === undefined || duration < 0 ? undefined : Math.round(duration) / 1000;
  const rest = { endedAt, durationSeconds };
  if (startedAt !== undefined) return present<Times>({ startedAt, ...rest });
  const estimate = endedAt === undefined ? eventTime(now) : (instantOf(end! - (duration ?? 0)) ?? endedAt);
  return present<Times>({ startedAt: estimate, startedAtEstimated: true, ...rest });
}

function eventTime(now: GivenTimes['now']): string {
  const at = instantOf(typeof now === 'number' ? now : now === undefined ? undefined : new Date(now).getTime());
  if (at !== undefined) return at;
  throw webhookError(
    'start_unknown',
    'The payload has neither a start nor an end.',
    'Give `now`, the time at which the event came: it becomes the start of a call that never connected.',
  );
}

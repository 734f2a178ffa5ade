import type { Conversation } from '../../core/conversation.ts';
import { instantText } from '../../core/dates.ts';
import { present } from '../../core/present.ts';
import type { Millis } from '../../core/value.ts';
import { webhookError } from '../incoming.ts';
import type { RetellSource } from './wire.ts';

/** Epoch milliseconds as ISO text; undefined for a time that is missing or impossible. */
export const instantOf = (at: Millis | undefined): string | undefined => (at === undefined ? undefined : (instantText(at) ?? undefined));

type Times = Pick<Conversation, 'startedAt' | 'startedAtEstimated' | 'endedAt' | 'durationSeconds'>;

/** A call that never connected has no start: then its end counts, or else the time of the event, and both are estimates. */
export function timesOf(source: RetellSource, now: Date | string | Millis | undefined): Times {
  const start = instantOf(source.start_timestamp);
  const end = instantOf(source.end_timestamp);
  const given = source.duration_ms;
  const between = start === undefined || end === undefined ? undefined : source.end_timestamp! - source.start_timestamp!;
  const duration = given !== undefined && given >= 0 ? given : between;
  const durationSeconds = duration === undefined || duration < 0 ? undefined : Math.round(duration) / 1000;
  const rest = { endedAt: end, durationSeconds };
  if (start !== undefined) return present<Times>({ startedAt: start, ...rest });
  const estimate = end === undefined ? eventTime(now) : (instantOf(source.end_timestamp! - (duration ?? 0)) ?? end);
  return present<Times>({ startedAt: estimate, startedAtEstimated: true, ...rest });
}

function eventTime(now: Date | string | Millis | undefined): string {
  const at = instantOf(typeof now === 'number' ? now : now === undefined ? undefined : new Date(now).getTime());
  if (at !== undefined) return at;
  throw webhookError(
    'start_unknown',
    'The payload has neither a start nor an end.',
    'Give `now`, the time at which the event came: it becomes the start of a call that never connected.',
  );
}

import type { Millis } from '../../core/values/value.ts';
import { OUT_OF_TIME } from '../step.ts';

/** Why a text waits, and until when. */
export interface MergeFailure {
  readonly code: string;
  readonly remedy: string;
  /** The store's clock: asked again then, and not as one more failed attempt. Absent: after the wait of such attempts. */
  readonly dueAt?: Millis;
  /** The wait that was asked for, at least. */
  readonly retryAfterMs?: number;
  /** Nobody has asked: its place in the queue stays as it is. */
  readonly isUntried?: true;
  /** Of the texts of these fields: the merger answers, and others may be merged. */
  readonly isOfFields?: true;
}

export const NO_MERGER: MergeFailure = {
  code: 'no_merger',
  remedy: 'Give the engine a `merger`; the incoming text is kept until then.',
};
export const UNKNOWN_FAILURE: MergeFailure = {
  code: 'merge_failed',
  remedy: 'The merger failed; the incoming text is kept and merged later.',
};
export const TIMED_OUT: MergeFailure = {
  code: 'merge_timeout',
  remedy: 'Nothing to do: the text is kept and merged later; if it lasts, raise `merging.timeLimitMs` or use a faster model.',
};
export const LOST_RACES: MergeFailure = {
  code: 'merge_lost_races',
  remedy: 'The contact is being edited; the merge is tried again later.',
};
export const UNDER_WAY: MergeFailure = {
  code: 'merge_under_way',
  remedy: 'Nothing to do: another process is asking the merger for this text.',
  isUntried: true,
};
export const WAITS: MergeFailure = {
  code: 'merge_waits',
  remedy: 'Nothing to do: a text of an earlier conversation could not be merged yet, and this one comes after it.',
};
/** Nobody has asked: the text is due as it was. */
export const NO_TIME: MergeFailure = { code: OUT_OF_TIME.reason, remedy: OUT_OF_TIME.remedy, isUntried: true };

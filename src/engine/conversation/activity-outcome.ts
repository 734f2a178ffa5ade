import type { RefusedAnswer } from '../../core/forms/activity-answers.ts';
import type { ActivityEntry } from './activity-entry.ts';

/** What became of one activity. */
export interface ActivityWritten {
  readonly status: 'done' | 'unchanged' | 'pending' | 'skipped';
  readonly record: { readonly object: string; readonly id: string } | null;
  readonly created: boolean;
  readonly reason: string | null;
  readonly remedy: string | null;
  /** Answers that were left out: the record they name is gone. */
  readonly refused: readonly RefusedAnswer[];
}

const NOTHING = { record: null, created: false, reason: null, remedy: null, refused: [] } as const;

export const TEXT_FULL = {
  reason: 'text_full',
  remedy: 'The CRM holds no longer text: let people read the rest in your own application (`activityText.link`).',
} as const;
export const EDITED_IN_CRM = { reason: 'edited_in_crm', remedy: 'Nothing to do: what was edited in the CRM is kept.' } as const;

export const created = (record: { readonly object: string; readonly id: string }): ActivityWritten => ({
  ...NOTHING,
  status: 'done',
  record,
  created: true,
});

export const updated = (record: { readonly object: string; readonly id: string }): ActivityWritten => ({
  ...NOTHING,
  status: 'done',
  record,
});

export const unchanged = ({ object, id }: ActivityEntry): ActivityWritten => ({
  ...NOTHING,
  status: 'unchanged',
  record: id === null ? null : { object, id },
});

export const pending = (reason: string, remedy: string): ActivityWritten => ({ ...NOTHING, status: 'pending', reason, remedy });
const skipped = (reason: string, remedy: string): ActivityWritten => ({ ...NOTHING, status: 'skipped', reason, remedy });

export const NOT_LOGGED = pending('not_logged_yet', 'The activity is not in the CRM yet: answer again once it is.');
export const ACTIVITY_GONE = skipped('activity_gone', 'The activity is no longer in the CRM; it is not logged again.');
export const RECORD_GONE = skipped('record_gone', 'The record it belongs to is no longer in the CRM.');

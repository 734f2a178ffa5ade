import type { Value } from '../core/values/value.ts';
import { type CrmSyncError, isCrmSyncError } from '../errors.ts';

export interface StepChange {
  readonly field: string;
  readonly before: Value;
  readonly after: Value;
  /** The analysis result it came from, and how it was applied. */
  readonly rule: string;
  readonly reason: string;
}

export interface StepRefusal {
  readonly field: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** How one step of handling a conversation ended. A failure of one step undoes no other. */
export interface Step {
  /**
   * `done`: it changed something. `unchanged`: it had been done before. `skipped`: there is nothing to do, and `reason` says
   * why. `pending`: `handleConversation()` and `applyAnalysis()` keep it, and `retryPending()` or the next `sync()` finishes
   * it; after `logActivity()`, which keeps nothing, call it again with the same conversation. `disabled`: switched off, or
   * nothing that the connector can do.
   */
  readonly status: 'done' | 'unchanged' | 'skipped' | 'pending' | 'disabled';
  readonly reason: string | null;
  readonly remedy: string | null;
  readonly contactId: string | null;
  readonly changes: readonly StepChange[];
  readonly refused: readonly StepRefusal[];
  /** The CRM record of the activity. */
  readonly record: { readonly object: string; readonly id: string } | null;
  /** HTTP requests to the CRM. */
  readonly apiCalls: number;
}

export interface ConversationResult {
  readonly contactId: string | null;
  readonly steps: { readonly analysis: Step; readonly push: Step; readonly activity: Step };
  /** Every step is settled: answer 200. False: something is `pending`, which is kept: answer 202. */
  readonly complete: boolean;
}

const EMPTY = { reason: null, remedy: null, contactId: null, changes: [], refused: [], record: null, apiCalls: 0 } as const;

/** What to do about the reason `no_link`. */
export const NO_RECORD_REMEDY = 'The contact has no record in this CRM: pull it, or make one with `push({ createMissing: true })`.';

/** What ends for lack of time is kept. */
export const OUT_OF_TIME = {
  reason: 'out_of_time',
  remedy: 'Nothing to do: the next `retryPending()` or `sync()` goes on with it.',
} as const;

export const step = (status: Step['status'], more: Partial<Step> = {}): Step => ({ ...EMPTY, status, ...more });

/** A step that could not be finished now: kept, with the error's own words. */
export function pendingStep(error: CrmSyncError, more: Partial<Step> = {}): Step {
  return step('pending', { reason: error.code, remedy: error.remedy, ...more });
}

/** The contacts table takes one contact as it would be, and no other. */
export const isRefusedRow = (error: unknown): boolean => isCrmSyncError(error) && error.code === 'store_refused';

/** An error of one step. Any other ends the whole call: the store is gone, or there is a bug. */
export const isStepFailure = (error: unknown): error is CrmSyncError =>
  isCrmSyncError(error) && (error.category !== 'store' || isRefusedRow(error));

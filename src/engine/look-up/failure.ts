import { CrmSyncError, isCrmSyncError } from '../../errors.ts';
import { isStepFailure } from '../step.ts';

/** The end of a look-up's time, and what else ends it. */
export interface Limits {
  /** Aborts with either of the two. */
  readonly signal: AbortSignal;
  /** Of the caller: nobody wants the answer any more. */
  readonly caller: AbortSignal | undefined;
}

/**
 * What went wrong at the CRM, as what a look-up tells of it.
 *
 * @throws what is no failure of the CRM: the caller's abort, a store that is gone, a bug.
 */
export function failureOf(error: unknown, { signal, caller }: Limits): CrmSyncError {
  caller?.throwIfAborted();
  if (signal.aborted && !(isCrmSyncError(error) && error.category === 'configuration'))
    return new CrmSyncError('The CRM took longer than the look-up may take.', {
      code: 'out_of_time',
      category: 'network',
      retryable: true,
      remedy: 'Give `timeLimitMs` more time, or look the number up again.',
    });
  if (isStepFailure(error)) return error;
  throw error;
}

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

/** The work, or the reason of the signal as soon as it aborts: nobody waits for a request that does not. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  work.catch(() => {}); // where it comes too late, nobody looks at it any more
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

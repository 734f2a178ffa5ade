import { type CrmSyncError, isCrmSyncError } from '../../../src/errors.ts';

/** The error of this package that a call ends with. */
export async function refusal(run: () => unknown): Promise<CrmSyncError> {
  try {
    await run();
  } catch (error) {
    if (isCrmSyncError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

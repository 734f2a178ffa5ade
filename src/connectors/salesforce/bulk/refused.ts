import { CrmSyncError } from '../../../errors.ts';

/** What stops every request, so that no other way would do better. */
const STOPS: ReadonlySet<string> = new Set(['authentication', 'rate_limit', 'network', 'server']);
/** Of these: what concerns jobs alone. */
const OF_JOBS: ReadonlySet<string> = new Set(['limit_exceeded', 'broken_answer']);

/** Null where Salesforce refuses to do it by a job, which has written nothing: the REST API does the same. */
export async function unlessRefused<T>(object: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrmSyncError)) throw error;
    if (STOPS.has(error.category) && !OF_JOBS.has(error.code)) throw error.locate({ object });
    return null;
  }
}

import { CrmSyncError, type ErrorCategory } from '../../errors.ts';

/** What the app may not read is null, and no failure. */
export const orNoPermission = <T>(work: () => Promise<T>): Promise<T | null> => unless(['permission'], work);

/** What HubSpot does not offer for an object is null, and no failure. */
export const orNothing = <T>(work: () => Promise<T>): Promise<T | null> =>
  unless(['validation', 'configuration', 'permission', 'not_found'], work);

async function unless<T>(categories: readonly ErrorCategory[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CrmSyncError && categories.includes(error.category)) return null;
    throw error;
  }
}

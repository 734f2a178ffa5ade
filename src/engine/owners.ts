import type { Owner } from '../ports/connector.ts';
import { requireCapability } from './capability.ts';
import type { Context } from './context.ts';
import { Session } from './session.ts';

/**
 * Users of the CRM who may own records and activities, as a settings page offers them for `owners`.
 *
 * @throws CrmSyncError `capability_missing`, category `configuration`, where the connector can't tell them.
 */
export async function owners(context: Context): Promise<readonly Owner[]> {
  requireCapability(context, 'owners', 'owners()');
  return (await context.connector.owners?.(new Session(context, { interactive: true }).call)) ?? [];
}

import { CrmSyncError } from '../errors.ts';
import type { Owner } from '../ports/connector.ts';
import type { Context } from './context.ts';
import { Session } from './session.ts';

/**
 * Users of the CRM who may own records and activities, as a settings page offers them for `owners`.
 *
 * @throws CrmSyncError `capability_missing`, category `configuration`, where the connector can't tell them.
 */
export async function owners(context: Context): Promise<readonly Owner[]> {
  const { connector } = context;
  if (connector.owners) return connector.owners(new Session(context).call);
  throw new CrmSyncError('The connector has no `owners`: it can not tell who may own records.', {
    code: 'capability_missing',
    category: 'configuration',
    remedy: 'Look up the ids of owners in the CRM, or use a connector that has `owners`.',
    at: { connection: context.connection },
  });
}

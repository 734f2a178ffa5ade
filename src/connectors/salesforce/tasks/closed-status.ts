import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { ObjectInfo } from '../describe.ts';
import { queryRows } from '../query/query.ts';

/**
 * The value of Task's status that means done. Orgs rename "Completed", so where that is not an option the org is asked
 * which of its statuses are closed. Null where it does not say: the task is then logged in the org's default status.
 */
export async function closedStatus(context: Context, task: ObjectInfo, call: Call): Promise<string | null> {
  const options = task.fields.get('Status')?.options?.map(({ value }) => value) ?? [];
  if (options.includes('Completed')) return 'Completed';
  if (options.length === 0) return null;
  try {
    const soql = 'SELECT ApiName, MasterLabel FROM TaskStatus WHERE IsClosed = TRUE ORDER BY SortOrder';
    const { rows } = await queryRows(context.client, { soql, deletedToo: false }, call);
    const closed = rows.flatMap((row) => [row['ApiName'], row['MasterLabel']]);
    return options.find((option) => closed.includes(option)) ?? null;
  } catch (error) {
    if (error instanceof CrmSyncError && ['configuration', 'permission', 'not_found'].includes(error.category)) return null;
    throw error;
  }
}

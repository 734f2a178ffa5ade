import type { Call, Fetched } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { withCompanies } from './companies.ts';
import { withMemberships } from './memberships.ts';
import type { Selection } from './selection.ts';

/** The records with what is asked for and is not a property of theirs: of their company, and of lists. */
export async function withRelated(
  context: Context,
  selection: Selection,
  records: readonly Fetched[],
  call: Call,
): Promise<readonly Fetched[]> {
  return withMemberships(context, selection, await withCompanies(context, selection, records, call), call);
}

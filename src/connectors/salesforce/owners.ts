import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import type { Call, Owner } from '../../ports/connector.ts';
import type { Context } from './context.ts';
import { brokenAnswer } from './errors.ts';
import { queryRows } from './query/query.ts';

const user = lazy(() => z.object({ Id: z.string(), Name: z.string().nullish(), Email: z.string().nullish(), IsActive: z.boolean() }));

/** People; users that Salesforce or an integration keeps for itself own nothing. */
const SOQL = "SELECT Id, Name, Email, IsActive FROM User WHERE UserType = 'Standard' ORDER BY Name";

/**
 * Users of the org, those who have left too: records may still be theirs, and they are given no new ones.
 *
 * Source: Salesforce Object Reference, User.
 */
export async function readOwners(context: Context, call: Call): Promise<readonly Owner[]> {
  const { rows } = await queryRows(context.client, { soql: SOQL, deletedToo: false }, call);
  return rows.map((row) => {
    const read = user().safeParse(row);
    if (!read.success) throw brokenAnswer('GET /query');
    const { Id: id, Name: name, Email: email, IsActive: active } = read.data;
    return { id, name: name ?? id, ...(email == null ? {} : { email }), active };
  });
}

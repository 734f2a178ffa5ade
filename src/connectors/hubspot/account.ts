import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Account, Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import { recordId } from './objects.ts';
import { ACCOUNT_DETAILS, objectsOf } from './paths.ts';

const details = lazy(() => z.object({ portalId: z.union([z.number(), z.string()]) }));
const records = lazy(() => z.object({ results: z.array(z.object({ url: z.string().nullish() })) }));

/** The portal of the token in use. Costs a request only where the token does not say, and then once. */
export function createAccount(client: Client): (call: Call) => Promise<Account> {
  let asked: Account | null = null;
  return async (call) => {
    const { account, userId } = await client.token(call);
    if (account !== undefined) return { id: account, ...(userId === undefined ? {} : { userId }) };
    asked ??= { id: await askPortal(client, call) };
    return asked;
  };
}

/** Who may not read the account's details still sees the portal's id in the URL of any record. */
async function askPortal(client: Client, call: Call): Promise<string> {
  try {
    const { body } = await client.read(ACCOUNT_DETAILS, {}, call);
    const portal = recordId(details().safeParse(body).data?.portalId);
    if (portal !== null) return portal;
  } catch (error) {
    if (!(error instanceof CrmSyncError) || !['permission', 'not_found'].includes(error.category)) throw error;
    const { body } = await client.read(objectsOf('contacts'), { query: { limit: '1' } }, call);
    const url = records().safeParse(body).data?.results[0]?.url;
    const portal = recordId(/\/contacts\/(\d+)\//.exec(url ?? '')?.[1]);
    if (portal === null) throw error;
    return portal;
  }
  throw brokenAnswer(`GET ${ACCOUNT_DETAILS.operation}`);
}

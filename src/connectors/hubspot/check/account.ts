import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Finding } from '../../../core/checks/finding.ts';
import { fine } from '../../../core/checks/findings.ts';
import { oneLine } from '../../../core/values/clean-text.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Answer, Client } from '../client.ts';
import type { Context } from '../context.ts';
import { recordId } from '../objects.ts';
import { ACCOUNT_DETAILS, ownerOf } from '../paths.ts';

const text = lazy(() => z.string().nullish().catch(null));
const accountDetails = lazy(() => z.object({ portalId: z.union([z.number(), z.string()]).nullish().catch(null), accountType: text() }));
const ownerDetails = lazy(() => z.object({ email: text(), firstName: text(), lastName: text() }));

/** Tokens of service keys and private apps. Source: HubSpot developer docs, "Service keys". */
const ACCOUNT_TOKEN = /^pat-/;

/** Whose account it is, and whether the token hangs on one of its users. The name is an employee's own, no contact's. */
export async function checkAccount(context: Context, call: Call): Promise<readonly Finding[]> {
  const { accessToken, userId } = await context.client.token(call);
  const account = await accountName(context, call);
  if (ACCOUNT_TOKEN.test(accessToken))
    return [
      fine('connected_as', `HubSpot answers for account ${account}.`),
      fine('integration_user', "The token is the account's own: of a service key, or of a private app."),
    ];
  const user = await userName(context.client, userId, call);
  const installed = user === null ? '' : `; the app was installed by ${user}`;
  return [fine('connected_as', `HubSpot answers for account ${account}${installed}.`), maybePerson];
}

const maybePerson: Finding = {
  level: 'advice',
  code: 'personal_user',
  message: 'The token belongs to the user who installed the app: it loses what that user may no longer do.',
  remedy: 'Let a user made for the integration install the app; for a single account use a service key instead.',
  who: 'crm_admin',
  at: {},
};

/** Not every token may read the account's details; what else is known of the account does then. */
async function accountName(context: Context, call: Call): Promise<string> {
  const details = accountDetails().safeParse(await bodyIfAllowed(() => context.client.read(ACCOUNT_DETAILS, {}, call))).data;
  const portal = recordId(details?.portalId) ?? (await context.account(call)).id;
  return details?.accountType ? `${portal} (${oneLine(details.accountType)})` : portal;
}

/** Null where the token does not say who it is of; the bare id where the app may not read the names of users. */
async function userName(client: Client, userId: string | undefined, call: Call): Promise<string | null> {
  const id = recordId(userId);
  if (id === null) return null;
  const body = await bodyIfAllowed(() => client.read(ownerOf(id), { query: { idProperty: 'userId' } }, call));
  const { email, firstName, lastName } = ownerDetails().safeParse(body).data ?? {};
  const name = oneLine([firstName, lastName].filter(Boolean).join(' '));
  if (!email) return name === '' ? `user ${id}` : name;
  return name === '' ? oneLine(email) : `${name} (${oneLine(email)})`;
}

/** Undefined where HubSpot does not show it to this token. */
async function bodyIfAllowed(read: () => Promise<Answer>): Promise<unknown> {
  try {
    return (await read()).body;
  } catch (error) {
    if (error instanceof CrmSyncError && ['permission', 'not_found', 'validation'].includes(error.category)) return undefined;
    throw error;
  }
}

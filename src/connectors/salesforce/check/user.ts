import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Finding } from '../../../core/checks/finding.ts';
import { fine } from '../../../core/checks/findings.ts';
import { oneLine } from '../../../core/values/clean-text.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import { USER_INFO } from '../account.ts';
import type { Client } from '../client.ts';

const text = lazy(() => z.string().nullish().catch(null));
const userInfo = lazy(() =>
  z.object({
    preferred_username: text(),
    name: text(),
    /** Of the license that Salesforce gives for software. */
    is_salesforce_integration_user: z.boolean().nullish().catch(null),
  }),
);

/** Who is behind the token, and whether that is a user made for software. The name is an employee's own, no contact's. */
export async function checkUser(client: Client, { isSignedIn }: { readonly isSignedIn: boolean }, call: Call): Promise<readonly Finding[]> {
  try {
    const { body } = await client.read({ path: USER_INFO, fromRoot: true, operation: USER_INFO }, call);
    return userFindings(body);
  } catch (error) {
    if (!(error instanceof CrmSyncError) || error.code !== 'forbidden') throw error;
    return isSignedIn ? [notTold] : [];
  }
}

const notTold: Finding = {
  level: 'advice',
  code: 'user_not_told',
  message: 'The token may not say which user it belongs to.',
  remedy: 'Add the scope `openid` (or `id`) to the app, and connect the account again; syncing works without it.',
  who: 'developer',
  at: {},
};

/** Reads the answer of the user info endpoint. */
export function userFindings(body: unknown): readonly Finding[] {
  const { preferred_username, name, is_salesforce_integration_user } = userInfo().safeParse(body).data ?? {};
  if (!preferred_username) return [notTold];
  const who = name ? `${oneLine(preferred_username)} (${oneLine(name)})` : oneLine(preferred_username);
  return [
    fine('connected_as', `Salesforce answers; the connected user is ${who}.`),
    is_salesforce_integration_user === true
      ? fine('integration_user', 'The connected user is an integration user, and nobody in person.')
      : maybePerson,
  ];
}

const maybePerson: Finding = {
  level: 'advice',
  code: 'personal_user',
  message: 'The connected user has no integration license: if it is a person, the sync ends when their role changes or they leave.',
  remedy: 'Make a user of its own with the license "Salesforce Integration", and connect as it, or name it as the Run-As user of the app.',
  who: 'crm_admin',
  at: {},
};

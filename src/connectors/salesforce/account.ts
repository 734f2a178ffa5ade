import type { Account, Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import { toId18 } from './record-id.ts';

export const USER_INFO = '/services/oauth2/userinfo';

/** Org and user of the token in use. Costs a request only where the token answer did not say, and then once. */
export function createAccount(client: Client): (call: Call) => Promise<Account> {
  let asked: Account | null = null;
  return async (call) => {
    const { account, userId } = await client.token(call);
    const told = accountOf(account, userId);
    if (told) return told;
    asked ??= await askAccount(client, call);
    return asked;
  };
}

async function askAccount(client: Client, call: Call): Promise<Account> {
  const { body } = await client.read({ path: USER_INFO, fromRoot: true, operation: USER_INFO }, call);
  const { organization_id, user_id } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const answered = accountOf(organization_id, user_id);
  if (answered) return answered;
  throw brokenAnswer(`GET ${USER_INFO}`);
}

function accountOf(organization: unknown, user: unknown): Account | null {
  const id = toId18(organization);
  const userId = toId18(user);
  return id === null ? null : { id, ...(userId === null ? {} : { userId }) };
}

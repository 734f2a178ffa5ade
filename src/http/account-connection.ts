import { CrmSyncError } from '../errors.ts';
import type { Capabilities, CompleteConnector } from '../ports/connector.ts';

/** What one connection to a CRM account may spend. */
export interface CallBudget {
  /** API calls that this connection may make in 24 hours. Default: whatever the CRM allows. */
  readonly apiCallsPerDay?: number;
  /** How many of them are kept for calls that a person waits for. Default a tenth. */
  readonly reserve?: number;
}

interface AccountConnection extends CallBudget {
  readonly vendor: string;
  /** In the CRM's own form. */
  readonly account: string;
}

/**
 * A connector that is known to be of one account.
 *
 * @throws CrmSyncError code `invalid_option`; its `account` throws `other_account`.
 */
export function ofAccount(connector: CompleteConnector, { vendor, account, ...budget }: AccountConnection): CompleteConnector {
  return {
    ...connector,
    capabilities: { ...connector.capabilities, ...budgetOf(budget) },
    async account(call) {
      const told = await connector.account(call);
      if (told.id !== account) throw otherAccount(vendor);
      return told;
    },
  };
}

function budgetOf({ apiCallsPerDay: callsPerDay, reserve }: CallBudget): Pick<Capabilities, 'budget'> {
  const refuse = (option: string, remedy: string): never => {
    throw new CrmSyncError(`\`${option}\` can't be used.`, { code: 'invalid_option', category: 'configuration', remedy });
  };
  if (callsPerDay === undefined)
    return reserve === undefined ? {} : refuse('reserve', 'Give `apiCallsPerDay` as well: it is a part of them.');
  if (!(Number.isInteger(callsPerDay) && callsPerDay >= 1)) refuse('apiCallsPerDay', 'Give a whole number of calls, 1 or more.');
  const kept = reserve ?? Math.ceil(callsPerDay / 10);
  if (!(Number.isInteger(kept) && kept >= 0 && kept <= callsPerDay))
    refuse('reserve', 'Give a whole number of calls, from 0 to `apiCallsPerDay`.');
  return { budget: { callsPerDay, reserve: kept } };
}

export const otherAccount = (vendor: string): CrmSyncError =>
  new CrmSyncError(`The tokens are of another ${vendor} account than this connection.`, {
    code: 'other_account',
    category: 'authentication',
    remedy: `Connect the ${vendor} account again and sign in to the account that this connection is for, or make a new connection for the other one.`,
  });

import { CrmSyncError } from '../errors.ts';
import type { CompleteConnector } from '../ports/connector.ts';

const none = (): never => {
  throw new CrmSyncError('This engine has no CRM.', {
    code: 'no_connector',
    category: 'configuration',
    remedy: 'Give the engine a `connector`; without one it only applies analyses to contacts.',
  });
};

/** Stands in where a host has no CRM: contacts and analyses work, whatever needs a CRM says so. Able to do all, so that nothing else is said. */
export const noConnector: CompleteConnector = {
  specVersion: 1,
  provider: 'none',
  capabilities: {
    writeBatchMax: 100,
    fetchBatchMax: 100,
    settleMs: 0,
    requestTimeoutMs: 0,
    activity: { subjectMax: 255, bodyMax: 32_000 },
    matchFields: {},
    parents: true,
    creates: true,
    findsBy: ['$phone', '$email'],
  },
  account: none,
  describe: none,
  read: none,
  fetch: none,
  find: none,
  write: none,
  activityRecord: none,
};

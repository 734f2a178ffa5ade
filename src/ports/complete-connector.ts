import type { CompleteConnector, CrmConnector } from './connector.ts';

/** The methods that a connector may lack and flows call. */
export type OptionalMethod = 'find' | 'write' | 'activityRecord';

/**
 * The connector with every method, so that whoever calls it need not ask what is there.
 *
 * @param lacks - What a call of a method that is not there fails with.
 */
export function completeConnector(connector: CrmConnector, lacks: (method: OptionalMethod) => Error): CompleteConnector {
  const missing = (method: OptionalMethod) => (): Promise<never> => Promise.reject(lacks(method));
  const { specVersion, provider, capabilities, check, owners, writeBulk, fieldTimes, related, members } = connector;
  return {
    specVersion,
    provider,
    capabilities: { ...NOTHING, ...capabilities },
    account: (call) => connector.account(call),
    describe: (object, call) => connector.describe(object, call),
    read: (query, call) => connector.read(query, call),
    fetch: (query, call) => connector.fetch(query, call),
    find: connector.find?.bind(connector) ?? missing('find'),
    write: connector.write?.bind(connector) ?? missing('write'),
    activityRecord: connector.activityRecord?.bind(connector) ?? missing('activityRecord'),
    ...(writeBulk !== undefined && { writeBulk: writeBulk.bind(connector) }),
    ...(fieldTimes !== undefined && { fieldTimes: fieldTimes.bind(connector) }),
    ...(related !== undefined && { related: related.bind(connector) }),
    ...(members !== undefined && { members: members.bind(connector) }),
    ...(owners !== undefined && { owners: owners.bind(connector) }),
    ...(check !== undefined && { check: check.bind(connector) }),
  };
}

/** Of one that writes nothing: nothing takes any time. */
const NOTHING = { matchFields: {}, writeBatchMax: 1, requestTimeoutMs: 0, settleMs: 0, activity: { subjectMax: 1, bodyMax: 1 } };

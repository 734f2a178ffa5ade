import type { ConnectorCalls } from './connector.ts';

type Calls = Required<Omit<ConnectorCalls, 'fieldTimes' | 'writeBulk'>>;

/** The calls of a connector whose code is loaded with the first of them. */
export function lateCalls(load: () => Promise<Calls>): Calls {
  return {
    account: async (call) => (await load()).account(call),
    describe: async (object, call) => (await load()).describe(object, call),
    async *read(query, call) {
      yield* (await load()).read(query, call);
    },
    fetch: async (query, call) => (await load()).fetch(query, call),
    find: async (query, call) => (await load()).find(query, call),
    write: async (batch, call) => (await load()).write(batch, call),
    activityRecord: async (activity, call) => (await load()).activityRecord(activity, call),
    owners: async (call) => (await load()).owners(call),
    members: async (query, call) => (await load()).members(query, call),
    async *related(query, call) {
      yield* (await load()).related(query, call);
    },
    check: async (query, call) => (await load()).check(query, call),
  };
}

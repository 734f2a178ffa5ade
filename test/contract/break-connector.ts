import type { Json, Value } from '../../src/core/values/value.ts';
import { CrmSyncError } from '../../src/errors.ts';
import type {
  ActivityRecord,
  Call,
  CompleteConnector,
  Fetched,
  FindQuery,
  FoundRecords,
  Page,
  ReadQuery,
  Write,
  Wrote,
} from '../../src/ports/connector.ts';
import type { Members, MembersQuery } from '../../src/ports/members.ts';
import type { Related, RelatedQuery } from '../../src/ports/related.ts';
import type { ConnectorUnderTest, CrmRecord, CrmUnderTest } from '../../src/testing/contracts/connector.ts';

/** Breaks a good connector. */
export type Fault = (subject: ConnectorUnderTest) => ConnectorUnderTest;

type Values = Readonly<Record<string, Value>>;
type Found = FoundRecords['found'][number];

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Replaces some methods of every connector. */
export const replacing =
  (methods: (connector: CompleteConnector, crm: CrmUnderTest) => Partial<CompleteConnector>): Fault =>
  ({ crm, connect }) => ({
    crm,
    connect() {
      const connector = connect() as CompleteConnector; // as those are that the suite is tried on
      return { ...connector, ...methods(connector, crm) };
    },
  });

export const pagesOf = (change: (page: Page, query: ReadQuery, crm: CrmUnderTest, call: Call) => Page | null) =>
  replacing((connector, crm) => ({
    async *read(query, call) {
      for await (const page of connector.read(query, call)) {
        const changed = change(page, query, crm, call);
        if (changed !== null) yield changed;
      }
    },
  }));
export const recordsOf = (change: (records: readonly Fetched[], query: ReadQuery) => readonly Fetched[]) =>
  pagesOf((page, query) => ({ ...page, records: change(page.records, query) }));
export const queryOf = (change: (query: ReadQuery) => ReadQuery) =>
  replacing((connector) => ({ read: (query, call) => connector.read(change(query), call) }));
export const fetched = (change: (records: readonly Fetched[], ids: readonly string[]) => readonly Fetched[]) =>
  replacing((connector) => ({ fetch: async (query, call) => change(await connector.fetch(query, call), query.ids) }));
export const foundBy = (change: (answer: FoundRecords, query: FindQuery, crm: CrmUnderTest) => FoundRecords | Promise<FoundRecords>) =>
  replacing((connector, crm) => ({ find: async (query, call) => change(await connector.find(query, call), query, crm) }));
/** Finds what a comparison with the record as it is lets through. */
export const compared = (matches: (record: CrmRecord, value: string, query: FindQuery, crm: CrmUnderTest) => boolean) =>
  foundBy(async (answer, query, crm) => {
    const all = await crm.records(query.object);
    const found = query.values.flatMap((value) =>
      all.filter((record) => matches(record, value, query, crm)).map((record): Found => ({ value, record: asFound(record) })),
    );
    return { ...answer, found };
  });
const asFound = ({ id }: CrmRecord): Fetched => ({ id, state: 'present', modifiedAt: '2026-01-01T00:00:00.000Z', values: {} });

const everywhere = (change: (values: Values, fields: readonly string[]) => Values) => {
  const one = (record: Fetched, fields: readonly string[]): Fetched =>
    record.state === 'present' ? { ...record, values: change(record.values, fields) } : record;
  return replacing((connector) => ({
    async *read(query, call) {
      for await (const page of connector.read(query, call))
        yield { ...page, records: page.records.map((record) => one(record, query.fields)) };
    },
    fetch: async (query, call) => (await connector.fetch(query, call)).map((record) => one(record, query.fields)),
    async find(query, call) {
      const { found, completeUntil } = await connector.find(query, call);
      return { completeUntil, found: found.map(({ value, record }) => ({ value, record: one(record, query.fields) })) };
    },
  }));
};
export const mapValues = (change: (value: Value, name: string) => Value | undefined) =>
  everywhere((values) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const changed = change(value, name);
        return changed === undefined ? [] : [[name, changed]];
      }),
    ),
  );
/** Takes what is absent for blank. */
export const absentIsBlank = everywhere((values, fields) => ({ ...Object.fromEntries(fields.map((name) => [name, null])), ...values }));

export const writing = (change: (write: Write, crm: CrmUnderTest) => Write) =>
  replacing((connector, crm) => ({
    write: (batch, call) =>
      connector.write(
        batch.map((write) => change(write, crm)),
        call,
      ),
  }));
export const wrote = (change: (outcome: Wrote, write: Write) => Wrote) =>
  replacing((connector) => ({
    write: async (batch, call) => (await connector.write(batch, call)).map((outcome, index) => change(outcome, batch[index]!)),
  }));
/** Changes updates of ties before they are sent. */
export const retying = (change: (write: Write) => Write) =>
  replacing((connector) => ({
    write: (batch, call) =>
      connector.write(
        batch.map((write) => (write.id !== null && (write.associations ?? write.untie) !== undefined ? change(write) : write)),
        call,
      ),
  }));
export const instead = (from: Wrote['outcome'], to: Wrote) => wrote((outcome) => (outcome.outcome === from ? to : outcome));
export const refused = (code: string): Wrote => ({ outcome: 'refused', code, remedy: 'x', retryable: false });
export const UNKNOWN: Wrote = { outcome: 'unknown', code: 'x', remedy: 'x' };
export const DONE: Wrote = { outcome: 'done', id: 'x', created: true, values: {} };

export const withoutKey = ({ uniqueKey: _, ...write }: Write): Write => write;
export const logging = (change: (form: ActivityRecord, body: string) => ActivityRecord) =>
  replacing((connector) => ({
    activityRecord: async (activity, call) => change(await connector.activityRecord(activity, call), activity.body),
  }));

/** Changes what is asked about, and each answer: null leaves it out. */
export const relating = (
  change: (answer: Related, query: RelatedQuery) => Related | null,
  asking: (query: RelatedQuery) => RelatedQuery = (query) => query,
) =>
  replacing(({ related }) => ({
    async *related(query, call) {
      for await (const answer of related!(asking(query), call)) {
        const changed = change(answer, query);
        if (changed !== null) yield changed;
      }
    },
  }));

/** Changes what is asked for, and the answer. */
export const membering = (change: (answer: Members) => Members, asking: (query: MembersQuery) => MembersQuery = (query) => query) =>
  replacing(({ members }) => ({
    async members(query, call) {
      const answer = await members!(asking(query), call);
      return answer === null ? null : change(answer);
    },
  }));

const patient = (call: Call): Call => ({ ...call, signal: new AbortController().signal });
export const ignoringAborts = replacing((connector) => ({
  describe: (object, call) => connector.describe(object, patient(call)),
  read: (query, call) => connector.read(query, patient(call)),
  fetch: (query, call) => connector.fetch(query, patient(call)),
  find: (query, call) => connector.find(query, patient(call)),
  write: (batch, call) => connector.write(batch, patient(call)),
  ...(connector.members !== undefined && { members: (query, call) => connector.members!(query, patient(call)) }),
  ...(connector.related !== undefined && { related: (query, call) => connector.related!(query, patient(call)) }),
}));

export const failing = (category: 'network' | 'permission', retryable: boolean) => {
  const anew = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch {
      throw new CrmSyncError('x', { code: 'x', category, retryable, remedy: 'x' });
    }
  };
  return replacing((connector) => ({
    fetch: (query, call) => anew(connector.fetch(query, call)),
    write: (batch, call) => anew(connector.write(batch, call)),
    async *read(query, call) {
      const pages = connector.read(query, call)[Symbol.asyncIterator]();
      for (let next = await anew(pages.next()); next.done !== true; next = await anew(pages.next())) yield next.value;
    },
  }));
};

export const told = (change: (request: Parameters<NonNullable<Call['onRequest']>>[0], call: Call) => void) => {
  const listening = (call: Call): Call => ({ ...call, onRequest: (request) => change(request, call) });
  return replacing((connector) => ({
    describe: (object, call) => connector.describe(object, listening(call)),
    read: (query, call) => connector.read(query, listening(call)),
    fetch: (query, call) => connector.fetch(query, listening(call)),
    find: (query, call) => connector.find(query, listening(call)),
    write: (batch, call) => connector.write(batch, listening(call)),
  }));
};

type Position = Readonly<Record<string, string | null>>;
export const at = (json: Json | null | undefined): Position => json as unknown as Position;
export const later = (text: string, ms: number): string => new Date(Date.parse(text) + ms).toISOString();
/** Takes the end of a read for its start. */
export const endIsStart = pagesOf((page, _, crm) =>
  page.last ? { ...page, checkpoint: { ...at(page.checkpoint), since: new Date(crm.now()).toISOString() } } : page,
);

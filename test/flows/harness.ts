import type { BoundStore, Changeset, CompleteConnector, ContactStore, Entry, Page, Row } from 'crm-sync-engine';
import { readChanges, type StoredHistory } from '../../src/core/runs/stored-history.ts';

/** Does something before or after a call, or instead of it. */
export type Around = <T>(name: string, call: () => Promise<T>) => Promise<T>;

/** The store with something around each of its calls: `commit`, `load`, … */
export const storeAround = (store: ContactStore, around: Around): ContactStore => ({
  specVersion: 1,
  bind: (scope) => boundAround(store.bind(scope), around),
});

const boundAround = (inner: BoundStore, around: Around): BoundStore => ({
  load: (query) => around('load', () => inner.load(query)),
  scan: (query) => around('scan', () => inner.scan(query)),
  entries: (query) => around('entries', () => inner.entries(query)),
  commit: (changes) => around('commit', () => inner.commit(changes)),
  lease: (request) => around('lease', () => inner.lease(request)),
  release: (name, token) => around('release', () => inner.release(name, token)),
});

/** The store with something before each of its commits. */
export const beforeCommits = (store: ContactStore, before: (changes: Changeset) => Promise<void>): ContactStore => ({
  specVersion: 1,
  bind(scope) {
    const inner = store.bind(scope);
    const commit: BoundStore['commit'] = async (changes) => {
      await before(changes);
      return inner.commit(changes);
    };
    return { ...boundAround(inner, (_, call) => call()), commit };
  },
});

/** The connector with something around each of its calls; each page of a read is one. */
export const connectorAround = (inner: CompleteConnector, around: Around): CompleteConnector => ({
  ...inner,
  account: (call) => around('account', () => inner.account(call)),
  describe: (object, call) => around('describe', () => inner.describe(object, call)),
  async *read(query, call): AsyncGenerator<Page> {
    const pages = inner.read(query, call)[Symbol.asyncIterator]();
    for (;;) {
      const { value, done } = await around('read', () => pages.next());
      if (done === true) return;
      yield value;
    }
  },
  fetch: (query, call) => around('fetch', () => inner.fetch(query, call)),
  find: (query, call) => around('find', () => inner.find(query, call)),
  write: (batch, call) => around('write', () => inner.write(batch, call)),
  activityRecord: (activity, call) => around('activityRecord', () => inner.activityRecord(activity, call)),
});

/** Every kind of entry, by its scope. */
export const KINDS = {
  workspace: [
    'connection',
    'claim',
    'former_number',
    'history',
    'applied',
    'given',
    'merge',
    'flips',
    'erasure',
    'suppression',
    'removed_with_record',
    'awaited',
    'released',
    'spelling',
    'company_claim',
    'company_awaited',
  ],
  connection: [
    ...['checkpoint', 'conflict', 'budget', 'sweep', 'brake', 'run', 'latest', 'waiting', 'recheck', 'untied', 'company_waiting'],
    ...['conversation', 'create', 'made', 'activity', 'shared_activity', 'question', 'segments', 'membership', 'segment_event', 'lease'],
    ...['untied', 'members'],
  ],
} as const;

export async function entriesOf(bound: BoundStore, scope: Entry['scope'], kind: string): Promise<readonly Entry[]> {
  return bound.entries({ scope, kind, limit: 100_000 });
}

async function rowsOf(bound: BoundStore, objects: readonly string[]): Promise<readonly Row[]> {
  const query = { entity: 'contact', plan: '', now: 0, after: null, limit: 100_000 } as const;
  const rows = new Map((await bound.scan({ ...query, object: 'Contact', want: 'all' })).map((row) => [row.id, row]));
  for (const object of objects) for (const row of await bound.scan({ ...query, object, want: 'linked' })) rows.set(row.id, row);
  return [...rows.values()];
}

/** All that is in the store, as it is: for what must not change at all. */
export async function dumpOf(store: ContactStore, scope = { workspace: 'acme', connection: 'acme-salesforce' }) {
  const bound = store.bind(scope);
  const entries: Record<string, readonly Entry[]> = {};
  for (const [scopeName, kinds] of Object.entries(KINDS))
    for (const kind of kinds) entries[kind] = await entriesOf(bound, scopeName as Entry['scope'], kind);
  return { rows: await rowsOf(bound, ['Contact', 'Lead']), entries };
}

/** All that a host can see, without ids, versions and times that each deployment makes for itself. */
export async function contentsOf(store: ContactStore, scope = { workspace: 'acme', connection: 'acme-salesforce' }) {
  const { rows, entries } = await dumpOf(store, scope);
  const companies = await store
    .bind(scope)
    .scan({ entity: 'company', object: '', want: 'all', plan: '', now: 0, after: null, limit: 100_000 });
  const nameOf = (contactId: string | null): string => {
    const { phone_number: phone, name } = [...rows, ...companies].find(({ id }) => id === contactId)?.fields ?? {};
    return String(phone ?? name ?? '');
  };
  const sorted = <T>(values: readonly T[]): readonly T[] => [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const history = (entries['history'] ?? []).flatMap(({ body, contactId }) => {
    const { source, changes } = body as unknown as StoredHistory;
    return readChanges(changes)
      .filter(({ reason }) => reason !== 'pushed')
      .map((change) => ({ contact: nameOf(contactId), flow: source.flow, ...change }));
  });
  const seenOf = ({ fields, version, links }: Row) => ({
    fields,
    links: sorted(
      links.map(({ object, recordId, state, body, seen }) => ({
        object,
        recordId,
        state,
        base: body.base,
        sent: body.sent.length,
        held: Object.keys(body.held),
        pending: seen !== version,
      })),
    ),
  });
  return {
    contacts: sorted(rows.map(seenOf)),
    companies: sorted(companies.map(seenOf)),
    history: sorted(history),
    checkpoints: (entries['checkpoint'] ?? []).map(({ key, body }) => ({ key, reading: (body as { reading: string }).reading })),
    claims: [...(entries['claim'] ?? []), ...(entries['company_claim'] ?? [])].map(({ key, contactId }) => ({
      key,
      contact: nameOf(contactId),
    })),
    activities: (entries['activity'] ?? []).map(({ key, body }) => ({ key, open: (body as { intent: unknown }).intent !== null })),
    queues: Object.fromEntries(
      ['waiting', 'company_waiting', 'untied', 'recheck', 'conversation', 'merge'].map((kind) => [
        kind,
        (entries[kind] ?? []).map(({ key }) => key),
      ]),
    ),
    applied: (entries['applied'] ?? []).map(({ key }) => key),
  };
}

/** The process that made these calls died: it makes no further one. */
export class Died extends Error {}

/**
 * A process that dies at its `at`-th call: `before` it reaches the other side, or `after` it took effect there. From then
 * on every call fails, so that nothing a dying process does in `finally` counts.
 */
export function dying(at: number, moment: 'before' | 'after') {
  let calls = 0;
  let dead = false;
  const around: Around = async (_, call) => {
    if (dead) throw new Died();
    calls += 1;
    if (calls !== at) return call();
    dead = true;
    if (moment === 'after') await call();
    throw new Died();
  };
  return { around, isDead: () => dead };
}

export function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Runs workers that take turns at every call, in an order that the seed decides: one call is made when all of them wait to
 * make theirs. The effect of a call and its answer are turns of their own.
 */
export function takingTurns(seed: number) {
  const random = mulberry(seed);
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => waiting.push(resolve));
  const around: Around = async (_, call) => {
    await turn();
    const answer = await call();
    await turn();
    return answer;
  };
  async function run<T>(...works: readonly (() => Promise<T>)[]): Promise<readonly PromiseSettledResult<T>[]> {
    let busy = works.length;
    const results = works.map((work) =>
      work().finally(() => {
        busy -= 1;
      }),
    );
    const all = Promise.allSettled(results);
    while (busy > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (waiting.length < busy) continue; // one is still at work
      const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
      next?.();
    }
    return all;
  }
  return { around, run };
}

/** A store that gives every lease to everybody: correctness must not hang on leases (R9). */
export const withoutLeases = (store: ContactStore): ContactStore => ({
  specVersion: 1,
  bind(scope) {
    const inner = store.bind(scope);
    return {
      ...inner,
      load: (query) => inner.load(query),
      scan: (query) => inner.scan(query),
      entries: (query) => inner.entries(query),
      commit: ({ rows, entries }) => inner.commit({ rows, entries: entries.filter(({ kind }) => kind !== 'lease') }),
      lease: async ({ name }) => ({
        ...(await inner.lease({ name: `probe-${name}`, ttlMs: 0, holder: 'probe' })),
        held: true,
        token: 'free',
      }),
      release: async () => undefined,
    };
  },
});

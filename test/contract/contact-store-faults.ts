import { isLive } from '../../src/core/link/link.ts';
import { matchesFilter } from '../../src/core/mapping/filter.ts';
import type { Fields } from '../../src/core/values/value.ts';
import {
  type BoundStore,
  type Changeset,
  type ContactStore,
  type EntryChange,
  LEASE_KIND,
  type LinkChange,
  type ListQuery,
  type LoadQuery,
  type Row,
  type RowChange,
  type ScanQuery,
} from '../../src/ports/store.ts';
import { HERE } from '../../src/testing/contracts/contact-store/kit.ts';

interface Surroundings {
  readonly store: ContactStore;
  readonly scope: { readonly workspace: string; readonly connection: string };
  readonly now: () => number;
}
/** Breaks a good store. */
export type Fault = (store: ContactStore, now: () => number) => ContactStore;

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));
const MOVED = { status: 'moved' } as const;

/** Replaces some methods of every bound store. */
const replacing =
  (methods: (bound: BoundStore, around: Surroundings) => Partial<BoundStore>): Fault =>
  (store, now) => ({
    specVersion: 1,
    bind(scope) {
      const bound = store.bind(scope);
      return { ...bound, ...methods(bound, { store, scope, now }) };
    },
  });
const bindingTo =
  (rename: (scope: Surroundings['scope']) => Surroundings['scope']): Fault =>
  (store) => ({
    specVersion: 1,
    bind: (scope) => store.bind(rename(scope)),
  });

const loaded = (change: (rows: readonly Row[], query: LoadQuery, bound: BoundStore) => readonly Row[] | Promise<readonly Row[]>) =>
  replacing((bound) => ({ load: async (query) => change(await bound.load(query), query, bound) }));
const scanned = (change: (rows: readonly Row[], query: ScanQuery, bound: BoundStore) => readonly Row[] | Promise<readonly Row[]>) =>
  replacing((bound) => ({ scan: async (query) => change(await bound.scan(query), query, bound) }));
/** Lists everybody, less what the fault leaves. */
const listing = (change: (rows: readonly Row[], query: ListQuery) => readonly Row[]) =>
  replacing((bound) => ({
    list: async (query) =>
      change(await bound.scan({ entity: query.entity, object: '', want: 'all', plan: '', now: 0, after: null, limit: 99 }), query),
  }));
const committing = (change: (changes: Changeset, bound: BoundStore, around: Surroundings) => Changeset | Promise<Changeset>) =>
  replacing((bound, around) => ({ commit: async (changes) => bound.commit(await change(changes, bound, around)) }));

const mapRows = (change: (row: RowChange, bound: BoundStore) => RowChange | Promise<RowChange>) =>
  committing(async ({ rows, entries }, bound) => ({ rows: await Promise.all(rows.map(async (row) => change(row, bound))), entries }));
const mapEntries = (change: (entry: EntryChange, bound: BoundStore) => EntryChange | Promise<EntryChange>) =>
  committing(async ({ rows, entries }, bound) => ({
    rows,
    entries: await Promise.all(entries.map(async (entry) => change(entry, bound))),
  }));
const mapLinks = (change: (link: LinkChange, row: RowChange, current: Row | undefined) => LinkChange) =>
  mapRows(async (row, bound) => {
    const current = await find(bound, idOf(row));
    return row.links ? { ...row, links: row.links.map((link) => change(link, row, current)) } : row;
  });
const mapSet = (change: (set: Fields, row: RowChange, current: Row | undefined) => Fields) =>
  mapRows(async (row, bound) => ('set' in row && row.set ? { ...row, set: change(row.set, row, await find(bound, idOf(row))) } : row));
const mapValues = (change: (value: Fields[string]) => Fields[string]) =>
  mapSet((set) => Object.fromEntries(Object.entries(set).map(([name, value]) => [name, change(value!)])));
const mapText = (change: (text: string) => string) => mapValues((value) => (typeof value === 'string' ? change(value) : value!));

const idOf = (row: RowChange) => (row.kind === 'insert' ? row.suggestedId : row.contactId);
const find = async (bound: BoundStore, id: string): Promise<Row | undefined> => (await bound.load({ ids: [id] }))[0];
const entryNow = async (bound: BoundStore, { scope, kind, key }: Pick<EntryChange, 'scope' | 'kind' | 'key'>) =>
  (await bound.entries({ scope, kind, keys: [key], limit: 1 }))[0];
const leaseNow = (bound: BoundStore, name: string) => entryNow(bound, { scope: 'connection', kind: LEASE_KIND, key: name });
const utf16 = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

/** Each row is a commit of its own, in the order in which they stand. */
const rowByRow = replacing((bound) => ({
  async commit({ rows, entries }) {
    const ids: string[] = [];
    for (const row of rows) {
      const committed = await bound.commit({ rows: [row], entries: [] });
      if (committed.status !== 'done') return committed;
      ids.push(...committed.ids);
    }
    const committed = await bound.commit({ rows: [], entries });
    return committed.status === 'done' ? { ...committed, ids } : committed;
  },
}));

/** Expects of contacts whatever is there now. */
const expectingNow = async (row: RowChange, bound: BoundStore): Promise<RowChange> => {
  const current = await find(bound, idOf(row));
  return row.kind === 'insert' || row.expected === undefined || !current ? row : { ...row, expected: current.version };
};
/** One way to break each rule of the contract, by the id of its case. */
export const contactStoreFaults: Readonly<Record<string, Fault>> = {
  'CS-01': loaded((rows) => rows.map((row) => ({ ...row, fields: {} }))),
  'CS-02': loaded((rows, query, bound) =>
    Object.keys(query).length > 0
      ? rows
      : bound.scan({ entity: 'contact', object: '', want: 'all', plan: '', now: 0, after: null, limit: 9 }),
  ),
  'CS-03': loaded((rows) => [...rows, ...rows]),
  'CS-04': loaded((rows) => rows.toSorted(utf16)),
  'CS-05': loaded((rows, { keys }) => (keys ? rows.slice(0, 1) : rows)),
  'CS-06': replacing((bound) => ({
    load: ({ keys, ...query }) =>
      bound.load({ ...query, ...(keys && { keys: { ...keys, values: keys.values.map((value) => value.toLowerCase()) } }) }),
  })),
  'CS-95': loaded((rows, { keys }) => (keys ? rows.filter(({ fields }) => keys.values.includes(String(fields[keys.field]))) : rows)),
  'CS-07': loaded(async (rows, { keys }, bound) =>
    keys ? [...rows, ...(await bound.load({ keys: { ...keys, entity: 'company' } }))] : rows,
  ),
  'CS-08': loaded((rows, { records }) => (records ? rows.filter((row) => row.links.some((link) => isLive(link.state))) : rows)),
  'CS-09': loaded((rows) => rows.map((row) => ({ ...row, links: row.links.toReversed() }))),
  'CS-10': replacing((bound) => {
    const shared = new Map<string, readonly Row[]>();
    return {
      async load(query) {
        const rows = shared.get(JSON.stringify(query)) ?? structuredClone(await bound.load(query));
        shared.set(JSON.stringify(query), rows);
        return rows;
      },
    };
  }),
  'CS-11': loaded((rows, { records }) => (records ? rows.slice(0, 1) : rows)),
  'CS-12': mapValues((value) => value || null),
  'CS-13': mapValues((value) => (typeof value === 'number' ? Math.fround(value) : value)),
  'CS-14': mapText((text) => text.slice(0, 255)),
  'CS-15': mapText((text) => text.trim()),
  'CS-16': mapSet((set) => {
    const copy: Record<string, Fields[string]> = {};
    for (const [name, value] of Object.entries(set)) copy[name] = value;
    return copy;
  }),
  'CS-17': replacing((bound) => ({
    load: ({ ids, ...query }) => bound.load({ ...query, ...(ids && { ids: ids.map((id) => id.replaceAll("'", "''")) }) }),
  })),
  'CS-18': mapEntries((entry) => ({ ...entry, key: entry.key.trim() })),
  'CS-19': mapSet((set, row) => (row.kind === 'update' ? { first_name: null, last_name: null, email: null, ...set } : set)),
  'CS-20': replacing((bound) => ({
    async commit(changes) {
      const committed = await bound.commit(changes);
      return committed.status === 'done' ? { ...committed, ids: committed.ids.toReversed() } : committed;
    },
  })),
  'CS-21': replacing((bound) => ({
    async commit(changes) {
      const committed = await bound.commit(changes);
      return committed.status === 'done' ? { ...committed, version: 'another version' } : committed;
    },
  })),
  'CS-22': mapRows(expectingNow),
  'CS-23': mapLinks((link, _, current) => ({ ...link, expected: current?.links.find(({ id }) => id === link.id)?.version ?? null })),
  'CS-24': mapEntries((entry) => ({ ...entry, expected: 'any' })),
  'CS-25': replacing((bound) => {
    const answers = new Map<string, Awaited<ReturnType<BoundStore['commit']>>>();
    return {
      async commit(changes) {
        const answer = answers.get(JSON.stringify(changes)) ?? (await bound.commit(changes));
        answers.set(JSON.stringify(changes), answer);
        return answer;
      },
    };
  }),
  'CS-26': replacing((bound) => ({
    async commit({ rows, entries }) {
      for (const row of rows) if (row.kind === 'update' && row.expected !== (await find(bound, row.contactId))?.version) return MOVED;
      await tick();
      return bound.commit({ rows: await Promise.all(rows.map((row) => expectingNow(row, bound))), entries });
    },
  })),
  'CS-27': replacing((bound) => ({
    async commit({ rows, entries }) {
      for (const entry of entries) if (entry.expected === null && (await entryNow(bound, entry))) return MOVED;
      await tick();
      return bound.commit({ rows, entries: entries.map((entry) => ({ ...entry, expected: 'any' })) });
    },
  })),
  'CS-28': mapRows(async (row, bound) =>
    row.kind === 'insert' && (await find(bound, row.suggestedId)) ? { ...row, suggestedId: `${row.suggestedId}-2` } : row,
  ),
  'CS-29': replacing((bound) => ({
    commit: async (changes) => (changes.rows.length === 0 && changes.entries.length === 0 ? MOVED : bound.commit(changes)),
  })),
  'CS-30': replacing((bound) => ({
    load: async (query) => (await bound.load(query)).map((row) => ({ ...row, version: `of ${row.fields['first_name']}` })),
    commit: async ({ rows, entries }) => bound.commit({ rows: await Promise.all(rows.map((row) => expectingNow(row, bound))), entries }),
  })),
  'CS-31': mapRows(async (row, bound) => {
    const current = await find(bound, idOf(row));
    if (row.kind !== 'update' || (row.links ?? []).length > 0 || !current) return row;
    return { ...row, links: current.links.map((link) => ({ ...link, expected: link.version })) };
  }),
  'CS-32': replacing((bound) => ({
    entries: async (query) => (await bound.entries(query)).map((entry) => ({ ...entry, version: `hash of ${JSON.stringify(entry.body)}` })),
    async commit({ rows, entries }) {
      const known = async (entry: EntryChange): Promise<EntryChange> => {
        const current = await entryNow(bound, entry);
        return entry.expected === `hash of ${JSON.stringify(current?.body)}` ? { ...entry, expected: current!.version } : entry;
      };
      return bound.commit({ rows, entries: await Promise.all(entries.map(known)) });
    },
  })),
  'CS-33': mapSet((set, _, current) => Object.fromEntries(Object.entries(set).filter(([name, value]) => current?.fields[name] !== value))),
  'CS-34': mapLinks((link, row) => (link.seen === 'after' && row.kind === 'update' ? { ...link, seen: row.expected ?? null } : link)),
  'CS-35': replacing((bound) => ({
    async commit(changes) {
      for (const row of changes.rows) {
        const [link] = row.links ?? [];
        if (row.kind === 'update' && row.expected === undefined && link?.seen !== (await find(bound, row.contactId))?.version) return MOVED;
      }
      return bound.commit(changes);
    },
  })),
  'CS-36': mapRows(async (row, bound) =>
    row.kind === 'update' && !(await find(bound, row.contactId))
      ? { kind: 'insert', entity: 'contact', suggestedId: row.contactId, set: row.set ?? {} }
      : row,
  ),
  'CS-37': replacing((bound) => ({
    async commit(changes) {
      const committed = await bound.commit(changes);
      if (committed.status !== 'refused') return committed;
      return { status: 'refused', rows: committed.rows.map((row) => ({ ...row, index: row.index + 1 })) };
    },
  })),
  'CS-38': mapLinks((link, row) => ({ ...link, recordId: `${link.recordId} of ${idOf(row)}` })),
  'CS-39': mapLinks((link) => ({ ...link, object: `${link.object} of ${link.id}` })),
  'CS-40': replacing((bound) => ({
    async commit(changes) {
      for (const { object, recordId } of changes.rows.flatMap((row) => row.links ?? []))
        if (recordId !== null && (await bound.load({ records: { object, ids: [recordId] } })).length > 0) return MOVED;
      return bound.commit(changes);
    },
  })),
  'CS-41': rowByRow,
  'CS-93': rowByRow,
  'CS-42': mapLinks((link, row) => (link.expected === null ? { ...link, id: `${link.id} of ${idOf(row)} and ${link.object}` } : link)),
  'CS-43': mapLinks((link) => ({ ...link, object: 'any' })),
  'CS-86': mapLinks(({ remove, ...link }) => (remove === true ? { ...link, state: 'superseded', recordId: null } : link)),
  'CS-44': mapRows((row) => (row.kind === 'delete' ? { kind: 'erase', contactId: row.contactId, expected: row.expected! } : row)),
  'CS-45': scanned(async (rows, query, bound) => (rows.length > 0 ? rows : bound.scan({ ...query, want: 'linked' }))),
  'CS-46': replacing((bound) => ({
    async commit(changes) {
      for (const row of changes.rows) if ((await find(bound, idOf(row)))?.removed) return MOVED;
      return bound.commit(changes);
    },
  })),
  'CS-47': mapRows((row) => (row.kind === 'erase' ? { kind: 'erase', contactId: row.contactId } : row)),
  'CS-48': mapEntries(({ put, ...entry }) => {
    if (put === undefined) return entry;
    return { ...entry, put: entry.scope === 'connection' && typeof put === 'object' ? { body: put.body } : put };
  }),
  'CS-49': mapRows(async (row, bound) =>
    row.kind === 'erase' && (await find(bound, row.contactId))?.removed ? { kind: 'update', contactId: row.contactId } : row,
  ),
  'CS-50': committing(async ({ rows, entries }, bound) => {
    const all = rows.some((row) => row.kind === 'erase') ? await bound.entries({ scope: 'workspace', kind: 'marker', limit: 99 }) : [];
    return {
      rows,
      entries: [...entries, ...all.map(({ scope, kind, key }) => ({ scope, kind, key, expected: 'any', put: 'delete' }) as const)],
    };
  }),
  'CS-51': committing(async ({ rows, entries }, bound) => {
    const there = await Promise.all(rows.map(async (row) => row.kind === 'insert' || (await find(bound, idOf(row))) !== undefined));
    return { rows: rows.filter((_, index) => there[index]), entries };
  }),
  'CS-52': replacing((bound) => ({
    async commit({ rows, entries }) {
      const committed = await bound.commit({ rows, entries: [] });
      await bound.commit({ rows: [], entries });
      return committed;
    },
  })),
  'CS-53': replacing((bound) => ({
    async commit({ rows, entries }) {
      const committed = await bound.commit({ rows, entries: [] });
      const resolve = ({ put, ...entry }: EntryChange): EntryChange => {
        if (typeof put !== 'object') return put === undefined ? entry : { ...entry, put };
        const { contactId } = put;
        return {
          ...entry,
          put: { ...put, contactId: typeof contactId === 'object' && contactId ? idOf(rows[contactId.row]!) : (contactId ?? null) },
        };
      };
      await bound.commit({ rows: [], entries: entries.map(resolve) });
      return committed;
    },
  })),
  'CS-54': replacing((bound) => ({
    async commit(changes) {
      for (const row of changes.rows) if (row.kind !== 'insert' && !(await find(bound, row.contactId))) return MOVED;
      return bound.commit(changes);
    },
  })),
  'CS-87': loaded((rows) => rows.map((row) => (row.elsewhere === undefined ? row : { ...row, elsewhere: [] }))),
  'CS-94': loaded((rows) => rows.filter(({ removed }) => removed !== true)),
  'CS-88': mapRows((row) => {
    if (row.kind !== 'delete' && row.kind !== 'erase') return row;
    const { elsewhere: _, ...rest } = row;
    return rest;
  }),
  'CS-92': mapRows((row) => {
    if (row.kind !== 'delete' && row.kind !== 'erase') return row;
    const { here: _, ...rest } = row;
    return rest;
  }),
  'CS-55': committing(async ({ rows, entries }, bound) => {
    for (const row of rows)
      if (row.kind === 'insert') await bound.commit({ rows: [{ kind: 'erase', contactId: row.suggestedId }], entries: [] });
    return { rows, entries };
  }),
  'CS-56': bindingTo((scope) => ({ ...scope, workspace: 'one for all' })),
  'CS-57': replacing((bound, { store }) => ({
    async commit(changes) {
      const ids = changes.rows.filter((row) => row.kind === 'insert').map(idOf);
      return (await store.bind(HERE).load({ ids })).length > 0 ? MOVED : bound.commit(changes);
    },
  })),
  'CS-58': bindingTo((scope) => ({ ...scope, connection: 'one for all' })),
  'CS-59': bindingTo((scope) => ({ ...scope, workspace: `${scope.workspace} ${scope.connection}` })),
  'CS-60': replacing((bound) => {
    const remembered = new Map<string, Promise<readonly Row[]>>();
    return {
      load(query) {
        const rows = remembered.get(JSON.stringify(query)) ?? bound.load(query);
        remembered.set(JSON.stringify(query), rows);
        return rows;
      },
    };
  }),
  'CS-61': scanned((rows, { want, plan }) =>
    want === 'pending' ? rows.filter((row) => row.links.some((link) => link.seen !== row.version || link.plan !== plan)) : rows,
  ),
  'CS-62': scanned((rows, query, bound) => (query.want === 'pending' ? bound.scan({ ...query, want: 'linked' }) : rows)),
  'CS-63': mapLinks((link) => (link.seen === null ? link : { ...link, seen: 'after' })),
  'CS-64': scanned((rows, query, bound) => (query.want === 'pending' ? bound.scan({ ...query, plan: 'another plan' }) : rows)),
  'CS-65': scanned((rows, { want }) => (want === 'unlinked' ? rows.filter((row) => row.links.length === 0) : rows)),
  'CS-66': scanned(async (rows, query, bound) =>
    query.want === 'unlinked'
      ? (await bound.scan({ ...query, want: 'all' })).filter((row) => !row.links.some((link) => isLive(link.state)))
      : rows,
  ),
  'CS-67': scanned((rows, { want }) =>
    want === 'linked' ? rows.filter((row) => row.links.some((link) => link.state === 'active')) : rows,
  ),
  'CS-68': scanned(async (rows, query, bound) => [...rows, ...(await bound.scan({ ...query, entity: 'company' }))].sort(utf16)),
  'CS-69': scanned((rows, { limit }) => (rows.length === limit ? rows.slice(0, -1) : rows)),
  'CS-70': scanned(async (rows, query, bound) =>
    query.after !== null && !(await find(bound, query.after)) ? bound.scan({ ...query, after: null }) : rows,
  ),
  'CS-89': listing((rows, { where }) => rows.filter(({ fields }) => where === null || matchesFilter(where, fields))),
  'CS-90': listing((rows, { after, limit }) => rows.filter(({ id }) => after === null || id > after.id).slice(0, limit)),
  'CS-91': listing((rows) => rows.map((row) => ({ ...row, links: [] }))),
  'CS-71': mapEntries(async (entry, bound) => {
    const current = await entryNow(bound, entry);
    return typeof entry.put === 'object' && current ? { ...entry, put: { dueAt: current.dueAt, ...entry.put } } : entry;
  }),
  'CS-72': mapEntries((entry) => (entry.expected === 'any' ? { ...entry, expected: null } : entry)),
  'CS-73': mapEntries((entry) => (entry.put === 'delete' ? { ...entry, expected: 'any' } : entry)),
  'CS-74': committing(({ rows, entries }) => {
    const gone = entries.filter(({ put }) => put === 'delete');
    return { rows, entries: [...entries, ...gone.map((entry) => ({ ...entry, kind: 'queue' }))] };
  }),
  'CS-75': replacing((bound) => ({
    entries: ({ dueBy, ...query }) => bound.entries({ ...query, ...(dueBy !== undefined && { dueBy: dueBy - 1 }) }),
  })),
  'CS-76': replacing((bound) => ({ entries: (query) => bound.entries({ ...query, order: 'ascending' }) })),
  'CS-77': replacing((bound) => ({
    async lease(request) {
      const leased = await bound.lease(request);
      return leased.held ? leased : { held: false, holder: request.holder, now: leased.now };
    },
  })),
  'CS-78': replacing((bound) => ({
    async lease(request) {
      const free = (await leaseNow(bound, request.name)) === undefined;
      await tick();
      const taken = await leaseNow(bound, request.name);
      if (free && taken) await bound.release(request.name, taken.version);
      return bound.lease(request);
    },
  })),
  'CS-79': replacing((bound) => ({ lease: (request) => bound.lease({ ...request, name: 'one for all' }) })),
  'CS-80': replacing((bound) => ({
    async release(name) {
      await bound.release(name, (await leaseNow(bound, name))?.version ?? '');
    },
  })),
  'CS-81': committing(({ rows, entries }) => ({ rows, entries: entries.filter((entry) => entry.put !== undefined) })),
  'CS-82': replacing((bound) => ({
    async lease(request) {
      if (request.token !== undefined) await bound.release(request.name, request.token);
      return bound.lease(request);
    },
  })),
  'CS-83': replacing((bound) => ({ lease: (request) => bound.lease({ ...request, ttlMs: request.ttlMs + 1 }) })),
  'CS-84': replacing((bound, { now }) => ({
    async commit(changes) {
      for (const entry of changes.entries)
        if (entry.kind === LEASE_KIND && ((await entryNow(bound, entry))?.dueAt ?? 0) <= now()) return MOVED;
      return bound.commit(changes);
    },
  })),
  'CS-85': replacing((bound) => {
    const started = Date.now();
    return { lease: async (request) => ({ ...(await bound.lease(request)), now: started }) };
  }),
};

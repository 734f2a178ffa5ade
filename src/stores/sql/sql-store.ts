import { compareCodePoints } from '../../core/base/compare-code-points.ts';
import type { Version } from '../../core/link/link.ts';
import type { Millis } from '../../core/values/value.ts';
import {
  type BoundStore,
  type ContactStore,
  LEASE_KIND,
  type ListQuery,
  type LoadQuery,
  type Row,
  type ScanQuery,
} from '../../ports/store.ts';
import { checkChangeset } from '../semantics/check-changeset.ts';
import { type BoundScope, checkScope } from '../semantics/check-scope.ts';
import { decideLease } from '../semantics/decide-lease.ts';
import { commitChangeset, type Tables, Undone } from './commit-changeset.ts';
import { type ContactTable, ownContactTable, type StoredContact } from './contact-table.ts';
import type { Dialect, Mode, Query, RunTransaction, WriteRows } from './dialect.ts';
import { entryTable } from './entry-table.ts';
import { linkTable } from './link-table.ts';

export interface SqlStoreOptions<Transaction> {
  readonly dialect: Dialect;
  readonly transaction: RunTransaction<Transaction>;
  readonly query: Query<Transaction>;
  readonly write: WriteRows<Transaction>;
  /** Where contacts are. Default: `crm_sync_contacts`. */
  readonly contacts?: ContactTable<Transaction>;
  /** The store's clock. Default: the database's. */
  readonly clock?: { now(): Millis } | undefined;
}

interface Sql<Transaction> extends Tables<Transaction> {
  readonly dialect: Dialect;
  readonly transaction: RunTransaction<Transaction>;
  moment(transaction: Transaction, scope: BoundScope): Promise<{ readonly stamp: Version; readonly now: Millis }>;
}

/** Rows of these contacts in the order of ids; a contact that was not loaded already is looked for. */
async function rowsOf<Transaction>(
  { contacts, links }: Tables<Transaction>,
  transaction: Transaction,
  scope: BoundScope,
  {
    ids,
    loaded = [],
    elsewhere = false,
  }: { readonly ids: Iterable<string>; readonly loaded?: readonly StoredContact[]; readonly elsewhere?: boolean },
): Promise<readonly Row[]> {
  const known = new Map(loaded.map((contact) => [contact.id, contact]));
  const all = [...new Set([...ids, ...known.keys()])].sort(compareCodePoints);
  if (all.length === 0) return [];
  const missing = all.filter((id) => !known.has(id));
  if (missing.length > 0)
    for (const contact of await contacts.find(transaction, scope.workspace, { ids: missing })) known.set(contact.id, contact);
  const linked = await links.ofContacts(transaction, scope, all);
  const linkedElsewhere = elsewhere ? await links.elsewhere(transaction, scope, all) : null;
  return all.flatMap((id): readonly Row[] => {
    const contact = known.get(id);
    const rows = linked.get(id) ?? [];
    const others = linkedElsewhere?.get(id) ?? [];
    const own = { links: rows.map(({ link }) => link), ...(elsewhere && { elsewhere: others.map(({ link }) => link) }) };
    if (contact) return [{ id, entity: contact.entity, fields: contact.fields, version: contact.version, ...own }];
    const first = rows[0] ?? others[0];
    return first === undefined ? [] : [{ id, entity: first.entity, fields: {}, version: '', ...own, removed: true }];
  });
}

async function load<Transaction>(tables: Tables<Transaction>, transaction: Transaction, scope: BoundScope, query: LoadQuery) {
  const { ids = [], records, keys, elsewhere = false } = query;
  const wanted = new Set(ids);
  if (records && records.ids.length > 0)
    for (const id of await tables.links.contactsWithRecords(transaction, scope, records.object, records.ids)) wanted.add(id);
  const loaded = keys && keys.values.length > 0 ? await tables.contacts.find(transaction, scope.workspace, keys) : [];
  return rowsOf(tables, transaction, scope, { ids: wanted, loaded, elsewhere });
}

async function scan<Transaction>(tables: Tables<Transaction>, transaction: Transaction, scope: BoundScope, query: ScanQuery) {
  const { want } = query;
  const ids =
    want === 'linked'
      ? await tables.links.linked(transaction, scope, query)
      : await tables.contacts.scan(transaction, scope, { ...query, want });
  return rowsOf(tables, transaction, scope, { ids });
}

async function list<Transaction>(tables: Tables<Transaction>, transaction: Transaction, scope: BoundScope, query: ListQuery) {
  const ids = await tables.contacts.list!(transaction, scope, query);
  const rows = new Map((await rowsOf(tables, transaction, scope, { ids })).map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

const isEmpty = ({ ids = [], records, elsewhere = false }: LoadQuery) => ids.length === 0 && !records && !elsewhere;

function bindTo<Transaction>(sql: Sql<Transaction>, scope: BoundScope): BoundStore {
  const { dialect, contacts, links, entries } = sql;
  const run = <T>(mode: Mode, work: (transaction: Transaction) => Promise<T>) => sql.transaction(mode, work, scope.workspace);
  return {
    // whom a call that comes in waits for: one round trip
    load: ({ keys, ...others }) =>
      keys && keys.values.length > 0 && contacts.findLinked !== undefined && isEmpty(others)
        ? run('statement', async (transaction) => contacts.findLinked!(transaction, scope, keys))
        : run('read', (transaction) => load(sql, transaction, scope, { ...others, ...(keys && { keys }) })),
    scan: async (query) => (query.limit <= 0 ? [] : run('read', (transaction) => scan(sql, transaction, scope, query))),
    ...(contacts.list !== undefined && {
      list: async (query: ListQuery) => (query.limit <= 0 ? [] : run('read', (transaction) => list(sql, transaction, scope, query))),
    }),
    entries: async (query) => (query.limit <= 0 ? [] : run('read', (transaction) => entries.query(transaction, scope, query))),
    async commit(changes) {
      checkChangeset(changes);
      const work = async (transaction: Transaction) => {
        const { stamp, now } = await sql.moment(transaction, scope);
        try {
          return await commitChangeset({ contacts, links, entries, transaction, scope, stamp, at: now }, changes);
        } catch (error) {
          throw dialect.isUniqueViolation(error) ? new Undone({ status: 'moved' }) : error;
        }
      };
      try {
        return await run('write', work);
      } catch (error) {
        if (error instanceof Undone) return error.answer;
        throw error;
      }
    },
    lease: (request) =>
      run('write', async (transaction) => {
        const { stamp, now } = await sql.moment(transaction, scope);
        const name = { scope: 'connection', kind: LEASE_KIND, key: request.name } as const;
        const [lease] = await entries.query(transaction, scope, { ...name, keys: [request.name], limit: 1 });
        const decision = decideLease({ lease, request, now, stamp });
        const { answer } = decision;
        if (decision.action === 'write' && answer.held) {
          const { body, dueAt } = decision;
          const replaced = lease === undefined ? [] : [name];
          await entries.put(transaction, scope, { rows: [{ ...name, body, dueAt, contactId: null }], replaced }, answer.token);
        }
        return answer;
      }),
    release: (name, token) =>
      run('write', async (transaction) => {
        await sql.moment(transaction, scope);
        const lease = { scope: 'connection', kind: LEASE_KIND, key: name } as const;
        const [version] = (await entries.versions(transaction, scope, [lease])).values();
        if (version === token) await entries.delete(transaction, scope, [lease]);
      }),
  };
}

/**
 * A store over any database that has the tables of the dialect. A commit looks at versions and then writes: `moment` lets
 * no other writer of the workspace in between.
 */
export function sqlStore<Transaction>(options: SqlStoreOptions<Transaction>): ContactStore {
  const { dialect, transaction, query, write, clock } = options;
  const sql: Sql<Transaction> = {
    dialect,
    transaction,
    contacts: options.contacts ?? ownContactTable(dialect, query, write),
    links: linkTable(dialect, query, write),
    entries: entryTable(dialect, query, write),
    async moment(inside, { workspace }) {
      const [row] = await query(inside, dialect.moment, [workspace]);
      return { stamp: row!['stamp'] as Version, now: clock?.now() ?? Number(row!['now']) };
    },
  };
  return { specVersion: 1, bind: (scope) => bindTo(sql, checkScope(scope)) };
}

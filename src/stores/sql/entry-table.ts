import type { Version } from '../../core/link/link.ts';
import type { Json, Millis } from '../../core/values/value.ts';
import type { EntriesQuery, Entry, Scope } from '../../ports/store.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import { type Dialect, type Query, type SqlRow, type SqlValue, toMillis, type WriteRows } from './dialect.ts';

export interface EntryName {
  readonly scope: Scope;
  readonly kind: string;
  readonly key: string;
}
export interface EntryRow extends EntryName {
  readonly body: Json;
  readonly dueAt: Millis | null;
  readonly contactId: string | null;
}

export interface EntryTable<Transaction> {
  query(transaction: Transaction, scope: BoundScope, query: EntriesQuery): Promise<readonly Entry[]>;
  /** Versions of those that are there, by `nameOf`. */
  versions(transaction: Transaction, scope: BoundScope, names: readonly EntryName[]): Promise<ReadonlyMap<string, Version>>;
  /** Those that are replaced go, then these rows come. */
  put(
    transaction: Transaction,
    scope: BoundScope,
    entries: { readonly rows: readonly EntryRow[]; readonly replaced: readonly EntryName[] },
    version: Version,
  ): Promise<void>;
  delete(transaction: Transaction, scope: BoundScope, names: readonly EntryName[]): Promise<void>;
  erase(transaction: Transaction, workspace: string, contactIds: readonly string[]): Promise<void>;
}

const connectionOf = ({ connection }: BoundScope, scope: Scope) => (scope === 'workspace' ? '' : connection);
export const nameOf = ({ scope, kind, key }: EntryName): string => `${scope}\0${kind}\0${key}`;

export function entryTable<Transaction>(
  { entries }: Dialect,
  query: Query<Transaction>,
  write: WriteRows<Transaction>,
): EntryTable<Transaction> {
  const primaryKeys = (scope: BoundScope, names: readonly EntryName[]) =>
    JSON.stringify(names.map((name) => [connectionOf(scope, name.scope), name.kind, name.key]));
  return {
    async query(transaction, bound, { scope, kind, keys, dueBy, contactId, contactIds, after, order = 'ascending', limit }) {
      const filters: readonly (SqlValue | undefined)[] = [
        keys && JSON.stringify(keys),
        dueBy,
        contactId,
        contactIds && JSON.stringify(contactIds),
        after,
      ];
      const asked = {
        keys: keys !== undefined,
        dueBy: dueBy !== undefined,
        contactId: contactId !== undefined,
        contactIds: contactIds !== undefined,
        after: after !== undefined,
        order,
      };
      const values = [bound.workspace, connectionOf(bound, scope), kind, limit, ...filters.filter((value) => value !== undefined)];
      const toEntry = (row: SqlRow): Entry => ({
        scope,
        kind,
        key: row['key'] as string,
        body: JSON.parse(row['body'] as string) as Json,
        version: row['version'] as Version,
        dueAt: toMillis(row['due_at']),
        contactId: row['contact_id'] as string | null,
      });
      return (await query(transaction, entries.query(asked), values)).map(toEntry);
    },
    async versions(transaction, bound, names) {
      const rows = await query(transaction, entries.versions, [bound.workspace, primaryKeys(bound, names)]);
      return new Map(
        rows.map((row) => {
          const scope = row['connection'] === '' ? 'workspace' : 'connection';
          return [nameOf({ scope, kind: row['kind'] as string, key: row['key'] as string }), row['version'] as Version];
        }),
      );
    },
    async put(transaction, bound, { rows, replaced }, version) {
      if (replaced.length > 0) await query(transaction, entries.delete, [bound.workspace, primaryKeys(bound, replaced)]);
      const list = rows.map(({ scope, kind, key, body, dueAt, contactId }) => [
        connectionOf(bound, scope),
        kind,
        key,
        JSON.stringify(body),
        dueAt,
        contactId,
      ]);
      await write(transaction, entries.insert, [bound.workspace, version], list);
    },
    async delete(transaction, bound, names) {
      await query(transaction, entries.delete, [bound.workspace, primaryKeys(bound, names)]);
    },
    async erase(transaction, workspace, contactIds) {
      await query(transaction, entries.erase, [workspace, JSON.stringify(contactIds)]);
    },
  };
}

import { compareCodePoints } from '../../core/base/compare-code-points.ts';
import type { Entity, Version } from '../../core/link/link.ts';
import type { Fields } from '../../core/values/value.ts';
import type { ListQuery, LoadQuery, Row, ScanQuery, StoredLink } from '../../ports/store.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import { unstorableField } from '../semantics/unstorable-field.ts';
import type { Dialect, Query, SqlRow, WriteRows } from './dialect.ts';
import { toLinkRow } from './link-table.ts';
import { listStatement } from './list-statement.ts';

export interface StoredContact {
  readonly id: string;
  readonly entity: Entity;
  readonly fields: Fields;
  readonly version: Version;
}

/** What became of one inserted or updated contact. */
export type Kept =
  | {
      readonly status: 'done';
      readonly id: string;
      readonly version: Version;
      /** Where the table kept something else than it was given. */
      readonly stored?: Fields;
    }
  | { readonly status: 'refused'; readonly code: string; readonly message: string };

/**
 * The table of contacts: ours, or the host's own. Called inside a transaction of the store, which checks versions
 * first; a failure of any row rolls all of them back. A unique violation may be thrown as the database throws it.
 */
export interface ContactTable<Transaction> {
  find(
    transaction: Transaction,
    workspace: string,
    by: { readonly ids: readonly string[] } | NonNullable<LoadQuery['keys']>,
  ): Promise<readonly StoredContact[]>;
  /** The same by key, with the links of the connection, by one statement: for tables that are beside ours only. */
  findLinked?(transaction: Transaction, scope: BoundScope, by: NonNullable<LoadQuery['keys']>): Promise<readonly Row[]>;
  /** Ids in order, behind `after`. */
  scan(
    transaction: Transaction,
    scope: BoundScope,
    query: ScanQuery & { readonly want: Exclude<ScanQuery['want'], 'linked'> },
  ): Promise<readonly string[]>;
  /** Ids of contacts that may match, in order. Absent: the table can't tell. */
  list?(transaction: Transaction, scope: BoundScope, query: ListQuery): Promise<readonly string[]>;
  /** One outcome per row, in order. `stamp` is a version that was never given before; the table may have its own. */
  insert(
    transaction: Transaction,
    workspace: string,
    rows: readonly { readonly suggestedId: string; readonly entity: Entity; readonly set: Fields }[],
    stamp: Version,
  ): Promise<readonly Kept[]>;
  /** One outcome per row, in order. `set` is never empty. */
  update(
    transaction: Transaction,
    workspace: string,
    rows: readonly { readonly contact: StoredContact; readonly set: Fields }[],
    stamp: Version,
  ): Promise<readonly Kept[]>;
  delete(transaction: Transaction, workspace: string, ids: readonly string[]): Promise<void>;
}

/** Outcomes of rows that are written together: a refused one keeps all of them from being written. */
async function writeAll(
  rows: readonly { readonly id: string; readonly set: Fields }[],
  version: Version,
  write: () => Promise<unknown>,
): Promise<readonly Kept[]> {
  const problems = rows.map(({ set }) => unstorableField(set));
  if (problems.every((problem) => problem === null)) await write();
  return rows.map(({ id }, index) => {
    const problem = problems[index];
    return problem ? { status: 'refused', ...problem } : { status: 'done', id, version };
  });
}

/** `crm_sync_contacts`: one row per contact, its fields in one JSON column, which keeps every value as it is. */
export function ownContactTable<Transaction>(
  dialect: Dialect,
  query: Query<Transaction>,
  write: WriteRows<Transaction>,
): ContactTable<Transaction> {
  const { contacts, json } = dialect;
  const toContact = (row: SqlRow): StoredContact => ({
    id: row['id'] as string,
    entity: row['entity'] as Entity,
    fields: JSON.parse(json.read(row['fields'] as string)) as Fields,
    version: row['version'] as Version,
  });
  const toColumn = (fields: Fields) => json.write(JSON.stringify(fields));
  return {
    async find(transaction, workspace, by) {
      if ('ids' in by) return (await query(transaction, contacts.byIds, [workspace, JSON.stringify(by.ids)])).map(toContact);
      const { text, takesField } = contacts.byKey(by.field);
      const values = [workspace, by.entity, json.write(JSON.stringify(by.values)), ...(takesField ? [by.field] : [])];
      return (await query(transaction, text, values)).map(toContact);
    },
    async findLinked(transaction, { workspace, connection }, { entity, field, values: wanted }) {
      const { text, takesField } = contacts.byKeyLinked(field);
      const values = [workspace, entity, json.write(JSON.stringify(wanted)), connection, ...(takesField ? [field] : [])];
      const found = new Map<string, { readonly contact: StoredContact; readonly links: StoredLink[] }>();
      for (const row of await query(transaction, text, values)) {
        const id = row['contact'] as string;
        const known = found.get(id) ?? {
          contact: toContact({ id, entity: row['contact_entity'], version: row['contact_version'], fields: row['fields'] }),
          links: [],
        };
        found.set(id, known);
        if (row['id'] !== null) known.links.push(toLinkRow(row).link);
      }
      // sorted here: asked for an order, SQLite would walk all contacts in it
      const byId = (a: { readonly id: string }, b: { readonly id: string }) => compareCodePoints(a.id, b.id);
      return [...found.values()].map(({ contact, links }) => ({ ...contact, links: links.sort(byId) })).sort(byId);
    },
    async scan(transaction, { workspace, connection }, { want, object, entity, limit, plan, now, after }) {
      const values = [workspace, connection, object, entity, limit, ...(want === 'pending' ? [plan, now] : [])];
      const rows =
        after === null
          ? await query(transaction, contacts.scan(want, 'start'), values)
          : await query(transaction, contacts.scan(want, 'after'), [...values, after]);
      return rows.map((row) => row['id'] as string);
    },
    async list(transaction, scope, asked) {
      const { text, values } = listStatement(dialect.contacts.words, scope, asked);
      return (await query(transaction, text, values)).map((row) => row['id'] as string);
    },
    insert(transaction, workspace, rows, stamp) {
      const named = rows.map(({ suggestedId, set }) => ({ id: suggestedId, set }));
      return writeAll(named, stamp, () => {
        const list = rows.map(({ suggestedId, entity, set }) => [suggestedId, entity, toColumn(set)]);
        return write(transaction, contacts.insert, [workspace, stamp], list);
      });
    },
    update(transaction, workspace, rows, stamp) {
      const named = rows.map(({ contact, set }) => ({ id: contact.id, set }));
      return writeAll(named, stamp, () => {
        const list = rows.map(({ contact, set }) => [contact.id, contact.entity, toColumn({ ...contact.fields, ...set })]);
        return write(transaction, contacts.update, [workspace, stamp], list);
      });
    },
    async delete(transaction, workspace, ids) {
      await query(transaction, contacts.delete, [workspace, JSON.stringify(ids)]);
    },
  };
}

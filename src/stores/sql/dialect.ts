import type { Millis } from '../../core/values/value.ts';
import type { EntriesQuery, ScanQuery } from '../../ports/store.ts';
import type { ListWords } from './list-words.ts';

/** What a statement may be given. Lists go in as one JSON text, so that a text has a fixed number of values. */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/** A time of a row: some drivers give numbers as text. */
export const toMillis = (value: unknown): Millis | null => (value === null ? null : Number(value));

/** Runs one statement; no rows for one that returns none. Every text comes from the dialect, every value is bound. */
export type Query<Transaction> = (transaction: Transaction, text: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

/**
 * Runs one statement for a list of rows: as one JSON text behind the other values, or some rows with each run, their values behind
 * them, whichever is faster. Which of the two its texts expect is the dialect's to know.
 */
export type WriteRows<Transaction> = (
  transaction: Transaction,
  text: string,
  values: readonly SqlValue[],
  rows: readonly (readonly SqlValue[])[],
) => Promise<unknown>;

export const asOneList =
  <Transaction>(query: Query<Transaction>): WriteRows<Transaction> =>
  (transaction, text, values, rows) =>
    query(transaction, text, [...values, JSON.stringify(rows)]);

/** `statement`: `work` runs one statement that reads, which sees one state by itself and needs no transaction. */
export type Mode = 'read' | 'write' | 'statement';

/**
 * Runs `work` in one transaction: `read` sees one state throughout; each statement of `write` sees all that was committed
 * before `moment` let it go on. Whatever `work` throws rolls back and is thrown again. `work` may run again where the
 * database asks for it.
 */
export type RunTransaction<Transaction> = <T>(mode: Mode, work: (transaction: Transaction) => Promise<T>, workspace: string) => Promise<T>;

/**
 * The texts of one database, with numbered values as it writes them (`?1`, `$1`). The comment of each names its values in
 * order; `…[]` is a JSON array as text, and `…[…][]` what `WriteRows` gives. Rows come back under the column names in parentheses.
 */
export interface Dialect {
  /**
   * The first statement of every write. workspace. It lets no other writer of the workspace in until the transaction ends,
   * and gives a version never given before, and the store's clock in milliseconds (stamp, now).
   */
  readonly moment: string;
  /** JSON of fields and of their values as the database takes it, and back: not every JSON type of a database holds every text. */
  readonly json: { write(text: string): string; read(text: string): string };
  readonly contacts: {
    /** workspace, ids[]. (id, entity, version, fields) */
    readonly byIds: string;
    /** workspace, entity, values[]; and the field, unless the text is made for it. (id, entity, version, fields) */
    byKey(field: string): { readonly text: string; readonly takesField: boolean };
    /**
     * The same in any order, a row for each of its links of a connection; one without a link comes once. workspace,
     * entity, values[], connection; and the field. (contact, contact_entity, contact_version, fields, and all columns of links)
     */
    byKeyLinked(field: string): { readonly text: string; readonly takesField: boolean };
    /** Ids in order. workspace, connection, object, entity, limit; plan, now for `pending`; after where asked. (id) */
    scan(want: Exclude<ScanQuery['want'], 'linked'>, from: 'start' | 'after'): string;
    /** How lists speak of them. */
    readonly words: ListWords;
    /** workspace, version, [id, entity, fields][] */
    readonly insert: string;
    /** workspace, version, [id, entity, fields][] of contacts that are there. */
    readonly update: string;
    /** workspace, ids[] */
    readonly delete: string;
  };
  readonly links: {
    /** workspace, connection, contact ids[]; in the order of ids. All columns. */
    readonly byContacts: string;
    /** workspace, connection, link ids[]. (id, object, contact_id, entity, state, seen, version) */
    readonly versions: string;
    /** workspace, connection, object, record ids[]. (contact_id), may repeat. */
    readonly byRecords: string;
    /** Contacts in order, each once. workspace, connection, object, entity, limit; after where asked. (id) */
    linked(from: 'start' | 'after'): string;
    /** workspace, connection, link ids[] */
    readonly delete: string;
    /** workspace, connection, version, [id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, body][] */
    readonly insert: string;
    /** workspace, [contact id, its version][] (`''`: it is gone): marks active links of every connection that were not seen at it. */
    readonly markUnseen: string;
    /** workspace, connection, [object, contact id][] */
    readonly clearUnseen: string;
    /** workspace, contact ids[]: on every connection, as long as their links are there. */
    readonly eraseUnseen: string;
    /** workspace, contact ids[]: on every connection. */
    readonly erase: string;
    /** workspace, connection, contact ids[]: on every other connection; in the order of connections and ids. All columns, and the connection. */
    readonly elsewhere: string;
  };
  /** The connection of an entry of scope `workspace` is `''`. */
  readonly entries: {
    /** workspace, names[] of connection, kind, key. (connection, kind, key, version) */
    readonly versions: string;
    /** workspace, connection, kind, limit, then those of keys[], due by, contact id, contact ids[], after that are asked. All columns. */
    query(asked: {
      readonly keys: boolean;
      readonly dueBy: boolean;
      readonly contactId: boolean;
      readonly contactIds: boolean;
      readonly after: boolean;
      readonly order: NonNullable<EntriesQuery['order']>;
    }): string;
    /** workspace, names[] of connection, kind, key. */
    readonly delete: string;
    /** workspace, version, [connection, kind, key, body, due_at, contact_id][] */
    readonly insert: string;
    /** workspace, contact ids[]: of both scopes, on every connection. */
    readonly erase: string;
  };
  /** A statement met a unique index or a primary key: somebody else was first. */
  isUniqueViolation(error: unknown): boolean;
}

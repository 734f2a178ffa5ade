import type { Fields } from '../../core/values/value.ts';

/** A contact as the host's table has it now. */
export interface ContactRow {
  readonly id: string;
  /**
   * Differs after any change of any field of the schema, whoever made it: a counter, PostgreSQL's `xmin`, a hash of the row.
   * Only compared.
   */
  readonly version: string;
  /** Text, finite numbers, booleans and null, dates as text; a field that is not here counts as null. */
  readonly fields: Fields;
}

/** The names of the table as the database has them, upper and lower case included. */
export interface ContactColumns {
  /** Name of the table, or of a view. */
  readonly table: string;
  /** Its schema, where that is not the one in which the connection looks first. */
  readonly schema?: string;
  /** The column of the id. */
  readonly id: string;
  /** The column of the tenant. */
  readonly workspace: string;
  /**
   * The column whose text is the version (`xmin` is one, in PostgreSQL). Leave it out where the version is made of the row:
   * a push then looks at every contact that has a record.
   */
  readonly version?: string;
}

/**
 * By id, or by the value of a field that contacts are matched by. Addresses of `email` are asked for in lower case, too: one that
 * stands there in capitals is to be found by them.
 */
export type FindContacts = { readonly workspace: string } & (
  | { readonly ids: readonly string[]; readonly field?: undefined; readonly values?: undefined }
  | { readonly field: string; readonly values: readonly string[]; readonly ids?: undefined }
);

export interface InsertContacts {
  readonly workspace: string;
  readonly rows: readonly {
    /** An id for a table that makes none of its own. */
    readonly suggestedId: string;
    readonly fields: Fields;
  }[];
}

export interface UpdateContacts {
  readonly workspace: string;
  readonly rows: readonly {
    readonly id: string;
    /** The row is written only if it still has this version. */
    readonly expectedVersion: string;
    /** The changed fields only. */
    readonly fields: Fields;
    /** All fields as they were: what a JSON column is merged with. */
    readonly before: Fields;
  }[];
}

/**
 * The host's own table of contacts. Each method works inside the given transaction, on rows of the given workspace only.
 * What the table does not take may be thrown as the database throws it: the rows at fault are found and named.
 */
export interface ContactTable<Transaction> {
  /** Where the rows are: scans look at them beside our links, and write nothing. */
  readonly columns: ContactColumns;
  /** All rows that are there, in any order. */
  find(transaction: Transaction, query: FindContacts): Promise<readonly ContactRow[]>;
  /** Answers the id of each row, in order: the suggested one, or one that the table made. */
  insert(transaction: Transaction, insert: InsertContacts): Promise<readonly string[]>;
  /** Answers the ids of the rows that were written: one that had another version by then is not. */
  update(transaction: Transaction, update: UpdateContacts): Promise<readonly string[]>;
  /** Without it, contacts can't be removed or erased through the engine. */
  delete?(transaction: Transaction, removal: { readonly workspace: string; readonly ids: readonly string[] }): Promise<void>;
}

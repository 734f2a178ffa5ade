import { CrmSyncError, isCrmSyncError } from '../../errors.ts';
import { sqliteCode } from '../sql/sqlite-code.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
}

const BUSY: Failure = {
  code: 'store_busy',
  message: 'The database stayed locked by another writer.',
  remedy: 'Try again. If it happens often, let fewer processes write this file at once, or keep their transactions shorter.',
  retryable: true,
};
const CORRUPT: Failure = {
  code: 'store_corrupt',
  message: 'The file is damaged, or is not an SQLite database.',
  remedy: 'Check the path; if it is right, restore the file from a backup.',
  retryable: false,
};
const UNKNOWN: Failure = {
  code: 'store_failed',
  message: 'SQLite refused a statement.',
  remedy: 'See `cause` for what SQLite says.',
  retryable: false,
};

/** By primary result code. Source: SQLite documentation, Result and Error Codes. */
const FAILURES: ReadonlyMap<number, Failure> = new Map([
  [5, BUSY],
  [6, BUSY],
  [
    8,
    {
      code: 'store_read_only',
      message: 'The database can only be read.',
      remedy: 'Give the process the right to write the file and its folder.',
      retryable: false,
    },
  ],
  [
    10,
    {
      code: 'store_io',
      message: 'The disk did not read or write the database.',
      remedy: 'Check the disk and whether the file is still there.',
      retryable: true,
    },
  ],
  [11, CORRUPT],
  [
    13,
    {
      code: 'store_full',
      message: 'The disk is full.',
      remedy: 'Free some space; nothing was applied.',
      retryable: true,
    },
  ],
  [
    14,
    {
      code: 'store_not_opened',
      message: 'The database file could not be opened.',
      remedy: 'Check that the folder exists and that the process may write into it.',
      retryable: false,
    },
  ],
  [26, CORRUPT],
]);

/** The primary result code that an error of SQLite carries; null for any other error. */
function resultCode(error: unknown): number | null {
  const code = sqliteCode(error);
  return code === null ? null : code & 0xff;
}

/** The database is locked by another connection: the same work may pass when it runs again. */
export const isBusy = (error: unknown): boolean => FAILURES.get(resultCode(error) ?? -1) === BUSY;

/** An error of SQLite as ours; any other error is given back as it is. Texts of SQLite name tables and columns, never values. */
export function storeError(error: unknown): unknown {
  if (isCrmSyncError(error)) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') return storeClosed(); // the host closed it
  const code = resultCode(error);
  if (code === null) return error;
  const { message, ...failure } = FAILURES.get(code) ?? UNKNOWN;
  return new CrmSyncError(message, { ...failure, category: 'store', cause: error });
}

export const storeClosed = (): CrmSyncError =>
  new CrmSyncError('The store is closed.', {
    code: 'store_closed',
    category: 'store',
    remedy: 'Close the store only when nothing uses it any more.',
  });

/** The host is inside a transaction of its own on the connection that it gave to the store. */
export const storeInTransaction = (cause: unknown): CrmSyncError =>
  new CrmSyncError('The database given to the store is inside another transaction.', {
    code: 'store_in_transaction',
    category: 'store',
    remedy: 'Give the store a connection of its own, or call it only outside of your transactions.',
    retryable: true,
    cause,
  });

export const storeTooNew = (version: number, newest: number): CrmSyncError =>
  new CrmSyncError(`The database has version ${version} of the tables; this version of the package knows ${newest}.`, {
    code: 'store_too_new',
    category: 'store',
    remedy: 'Update crm-sync-engine in this process to the version that wrote the database.',
  });

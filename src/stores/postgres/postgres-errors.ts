import { CrmSyncError, isCrmSyncError } from '../../errors.ts';
import { type DatabaseError, databaseError } from '../sql/sql-state.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
}

const UNREACHABLE: Failure = {
  code: 'store_unreachable',
  message: 'The database could not be reached, or the connection to it was lost.',
  remedy: 'Try again; nothing is lost. If it stays so, check that the database runs and that this process may reach it.',
  retryable: true,
};
const CONNECTIONS: Failure = {
  code: 'store_no_connection',
  message: 'No connection to the database is free.',
  remedy: 'Try again. If it happens often, give the pool fewer or the database more connections, or put a pooler between them.',
  retryable: true,
};
const BUSY: Failure = {
  code: 'store_busy',
  message: 'Other transactions kept this one from being done.',
  remedy: 'Try again. If it happens often, keep your own transactions on these tables short.',
  retryable: true,
};
const TIMEOUT: Failure = {
  code: 'store_timeout',
  message: 'A statement took longer than it may.',
  remedy: 'Try again; nothing was applied. If it happens often, raise the statement timeout, or look at what keeps the database busy.',
  retryable: true,
};
const NOT_MIGRATED: Failure = {
  code: 'store_not_migrated',
  message: 'The database lacks the tables of crm-sync-engine, or has those of an older version.',
  remedy: 'Call `migrate(pool)` of crm-sync-engine/stores/postgres once per deployment, with the schema that the store is given.',
  retryable: false,
};
const FORBIDDEN: Failure = {
  code: 'store_forbidden',
  message: 'The database user may not do this.',
  remedy: 'Grant the user select, insert, update and delete on the tables crm_sync_*, and check its name and password.',
  retryable: false,
};
const FULL: Failure = {
  code: 'store_full',
  message: 'The database has no disk space or memory left.',
  remedy: 'Give it more; nothing was applied.',
  retryable: true,
};
const READ_ONLY: Failure = {
  code: 'store_read_only',
  message: 'The database can only be read.',
  remedy: 'Let the pool connect to the primary server and not to a replica.',
  retryable: false,
};
const INVALID_TEXT: Failure = {
  code: 'store_invalid_text',
  message: 'An id, a name or a key holds a character that PostgreSQL can not keep, or is too long for an index.',
  remedy: 'Give ids, names and keys without NUL and without half surrogate pairs, of a few hundred characters at most.',
  retryable: false,
};
const CLOSED: Failure = {
  code: 'store_closed',
  message: 'The pool was ended.',
  remedy: 'End the pool only when nothing uses the store any more.',
  retryable: false,
};
const UNKNOWN: Failure = {
  code: 'store_failed',
  message: 'PostgreSQL refused a statement.',
  remedy: 'See `cause` for its code, and the log of the database for the rest.',
  retryable: false,
};

/** By SQLSTATE, or by its class. Source: PostgreSQL documentation, PostgreSQL Error Codes. */
const BY_STATE: Readonly<Record<string, Failure>> = {
  '08': UNREACHABLE,
  '22021': INVALID_TEXT,
  '22P05': INVALID_TEXT,
  '25006': READ_ONLY,
  '25P03': UNREACHABLE,
  '28': FORBIDDEN,
  '3D000': UNREACHABLE,
  '3F000': NOT_MIGRATED,
  '40': BUSY,
  '42501': FORBIDDEN,
  '42703': NOT_MIGRATED,
  '42P01': NOT_MIGRATED,
  '53': FULL,
  '53300': CONNECTIONS,
  '54000': INVALID_TEXT,
  '55P03': BUSY,
  '57014': TIMEOUT,
  '57P01': UNREACHABLE,
  '57P02': UNREACHABLE,
  '57P03': UNREACHABLE,
  '57P05': UNREACHABLE,
};

const BY_NETWORK_CODE: Readonly<Record<string, Failure>> = Object.fromEntries(
  [
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENOENT',
  ].map((code) => [code, UNREACHABLE]),
);

/** Failures of pg itself, which have no code. */
const BY_MESSAGE: readonly (readonly [RegExp, Failure])[] = [
  [/^timeout exceeded when trying to connect/, CONNECTIONS],
  [/^Query read timeout/, TIMEOUT],
  [/after calling end on the pool/, CLOSED],
  [/^Connection terminated|connection error and is not queryable|^Client was closed/, UNREACHABLE],
];

/** Classes whose texts name tables, columns and roles, and never a value. */
const TELLING = ['08', '25', '28', '3D', '3F', '40', '42', '53', '54', '55', '57', '58'];

function failureOf(error: Error, state: string | null): Failure | null {
  if (state !== null) return BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? UNKNOWN;
  const code = 'code' in error ? String(error.code) : '';
  if (Object.hasOwn(BY_NETWORK_CODE, code)) return BY_NETWORK_CODE[code]!;
  return BY_MESSAGE.find(([text]) => text.test(error.message))?.[1] ?? null;
}

/** What a support person may see of an error of the database: its details and many of its texts quote the row. */
function redacted({ code, message, table, column, constraint }: DatabaseError): Error {
  const text = TELLING.includes(code.slice(0, 2)) ? `: ${message}` : '';
  return Object.assign(new Error(`SQLSTATE ${code}${text}`), { code, table, column, constraint });
}

/** An error of pg or of the database as ours; any other error is given back as it is. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof Error) || isCrmSyncError(error)) return error;
  const inner = databaseError(error);
  const failure = failureOf(error, inner?.code ?? null);
  if (failure === null) return error;
  const { message, ...rest } = failure;
  return new CrmSyncError(message, { ...rest, category: 'store', cause: inner === null ? error : redacted(inner) });
}

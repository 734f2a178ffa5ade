/** What a PostgreSQL driver throws where the database refused a statement. */
export interface DatabaseError {
  /** SQLSTATE */
  readonly code: string;
  readonly message?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** The error of the database itself, also where an ORM wrapped it; null for any other error. */
export function databaseError(error: unknown): DatabaseError | null {
  if (typeof error !== 'object' || error === null) return null;
  // no class of SQLSTATE begins with E, as the five letters of EPIPE do
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(error.code)) return error as DatabaseError;
  return 'cause' in error ? databaseError(error.cause) : null;
}

export const sqlState = (error: unknown): string | null => databaseError(error)?.code ?? null;

/** The SQLSTATE that an error of a PostgreSQL driver carries, or the error that an ORM wrapped; null for any other error. */
export function sqlState(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  // no class of SQLSTATE begins with E, as the five letters of EPIPE do
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(error.code)) return error.code;
  return 'cause' in error ? sqlState(error.cause) : null;
}

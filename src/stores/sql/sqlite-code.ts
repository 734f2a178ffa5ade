/** Extended result codes by their names, as better-sqlite3 tells them. */
const NAMED: Readonly<Record<string, number>> = {
  SQLITE_BUSY: 5,
  SQLITE_CONSTRAINT: 19,
  SQLITE_MISMATCH: 20,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_TRIGGER: 1811,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
};

/** The extended result code of an error of node:sqlite or better-sqlite3, or of the error that an ORM wrapped; null for others. */
export function sqliteCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode;
  if ('code' in error && typeof error.code === 'string' && Object.hasOwn(NAMED, error.code)) return NAMED[error.code] ?? null;
  return 'cause' in error ? sqliteCode(error.cause) : null;
}

import { sqlState } from '../sql/sql-state.ts';
import { sqliteCode } from '../sql/sqlite-code.ts';

/** What a table says of a row that it does not take. Names of columns and constraints, never a value. */
export interface RowRefusal {
  readonly code: string;
  readonly message: string;
}

const WORDS: Readonly<Record<string, readonly [code: string, what: string]>> = {
  '22001': ['value_too_long', 'a value is longer than its column'],
  '22003': ['number_out_of_range', 'a number is beyond the range of its column'],
  '23502': ['not_null_violation', 'a column must not be empty'],
  '23503': ['foreign_key_violation', 'a value has no partner in another table'],
  '23505': ['unique_violation', 'another row has the same value'],
  '23514': ['check_violation', 'a check does not hold'],
};
/** Data exceptions, violated constraints, and what a trigger raises. Source: PostgreSQL documentation, Error Codes. */
const IS_OF_ROW = /^(22|23)|^P0001$/;

/** Extended result codes. Source: SQLite documentation, Result and Error Codes. */
const SQLITE: Readonly<Record<number, string>> = { 275: '23514', 787: '23503', 1299: '23502', 1555: '23505', 2067: '23505' };
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISMATCH = 20;

/** Null: the error is not about the values of a row. */
export function rowRefusal(error: unknown): RowRefusal | null {
  const state = sqlState(error) ?? sqliteState(sqliteCode(error));
  if (state === null || !IS_OF_ROW.test(state)) return null;
  const [code, what] = WORDS[state] ?? ['row_refused', 'the table does not take it'];
  const names = namesOf(error);
  return { code, message: `The contacts table refuses the row: ${what}${names === '' ? '' : ` (${names})`}.` };
}

function sqliteState(code: number | null): string | null {
  if (code === null) return null;
  const primary = code & 0xff;
  return SQLITE[code] ?? (primary === SQLITE_CONSTRAINT || primary === SQLITE_MISMATCH ? '22000' : null);
}

/** What the database names: pg in fields of its own, SQLite behind the words of a violated constraint. */
function namesOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { column, constraint, message, cause } = error as Partial<Record<'column' | 'constraint' | 'message' | 'cause', unknown>>;
  const given = [column, constraint].filter((name) => typeof name === 'string').join(', ');
  if (given !== '') return given;
  const [, named] = (typeof message === 'string' && /^(?:UNIQUE|NOT NULL|CHECK) constraint failed: (.+)$/.exec(message)) || [];
  return named ?? namesOf(cause);
}

import type { Fields } from '../../core/values/value.ts';
import { unstorableField } from '../semantics/unstorable-field.ts';
import { Undone } from '../sql/commit-changeset.ts';
import type { Kept } from '../sql/contact-table.ts';
import { type RowRefusal, rowRefusal } from './row-refusal.ts';

interface Writing<Row> {
  readonly rows: readonly Row[];
  /** One outcome per row, in order; what the table does not take is thrown as the database throws it. */
  readonly write: (rows: readonly Row[]) => Promise<readonly Kept[]>;
  /** The table has a row under the id of this one already: somebody was faster, and the values are not at fault. */
  readonly isTaken: (row: Row) => Promise<boolean>;
  /** Runs one statement inside the transaction. */
  readonly run: (text: string) => Promise<unknown>;
}

/**
 * Writes all rows at once; where the table refuses that, each alone, to find those that it refuses. Nothing of it is kept
 * then: a commit with a refused row is rolled back as a whole.
 *
 * @throws Undone `refused` without names, where the table takes each row alone but not all of them.
 */
export async function writeRows<Row extends { readonly set: Fields }>({
  rows,
  write,
  isTaken,
  run,
}: Writing<Row>): Promise<readonly Kept[]> {
  const unstorable = rows.map(({ set }) => unstorableField(set));
  if (unstorable.some((refusal) => refusal !== null)) return outcomesOf(unstorable);
  try {
    return await goingBack(run, () => write(rows));
  } catch (error) {
    if (rowRefusal(error) === null) throw error;
  }
  const refusals: (RowRefusal | null)[] = [];
  for (const row of rows) {
    try {
      await goingBack(run, () => write([row]));
      refusals.push(null);
    } catch (error) {
      const refusal = rowRefusal(error);
      if (refusal === null || (refusal.code === 'unique_violation' && (await isTaken(row)))) throw error;
      refusals.push(refusal);
    }
  }
  if (refusals.every((refusal) => refusal === null)) throw new Undone({ status: 'refused', rows: [] });
  return outcomesOf(refusals);
}

/** Where one is refused, what is said of the others does not count. */
const outcomesOf = (refusals: readonly (RowRefusal | null)[]): readonly Kept[] =>
  refusals.map((refusal) => (refusal === null ? { status: 'done', id: '', version: '' } : { status: 'refused', ...refusal }));

/** A statement that fails would end a transaction of PostgreSQL: it goes back to where it was. */
async function goingBack<T>(run: (text: string) => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  await run('savepoint crm_sync_rows');
  try {
    const result = await work();
    await run('release savepoint crm_sync_rows');
    return result;
  } catch (error) {
    if (rowRefusal(error) !== null) {
      await run('rollback to savepoint crm_sync_rows');
      await run('release savepoint crm_sync_rows');
    }
    throw error;
  }
}

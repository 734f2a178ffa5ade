import type { Write, Wrote } from '../../../ports/connector.ts';
import { keptOtherwise } from '../codec.ts';
import { toId18 } from '../record-id.ts';
import { refusalOf } from '../write/refusal.ts';
import type { Table } from './csv.ts';
import { readRowError } from './error.ts';
import { keyColumn, keyOf } from './upload.ts';

/** What a job's results say: by the key of a write, for its order is not that of the upload. */
export type RowOutcomes = ReadonlyMap<string, Wrote>;

/** Of `successfulResults`. A row that can't be led back to a write says nothing. */
export function writtenRows(table: Table, writes: readonly Write[]): RowOutcomes {
  const cell = cellsOf(table);
  return byKey(table, writes, (row, write) => {
    const id = toId18(cell(row, 'sf__Id')) ?? (write.id === null ? null : toId18(write.id));
    const isNew = write.id === null && /^true$/i.test(cell(row, 'sf__Created'));
    return id === null ? null : { outcome: 'done', id, created: isNew, values: keptOtherwise(write.values) };
  });
}

/** Of `failedResults`. */
export function refusedRows(table: Table, writes: readonly Write[]): RowOutcomes {
  const cell = cellsOf(table);
  return byKey(table, writes, (row, write) => {
    const { code, message, fields } = readRowError(cell(row, 'sf__Error'), table.columns);
    return refusalOf([{ statusCode: code, message, fields }], write);
  });
}

/** Of `unprocessedrecords`: the keys of what nobody has worked on. */
export const unprocessedRows = (table: Table, writes: readonly Write[]): ReadonlySet<string> =>
  new Set(byKey(table, writes, () => ({ outcome: 'not_sent', code: 'not_processed', remedy: '' })).keys());

function byKey(table: Table, writes: readonly Write[], outcomeOf: (row: readonly string[], write: Write) => Wrote | null): RowOutcomes {
  const known = new Map(writes.map((write) => [keyOf(write), write]));
  const cell = cellsOf(table);
  const column = keyColumn(writes[0]!);
  const outcomes = new Map<string, Wrote>();
  for (const row of table.rows) {
    const given = cell(row, column);
    const key = column === 'Id' ? (toId18(given) ?? toId18(cell(row, 'sf__Id'))) : given;
    const write = key === null ? undefined : known.get(key);
    const outcome = write && outcomeOf(row, write);
    if (key !== null && outcome) outcomes.set(key, outcome);
  }
  return outcomes;
}

/** Salesforce may spell a column in another case than the upload did. */
function cellsOf({ columns }: Table): (row: readonly string[], column: string) => string {
  const places = new Map(columns.map((name, index) => [name.toLowerCase(), index]));
  return (row, column) => row[places.get(column.toLowerCase()) ?? -1] ?? '';
}

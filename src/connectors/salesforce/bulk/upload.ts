import type { Write } from '../../../ports/connector.ts';
import type { ObjectInfo } from '../describe.ts';
import { toId18 } from '../record-id.ts';
import type { Kind } from '../write/batch.ts';
import { toCell } from './cell.ts';
import { writeCsv } from './csv.ts';

/** Source: Bulk API 2.0 limits, characters of a record; less what quotes and commas take. */
const RECORD_CHARACTERS_MAX = 390_000;
/** Salesforce takes 100 MB, but its results hold the rows once more, and an answer may have 64 MiB. */
const UPLOAD_BYTES_MAX = 50_000_000;
/**
 * Objects with assignment rules. REST is told with a header not to run them; a job knows no such header, only the id of a
 * rule to run, and nobody says what it does without one.
 */
const ASSIGNED: ReadonlySet<string> = new Set(['Lead', 'Case', 'Account']);
/** What a key may be: a number or a date could come back in another spelling. */
const KEY_TYPES: ReadonlySet<string> = new Set(['string', 'text', 'phone', 'email', 'url']);

/** The key that leads a result back to its write: the record id of an update, the key of an upsert. */
export const keyOf = ({ id, uniqueKey }: Write): string => (id === null ? uniqueKey!.value : toId18(id)!);
/** The column that holds it. */
export const keyColumn = (write: Write): string => (write.id === null ? write.uniqueKey!.field : 'Id');

/**
 * A write as cells by column; null where a job would do something else than REST, or may refuse the whole upload because of
 * it: values that no cell can say, fields that are not there or can't be written, objects whose owner would be chosen anew.
 */
export function toCells(write: Write, kind: Kind, { fields }: ObjectInfo): ReadonlyMap<string, string> | null {
  if (ASSIGNED.has(write.object) || write.associations?.length) return null;
  const cells = new Map<string, string>();
  for (const [name, value] of Object.entries(write.values)) {
    const field = fields.get(name);
    const mayWrite = kind === 'update' ? field?.updatable : field?.creatable;
    const cell = field && mayWrite ? toCell(value, field.type) : null;
    if (cell === null) return null;
    cells.set(name, cell);
  }
  const [column, key] = [keyColumn(write), keyOf(write)];
  if (write.id === null) {
    const type = fields.get(column)?.type ?? 'unsupported';
    if (!KEY_TYPES.has(type) || key !== key.trim() || toCell(key, type) !== key) return null;
  }
  cells.set(column, key);
  return lengthOf(cells) > RECORD_CHARACTERS_MAX ? null : cells;
}

/** The upload of these rows. A cell that a row lacks is empty, which leaves the field as it is. */
export function toCsv(rows: readonly ReadonlyMap<string, string>[]): Promise<string> {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return writeCsv({ columns, rows: rows.map((row) => columns.map((column) => row.get(column) ?? '')) });
}

/** True if the upload of these rows is larger than it may be. */
export function tooLarge(rows: readonly ReadonlyMap<string, string>[], bytesMax = UPLOAD_BYTES_MAX): boolean {
  const columns = new Set(rows.flatMap((row) => [...row.keys()]));
  const around = 3 * columns.size; // two quotes and what ends the cell
  return rows.reduce((bytes, row) => bytes + around + bytesOf(row.values()), around + bytesOf(columns)) > bytesMax;
}

const encoder = new TextEncoder();
/** Of cells in an upload, where a quote is doubled. */
function bytesOf(cells: Iterable<string>): number {
  let bytes = 0;
  for (const cell of cells) bytes += encoder.encode(cell).length + cell.split('"').length - 1;
  return bytes;
}

const lengthOf = (cells: ReadonlyMap<string, string>): number => [...cells.values()].reduce((sum, cell) => sum + cell.length, 0);

import type { CrmFieldType, DescribedField } from '../../../core/schema/described.ts';
import type { WireRow } from '../query/field-path.ts';
import type { Selection } from '../query/selection.ts';
import type { Table } from './csv.ts';

const NUMERIC: ReadonlySet<CrmFieldType> = new Set<CrmFieldType>(['integer', 'number', 'currency', 'percent']);

/** Ids of the parents on the way to the columns: they alone tell a parent that can't be seen from one with a blank field. */
export function parentIds(columns: readonly string[]): readonly string[] {
  const parents = columns.flatMap((column) => {
    const segments = column.split('.');
    return segments.slice(1).map((_, index) => `${segments.slice(0, index + 1).join('.')}.Id`);
  });
  return [...new Set(parents)];
}

/**
 * Rows of a query job as the REST API would give them, so that both are decoded alike. A column that the table lacks is
 * absent in its rows.
 *
 * @param fields - Of the object itself, by name.
 */
export function toWireRows({ columns, rows }: Table, { filterFields }: Selection, fields: ReadonlyMap<string, DescribedField>): WireRow[] {
  const typeOf = (name: string): CrmFieldType | undefined => filterFields.get(name)?.type ?? fields.get(name)?.type;
  const places = columns
    .map((name, index) => ({ index, type: typeOf(name), segments: name.split('.') }))
    .sort((a, b) => a.segments.length - b.segments.length);
  const idPlaces = new Map(columns.map((name, index) => [name, index]));
  return rows.map((cells) => {
    const row: Record<string, unknown> = {};
    for (const { index, type, segments } of places) {
      const holder = parentOf(row, segments, (parent) => cells[idPlaces.get(`${parent}.Id`) ?? -1] !== '');
      if (holder !== null) holder[segments.at(-1)!] = fromCell(cells[index]!, type);
    }
    return row;
  });
}

/** The object that holds the last segment; null where a parent on the way is blank or can't be seen. */
function parentOf(
  row: Record<string, unknown>,
  segments: readonly string[],
  isThere: (parent: string) => boolean,
): Record<string, unknown> | null {
  let at = row;
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    at[segment] ??= isThere(segments.slice(0, index + 1).join('.')) ? {} : null;
    if (at[segment] === null) return null;
    at = at[segment] as Record<string, unknown>;
  }
  return at;
}

/**
 * A cell as the JSON value that it stands for: everything is text in a job's result, whole numbers may come as `7.0`. A
 * text that does not fit stays text.
 */
function fromCell(text: string, type: CrmFieldType | undefined): unknown {
  if (text === '') return null;
  if (type === 'boolean') return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text;
  if (type === undefined || !NUMERIC.has(type)) return text;
  const number = Number(text);
  return Number.isFinite(number) && text.trim() !== '' ? number : text;
}

import type { Stored, StoredRecord } from '../database.ts';
import { compareIds } from '../ids.ts';
import { type Column, invalidField } from './column.ts';
import type { Ordering, Path } from './syntax.ts';

export type Comparator = (a: StoredRecord, b: StoredRecord) => number;

export function compileOrder(text: string, orderBy: readonly Ordering[], columnOf: (path: Path) => Column): Comparator {
  const comparators = orderBy.map(({ path, descending, nullsLast }): Comparator => {
    const { field, read } = columnOf(path);
    if (!field.sortable) throw invalidField(text, path.at, `field '${field.name}' can not be sorted in a query call`);
    const compare =
      field.type === 'id' || field.type === 'reference' ? (a: Stored, b: Stored) => compareIds(textOf(a), textOf(b)) : compareValues;
    const nulls = nullsLast ? 1 : -1; // blanks come first, whatever the direction, unless asked otherwise
    return (first, second) => {
      const [a, b] = [read(first), read(second)];
      if (a === null || b === null) return a === b ? 0 : a === null ? nulls : -nulls;
      return descending ? compare(b, a) : compare(a, b);
    };
  });
  return (a, b) => {
    for (const comparator of comparators) {
      const order = comparator(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareValues(a: Stored, b: Stored): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = [textOf(a).toLowerCase(), textOf(b).toLowerCase()];
  return first < second ? -1 : first > second ? 1 : 0;
}

const textOf = (value: Stored): string => (typeof value === 'object' ? '' : String(value));

import { type Column, invalidField } from './column.ts';
import type { Path } from './syntax.ts';

export function selectedColumns(text: string, paths: readonly Path[], columnOf: (path: Path) => Column): readonly Column[] {
  const columns = new Map<string, Column>();
  for (const path of paths) {
    const column = columnOf(path);
    const name = column.names.join('.');
    if (columns.has(name)) throw invalidField(text, path.at, `duplicate field selected: ${column.field.name}`);
    columns.set(name, column);
  }
  return [...columns.values()];
}

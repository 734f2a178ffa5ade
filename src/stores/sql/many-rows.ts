/**
 * A text that inserts one row (`… values (?1, ?2, ?3)`) as one that inserts several: the first `shared` values are those of every
 * row, the others come row by row behind them. A text that does anything else is null.
 *
 * @example
 * manyRows('insert into t (a, b) values (?1, ?2)', { shared: 1, rows: 2 }) //=> 'insert into t (a, b) values (?1, ?2), (?1, ?3)'
 */
export function manyRows(text: string, { shared, rows }: { readonly shared: number; readonly rows: number }): string | null {
  const [, start, one] = /^(\s*insert into .* values )\(([^()]*)\)$/s.exec(text) ?? [];
  if (start === undefined || one === undefined) return null;
  const columns = one.split(',').length - shared;
  const row = (index: number) =>
    `(${one.replaceAll(/\?(\d+)/g, (place, number) => (Number(number) <= shared ? place : `?${Number(number) + index * columns}`))})`;
  return start + Array.from({ length: rows }, (_, index) => row(index)).join(', ');
}

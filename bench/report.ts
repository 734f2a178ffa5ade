/** What one benchmark found. Plain numbers are of this machine on this day; ratios are of one run and are what to quote. */
export interface Report {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  readonly ratios: readonly Ratio[];
}

/** What is measured over what it is compared with, in the same run. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** Most that it should be; absent: no target. A time in milliseconds or a share counts as a ratio to 1. */
  readonly target?: number;
}

const rounded = (value: string | number | null) => (typeof value === 'number' ? Number(value.toPrecision(3)) : (value ?? ''));

export function print({ title, rows, ratios }: Report): void {
  console.log(`\n${title}`);
  console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rounded(value)]))));
  if (ratios.length === 0) return;
  console.table(
    ratios.map(({ name, value, target }) => ({
      ratio: name,
      is: rounded(value),
      ...(target === undefined ? {} : { 'at most': target, met: value <= target ? 'yes' : 'NO' }),
    })),
  );
}

/** A CSV text: its first line names the columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Told to Salesforce with each job, so that no default can change under us. */
export const CSV_FORM = { contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' } as const;
const FORM = { delimiter: ',', newline: '\n' } as const;

/** At the first job: importing an edge stays cheap. */
const papa = async () => (await import('papaparse')).default;

/**
 * Reads a CSV text of RFC 4180. Blank lines are skipped; nothing at all is a table without columns.
 *
 * @returns Null for a text that was cut or is none: an open quote, or a line that is not as long as the first.
 */
export async function readCsv(text: string): Promise<Table | null> {
  const { data, errors } = (await papa()).parse<string[]>(text, { ...FORM, skipEmptyLines: true });
  const [columns = [], ...rows] = data;
  if (errors.some(({ type }) => type === 'Quotes') || rows.some((row) => row.length !== columns.length)) return null;
  return { columns, rows };
}

/** Every cell in quotes, whatever it holds. */
export async function writeCsv({ columns, rows }: Table): Promise<string> {
  return `${(await papa()).unparse([columns, ...rows] as string[][], { ...FORM, quotes: true })}\n`;
}

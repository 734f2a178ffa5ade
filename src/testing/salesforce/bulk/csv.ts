import Papa from 'papaparse';

/** A CSV text: its first line names the columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a job separates cells and lines. */
export interface CsvForm {
  readonly delimiter: string;
  readonly newline: '\n' | '\r\n';
}

const DELIMITERS: Readonly<Record<string, string>> = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};
const NEWLINES: Readonly<Record<string, CsvForm['newline']>> = { LF: '\n', CRLF: '\r\n' };

/** Null for names that Salesforce does not know. */
export function csvForm(columnDelimiter: string, lineEnding: string): CsvForm | null {
  const [delimiter, newline] = [DELIMITERS[columnDelimiter], NEWLINES[lineEnding]];
  return delimiter === undefined || newline === undefined ? null : { delimiter, newline };
}

/** Null for a text that is no CSV, or whose lines are not all as long as the first. */
export function readCsv(text: string, form: CsvForm): Table | null {
  const { data, errors } = Papa.parse<string[]>(text, { ...form, skipEmptyLines: true });
  const [columns, ...rows] = data;
  if (columns === undefined || errors.length > 0 || rows.some((row) => row.length !== columns.length)) return null;
  return { columns, rows };
}

/** Every cell in quotes, as Salesforce writes them. */
export const writeCsv = ({ columns, rows }: Table, form: CsvForm): string =>
  `${Papa.unparse([columns, ...rows] as string[][], { ...form, quotes: true })}${form.newline}`;

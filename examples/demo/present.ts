import { stdout } from 'node:process';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const WIDTH = 98;
const INDENT = '   ';
const BAR = 40;

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}
/** One cell a column; long text goes on in further lines. */
export type TableRow = readonly (Cell | string)[];

// `styleText` leaves colours out by itself where stdout is no terminal, or NO_COLOR is set.
const paint = (style: Style | undefined, text: string): string => (style === undefined || text === '' ? text : styleText(style, text));
const print = (line = ''): void => {
  stdout.write(`${line.trimEnd()}\n`);
};

export const number = (value: number): string => value.toLocaleString('en-US');
export const dim = (text: string): Cell => ({ text, style: 'dim' });
export const good = (text: string): Cell => ({ text, style: 'green' });
/** A value as a person reads it. */
export const shown = (value: unknown): Cell => (value === null || value === undefined ? dim('(empty)') : { text: String(value) });

export function title(text: string, about: string): void {
  print();
  print(paint('bold', text));
  for (const line of wrap(about, WIDTH)) print(line);
}

/** Begins a chapter: its number, what happens, and when in the story. */
export function chapter(index: number, what: string, when: string): void {
  const head = `${index}  ${what} `;
  print();
  print(
    `${paint(['bold', 'cyan'], head)}${paint('dim', '─'.repeat(Math.max(2, WIDTH - head.length - when.length - 1)))} ${paint('dim', when)}`,
  );
}

export function say(text: string, style?: Style): void {
  for (const line of wrap(text, WIDTH - INDENT.length)) print(`${INDENT}${paint(style, line)}`);
}

export const gap = (): void => print();

/** Prints rows in columns of these widths; the last column takes what is left. */
export function table(widths: readonly number[], rows: readonly TableRow[], heads: readonly string[] = []): void {
  const rest = WIDTH - INDENT.length - widths.reduce((sum, width) => sum + width + 2, 0);
  const columns = [...widths, rest];
  const all = heads.length === 0 ? rows : [heads.map(dim), ...rows];
  for (const row of all) {
    const cells = row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell));
    const lines = cells.map(({ text }, column) => wrap(text, columns[column] ?? rest));
    const height = Math.max(...lines.map(({ length }) => length));
    for (let line = 0; line < height; line += 1) {
      const parts = cells.map(({ style }, column) => paint(style, (lines[column]?.[line] ?? '').padEnd(columns[column] ?? rest)));
      print(`${INDENT}${parts.join('  ')}`);
    }
  }
}

/** Shows that something holds; a story that turns out otherwise ends with exit code 1. */
export function check(holds: boolean, claim: string): void {
  if (!holds) process.exitCode = 1;
  const [first = '', ...more] = wrap(claim, WIDTH - INDENT.length - 2);
  print(`${INDENT}${holds ? paint('green', '✓') : paint('red', '✗')} ${first}`);
  for (const line of more) print(`${INDENT}  ${line}`);
}

/** A bar that is drawn in place on a terminal, and elsewhere line by line, a line for each tenth. */
export function progressBar(total: number): (done: number) => void {
  let shownTenths = 0;
  return (done) => {
    const tenths = Math.floor((Math.min(done, total) / total) * 10);
    if (!stdout.isTTY && tenths <= shownTenths) return;
    shownTenths = tenths;
    const filled = Math.round((Math.min(done, total) / total) * BAR);
    const bar = `${paint('cyan', '█'.repeat(filled))}${paint('dim', '░'.repeat(BAR - filled))}  ${number(done)} of ${number(total)} records`;
    const isDone = done >= total;
    stdout.write(stdout.isTTY ? `\r${INDENT}${bar}${isDone ? '\n' : ''}` : `${INDENT}${bar}\n`);
  };
}

function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + word.length + 1 > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

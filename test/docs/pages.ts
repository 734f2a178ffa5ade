import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What strangers read, relative to the root. */
export const PAGES: readonly string[] = ['README.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: ROOT }).sort()];

export const textOf = (page: string): string => readFileSync(`${ROOT}${page}`, 'utf8');

export interface Block {
  /** `docs/mapping.md:12`, the line of its first line. */
  readonly place: string;
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** `<!-- run -->` stands before it. */
  readonly isRun: boolean;
  /** Of `<!-- from examples/… -->` before it: the file that it is a piece of. */
  readonly from: string | null;
}

const FENCED = /^(?:<!-- (run|from (\S+)) -->\n)?```(\w*)\n([\s\S]*?)^```$/gm;

/** Every fenced block of a page. */
export function blocksOf(page: string): readonly Block[] {
  const text = textOf(page);
  return [...text.matchAll(FENCED)].map(({ index, 0: whole, 1: mark, 2: from = null, 3: language = '', 4: code = '' }) => {
    const line = text.slice(0, index + whole.indexOf('```')).split('\n').length + 1;
    return { place: `${page}:${line}`, page, line, language, code, isRun: mark === 'run', from };
  });
}

export const BLOCKS: readonly Block[] = PAGES.flatMap(blocksOf);

/** The first tables's rows below a heading, as cells; head and rule apart. */
export function tableUnder(page: string, heading: string): readonly (readonly string[])[] {
  const [, rest = ''] = textOf(page).split(new RegExp(`^#+ ${heading}$`, 'm'));
  const lines = rest.slice(rest.indexOf('\n|') + 1).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

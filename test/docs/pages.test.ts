import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, ROOT, tableUnder, textOf } from './pages.ts';

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const LINKS = PAGES.flatMap((page) =>
  [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => [page, target] as const),
);

describe('links', () => {
  it.each(LINKS)('%s leads to %s', (page, target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : posix.join(posix.dirname(page), path);
    expect(existsSync(`${ROOT}${file}`)).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(textOf(file))).toContain(anchor);
  });

  it('reach every page from the README', () => {
    const readme = LINKS.filter(([page]) => page === 'README.md').map(([, target]) => target);
    for (const page of PAGES.filter((page) => page !== 'README.md')) expect(readme).toContain(page);
  });
});

describe('README', () => {
  it('lists every import of the package', () => {
    const { name, exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { name: string; exports: Record<string, unknown> };
    const imports = Object.keys(exports)
      .filter((path) => path !== './package.json')
      .map((path) => `\`${posix.join(name, path)}\``);
    expect(
      tableUnder('README.md', 'What is in the box')
        .map(([cell]) => cell)
        .sort(),
    ).toEqual(imports.sort());
  });
});

describe('runs and errors', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT })
    .map((file) => readFileSync(`${ROOT}${file}`, 'utf8'))
    .join('\n');
  const codesUnder = (page: string, heading: string): readonly string[] =>
    tableUnder(page, heading).flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, code = '']) => code));

  it('names every category, and no other', () => {
    const type = /export type ErrorCategory =([^;]+);/.exec(sources)?.[1] ?? '';
    const categories = [...type.matchAll(/'(\w+)'/g)].map(([, category]) => category);
    expect([...codesUnder('docs/runs-and-errors.md', 'The error')].sort()).toEqual(categories.sort());
  });

  it.each([
    ...codesUnder('docs/runs-and-errors.md', 'Codes worth knowing'),
    ...codesUnder('docs/activities.md', 'What is not logged'),
    ...codesUnder('docs/testing.md', 'Faults'),
  ])('%s is a code that the sources know', (code) => {
    const [, stem, end] = /^(connection)_(\w+)$/.exec(code) ?? [];
    expect(sources.includes(`'${code}'`) || (sources.includes(`\`${stem}_\${`) && sources.includes(`'${end}'`))).toBe(true);
  });
});

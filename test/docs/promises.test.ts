import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT, textOf } from './pages.ts';

const PAGE = textOf('docs/promises.md');
const NUMBERS = [
  ...Array.from({ length: 12 }, (_, index) => `P${index + 1}`),
  ...Array.from({ length: 25 }, (_, index) => `R${index + 1}`),
];

/** The part of the page under each heading, by its number. */
const SECTIONS = new Map(
  PAGE.split(/^### /m)
    .slice(1)
    .map((section) => [section.split(' ')[0], section.split(/^## /m)[0] ?? ''] as const),
);
const HELD_BY = /^- `([^`]+)`: (.+)$/gm;
const CLAIMS = [...SECTIONS].flatMap(([number, section]) =>
  [...section.matchAll(HELD_BY)].map(([, file = '', title = '']) => [number, file, title] as const),
);

/** A title as the source has it, whichever quotes are around it. */
const sourceOf = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8').replaceAll("\\'", "'");

describe('docs/promises.md', () => {
  it('tells of every promise and every rule, once and in order', () => {
    expect([...SECTIONS.keys()]).toEqual(NUMBERS);
    expect(PAGE.match(/^### /gm)).toHaveLength(NUMBERS.length);
  });

  it.each(NUMBERS)('%s is held by a test, or says that it is not yet', (number) => {
    expect(SECTIONS.get(number)).toMatch(/^- (`[^`]+`: |Not yet: )/m);
  });

  it.each(CLAIMS)('%s: %s has the test “%s”', (_, file, title) => {
    expect(file).toMatch(/^test\/.+\.test\.ts$|^src\/testing\/contracts\/.+\.ts$/);
    const source = sourceOf(file);
    const isTitle = [`'${title}`, `"${title}`, `\`${title}`].some((quoted) => source.includes(quoted));
    expect(isTitle, `${file} has no title that begins with: ${title}`).toBe(true);
  });

  it('has the promises that the README lists', () => {
    const listed = [...textOf('README.md').matchAll(/^\| (P\d+) /gm)].map(([, number]) => number);
    expect(listed).toEqual(NUMBERS.filter((number) => number.startsWith('P')));
  });
});

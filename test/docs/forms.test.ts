import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT, tableUnder } from './pages.ts';

const ROWS = tableUnder('docs/app-connect.md', 'What is there, and what it is here').map(
  ([there = '', here = '', test = '']) => [there, here, test] as const,
);

describe('what App Connect has', () => {
  it('is listed', () => expect(ROWS.length).toBeGreaterThan(20));

  it.each(ROWS)('%s: %s, which a test holds', (_, here, test) => {
    if (here === 'not there yet') return expect(test).toBe('');
    const [, file = '', title = ''] = /^`(test\/[^`]+\.test\.ts)`: (.+)$/.exec(test) ?? [];
    const source = readFileSync(`${ROOT}${file}`, 'utf8').replaceAll("\\'", "'");
    return expect(
      [`'${title}`, `"${title}`, `\`${title}`].some((quoted) => source.includes(quoted)),
      `${file} has no test: ${title}`,
    ).toBe(true);
  });
});

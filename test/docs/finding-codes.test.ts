import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT, textOf } from './pages.ts';

const SET_UP_PAGES = ['docs/salesforce.md', 'docs/hubspot.md', 'docs/practices.md'];

/** What a page says that `check()` says: words with an underscore in a quoted block. */
const codesOn = (page: string): readonly string[] =>
  textOf(page)
    .split('\n')
    .filter((line) => line.startsWith('>'))
    .flatMap((line) => [...line.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code = '']) => code));

const sourceOf = (pattern: string): string =>
  globSync(pattern, { cwd: ROOT })
    .map((file) => readFileSync(`${ROOT}${file}`, 'utf8'))
    .join('\n');
const ALL = sourceOf('src/**/*.ts');
const CHECKS = ['src/core/{checks/{check-*,findings},mapping/unusable}.ts', 'src/engine/check.ts', 'src/connectors/*/check/*.ts']
  .map(sourceOf)
  .join('\n');

/** Codes that a check gives by itself; what it runs into besides has the code of the error. */
const given = new Set(
  [/\bcode: '(\w+)'/g, /\bfinding\(\s*(?:'\w+'|level),\s*'(\w+)'/g, /\bfine\('(\w+)'/g].flatMap((pattern) =>
    [...CHECKS.matchAll(pattern)].map(([, code = '']) => code),
  ),
);

describe('the set-up pages', () => {
  it.each(SET_UP_PAGES.flatMap((page) => [...new Set(codesOn(page))].map((code) => [page, code] as const)))(
    '%s names %s, which exists in code',
    (_, code) => expect(ALL).toContain(`'${code}'`),
  );

  it.each(['docs/salesforce.md', 'docs/hubspot.md'])('%s says after each step but the last what confirms it', (page) => {
    const steps = textOf(page)
      .split(/^## (?=\d)/m)
      .slice(1);
    expect(steps.length).toBeGreaterThan(6);
    const silent = steps.filter((step) => !step.includes('\n> `check()`')).map((step) => step.slice(0, step.indexOf('\n')));
    expect(silent).toEqual(SILENT[page]);
  });

  it('name every code that a check gives', () => {
    expect(given.size).toBeGreaterThan(30);
    const named = new Set(SET_UP_PAGES.flatMap(codesOn));
    expect([...given].filter((code) => !named.has(code))).toEqual([]);
  });
});

/** Steps that are a choice, or whose check is that of the next one. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  'docs/salesforce.md': ['1. Choose how the app signs in', '10. The first pull'],
  'docs/hubspot.md': ['3. The version'],
};

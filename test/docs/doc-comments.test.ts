import { globSync, readFileSync } from 'node:fs';
import * as root from 'crm-sync-engine';
import * as conversations from 'crm-sync-engine/conversations';
import * as testing from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

/** `call //=> value` in a doc comment; a long call may have its value on the next line. */
const EXAMPLE = /^ *\* (\S.*?)(?: |\n *\* )\/\/=> (.+)$/gm;

const EXAMPLES = globSync('src/**/*.ts', { cwd: ROOT })
  .sort()
  .flatMap((file) =>
    [...readFileSync(`${ROOT}${file}`, 'utf8').matchAll(EXAMPLE)].map(([, call = '', value = '']) => [file, call, value] as const),
  );

/** Evaluates with everything public in scope, and what the file itself exports. */
function evaluate(expression: string, scope: Readonly<Record<string, unknown>>): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the examples are our own source
  return new Function(...Object.keys(scope), `return (${expression});`)(...Object.values(scope));
}

describe('examples in doc comments', () => {
  it('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThan(60);
    const written = globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) => readFileSync(`${ROOT}${file}`, 'utf8').match(/\/\/=>/g) ?? []);
    expect(EXAMPLES).toHaveLength(written.length);
  });

  it.each(EXAMPLES)('%s: %s', async (file, call, value) => {
    const own = (await import(/* @vite-ignore */ `${ROOT}${file}`)) as Readonly<Record<string, unknown>>;
    const scope = { ...testing, ...conversations, ...root, ...own };
    expect(evaluate(call, scope)).toEqual(evaluate(value, scope));
  });
});
